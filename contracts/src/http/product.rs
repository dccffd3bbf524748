//! The catalogue as shoppers see it, and stock as operators do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::faults::Faults;
use crate::ids::{ProductId, SagaId};
use crate::money::{Money, Quantity};
use crate::problem::{Fault, Problem, Text};
use crate::schema::TEXT;
use crate::time::Timestamp;

mod list;
mod top;

pub use list::{CategoryView, ListProducts, ProductFilter, ProductSort};
pub use top::{Board, RankedView, TopProducts, TopView, TopWindow};

const DELTA_MAX: i64 = 1_000_000;
const REASON_MAX: usize = 200;
const NAME_MAX: usize = 100;
const CATEGORY_MAX: usize = 50;
/// With the most lines and pieces an order may have, no total leaves the range of money.
const PRICE_MAX: i64 = 1_000_000_000;
const FIRST_STOCK_MAX: i64 = 1_000_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    OnSale,
    /// On sale with nothing left: derived, never stored.
    SoldOut,
    Discontinued,
}

/// GET /products and GET /products/{id}
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductView {
    pub id: ProductId,
    #[schemars(example = &"제주 유기농 녹차 100g")]
    pub name: String,
    #[schemars(example = &"차·음료")]
    pub category: String,
    pub price: Money,
    pub status: ProductStatus,
    #[schemars(example = 98)]
    pub available_quantity: i64,
    /// Grows with each change of the product or of its stock.
    #[schemars(example = 41)]
    pub version: i64,
}

/// POST /products
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateProduct {
    #[schemars(length(min = 1, max = NAME_MAX), extend("pattern" = TEXT))]
    pub name: String,
    #[schemars(length(min = 1, max = NAME_MAX), extend("pattern" = TEXT))]
    pub name_en: String,
    #[schemars(length(min = 1, max = CATEGORY_MAX), extend("pattern" = TEXT))]
    pub category: String,
    #[schemars(range(min = 0, max = PRICE_MAX))]
    pub price: i64,
    /// What it begins with; none when absent.
    #[serde(default)]
    #[schemars(range(min = 0, max = FIRST_STOCK_MAX))]
    pub stock: i64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewProduct {
    pub name: String,
    pub name_en: String,
    pub category: String,
    pub price: Money,
    pub stock: Quantity,
}

impl CreateProduct {
    pub fn validate(&self) -> Result<NewProduct, Problem> {
        let mut faults = Faults::default();
        let name = faults.text("/name", &self.name, 1, NAME_MAX);
        let name_en = faults.text("/nameEn", &self.name_en, 1, NAME_MAX);
        let category = faults.text("/category", &self.category, 1, CATEGORY_MAX);
        let price = faults.range("/price", self.price, 0, PRICE_MAX);
        let stock = faults.range("/stock", self.stock, 0, FIRST_STOCK_MAX);
        let stock = stock.and_then(|stock| u32::try_from(stock).ok());
        let valid = price.zip(stock).map(|(price, stock)| NewProduct {
            name,
            name_en,
            category,
            price: Money::new(price),
            stock: Quantity::new(stock),
        });
        faults.finish(valid)
    }
}

/// PATCH /products/{id}: an absent field stays. What an order froze stays as it was.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateProduct {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = NAME_MAX), extend("pattern" = TEXT))]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = NAME_MAX), extend("pattern" = TEXT))]
    pub name_en: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = PRICE_MAX))]
    pub price: Option<i64>,
    /// ON_SALE or DISCONTINUED; SOLD_OUT follows from the stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("not" = { "const": "SOLD_OUT" }))]
    pub status: Option<ProductStatus>,
}

/// A change that can be made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProductChange {
    pub name: Option<String>,
    pub name_en: Option<String>,
    pub price: Option<Money>,
    pub discontinued: Option<bool>,
}

impl UpdateProduct {
    pub fn validate(&self) -> Result<ProductChange, Problem> {
        let mut faults = Faults::default();
        let name = self
            .name
            .as_ref()
            .map(|name| faults.text("/name", name, 1, NAME_MAX));
        let name_en = self
            .name_en
            .as_ref()
            .map(|name| faults.text("/nameEn", name, 1, NAME_MAX));
        let price = self
            .price
            .and_then(|price| faults.range("/price", price, 0, PRICE_MAX));
        let discontinued = match self.status {
            None => None,
            Some(ProductStatus::OnSale) => Some(false),
            Some(ProductStatus::Discontinued) => Some(true),
            Some(ProductStatus::SoldOut) => {
                let message = Text::new("품절은 재고가 정해요", "sold out follows from the stock");
                faults.add("/status", Fault::Format, message);
                None
            }
        };
        faults.finish(Some(ProductChange {
            name,
            name_en,
            price: price.map(Money::new),
            discontinued,
        }))
    }
}

/// POST /products:batchGet
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchGet {
    #[schemars(length(min = 1, max = BATCH_MAX))]
    pub ids: Vec<ProductId>,
}

/// The most products of one request.
const BATCH_MAX: usize = 100;

impl BatchGet {
    pub fn validate(&self) -> Result<(), Problem> {
        let mut faults = Faults::default();
        if !(1..=BATCH_MAX).contains(&self.ids.len()) {
            let message = Text::new(
                format!("1개부터 {BATCH_MAX}개까지 물어볼 수 있어요"),
                format!("must have from 1 to {BATCH_MAX} ids"),
            );
            faults.add("/ids", Fault::Length, message);
        }
        faults.finish(Some(()))
    }
}

/// The answer, each product once, in the order asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    pub found: Vec<ProductView>,
    pub missing: Vec<ProductId>,
}

/// POST /products/{id}/stock-adjustments
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdjustStock {
    /// Never 0.
    #[schemars(range(min = -DELTA_MAX, max = DELTA_MAX))]
    pub delta: i64,
    #[schemars(length(min = 1, max = REASON_MAX), extend("pattern" = TEXT))]
    pub reason: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Adjustment {
    /// Never 0; at most a million pieces either way.
    pub delta: i64,
    pub reason: String,
}

impl AdjustStock {
    pub fn validate(&self) -> Result<Adjustment, Problem> {
        let mut faults = Faults::default();
        if self.delta == 0 {
            let message = Text::new("0은 쓸 수 없어요", "must not be 0");
            faults.add("/delta", Fault::OutOfRange, message);
        }
        let delta = faults.range("/delta", self.delta, -DELTA_MAX, DELTA_MAX);
        let reason = faults.text("/reason", &self.reason, 1, REASON_MAX);
        faults.finish(delta.map(|delta| Adjustment { delta, reason }))
    }
}

/// The reply to a stock adjustment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockView {
    pub available_quantity: i64,
    /// Counts the changes of the stock alone, as in its ledger.
    pub version: i64,
}

/// Why a stock changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StockMove {
    /// The stock a product began with.
    First,
    Deducted,
    Restored,
    Returned,
    Adjusted,
}

/// GET /products/{id}/stock-ledger
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockLedgerView {
    /// The order's saga, the refund's, or the command's own id.
    pub saga_id: SagaId,
    #[serde(rename = "type")]
    pub kind: StockMove,
    pub delta: i64,
    pub quantity_after: i64,
    pub version: i64,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests;
