//! How prices come to an order: with the events of the steps that froze them. Nothing is computed
//! here, so that no two services can disagree about a sum.

use std::sync::Arc;

use contracts::events::order::{OrderDocumentLine, OrderLine};
use contracts::events::payment::PaymentCompleted;
use contracts::events::product::{PricedLine, StockDeducted};
use contracts::events::promotion::{CouponApplied, DiscountedLine};
use contracts::money::Money;

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
    pub fn by_stock(deducted: &StockDeducted) -> Self {
        Self {
            lines: deducted.lines.iter().map(priced).collect(),
            total: deducted.total,
            discount: None,
            paid: None,
        }
    }

    pub fn by_coupon(applied: &CouponApplied) -> Self {
        Self {
            lines: applied.lines.iter().map(discounted).collect(),
            total: applied.total,
            discount: Some(applied.discount),
            paid: Some(applied.paid),
        }
    }

    pub fn by_payment(completed: &PaymentCompleted) -> Self {
        Self {
            lines: completed.lines.iter().map(discounted).collect(),
            total: completed.total,
            discount: Some(completed.discount),
            paid: Some(completed.paid),
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

fn priced(line: &PricedLine) -> OrderDocumentLine {
    OrderDocumentLine {
        line: line.line,
        product_id: line.product_id,
        quantity: line.quantity,
        expected_unit_price: line.expected_unit_price,
        name: Some(Arc::clone(&line.name)),
        category: Some(Arc::clone(&line.category)),
        unit_price: Some(line.unit_price),
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
