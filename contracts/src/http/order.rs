//! A cart as it is asked for, an order as it is shown, and its audit.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::faults::Faults;
use crate::envelope::{Actor, EventId};
use crate::events::order::{Failure, OrderStatus};
use crate::events::product::BadItem;
use crate::ids::{ID_CHARS, OrderId, OrderNumber, ProductId, SagaId, UserCouponId};
use crate::money::{Money, Quantity};
use crate::problem::{Code, Fault, Language, Problem, Text};
use crate::time::Timestamp;

mod batch;
mod refund;

pub use batch::{BATCH_MAX, BatchItemView, BatchOrdersView, PlaceOrders};
pub use refund::{
    RefundAcceptedView, RefundItem, RefundItemView, RefundLinks, RefundStatus, RefundView,
    RequestRefund, WantedRefund,
};

pub const LINES_MAX: usize = 50;

/// Far above any price and far below what sums of 50 lines of 999 pieces could overflow with.
const UNIT_PRICE_MAX_WON: i64 = 1_000_000_000_000;

/// POST /orders. No price is taken from it: an expected one can only lead to a refusal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceOrder {
    #[schemars(length(min = 1, max = LINES_MAX))]
    pub items: Vec<PlaceItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceItem {
    pub product_id: ProductId,
    #[schemars(range(min = 1, max = Quantity::MAX_PER_LINE))]
    pub quantity: i64,
    /// What the shopper was shown: another price is a refusal, PRICE_CHANGED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = UNIT_PRICE_MAX_WON))]
    pub expected_unit_price: Option<i64>,
}

/// A cart that can be decided on: 1 to 50 lines of 1 to 999 pieces, in the order they came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cart {
    pub lines: Vec<CartLine>,
    pub user_coupon_id: Option<UserCouponId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CartLine {
    pub product_id: ProductId,
    pub quantity: Quantity,
    pub expected_unit_price: Option<Money>,
}

impl PlaceOrder {
    pub fn validate(&self) -> Result<Cart, Problem> {
        let mut faults = Faults::default();
        if !(1..=LINES_MAX).contains(&self.items.len()) {
            let message = Text::new(
                format!("상품을 1개부터 {LINES_MAX}개까지 담을 수 있어요"),
                format!("must have from 1 to {LINES_MAX} items"),
            );
            faults.add("/items", Fault::Length, message);
            return faults.finish(None);
        }
        let mut lines = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.iter().enumerate() {
            lines.extend(item.parse(index, &mut faults));
        }
        faults.finish(Some(Cart {
            lines,
            user_coupon_id: self.user_coupon_id,
        }))
    }
}

impl PlaceItem {
    fn parse(&self, index: usize, faults: &mut Faults) -> Option<CartLine> {
        let pointer = format!("/items/{index}/quantity");
        let most = i64::from(Quantity::MAX_PER_LINE);
        let quantity = faults.range(&pointer, self.quantity, 1, most);
        if let Some(price) = self.expected_unit_price {
            let pointer = format!("/items/{index}/expectedUnitPrice");
            faults.range(&pointer, price, 0, UNIT_PRICE_MAX_WON);
        }
        Some(CartLine {
            product_id: self.product_id,
            quantity: u32::try_from(quantity?).ok().and_then(Quantity::of_line)?,
            expected_unit_price: self.expected_unit_price.map(Money::new),
        })
    }
}

/// The 202 of POST /orders.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedView {
    pub order_id: OrderId,
    pub order_number: OrderNumber,
    pub status: OrderStatus,
    pub links: OrderLinks,
}

impl AcceptedView {
    pub fn new(order_id: OrderId) -> AcceptedView {
        AcceptedView {
            order_id,
            order_number: OrderNumber::from(order_id),
            status: OrderStatus::Pending,
            links: OrderLinks::new(order_id),
        }
    }
}

/// Where an accepted order can be followed, and taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLinks {
    #[serde(rename = "self")]
    #[schemars(example = &"/api/v1/orders/049824T900C00")]
    pub order: String,
    #[schemars(example = &"/api/v1/orders/049824T900C00/events")]
    pub events: String,
    #[schemars(example = &"/api/v1/orders/049824T900C00/cancel")]
    pub cancel: String,
    #[schemars(example = &"/api/v1/orders/049824T900C00/refunds")]
    pub refunds: String,
}

impl OrderLinks {
    pub fn new(order_id: OrderId) -> OrderLinks {
        let order = format!("/api/v1/orders/{order_id}");
        OrderLinks {
            events: format!("{order}/events"),
            cancel: format!("{order}/cancel"),
            refunds: format!("{order}/refunds"),
            order,
        }
    }
}

/// GET /orders/{id}. Prices and names are none until Product has said them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    pub order_id: OrderId,
    pub order_number: OrderNumber,
    pub status: OrderStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureView>,
    pub items: Vec<OrderItemView>,
    pub total_price: Option<Money>,
    pub discount: Option<Money>,
    pub paid_price: Option<Money>,
    #[schemars(example = &"KRW")]
    pub currency: String,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub refunds: Vec<RefundView>,
}

/// Why an order was cancelled, in the reader's language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailureView {
    pub code: Code,
    #[schemars(example = &"34500원이 필요한데 14500원이 남아 있어요")]
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<BadItem>,
    /// What was to be paid, and what there was, when that is why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
}

impl FailureView {
    pub fn new(failure: &Failure, language: Language) -> FailureView {
        let told = Problem::outcome(failure).document(language, None, None);
        FailureView {
            code: told.code,
            detail: told.detail.unwrap_or(told.title),
            items: told.items,
            wanted: failure.wanted,
            balance: failure.balance,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderItemView {
    pub order_item_id: OrderItemId,
    pub product_id: ProductId,
    #[schemars(example = &"제주 유기농 녹차 100g")]
    pub name: Option<Arc<str>>,
    pub quantity: Quantity,
    pub unit_price: Option<Money>,
    pub discount: Option<Money>,
}

/// `<orderId>-<line>`, made when asked for and never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct OrderItemId {
    pub order_id: OrderId,
    pub line: u16,
}

impl fmt::Display for OrderItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.order_id, self.line)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an order item: an order's id, a hyphen and a line number")]
pub struct InvalidOrderItemId;

impl FromStr for OrderItemId {
    type Err = InvalidOrderItemId;

    fn from_str(text: &str) -> Result<OrderItemId, InvalidOrderItemId> {
        let (order, line) = text.split_at_checked(ID_CHARS).ok_or(InvalidOrderItemId)?;
        let parsed = OrderItemId {
            order_id: order.parse().map_err(|_| InvalidOrderItemId)?,
            line: line
                .strip_prefix('-')
                .and_then(|line| line.parse().ok())
                .ok_or(InvalidOrderItemId)?,
        };
        // One spelling each: neither `+1` nor `01` names a line.
        let canonical = line.len() == 1 + parsed.line.to_string().len() && !line.contains('+');
        canonical.then_some(parsed).ok_or(InvalidOrderItemId)
    }
}

impl Serialize for OrderItemId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrderItemId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The filters of GET /orders.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListOrders {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<OrderStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

/// One row of GET /orders, from the read model.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderSummaryView {
    pub order_id: OrderId,
    pub order_number: OrderNumber,
    pub status: OrderStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<Code>,
    /// The name of the first line, once it is known.
    #[schemars(example = &"제주 유기농 녹차 100g")]
    pub first_item_name: Option<String>,
    #[schemars(example = 2)]
    pub line_count: u32,
    pub total_price: Option<Money>,
    pub discount: Option<Money>,
    pub paid_price: Option<Money>,
    /// The sum of its refunds; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_price: Option<Money>,
    #[schemars(example = &"KRW")]
    pub currency: String,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// One row of GET /orders/{id}/events.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEventView {
    /// Counts the order's rows from 1; the id of the event stream.
    #[schemars(example = 1)]
    pub no: i64,
    #[serde(rename = "type")]
    #[schemars(example = &"ORDER_CREATED")]
    pub kind: String,
    pub saga_id: SagaId,
    pub at: Timestamp,
    pub actor: Actor,
    /// The id of the event that led to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<EventId>,
    /// The traceparent of the request it began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    pub trace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Box<RawValue>>,
}

#[cfg(test)]
mod tests;
