//! I10: nothing is the consequence of what was never committed. Events that were pruned are not
//! missed.

use contracts::envelope::ServiceName;
use contracts::ids::{OrderId, SagaId};
use payment::store as points;
use product::store as stock;

use super::Findings;
use super::audit::is_audited;
use crate::Violation;
use crate::facts::{Facts, status_name};

pub(super) fn i10_no_ghost(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I10");
    for row in &facts.order.audit {
        let Some(kind) = row.kind.fact() else {
            continue;
        };
        let publisher = kind.publisher();
        let platform = facts.platform(publisher);
        let heard = publisher != ServiceName::Order && is_audited(kind);
        // Nothing is said of an order before it is placed.
        let order = facts.order.get(row.order_id);
        let kept = order.is_some_and(|order| platform.keeps(order.created_at));
        if heard && kept && !platform.tells(kind, row.saga_id.get()) {
            findings.add(
                format_args!("order {}", row.order_id),
                format_args!("its audit heard {kind}, which {publisher} never said"),
            );
        }
    }
    for row in &facts.product.ledger {
        match row.direction {
            stock::Direction::Deduct => {
                let effect = format_args!("product {} gave it stock", row.product_id);
                known(facts, row.saga_id, effect, &mut findings);
            }
            stock::Direction::Restore | stock::Direction::Return | stock::Direction::Adjust => {}
        }
    }
    for row in &facts.payment.ledger {
        match row.direction {
            points::Direction::Use => {
                let effect = format_args!("user {} paid for it", row.user_id);
                known(facts, row.saga_id, effect, &mut findings);
            }
            points::Direction::Charge | points::Direction::Refund => {}
        }
    }
    for held in &facts.promotion.held {
        if let Some(order_id) = held.order_id {
            let effect = format_args!("user's coupon {} names it", held.user_coupon_id);
            known(facts, order_id.into(), effect, &mut findings);
        }
    }
    if let Some(view) = &facts.order_view {
        for row in &view.rows {
            let status = status_name(row.status);
            let effect = format_args!("the view shows it {status}");
            known(facts, row.order_id.into(), effect, &mut findings);
        }
    }
    findings.found
}

fn known(facts: &Facts, saga: SagaId, effect: std::fmt::Arguments<'_>, findings: &mut Findings) {
    let order_id: OrderId = saga.cast();
    if facts.order.get(order_id).is_none() {
        findings.add(
            format_args!("order {order_id}"),
            format_args!("{effect}, and there is no such order"),
        );
    }
}
