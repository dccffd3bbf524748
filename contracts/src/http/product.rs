//! The catalogue as shoppers see it, and stock as operators do.

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use crate::ids::{ProductId, SagaId};
use crate::money::{Money, Quantity};
use crate::problem::{Fault, Problem, Text};
use crate::time::Timestamp;

const DELTA_MAX: i64 = 1_000_000;
const REASON_MAX: usize = 200;
const NAME_MAX: usize = 100;
const CATEGORY_MAX: usize = 50;
/// With the most lines and pieces an order may have, no total leaves the range of money.
const PRICE_MAX: i64 = 1_000_000_000;
const FIRST_STOCK_MAX: i64 = 1_000_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    OnSale,
    /// On sale with nothing left: derived, never stored.
    SoldOut,
    Discontinued,
}

/// GET /products and GET /products/{id}
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductView {
    pub id: ProductId,
    pub name: String,
    pub category: String,
    pub price: Money,
    pub status: ProductStatus,
    pub available_quantity: i64,
    /// Grows with each change of the product or of its stock.
    pub version: i64,
}

/// The filters of GET /products.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListProducts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ProductStatus>,
    /// Part of a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

/// POST /products
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateProduct {
    pub name: String,
    pub name_en: String,
    pub category: String,
    pub price: i64,
    /// What it begins with; none when absent.
    #[serde(default)]
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
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateProduct {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// ON_SALE or DISCONTINUED; SOLD_OUT follows from the stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchGet {
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    pub found: Vec<ProductView>,
    pub missing: Vec<ProductId>,
}

/// A calendar board, in Seoul.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Board {
    /// Since midnight.
    Daily,
    /// Since Monday.
    Weekly,
}

/// The filter of GET /products/top: so many days back from this hour, or a board.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TopProducts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<Board>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TopWindow {
    Days(i64),
    Board(Board),
}

impl TopProducts {
    const DAYS: i64 = 3;
    const DAYS_MAX: i64 = 7;

    pub fn validate(&self) -> Result<TopWindow, Problem> {
        let mut faults = Faults::default();
        let days = faults.range("/days", self.days.unwrap_or(Self::DAYS), 1, Self::DAYS_MAX);
        if self.days.is_some() && self.board.is_some() {
            let message = Text::new(
                "days와 board 중 하나만 쓰세요",
                "name days or board, not both",
            );
            faults.add("/board", Fault::Format, message);
        }
        let window = match self.board {
            Some(board) => Some(TopWindow::Board(board)),
            None => days.map(TopWindow::Days),
        };
        faults.finish(window)
    }
}

/// GET /products/top
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopView {
    /// The first hour that counts.
    pub from: Timestamp,
    pub items: Vec<RankedView>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RankedView {
    pub rank: u32,
    /// Sold less what came back.
    pub sold: i64,
    pub product: ProductView,
}

/// POST /products/{id}/stock-adjustments
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdjustStock {
    pub delta: i64,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockView {
    pub available_quantity: i64,
    /// Counts the changes of the stock alone, as in its ledger.
    pub version: i64,
}

/// Why a stock changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
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
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
mod tests {
    use super::*;

    fn adjust(delta: i64, reason: &str) -> Result<Adjustment, Problem> {
        AdjustStock {
            delta,
            reason: reason.into(),
        }
        .validate()
    }

    #[test]
    fn an_adjustment_changes_something_within_reason() {
        assert_eq!(
            adjust(-3, " 파손 ").unwrap(),
            Adjustment {
                delta: -3,
                reason: "파손".into()
            }
        );
        for delta in [0, DELTA_MAX + 1, -DELTA_MAX - 1, i64::MIN, i64::MAX] {
            let problem = adjust(delta, "count").unwrap_err();
            assert_eq!(problem.errors.len(), 1, "{delta}");
            assert_eq!(problem.errors[0].pointer, "/delta");
        }
        assert_eq!(adjust(1, " ").unwrap_err().errors[0].pointer, "/reason");
    }

    fn create(price: i64, stock: i64) -> CreateProduct {
        CreateProduct {
            name: " 머그컵 ".into(),
            name_en: "Mug".into(),
            category: "kitchen".into(),
            price,
            stock,
        }
    }

    #[test]
    fn a_new_product_has_names_a_price_and_a_first_stock() {
        let valid = create(0, FIRST_STOCK_MAX).validate().unwrap();
        assert_eq!((&*valid.name, valid.price), ("머그컵", Money::ZERO));
        let pointers = |create: CreateProduct| {
            let errors = create.validate().unwrap_err().errors;
            errors
                .into_iter()
                .map(|error| error.pointer)
                .collect::<Vec<_>>()
        };
        for (price, stock, pointer) in [
            (-1, 0, "/price"),
            (PRICE_MAX + 1, 0, "/price"),
            (i64::MIN, 0, "/price"),
            (1, -1, "/stock"),
            (1, FIRST_STOCK_MAX + 1, "/stock"),
            (1, i64::MAX, "/stock"),
        ] {
            assert_eq!(pointers(create(price, stock)), [pointer], "{price} {stock}");
        }
        let nameless = CreateProduct {
            name: "\u{0007}".into(),
            name_en: " ".into(),
            category: "가".repeat(CATEGORY_MAX + 1),
            ..create(-1, -1)
        };
        let all = ["/name", "/nameEn", "/category", "/price", "/stock"];
        assert_eq!(pointers(nameless), all);
    }

    #[test]
    fn a_delta_is_a_whole_number() {
        for delta in [
            "1.0",
            "1e2",
            "99999999999999999999",
            "\"1\"",
            "true",
            "null",
        ] {
            let body = format!(r#"{{"delta":{delta},"reason":"r"}}"#);
            assert!(
                serde_json::from_str::<AdjustStock>(&body).is_err(),
                "{delta}"
            );
        }
    }
}
