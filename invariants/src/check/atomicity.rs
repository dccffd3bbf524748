//! I7: an order's steps stand together or not at all, and Order knows when the last undo is in.

use contracts::events::Kind;
use contracts::events::order::FailureCode;
use contracts::money::Money;
use contracts::saga::{self, Step, Steps};
use db::Standing;
use order::store::Status;
use product::store::{Direction, Ledger};

use super::Findings;
use crate::Violation;
use crate::facts::{Facts, Ordered, status_name};

/// The steps that an order's saga may have to undo, and who acknowledges each.
const UNDONE_BY: &[(Step, Kind)] = &[
    (Step::DeductStock, Kind::StockRestored),
    (Step::ApplyCoupon, Kind::CouponRestored),
    (Step::PayPoints, Kind::PaymentRefunded),
];

pub(super) fn i7_compensation(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I7");
    for order in &facts.order.orders {
        if let Some(witness) = miscounted(facts, order) {
            findings.add(format_args!("order {}", order.order_id), witness);
        }
    }
    let same_saga = |one: &Ledger, other: &Ledger| one.saga_id == other.saga_id;
    for moved in facts.product.ledger.chunk_by(same_saga) {
        if let Some(witness) = half_restored(moved) {
            findings.add(format_args!("order {}", moved[0].saga_id), witness);
        }
    }
    findings.found
}

fn miscounted(facts: &Facts, order: &Ordered) -> Option<String> {
    let heard = UNDONE_BY
        .iter()
        .filter(|(_, kind)| facts.order.knows(order.order_id, *kind));
    let heard: Steps = heard.map(|(step, _)| *step).collect();
    let resolved = is_resolved(facts, order);
    let fits = match resolved {
        true => order.acknowledged.covers(heard),
        false => order.acknowledged == heard,
    };
    if !fits {
        let noted = order.acknowledged;
        return Some(format!(
            "it notes {noted:?} acknowledged, its audit {heard:?}"
        ));
    }
    let status = status_name(order.status);
    let owed = order
        .failure
        .map_or(Steps::NONE, |code| owed_after(code, order));
    if order.owed != owed {
        let (code, noted) = (order.failure, order.owed);
        return Some(format!(
            "it is {status} ({code:?}) and owed {noted:?}, not {owed:?}"
        ));
    }
    let all_in = order.status == Status::Cancelled && order.missing().is_empty();
    if all_in != order.compensated_at.is_some() {
        let missing = order.missing();
        let marked = if all_in { "not marked" } else { "marked" };
        return Some(format!(
            "it is {status}, owed still {missing:?}, and {marked} compensated"
        ));
    }
    None
}

/// What may stand and must be undone, by the step whose failure ended the order.
fn owed_after(code: FailureCode, order: &Ordered) -> Steps {
    let cause = match code {
        FailureCode::ProductNotFound
        | FailureCode::ProductNotOnSale
        | FailureCode::PriceChanged
        | FailureCode::OutOfStock => Kind::StockDeductionFailed,
        FailureCode::CouponNotOwned
        | FailureCode::CouponAlreadyUsed
        | FailureCode::CouponExpired
        | FailureCode::CouponNotApplicable => Kind::CouponRejected,
        FailureCode::InsufficientPoint => Kind::PaymentFailed,
        FailureCode::UserCancelled | FailureCode::Expired | FailureCode::Operator => {
            Kind::OrderCancelled
        }
    };
    saga::owed_after(cause, order.user_coupon_id.is_some())
}

/// An undo puts back all that its step took, or nothing was taken.
fn half_restored(moved: &[Ledger]) -> Option<String> {
    let of = |direction| moved.iter().filter(move |row| row.direction == direction);
    of(Direction::Restore).next()?;
    for taken in of(Direction::Deduct) {
        let back = of(Direction::Restore).find(|row| row.product_id == taken.product_id);
        let (product, delta) = (taken.product_id, taken.delta);
        match back {
            None => {
                return Some(format!(
                    "{delta} of product {product} was not restored with it"
                ));
            }
            Some(back) if back.delta != -delta => {
                return Some(format!("of product {product} {delta} and {:+}", back.delta));
            }
            Some(_) => {}
        }
    }
    let never = of(Direction::Restore)
        .find(|back| of(Direction::Deduct).all(|row| row.product_id != back.product_id))?;
    Some(format!(
        "{:+} of product {}, never taken",
        never.delta, never.product_id
    ))
}

/// Order heard of each step before it confirmed, so none of them can be absent or undone.
pub(super) fn i7_completed(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I7");
    let orders = facts.order.orders.iter();
    for order in orders.filter(|order| order.status == Status::Completed) {
        let bad = UNDONE_BY.iter().find_map(|&(step, _)| {
            let standing = facts.standing(order, step);
            let stands = match standing {
                Some(Standing::Applied) => true,
                // A refund of the whole order gives the coupon back and leaves the order as it is.
                Some(Standing::Undone) => {
                    let refunded = facts.order.is_wholly_refunded(order.order_id);
                    step == Step::ApplyCoupon && refunded
                }
                Some(Standing::Refused | Standing::Void) => false,
                None => is_forgotten(facts, order, step),
            };
            (!stands).then_some((step, standing))
        });
        if let Some((step, standing)) = bad {
            findings.add(
                format_args!("order {}", order.order_id),
                format_args!(
                    "it is COMPLETED, and \"{step}\" is {}",
                    standing_name(standing)
                ),
            );
        }
    }
    findings.found
}

/// Whether only a fence remembered the step, and it may be gone.
fn is_forgotten(facts: &Facts, order: &Ordered, step: Step) -> bool {
    let (platform, has_ledger_row) = match step {
        Step::ApplyCoupon => (&facts.promotion.platform, false),
        Step::PayPoints => (&facts.payment.platform, order.paid != Some(Money::ZERO)),
        Step::DeductStock
        | Step::ConfirmOrder
        | Step::RecordStep
        | Step::CancelOrder
        | Step::RecordUndo
        | Step::ReturnStock
        | Step::ReturnCoupon
        | Step::ReturnPoints
        | Step::FinishRefund
        | Step::CloseUser
        | Step::Rank
        | Step::RememberStock => (&facts.product.platform, true),
    };
    !has_ledger_row && platform.may_have_forgotten(order.created_at)
}

fn is_resolved(facts: &Facts, order: &Ordered) -> bool {
    facts
        .order
        .is_resolved(order.order_id, order.order_id.into())
}

pub(super) fn i7_undone(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I7");
    let orders = facts.order.orders.iter();
    for order in orders.filter(|order| order.status == Status::Cancelled) {
        if let Some(witness) = still_standing(facts, order) {
            findings.add(format_args!("order {}", order.order_id), witness);
        }
    }
    findings.found
}

fn still_standing(facts: &Facts, order: &Ordered) -> Option<String> {
    let missing = order.missing();
    if !missing.is_empty() {
        return Some(format!(
            "it is CANCELLED, and nobody acknowledged {missing:?}"
        ));
    }
    if is_resolved(facts, order) {
        // What stands is an operator's affair now, and told as an exception.
        return None;
    }
    let stands = |step: Step| {
        // Where no coupon is named nothing was taken, and what is remembered owes no undo.
        let takes = step != Step::ApplyCoupon || order.user_coupon_id.is_some();
        takes && facts.standing(order, step) == Some(Standing::Applied)
    };
    let step = UNDONE_BY
        .iter()
        .map(|&(step, _)| step)
        .find(|&step| stands(step))?;
    Some(format!("it is CANCELLED, and \"{step}\" stands"))
}

const fn standing_name(standing: Option<Standing>) -> &'static str {
    match standing {
        None => "nowhere",
        Some(Standing::Applied) => "applied",
        Some(Standing::Undone) => "undone",
        Some(Standing::Refused) => "refused",
        Some(Standing::Void) => "void",
    }
}
