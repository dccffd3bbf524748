//! How prices come to an order: with the events of the steps that froze them. Nothing is computed
//! here, so that no two services can disagree about a sum.

use std::sync::Arc;

use contracts::events::order::{OrderDocumentLine, OrderLine};
use contracts::events::payment::PaymentCompleted;
use contracts::events::product::{PricedLine, StockDeducted};
use contracts::events::promotion::{CouponApplied, DiscountedLine};
use contracts::money::Money;
use serde::{Deserialize, Serialize};

/// An order's lines and sums as far as some step has frozen them.
#[derive(Clone, Debug, PartialEq)]
pub struct Priced {
    pub lines: Vec<OrderDocumentLine>,
    pub total: Money,
    /// Known once the coupon's step is done.
    pub discount: Option<Money>,
    pub paid: Option<Money>,
}

impl Priced {
    pub fn by_payment(completed: &PaymentCompleted) -> Self {
        Self {
            lines: completed.lines.iter().map(discounted).collect(),
            total: completed.total,
            discount: Some(completed.discount),
            paid: Some(completed.paid),
        }
    }
}

/// What a step before the last froze, as the audit keeps it: what the order's own lines do not say
/// already. The whole content of the step's event, which rows of old have, reads the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frozen {
    lines: Vec<FrozenLine>,
    total: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid: Option<Money>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FrozenLine {
    line: u16,
    name: Arc<str>,
    category: Arc<str>,
    unit_price: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discount: Option<Money>,
}

impl Frozen {
    pub fn by_stock(deducted: &StockDeducted) -> Self {
        let line = |line: &PricedLine| FrozenLine {
            line: line.line,
            name: Arc::clone(&line.name),
            category: Arc::clone(&line.category),
            unit_price: line.unit_price,
            discount: None,
        };
        Self {
            lines: deducted.lines.iter().map(line).collect(),
            total: deducted.total,
            discount: None,
            paid: None,
        }
    }

    pub fn by_coupon(applied: &CouponApplied) -> Self {
        let line = |line: &DiscountedLine| FrozenLine {
            line: line.line,
            name: Arc::clone(&line.name),
            category: Arc::clone(&line.category),
            unit_price: line.unit_price,
            discount: Some(line.discount),
        };
        Self {
            lines: applied.lines.iter().map(line).collect(),
            total: applied.total,
            discount: Some(applied.discount),
            paid: Some(applied.paid),
        }
    }

    /// As the audit keeps it.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("names and numbers")
    }

    /// None of what is no such content.
    pub fn decode(content: &str) -> Option<Self> {
        serde_json::from_str(content).ok()
    }

    /// The order's lines with what was frozen of them.
    pub fn priced(&self, lines: &[OrderDocumentLine]) -> Priced {
        let priced = lines.iter().map(|line| {
            let frozen = self.lines.iter().find(|frozen| frozen.line == line.line);
            frozen.map_or_else(|| line.clone(), |frozen| frozen.priced(line))
        });
        Priced {
            lines: priced.collect(),
            total: self.total,
            discount: self.discount,
            paid: self.paid,
        }
    }
}

impl FrozenLine {
    fn priced(&self, line: &OrderDocumentLine) -> OrderDocumentLine {
        OrderDocumentLine {
            name: Some(Arc::clone(&self.name)),
            category: Some(Arc::clone(&self.category)),
            unit_price: Some(self.unit_price),
            discount: self.discount,
            ..line.clone()
        }
    }
}

/// A line as it was asked for: without a price, for Product has not said one.
pub fn asked(line: &OrderLine) -> OrderDocumentLine {
    OrderDocumentLine {
        line: line.line,
        product_id: line.product_id,
        quantity: line.quantity,
        expected_unit_price: line.expected_unit_price,
        name: None,
        category: None,
        unit_price: None,
        discount: None,
    }
}

fn discounted(line: &DiscountedLine) -> OrderDocumentLine {
    OrderDocumentLine {
        line: line.line,
        product_id: line.product_id,
        quantity: line.quantity,
        expected_unit_price: line.expected_unit_price,
        name: Some(Arc::clone(&line.name)),
        category: Some(Arc::clone(&line.category)),
        unit_price: Some(line.unit_price),
        discount: Some(line.discount),
    }
}
