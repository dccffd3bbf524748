//! A refund as it is asked for, accepted and shown.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OrderItemId;
use crate::http::faults::Faults;
use crate::ids::{OrderId, RefundId};
use crate::money::{Money, Quantity};
use crate::problem::{Fault, Problem, Text};
use crate::schema::TEXT;
use crate::time::Timestamp;

const REASON_MAX: usize = 200;

/// POST /orders/{id}/refunds. Without items: all that is left of the order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestRefund {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = super::LINES_MAX))]
    pub items: Option<Vec<RefundItem>>,
    #[schemars(length(min = 1, max = REASON_MAX), extend("pattern" = TEXT))]
    pub reason: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefundItem {
    pub order_item_id: OrderItemId,
    #[schemars(range(min = 1, max = Quantity::MAX_PER_LINE))]
    pub quantity: i64,
}

/// A refund that can be decided on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedRefund {
    /// Pieces by line; none for all that is left.
    pub lines: Option<BTreeMap<u16, Quantity>>,
    pub reason: String,
}

impl RequestRefund {
    /// Of the order that the path names.
    pub fn validate(&self, order_id: OrderId) -> Result<WantedRefund, Problem> {
        let mut faults = Faults::default();
        let reason = faults.text("/reason", &self.reason, 1, REASON_MAX);
        let lines = self
            .items
            .as_deref()
            .map(|items| lines(items, order_id, &mut faults));
        faults.finish(Some(WantedRefund { lines, reason }))
    }
}

fn lines(items: &[RefundItem], order_id: OrderId, faults: &mut Faults) -> BTreeMap<u16, Quantity> {
    let mut lines = BTreeMap::new();
    if !(1..=super::LINES_MAX).contains(&items.len()) {
        let most = super::LINES_MAX;
        let message = Text::new(
            format!("상품을 1개부터 {most}개까지 고를 수 있어요"),
            format!("must have from 1 to {most} items"),
        );
        faults.add("/items", Fault::Length, message);
        return lines;
    }
    for (index, item) in items.iter().enumerate() {
        let OrderItemId { order_id: of, line } = item.order_item_id;
        if of != order_id {
            let message = Text::new("이 주문의 상품이 아니에요", "must be an item of this order");
            faults.add(
                format!("/items/{index}/orderItemId"),
                Fault::Format,
                message,
            );
        }
        let most = i64::from(Quantity::MAX_PER_LINE);
        let pointer = format!("/items/{index}/quantity");
        let quantity = faults.range(&pointer, item.quantity, 1, most);
        let quantity = quantity.and_then(|quantity| u32::try_from(quantity).ok());
        let Some(quantity) = quantity.and_then(Quantity::of_line) else {
            continue;
        };
        if lines.insert(line, quantity).is_some() {
            let message = Text::new("같은 상품이 두 번 있어요", "must name each item once");
            faults.add(
                format!("/items/{index}/orderItemId"),
                Fault::Format,
                message,
            );
        }
    }
    lines
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    Requested,
    Done,
}

/// The 202 of POST /orders/{id}/refunds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundAcceptedView {
    pub refund_id: RefundId,
    pub status: RefundStatus,
    pub amount: Money,
    pub links: RefundLinks,
}

/// Where an accepted refund can be followed: it is part of its order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundLinks {
    #[schemars(example = &"/api/v1/orders/049824T900C00")]
    pub order: String,
    #[schemars(example = &"/api/v1/orders/049824T900C00/events")]
    pub events: String,
}

impl RefundAcceptedView {
    pub fn new(order_id: OrderId, refund_id: RefundId, amount: Money) -> RefundAcceptedView {
        let order = format!("/api/v1/orders/{order_id}");
        RefundAcceptedView {
            refund_id,
            status: RefundStatus::Requested,
            amount,
            links: RefundLinks {
                events: format!("{order}/events"),
                order,
            },
        }
    }
}

/// A refund as its order shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundView {
    pub refund_id: RefundId,
    pub status: RefundStatus,
    pub amount: Money,
    #[schemars(example = &"단순 변심")]
    pub reason: String,
    pub items: Vec<RefundItemView>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundItemView {
    pub order_item_id: OrderItemId,
    pub quantity: Quantity,
    pub amount: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: OrderId = OrderId::new(7);

    fn asked(items: Option<&[(u16, i64)]>, reason: &str) -> RequestRefund {
        let item = |&(line, quantity): &(u16, i64)| RefundItem {
            order_item_id: OrderItemId {
                order_id: ORDER,
                line,
            },
            quantity,
        };
        RequestRefund {
            items: items.map(|items| items.iter().map(item).collect()),
            reason: reason.to_owned(),
        }
    }

    fn pointers(asked: &RequestRefund, of: OrderId) -> Vec<String> {
        let errors = asked.validate(of).unwrap_err().errors;
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_refund_names_pieces_of_lines_or_all_that_is_left() {
        let all = asked(None, " 변심 ").validate(ORDER).unwrap();
        assert_eq!((all.lines, all.reason.as_str()), (None, "변심"));
        let some = asked(Some(&[(2, 1), (1, 999)]), "r")
            .validate(ORDER)
            .unwrap();
        let lines: Vec<_> = some.lines.unwrap().into_iter().collect();
        assert_eq!(lines, [(1, Quantity::new(999)), (2, Quantity::new(1))]);
    }

    #[test]
    fn what_no_order_could_have_is_refused_where_it_stands() {
        let many: Vec<_> = (1..=51).map(|line| (line, 1)).collect();
        let cases: [(RequestRefund, OrderId, &[&str]); 7] = [
            (asked(Some(&[]), "r"), ORDER, &["/items"]),
            (asked(Some(&many), "r"), ORDER, &["/items"]),
            (asked(Some(&[(1, 0)]), "r"), ORDER, &["/items/0/quantity"]),
            (
                asked(Some(&[(1, 1000)]), "r"),
                ORDER,
                &["/items/0/quantity"],
            ),
            (
                asked(Some(&[(1, 1), (1, 2)]), "r"),
                ORDER,
                &["/items/1/orderItemId"],
            ),
            (
                asked(Some(&[(1, 1)]), "r"),
                OrderId::new(8),
                &["/items/0/orderItemId"],
            ),
            (asked(None, " "), ORDER, &["/reason"]),
        ];
        for (asked, of, expected) in cases {
            assert_eq!(pointers(&asked, of), expected, "{asked:?}");
        }
    }
}
