//! What Order says: the order as placed, and the whole order as Order keeps it at each end, so
//! that a follower needs no other event.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::payment::{PaymentCode, PaymentFailed};
use super::product::{BadItem, PricedLine, StockCode, StockDeductionFailed};
use super::promotion::CouponCode;
use crate::ids::{OrderId, OrderNumber, ProductId, RefundId, UserCouponId, UserId};
use crate::money::{Money, Quantity};
use crate::saga::Steps;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCreated {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub created_at: Timestamp,
    pub lines: Vec<OrderLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
}

/// A line as the user asked for it; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    pub line: u16,
    pub product_id: ProductId,
    pub quantity: Quantity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_unit_price: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderConfirmed {
    pub order: OrderDocument,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    pub order: OrderDocument,
    pub code: FailureCode,
    pub by: CancelledBy,
    /// The steps that may stand; a service whose step is not named owes nothing.
    pub undo: Steps,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundRequested {
    pub order: OrderDocument,
    pub refund: RefundDocument,
}

/// Every return that was owed is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderRefunded {
    pub order: OrderDocument,
    pub refund: RefundDocument,
}

/// Who ended an open order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum CancelledBy {
    Customer,
    Deadline,
    Operator,
    Saga,
}

/// The whole order. What was not priced yet is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderDocument {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub status: OrderStatus,
    pub lines: Vec<OrderDocumentLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_price: Option<Money>,
    /// The sum of its refunds, those under way included; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_price: Option<Money>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderDocumentLine {
    pub line: u16,
    pub product_id: ProductId,
    pub quantity: Quantity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_unit_price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    Pending,
    Completed,
    Cancelled,
}

/// Why an order was cancelled, with the numbers behind the code where there are any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub code: FailureCode,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<BadItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
}

/// Every code that an order can be cancelled with.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureCode {
    ProductNotFound,
    ProductNotOnSale,
    PriceChanged,
    OutOfStock,
    CouponNotOwned,
    CouponAlreadyUsed,
    CouponExpired,
    CouponNotApplicable,
    InsufficientPoint,
    UserCancelled,
    Expired,
    Operator,
}

/// A refund, decided whole when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundDocument {
    pub refund_id: RefundId,
    pub lines: Vec<RefundLine>,
    pub amount: Money,
    pub whole_order: bool,
    /// The returns that must come in before the refund is done.
    pub owed: Steps,
    /// When the order was confirmed: the ranking takes it back in that hour.
    pub confirmed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundLine {
    pub line: u16,
    pub product_id: ProductId,
    pub quantity: Quantity,
    pub amount: Money,
}

impl OrderDocument {
    pub const fn order_number(&self) -> OrderNumber {
        OrderNumber::of(self.order_id)
    }
}

impl OrderLine {
    /// The line with what Product froze for it.
    pub fn priced(&self, frozen: Frozen) -> PricedLine {
        PricedLine {
            line: self.line,
            product_id: self.product_id,
            quantity: self.quantity,
            expected_unit_price: self.expected_unit_price,
            name: frozen.name,
            category: frozen.category,
            unit_price: frozen.unit_price,
            left: frozen.left,
            stock_version: frozen.stock_version,
        }
    }
}

/// What Product adds to a line when it takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    pub name: Arc<str>,
    pub category: Arc<str>,
    pub unit_price: Money,
    pub left: i64,
    pub stock_version: i64,
}

impl Failure {
    /// A failure that is fully said by its code.
    pub const fn plain(code: FailureCode) -> Self {
        Self {
            code,
            items: Vec::new(),
            wanted: None,
            balance: None,
        }
    }

    /// None for a failure without items, which Product never says.
    pub fn of_stock(failed: &StockDeductionFailed) -> Option<Self> {
        let code = failed.code()?.into();
        Some(Self {
            items: failed.items.clone(),
            ..Self::plain(code)
        })
    }

    pub fn of_payment(failed: &PaymentFailed) -> Self {
        Self {
            wanted: Some(failed.wanted),
            balance: Some(failed.balance),
            ..Self::plain(failed.code.into())
        }
    }
}

impl From<StockCode> for FailureCode {
    fn from(code: StockCode) -> Self {
        match code {
            StockCode::ProductNotFound => Self::ProductNotFound,
            StockCode::ProductNotOnSale => Self::ProductNotOnSale,
            StockCode::PriceChanged => Self::PriceChanged,
            StockCode::OutOfStock => Self::OutOfStock,
        }
    }
}

impl From<CouponCode> for FailureCode {
    fn from(code: CouponCode) -> Self {
        match code {
            CouponCode::CouponNotOwned => Self::CouponNotOwned,
            CouponCode::CouponAlreadyUsed => Self::CouponAlreadyUsed,
            CouponCode::CouponExpired => Self::CouponExpired,
            CouponCode::CouponNotApplicable => Self::CouponNotApplicable,
        }
    }
}

impl From<PaymentCode> for FailureCode {
    fn from(code: PaymentCode) -> Self {
        match code {
            PaymentCode::InsufficientPoint => Self::InsufficientPoint,
        }
    }
}
