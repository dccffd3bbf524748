//! I17: no deadline is forgotten, and none ends what was paid. How long ago one passed shows in
//! rows only beside another that was kept: a shop that stood still misses none. That a timer does
//! not fire early is the loop's, and tested there.

use std::time::Duration;

use contracts::events::Kind;
use contracts::events::order::FailureCode;
use order::store::Status;

use super::Findings;
use crate::Violation;
use crate::facts::{Facts, Ordered, status_name};

/// An order waits this long past its deadline at most, however far events are behind.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// A start lets every deadline that it finds wait so long; one that is set later, and shorter,
/// passes before those.
const GRACE: Duration = Duration::from_secs(10);

pub(super) fn i17_expiry(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I17");
    let orders = &facts.order.orders;
    let expired = |order: &&Ordered| order.failure == Some(FailureCode::Expired);
    let in_turn = |order: &&Ordered| order.created_at.plus(GRACE) <= order.expires_at;
    let kept = orders
        .iter()
        .filter(expired)
        .filter(in_turn)
        .max_by_key(|order| order.expires_at);
    for order in orders {
        let witness = match order.status {
            Status::Pending => kept.and_then(|kept| passed_over(order, kept)),
            Status::Completed => None,
            Status::Cancelled => after_payment(facts, order),
        };
        if let Some(witness) = witness {
            findings.add(format_args!("order {}", order.order_id), witness);
        }
    }
    findings.found
}

/// Deadlines are kept in their order: one that is long behind another was forgotten.
fn passed_over(open: &Ordered, kept: &Ordered) -> Option<String> {
    let forgotten = open.expires_at.plus(LONGEST) < kept.expires_at;
    forgotten.then(|| {
        format!(
            "it is PENDING past {}, and order {} expired at {}",
            open.expires_at, kept.order_id, kept.expires_at
        )
    })
}

/// A payment heard of first ends the order well; one heard of later is given back.
fn after_payment(facts: &Facts, order: &Ordered) -> Option<String> {
    let of = |kind| {
        facts
            .order
            .audited(order.order_id, order.order_id.into(), kind)
    };
    let (paid, cancelled) = (of(Kind::PaymentCompleted)?, of(Kind::OrderCancelled)?);
    (paid.no < cancelled.no).then(|| {
        format!(
            "it is {}, and its payment was heard of before",
            status_name(order.status)
        )
    })
}
