//! I18 and I7 of refunds: they give back what was paid for their pieces, each piece once, and
//! every return that they owe is made.

use std::collections::BTreeMap;

use contracts::events::Kind;
use contracts::ids::{OrderId, ProductId, SagaId};
use contracts::money::Money;
use contracts::saga::{Step, Steps};
use db::Standing;
use order::store::Status;
use payment::store::Direction as Points;
use product::store::Direction as Stock;

use super::{Findings, Maybe};
use crate::Violation;
use crate::facts::{Facts, Line, Ordered, Refunded, status_name};

/// The returns of a refund, and who acknowledges each.
const RETURNS: &[(Step, Kind)] = &[
    (Step::ReturnStock, Kind::StockReturned),
    (Step::ReturnCoupon, Kind::CouponReturned),
    (Step::ReturnPoints, Kind::PointsReturned),
];

pub(super) fn i18_amounts(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I18");
    for order in &facts.order.orders {
        let refunds = facts.order.refunds(order.order_id);
        if refunds.is_empty() && order.refunded.is_none() {
            continue;
        }
        if let Some(witness) = ill_refunded(facts, order, refunds) {
            findings.add(format_args!("order {}", order.order_id), witness);
        }
    }
    for refund in &facts.order.refunds {
        let order_id = refund.order_id;
        if facts.order.get(order_id).is_none() {
            findings.add(
                subject(refund),
                format_args!("there is no order {order_id}"),
            );
        }
    }
    findings.found
}

fn ill_refunded(facts: &Facts, order: &Ordered, refunds: &[Refunded]) -> Option<String> {
    if order.status != Status::Completed {
        let status = status_name(order.status);
        return Some(format!("it is {status}, and was refunded"));
    }
    let sum = Money::checked_sum(refunds.iter().map(|refund| refund.amount));
    if order.refunded != sum {
        let (told, sum) = (Maybe(order.refunded), Maybe(sum));
        return Some(format!(
            "it says {told} refunded, its refunds add up to {sum}"
        ));
    }
    for refund in refunds {
        let id = refund.refund_id;
        let sum = Money::checked_sum(refund.lines.iter().map(|line| line.amount));
        if sum != Some(refund.amount) {
            let (amount, sum) = (refund.amount, Maybe(sum));
            return Some(format!(
                "refund {id} is of {amount}, its lines add up to {sum}"
            ));
        }
    }
    let lines = facts.order.lines(order);
    for line in lines {
        let parts = refunds.iter().flat_map(|refund| &refund.lines);
        let parts = parts.filter(|part| part.line == line.line);
        let (mut pieces, mut amount) = (0i128, 0i128);
        for part in parts {
            pieces += i128::from(part.quantity.get());
            amount += i128::from(part.amount.won());
        }
        if let Some(witness) = ill_returned(line, pieces, amount) {
            return Some(witness);
        }
    }
    for refund in refunds {
        let id = refund.refund_id;
        let covers = covers(lines, refund);
        if refund.whole_order != covers {
            let called = if refund.whole_order {
                "whole"
            } else {
                "a part"
            };
            return Some(format!("refund {id} is called {called}, and is not"));
        }
    }
    let strayed = |refund: &Refunded| {
        let known = |number| lines.iter().any(|line| line.line == number);
        refund.lines.iter().any(|part| !known(part.line))
    };
    let stray = refunds.iter().find(|refund| strayed(refund))?;
    Some(format!(
        "refund {} names a line it has not",
        stray.refund_id
    ))
}

/// Whether one refund takes every piece of the order back.
fn covers(lines: &[Line], refund: &Refunded) -> bool {
    let taken = |line: &Line| {
        let mut parts = refund.lines.iter();
        parts.any(|part| part.line == line.line && part.quantity == line.quantity)
    };
    lines.iter().all(taken)
}

/// The parts of a line are worth what was paid for so many of its pieces, rounded down: so they
/// never lose or make a won, in whatever portions they were asked for.
fn ill_returned(line: &Line, pieces: i128, amount: i128) -> Option<String> {
    let (no, bought) = (line.line, i128::from(line.quantity.get()));
    if pieces > bought {
        return Some(format!(
            "of {bought} pieces of line {no} {pieces} came back"
        ));
    }
    let worth = line.unit_price?.checked_mul(line.quantity)?;
    let paid = i128::from(worth.checked_sub(line.discount?)?.won());
    let due = paid * pieces / bought;
    (amount != due)
        .then(|| format!("{pieces} of {bought} pieces of line {no} cost {due}, {amount} came back"))
}

pub(super) fn i7_acknowledged(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I7");
    for refund in &facts.order.refunds {
        if let Some(witness) = miscounted(facts, refund) {
            findings.add(subject(refund), witness);
        }
    }
    findings.found
}

fn miscounted(facts: &Facts, refund: &Refunded) -> Option<String> {
    let (order_id, saga) = place(refund);
    let order = facts.order.get(order_id)?;
    let owed = owed(refund, order);
    if refund.owed != owed {
        return Some(format!("it is owed {:?}, not {owed:?}", refund.owed));
    }
    let heard = RETURNS
        .iter()
        .filter(|(_, kind)| facts.order.audited(order_id, saga, *kind).is_some());
    let heard: Steps = heard.map(|(step, _)| *step).collect();
    let noted = refund.acknowledged;
    let fits = match facts.order.is_resolved(order_id, saga) {
        true => noted.covers(heard),
        false => noted == heard,
    };
    if !fits {
        return Some(format!(
            "it notes {noted:?} acknowledged, its audit {heard:?}"
        ));
    }
    let all_in = refund.missing().is_empty();
    if all_in != refund.done_at.is_some() {
        let marked = if all_in { "not marked" } else { "marked" };
        let missing = refund.missing();
        return Some(format!("owed still {missing:?}, and {marked} done"));
    }
    let said = facts
        .order
        .audited(order_id, saga, Kind::OrderRefunded)
        .is_some();
    (said != all_in).then(|| {
        let has = if said { "has" } else { "has no" };
        format!(
            "owed still {:?}, and its audit {has} ORDER_REFUNDED",
            refund.missing()
        )
    })
}

fn owed(refund: &Refunded, order: &Ordered) -> Steps {
    let mut owed = Steps::NONE.with(Step::ReturnStock);
    if refund.whole_order && order.user_coupon_id.is_some() {
        owed = owed.with(Step::ReturnCoupon);
    }
    if !refund.amount.is_zero() {
        owed = owed.with(Step::ReturnPoints);
    }
    owed
}

pub(super) fn i7_returned(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I7");
    for refund in &facts.order.refunds {
        let (order_id, saga) = place(refund);
        if facts.order.is_resolved(order_id, saga) {
            continue;
        }
        let witness = unacknowledged(refund)
            .or_else(|| stock_off(facts, refund))
            .or_else(|| points_off(facts, refund))
            .or_else(|| coupon_off(facts, refund));
        if let Some(witness) = witness {
            findings.add(subject(refund), witness);
        }
    }
    findings.found
}

fn unacknowledged(refund: &Refunded) -> Option<String> {
    let missing = refund.missing();
    (!missing.is_empty()).then(|| format!("nobody acknowledged {missing:?}"))
}

fn stock_off(facts: &Facts, refund: &Refunded) -> Option<String> {
    let mut due: BTreeMap<ProductId, i128> = BTreeMap::new();
    for line in &refund.lines {
        *due.entry(line.product_id).or_default() += i128::from(line.quantity.get());
    }
    let moved = facts.product.moved(refund.refund_id.into()).iter();
    for row in moved.filter(|row| row.direction == Stock::Return) {
        *due.entry(row.product_id).or_default() -= i128::from(row.delta);
    }
    let (product, off) = due.into_iter().find(|(_, off)| *off != 0)?;
    Some(match off > 0 {
        true => format!("{off} of product {product} did not come back"),
        false => format!("{} of product {product} came back too much", -off),
    })
}

fn points_off(facts: &Facts, refund: &Refunded) -> Option<String> {
    let order = facts.order.get(refund.order_id)?;
    let saga = refund.refund_id.into();
    let entry = facts.payment.entry(order.user_id, saga, Points::Refund);
    let back = entry.map_or(Money::ZERO, |entry| entry.amount);
    (back != refund.amount).then(|| format!("{back} of its {} won came back", refund.amount))
}

/// Only a fence remembers that a coupon came back, for as long as fences are kept.
fn coupon_off(facts: &Facts, refund: &Refunded) -> Option<String> {
    if !refund.owed.contains(Step::ReturnCoupon) {
        return None;
    }
    let platform = &facts.promotion.platform;
    let at = refund.refund_id.at();
    match platform.fence(refund.refund_id.into(), Step::ReturnCoupon) {
        Some(Standing::Applied) => None,
        None if platform.may_have_forgotten(at) => None,
        None | Some(Standing::Undone | Standing::Refused | Standing::Void) => {
            Some("its coupon did not come back".to_owned())
        }
    }
}

fn place(refund: &Refunded) -> (OrderId, SagaId) {
    (refund.order_id, refund.refund_id.into())
}

fn subject(refund: &Refunded) -> String {
    format!("refund {} of order {}", refund.refund_id, refund.order_id)
}
