//! Who must follow what. Effects outside the sagas owe nothing, so no missing answer would ever
//! show that one of them went deaf; what they need to hear is said here once more, event by event.

use super::Defect;
use crate::envelope::ServiceName;
use crate::events::Kind;
use crate::saga::{Kinds, Step, Table};

/// Followers hear all news of their subject and nothing else; who must follow does, and no other.
pub fn follow_their_news(table: &Table, defects: &mut Vec<Defect>) {
    for follow in &table.follows {
        let heard: Kinds = follow.hears.iter().collect();
        let news = Kind::ALL
            .iter()
            .copied()
            .filter(|&kind| news_for(kind) == Some(follow.step));
        if heard != news.collect() {
            defects.push(Defect::WrongNews { step: follow.step });
        }
        for &service in ServiceName::ALL {
            let says = table.says(service);
            let concerned = concerns(follow.step)
                .iter()
                .any(|&kind| says.contains(kind));
            let times = follow
                .services
                .iter()
                .filter(|&&follower| follower == service)
                .count();
            if times != usize::from(concerned) {
                defects.push(Defect::WrongFollower {
                    step: follow.step,
                    service,
                });
            }
        }
    }
}

/// The follower's step that an event is news for. A step that hears an event anyway, as part of
/// its saga, is not meant here.
fn news_for(kind: Kind) -> Option<Step> {
    match kind {
        Kind::UserDeactivated => Some(Step::CloseUser),
        // What is left of a product, from the owner of its stock row.
        Kind::ProductChanged
        | Kind::StockDeducted
        | Kind::StockDeductionFailed
        | Kind::StockRestored
        | Kind::StockReturned => Some(Step::RememberStock),
        // What was sold for good, and what of it came back.
        Kind::OrderConfirmed | Kind::OrderRefunded => Some(Step::Rank),
        Kind::UserRegistered
        | Kind::OrderCreated
        | Kind::OrderCancelled
        | Kind::RefundRequested
        | Kind::PointCharged
        | Kind::PaymentCompleted
        | Kind::PaymentFailed
        | Kind::PaymentRefunded
        | Kind::PointsReturned
        | Kind::CouponIssued
        | Kind::CouponApplied
        | Kind::CouponRejected
        | Kind::CouponRestored
        | Kind::CouponReturned => None,
    }
}

/// A follower's step concerns the services that say one of these.
fn concerns(step: Step) -> &'static [Kind] {
    match step {
        // Said on the word of a user, whose account must then be open.
        Step::CloseUser => &[Kind::OrderCreated, Kind::PointCharged, Kind::CouponIssued],
        // The list of what is sold is ranked where the products are.
        Step::Rank => &[Kind::ProductChanged],
        // An order for what is known to be sold out is refused where orders are taken.
        Step::RememberStock => &[Kind::OrderCreated],
        Step::DeductStock
        | Step::ApplyCoupon
        | Step::PayPoints
        | Step::ConfirmOrder
        | Step::RecordStep
        | Step::CancelOrder
        | Step::RecordUndo
        | Step::ReturnStock
        | Step::ReturnCoupon
        | Step::ReturnPoints
        | Step::FinishRefund => &[],
    }
}
