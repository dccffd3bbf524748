//! I6: a coupon is issued up to its cap, once to a user, and holds at most the one order that
//! used it.

use contracts::ids::CouponId;
use contracts::saga::Step;
use db::Standing;
use order::store::Status;
use promotion::store::{Coupon, CouponIssue, State, UserCoupon};

use super::Findings;
use crate::Violation;
use crate::facts::{Facts, Ordered, is_used_by, status_name};

pub(super) fn i6_issue_and_use(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I6");
    issue(facts, &mut findings);
    holdings(facts, &mut findings);
    one_coupon_an_order(facts, &mut findings);
    uses(facts, &mut findings);
    expired_stay_expired(facts, &mut findings);
    findings.found
}

fn issue(facts: &Facts, findings: &mut Findings) {
    let mut left = facts.promotion.issued.as_slice();
    let mut numbers = Vec::new();
    for coupon in &facts.promotion.coupons {
        let subject = format_args!("coupon {}", coupon.coupon_id);
        let (rows, rest) = left.split_at(count(left, |id| id <= coupon.coupon_id));
        left = rest;
        if let Some(stray) = rows.iter().find(|row| row.coupon_id != coupon.coupon_id) {
            findings.add(
                format_args!("coupon {}", stray.coupon_id),
                format_args!(
                    "issued to user {}, and there is no such coupon",
                    stray.user_id
                ),
            );
            continue;
        }
        numbers.clear();
        numbers.extend(rows.iter().map(|row| row.sequence_no));
        numbers.sort_unstable();
        if let Some(witness) = misnumbered(coupon, &numbers) {
            findings.add(subject, witness);
        }
    }
    if let Some(stray) = left.first() {
        findings.add(
            format_args!("coupon {}", stray.coupon_id),
            format_args!(
                "issued to user {}, and there is no such coupon",
                stray.user_id
            ),
        );
    }
}

fn count(rows: &[CouponIssue], is_before: impl Fn(CouponId) -> bool) -> usize {
    rows.partition_point(|row| is_before(row.coupon_id))
}

fn misnumbered(coupon: &Coupon, numbers: &[i64]) -> Option<String> {
    let odd = (1..)
        .zip(numbers)
        .find(|(expected, number)| *expected != **number);
    if let Some((expected, number)) = odd {
        return Some(format!("issue row {expected} in order has number {number}"));
    }
    let rows = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
    if coupon.issued != rows {
        return Some(format!(
            "it counts {} issued, and has {rows} rows",
            coupon.issued
        ));
    }
    let (issued, cap) = (coupon.issued, coupon.total_quantity);
    (issued > cap).then(|| format!("{issued} issued of {cap}"))
}

/// Each issue is a coupon in its user's hands, and the other way round.
fn holdings(facts: &Facts, findings: &mut Findings) {
    let promotion = &facts.promotion;
    for issue in &promotion.issued {
        let held = promotion.held(issue.user_id, issue.user_coupon_id);
        if held.is_none_or(|held| held.coupon_id != issue.coupon_id) {
            findings.add(
                format_args!("coupon {}", issue.coupon_id),
                format_args!(
                    "number {}: user {} does not hold it",
                    issue.sequence_no, issue.user_id
                ),
            );
        }
    }
    for held in &promotion.held {
        let key = (held.coupon_id, held.user_id);
        let found = promotion.issued.binary_search_by_key(&key, db::Row::key);
        let issued =
            found.is_ok_and(|at| promotion.issued[at].user_coupon_id == held.user_coupon_id);
        if !issued {
            findings.add(
                format_args!("user's coupon {}", held.user_coupon_id),
                format_args!("held of coupon {}, which did not issue it", held.coupon_id),
            );
        }
    }
}

fn one_coupon_an_order(facts: &Facts, findings: &mut Findings) {
    let named = facts.promotion.held.iter();
    let named = named.filter_map(|held| Some((held.order_id?, held.user_coupon_id)));
    let mut named: Vec<_> = named.collect();
    named.sort_unstable();
    for pair in named.windows(2) {
        if pair[0].0 == pair[1].0 {
            let [(order_id, one), (_, other)] = [pair[0], pair[1]];
            findings.add(
                format_args!("order {order_id}"),
                format_args!("user's coupons {one} and {other} both name it"),
            );
        }
    }
}

/// USED is the state that names an order, and that order may use it.
fn uses(facts: &Facts, findings: &mut Findings) {
    for held in &facts.promotion.held {
        let subject = format_args!("user's coupon {}", held.user_coupon_id);
        let used = held.state == State::Used;
        let Some(order_id) = held.order_id.filter(|_| used) else {
            if used || held.order_id.is_some() || held.used_at.is_some() {
                let state = state_name(held.state);
                findings.add(
                    subject,
                    format_args!("it is {state}, and its use says otherwise"),
                );
            }
            continue;
        };
        if held.used_at.is_none() {
            findings.add(subject, format_args!("USED by order {order_id} at no time"));
        }
        if let Some(order) = facts.order.get(order_id)
            && let Some(why) = may_not_use(held, order)
        {
            findings.add(subject, format_args!("USED by order {order_id}, {why}"));
        }
    }
}

fn may_not_use(held: &UserCoupon, order: &Ordered) -> Option<String> {
    if order.user_id != held.user_id {
        return Some(format!("which is user {}'s", order.user_id));
    }
    if order.user_coupon_id != Some(held.user_coupon_id) {
        return Some("which did not name it".to_owned());
    }
    let (placed, valid_to) = (order.created_at, held.valid_to);
    (valid_to < placed).then(|| format!("placed {placed}, after its last instant {valid_to}"))
}

/// What was given back after its last day is not good for another order.
fn expired_stay_expired(facts: &Facts, findings: &mut Findings) {
    let apply = i64::from(Step::ApplyCoupon.code());
    let fences = facts.promotion.platform.fences.iter();
    let undone = |fence: &&db::Fence| fence.step == apply && fence.state == Standing::Undone;
    for fence in fences.filter(undone) {
        let order = facts.order.of_saga(fence.saga_id);
        let Some(held) = order.and_then(|order| facts.promotion.named_by(order)) else {
            continue;
        };
        if held.valid_to < fence.at && held.state != State::Expired {
            let (state, saga) = (state_name(held.state), fence.saga_id);
            findings.add(
                format_args!("user's coupon {}", held.user_coupon_id),
                format_args!("order {saga} gave it back past its last day, and it is {state}"),
            );
        }
    }
}

pub(super) fn i6_uses(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I6");
    for held in &facts.promotion.held {
        let Some(order_id) = held.order_id else {
            continue;
        };
        let order = facts.order.get(order_id);
        let state = order.map_or("not there", |order| status_name(order.status));
        let resolved = facts.order.is_resolved(order_id, order_id.into());
        if order.is_none_or(|order| order.status != Status::Completed) && !resolved {
            findings.add(
                format_args!("user's coupon {}", held.user_coupon_id),
                format_args!("USED by order {order_id}, which is {state}"),
            );
        }
    }
    for order in &facts.order.orders {
        let Some(named) = order.user_coupon_id else {
            continue;
        };
        let holds = facts.promotion.named_by(order);
        let uses = holds.is_some_and(|held| is_used_by(held, order.order_id));
        if order.status == Status::Completed && !uses && !is_given_back(facts, order) {
            let state = holds.map_or("not the user's", |held| state_name(held.state));
            findings.add(
                format_args!("user's coupon {named}"),
                format_args!(
                    "order {} is COMPLETED with it, and it is {state}",
                    order.order_id
                ),
            );
        }
    }
    findings.found
}

/// By a refund of the whole order: Promotion remembers the use as undone, for as long as it
/// keeps fences, and Order knows of the refund.
fn is_given_back(facts: &Facts, order: &Ordered) -> bool {
    let platform = &facts.promotion.platform;
    let undone = match platform.fence(order.order_id.into(), Step::ApplyCoupon) {
        Some(standing) => standing == Standing::Undone,
        None => platform.may_have_forgotten(order.created_at),
    };
    undone && facts.order.is_wholly_refunded(order.order_id)
}

const fn state_name(state: State) -> &'static str {
    match state {
        State::Available => "AVAILABLE",
        State::Used => "USED",
        State::Expired => "EXPIRED",
    }
}
