//! I2: an order is open, or has one end. That nothing leaves an end again shows in the rows only
//! as a second end; the simulator watches the transitions themselves.

use contracts::events::Kind;
use order::store::Status;

use super::Findings;
use crate::Violation;
use crate::facts::{Facts, Ordered, status_name};

pub(super) fn i2_one_end(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I2");
    for order in &facts.order.orders {
        let confirmed = facts.order.knows(order.order_id, Kind::OrderConfirmed);
        let cancelled = facts.order.knows(order.order_id, Kind::OrderCancelled);
        if let Some(witness) = at_odds(order, confirmed, cancelled) {
            findings.add(format_args!("order {}", order.order_id), witness);
        }
    }
    findings.found
}

fn at_odds(order: &Ordered, confirmed: bool, cancelled: bool) -> Option<String> {
    if confirmed && cancelled {
        return Some("its audit has ORDER_CONFIRMED and ORDER_CANCELLED".to_owned());
    }
    let status = status_name(order.status);
    let (confirms, cancels) = match order.status {
        Status::Pending => (false, false),
        Status::Completed => (true, false),
        Status::Cancelled => (false, true),
    };
    let in_audit = |has: bool| if has { "has" } else { "has no" };
    if confirmed != confirms {
        let has = in_audit(confirmed);
        return Some(format!(
            "it is {status}, and its audit {has} ORDER_CONFIRMED"
        ));
    }
    if cancelled != cancels {
        let has = in_audit(cancelled);
        return Some(format!(
            "it is {status}, and its audit {has} ORDER_CANCELLED"
        ));
    }
    let ended = confirms || cancels;
    if order.ended_at.is_some() != ended {
        let has = in_audit(!ended);
        return Some(format!("it is {status} and {has} time of its end"));
    }
    if order.failure.is_some() != cancels {
        let has = in_audit(!cancels);
        return Some(format!("it is {status} and {has} failure code"));
    }
    // Placed as version 1, ended as 2; refunds count on.
    if (order.version > 1) != ended || order.version < 1 {
        return Some(format!("it is {status} in version {}", order.version));
    }
    None
}
