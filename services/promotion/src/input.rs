//! What Promotion hears: events of the sagas it takes part in, and the commands of its own.

use contracts::envelope::Event;
use contracts::events::Fact;
use contracts::events::order::{OrderCancelled, RefundRequested};
use contracts::events::payment::PaymentFailed;
use contracts::events::product::StockDeducted;
use contracts::http::promotion::{CouponChange, CouponTerms};
use contracts::ids::{CouponId, OrderId, RefundId, UserCouponId, UserId};
use contracts::saga::Step;
use contracts::time::Timestamp;
use runtime::Accept;
use runtime::idempotency::KeyUse;

/// One input, as Promotion sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Take the order's coupon and spread its discount. The event whole, because the answer
    /// repeats it.
    ApplyCoupon(StockDeducted),
    /// The undo of an application, when it may stand.
    RestoreCoupon(RestoreCoupon),
    ReturnCoupon(ReturnCoupon),
    CloseUser(CloseUser),
    CreateCoupon(Box<CreateCoupon>),
    IssueCoupon(IssueCoupon),
    UpdateCoupon(UpdateCoupon),
}

/// The order that may hold a coupon, and the coupon it named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub user_coupon_id: Option<UserCouponId>,
}

/// A payment failed, or an order was cancelled, after the coupon may have been applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestoreCoupon {
    pub used: Use,
}

/// A refund was decided; it is final.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReturnCoupon {
    pub refund_id: RefundId,
    pub used: Use,
    /// Only then the coupon comes back.
    pub whole_order: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CloseUser {
    pub user_id: UserId,
    pub at: Timestamp,
}

/// The shop offers a coupon.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateCoupon {
    /// Made when the command is enqueued.
    pub id: CouponId,
    pub terms: CouponTerms,
    pub key: KeyUse,
}

/// The shop changes an offer. The same again changes nothing, so it takes no key.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateCoupon {
    pub coupon_id: CouponId,
    pub change: CouponChange,
}

/// A user asks for a piece of a coupon.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueCoupon {
    /// Made when the command is enqueued.
    pub user_coupon_id: UserCouponId,
    pub coupon_id: CouponId,
    pub user_id: UserId,
    pub key: KeyUse,
}

pub fn accept(event: &Event) -> Accept<Input> {
    match &event.fact {
        Fact::StockDeducted(order) => Accept::Hear(Input::ApplyCoupon(order.clone())),
        Fact::PaymentFailed(failed) => payment_failed(failed),
        Fact::OrderCancelled(cancelled) => order_cancelled(cancelled),
        Fact::RefundRequested(requested) => refund_requested(requested),
        Fact::UserDeactivated(gone) => Accept::Hear(Input::CloseUser(CloseUser {
            user_id: gone.user_id,
            at: gone.at,
        })),
        Fact::UserRegistered(_)
        | Fact::ProductChanged(_)
        | Fact::StockDeductionFailed(_)
        | Fact::StockRestored(_)
        | Fact::StockReturned(_)
        | Fact::OrderCreated(_)
        | Fact::OrderConfirmed(_)
        | Fact::OrderRefunded(_)
        | Fact::PointCharged(_)
        | Fact::PaymentCompleted(_)
        | Fact::PaymentRefunded(_)
        | Fact::PointsReturned(_)
        | Fact::CouponIssued(_)
        | Fact::CouponApplied(_)
        | Fact::CouponRejected(_)
        | Fact::CouponRestored(_)
        | Fact::CouponReturned(_) => Accept::Ignore,
    }
}

/// Without a coupon nothing was taken, so nobody waits for it to come back.
fn payment_failed(failed: &PaymentFailed) -> Accept<Input> {
    if failed.user_coupon_id.is_none() {
        return Accept::Ignore;
    }
    let used = Use {
        order_id: failed.order_id,
        user_id: failed.user_id,
        user_coupon_id: failed.user_coupon_id,
    };
    Accept::Hear(Input::RestoreCoupon(RestoreCoupon { used }))
}

/// A service that is not named owes nothing and must not acknowledge.
fn order_cancelled(cancelled: &OrderCancelled) -> Accept<Input> {
    if !cancelled.undo.contains(Step::ApplyCoupon) {
        return Accept::Ignore;
    }
    let order = &cancelled.order;
    let used = Use {
        order_id: order.order_id,
        user_id: order.user_id,
        user_coupon_id: order.user_coupon_id,
    };
    Accept::Hear(Input::RestoreCoupon(RestoreCoupon { used }))
}

fn refund_requested(requested: &RefundRequested) -> Accept<Input> {
    let RefundRequested { order, refund } = requested;
    if !refund.owed.contains(Step::ReturnCoupon) {
        return Accept::Ignore;
    }
    let used = Use {
        order_id: order.order_id,
        user_id: order.user_id,
        user_coupon_id: order.user_coupon_id,
    };
    Accept::Hear(Input::ReturnCoupon(ReturnCoupon {
        refund_id: refund.refund_id,
        used,
        whole_order: refund.whole_order,
    }))
}
