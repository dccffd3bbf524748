//! What Product says: prices frozen with the stock they were taken at, and what is left after
//! each change of a stock row.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::promotion::{CouponApplied, DiscountedLine};
use crate::ids::{OrderId, ProductId, RefundId, UserCouponId, UserId};
use crate::money::{Money, Quantity};
use crate::time::Timestamp;

/// The whole product and its stock. Its version counts the changes of either, so that two of
/// these never share an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductChanged {
    pub product_id: ProductId,
    pub name: Arc<str>,
    pub category: Arc<str>,
    pub price: Money,
    pub status: ProductStatus,
    pub created_at: Timestamp,
    pub version: i64,
    pub left: i64,
    pub stock_version: i64,
}

/// What the shop decided about a product; sold out is derived from its stock.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    OnSale,
    Discontinued,
}

/// Every line of the order, taken and priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockDeducted {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
    pub lines: Vec<PricedLine>,
    pub total: Money,
}

/// A line with what Product froze. Names are shared, so that the next steps carry them on
/// without a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PricedLine {
    pub line: u16,
    pub product_id: ProductId,
    pub quantity: Quantity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_unit_price: Option<Money>,
    pub name: Arc<str>,
    pub category: Arc<str>,
    pub unit_price: Money,
    /// What the product's stock row held after the whole order was taken.
    pub left: i64,
    pub stock_version: i64,
}

/// Nothing was taken; every bad line is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockDeductionFailed {
    pub order_id: OrderId,
    pub items: Vec<BadItem>,
}

/// Why one product could not be had. What Product did not know is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BadItem {
    pub product_id: ProductId,
    pub code: StockCode,
    pub wanted: Quantity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock_version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
}

/// Declared in the order in which one of them becomes the order's failure code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StockCode {
    ProductNotFound,
    ProductNotOnSale,
    PriceChanged,
    OutOfStock,
}

/// What the undo of "deduct stock" put back; no lines when nothing stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockRestored {
    pub order_id: OrderId,
    pub lines: Vec<RestockedLine>,
}

/// What a refund brought back on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockReturned {
    pub order_id: OrderId,
    pub refund_id: RefundId,
    pub lines: Vec<RestockedLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestockedLine {
    pub product_id: ProductId,
    pub quantity: Quantity,
    pub left: i64,
    pub stock_version: i64,
}

impl StockDeductionFailed {
    /// The order's failure code: the gravest of its items', none without items.
    pub fn code(&self) -> Option<StockCode> {
        self.items.iter().map(|item| item.code).min()
    }
}

impl StockDeducted {
    /// The same order with a discount for each of its lines, in their order; none where the
    /// discounts do not match the lines or leave the range.
    pub fn discounted(&self, discounts: &[Money]) -> Option<CouponApplied> {
        if discounts.len() != self.lines.len() {
            return None;
        }
        let discount = Money::checked_sum(discounts.iter().copied())?;
        let lines = self
            .lines
            .iter()
            .zip(discounts)
            .map(|(line, &off)| line.discounted(off));
        Some(CouponApplied {
            order_id: self.order_id,
            user_id: self.user_id,
            created_at: self.created_at,
            user_coupon_id: self.user_coupon_id,
            lines: lines.collect(),
            total: self.total,
            discount,
            paid: self.total.checked_sub(discount)?,
        })
    }
}

impl PricedLine {
    fn discounted(&self, discount: Money) -> DiscountedLine {
        DiscountedLine {
            line: self.line,
            product_id: self.product_id,
            quantity: self.quantity,
            expected_unit_price: self.expected_unit_price,
            name: Arc::clone(&self.name),
            category: Arc::clone(&self.category),
            unit_price: self.unit_price,
            left: self.left,
            stock_version: self.stock_version,
            discount,
        }
    }
}
