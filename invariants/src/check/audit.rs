//! I12: the audit of an order has every fact about it once, in one unbroken numbering.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::OrderId;

use super::Findings;
use crate::Violation;
use crate::facts::{Audited, Facts, Platform};

/// Whether a fact belongs into the audit of its order.
pub(super) const fn is_audited(kind: Kind) -> bool {
    match kind {
        Kind::OrderCreated
        | Kind::OrderConfirmed
        | Kind::OrderCancelled
        | Kind::RefundRequested
        | Kind::OrderRefunded
        | Kind::StockDeducted
        | Kind::StockDeductionFailed
        | Kind::StockRestored
        | Kind::StockReturned
        | Kind::CouponApplied
        | Kind::CouponRejected
        | Kind::CouponRestored
        | Kind::CouponReturned
        | Kind::PaymentCompleted
        | Kind::PaymentFailed
        | Kind::PaymentRefunded
        | Kind::PointsReturned => true,
        Kind::UserRegistered
        | Kind::UserDeactivated
        | Kind::ProductChanged
        | Kind::PointCharged
        | Kind::CouponIssued => false,
    }
}

pub(super) fn i12_numbering(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I12");
    let mut numbers = Vec::new();
    let same_order = |one: &Audited, other: &Audited| one.order_id == other.order_id;
    for audit in facts.order.audit.chunk_by(same_order) {
        let order_id = audit[0].order_id;
        let subject = format_args!("order {order_id}");
        if facts.order.get(order_id).is_none() {
            let kind = audit[0].kind.name();
            findings.add(
                subject,
                format_args!("its audit has {kind}, there is no such order"),
            );
            continue;
        }
        numbers.clear();
        numbers.extend(audit.iter().map(|row| (row.no, row.kind)));
        numbers.sort_unstable();
        let odd = (1..)
            .zip(&numbers)
            .find(|(expected, (no, _))| expected != no);
        if let Some((expected, (no, kind))) = odd {
            findings.add(
                subject,
                format_args!("{} is its audit row {no}, not {expected}", kind.name()),
            );
        }
    }
    for order in &facts.order.orders {
        if !facts.order.knows(order.order_id, Kind::OrderCreated) {
            let subject = format_args!("order {}", order.order_id);
            findings.add(subject, "its audit has no OrderCreated");
        }
    }
    // What Order itself says is in its audit by the same commit; an order's end is I2's.
    for kind in [Kind::RefundRequested, Kind::OrderRefunded] {
        unheard(facts, &facts.order.platform, kind, &mut findings);
    }
    findings.found
}

pub(super) fn i12_heard(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I12");
    for kind in Kind::ALL.iter().filter(|kind| is_audited(**kind)) {
        if kind.publisher() != ServiceName::Order {
            unheard(
                facts,
                facts.platform(kind.publisher()),
                *kind,
                &mut findings,
            );
        }
    }
    findings.found
}

/// Events that no audit row tells of. An order that is not there is I10's.
fn unheard(facts: &Facts, platform: &Platform, kind: Kind, findings: &mut Findings) {
    for said in platform.of_kind(kind) {
        let order_id = OrderId::new(said.key);
        let Some(saga) = said.saga.filter(|_| facts.order.get(order_id).is_some()) else {
            continue;
        };
        if facts.order.audited(order_id, saga, kind).is_none() {
            findings.add(
                format_args!("order {order_id}"),
                format_args!(
                    "{kind} was said ({}), and its audit has no row of it",
                    said.seq
                ),
            );
        }
    }
}
