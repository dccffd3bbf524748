//! I1 and I11: what an answered command made is there, once, and its caller's. That every answer
//! a client got was kept is checked by whoever has the client's history.

use contracts::ids::{CouponId, OrderId, ProductId, SagaId, UserCouponId, UserId};
use payment::store::Direction;
use product::store::Direction as Moved;

use super::Findings;
use crate::Violation;
use crate::facts::Facts;

/// What Order answers a placing and a refund with; a cancellation's key names its order again.
const PLACED: i64 = 202;

pub(super) fn i1_no_lost_order(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I1");
    let keys = &facts.order.platform.keys;
    let refunds = facts.order.refunds.iter();
    let mut refunds: Vec<i64> = refunds.map(|refund| refund.refund_id.get()).collect();
    refunds.sort_unstable();
    for key in keys {
        let order_id = OrderId::new(key.reference);
        let refunded = refunds.binary_search(&key.reference).is_ok();
        if facts.order.get(order_id).is_none() && !refunded {
            let scope = &key.scope;
            findings.add(
                format_args!("order {order_id}"),
                format_args!("key {scope:?} was answered with it, and nothing is there"),
            );
        }
    }
    let mut placed: Vec<_> = keys.iter().filter(|key| key.status == PLACED).collect();
    placed.sort_unstable_by_key(|key| key.reference);
    for pair in placed.windows(2) {
        if pair[0].reference == pair[1].reference {
            findings.add(
                format_args!("order {}", OrderId::new(pair[0].reference)),
                format_args!(
                    "asked for under {:?} and {:?}",
                    pair[0].scope, pair[1].scope
                ),
            );
        }
    }
    findings.found
}

pub(super) fn i11_keys(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I11");
    order_keys(facts, &mut findings);
    payment_keys(facts, &mut findings);
    promotion_keys(facts, &mut findings);
    product_keys(facts, &mut findings);
    findings.found
}

/// Who used a key: a scope over HTTP begins with the caller.
fn caller(scope: &str) -> Option<UserId> {
    scope.split(' ').next()?.parse().ok()
}

fn is_others(scope: &str, owner: UserId) -> bool {
    caller(scope).is_some_and(|caller| caller != owner)
}

fn order_keys(facts: &Facts, findings: &mut Findings) {
    let keys = facts.order.platform.keys.iter();
    for key in keys.filter(|key| key.status == PLACED) {
        let Some(order) = facts.order.get(OrderId::new(key.reference)) else {
            continue;
        };
        if is_others(&key.scope, order.user_id) {
            let (scope, owner) = (&key.scope, order.user_id);
            findings.add(
                format_args!("order {}", order.order_id),
                format_args!("key {scope:?} made it for user {owner}"),
            );
        }
    }
}

fn payment_keys(facts: &Facts, findings: &mut Findings) {
    let charge = |row: &&payment::store::PointHistory| row.direction == Direction::Charge;
    let charges = facts.payment.ledger.iter().filter(charge);
    let mut charges: Vec<_> = charges.map(|row| (row.saga_id, row.user_id)).collect();
    charges.sort_unstable();
    let keys = &facts.payment.platform.keys;
    for key in keys {
        let made = SagaId::new(key.reference);
        let at = charges.partition_point(|charge| charge.0 < made);
        let scope = &key.scope;
        let subject = format_args!("charge {made}");
        match charges.get(at).filter(|charge| charge.0 == made) {
            None => findings.add(subject, format_args!("key {scope:?}: it has no ledger row")),
            Some(charge) if is_others(scope, charge.1) => {
                findings.add(
                    subject,
                    format_args!("key {scope:?}: user {} got it", charge.1),
                );
            }
            Some(_) => {}
        }
    }
    once(keys.iter().map(|key| key.reference), "charge", findings);
}

fn promotion_keys(facts: &Facts, findings: &mut Findings) {
    let held = facts.promotion.held.iter();
    let mut held: Vec<_> = held.map(|row| (row.user_coupon_id, row.user_id)).collect();
    held.sort_unstable();
    let keys = &facts.promotion.platform.keys;
    for key in keys {
        let (made, scope) = (UserCouponId::new(key.reference), &key.scope);
        let at = held.partition_point(|held| held.0 < made);
        match held.get(at).filter(|held| held.0 == made) {
            Some(held) if is_others(scope, held.1) => findings.add(
                format_args!("user's coupon {made}"),
                format_args!("key {scope:?}: user {} got it", held.1),
            ),
            Some(_) => {}
            None => {
                let made: CouponId = made.cast();
                let coupons = &facts.promotion.coupons;
                if coupons
                    .binary_search_by_key(&made, |coupon| coupon.coupon_id)
                    .is_err()
                {
                    findings.add(
                        format_args!("coupon {made}"),
                        format_args!("key {scope:?}: there is no such coupon, nor a user's"),
                    );
                }
            }
        }
    }
    once(keys.iter().map(|key| key.reference), "coupon", findings);
}

fn product_keys(facts: &Facts, findings: &mut Findings) {
    let keys = &facts.product.platform.keys;
    for key in keys {
        let made = SagaId::new(key.reference);
        let mut moved = facts.product.moved(made).iter();
        let adjusted = moved.any(|row| row.direction == Moved::Adjust);
        let created = facts
            .product
            .version(ProductId::new(key.reference))
            .is_some();
        if !adjusted && !created {
            findings.add(
                format_args!("adjustment {made}"),
                format_args!("key {:?}: it has no ledger row", key.scope),
            );
        }
    }
    once(keys.iter().map(|key| key.reference), "adjustment", findings);
}

/// No two keys were answered with the same thing: each request had an effect of its own.
fn once(made: impl Iterator<Item = i64>, what: &str, findings: &mut Findings) {
    let mut made: Vec<_> = made.collect();
    made.sort_unstable();
    for pair in made.windows(2) {
        if pair[0] == pair[1] {
            let id = SagaId::new(pair[0]);
            findings.add(
                format_args!("{what} {id}"),
                "two keys were answered with it",
            );
        }
    }
}
