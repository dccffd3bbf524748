//! What Payment hears: events of the sagas it takes part in, and the one command of its own.

use contracts::envelope::Event;
use contracts::events::Fact;
use contracts::events::order::{OrderCancelled, RefundRequested};
use contracts::events::promotion::CouponApplied;
use contracts::ids::{OrderId, RefundId, SagaId, UserId};
use contracts::money::Money;
use contracts::saga::Step;
use contracts::time::Timestamp;
use runtime::Accept;
use runtime::idempotency::KeyUse;

use crate::domain::is_plausible;

/// One input, as Payment sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Take what the order costs. The event whole, because the answer repeats it.
    Pay(CouponApplied),
    /// The undo of a payment, when it may stand.
    RefundPayment(RefundPayment),
    ReturnPoints(ReturnPoints),
    CloseUser(CloseUser),
    Charge(Charge),
}

/// An order was cancelled whose payment may stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RefundPayment {
    pub order_id: OrderId,
    pub user_id: UserId,
}

/// A refund was decided; its amount is final.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReturnPoints {
    pub refund_id: RefundId,
    pub order_id: OrderId,
    pub user_id: UserId,
    pub amount: Money,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CloseUser {
    pub user_id: UserId,
    pub at: Timestamp,
}

/// A user adds points.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// Made when the command is enqueued: the ledger row's own id.
    pub id: SagaId,
    pub user_id: UserId,
    pub amount: Money,
    pub key: KeyUse,
}

pub fn accept(event: &Event) -> Accept<Input> {
    match &event.fact {
        Fact::CouponApplied(order) => believed(order.paid, || Input::Pay(order.clone())),
        Fact::OrderCancelled(cancelled) => refund_payment(cancelled),
        Fact::RefundRequested(requested) => return_points(requested),
        Fact::UserDeactivated(gone) => Accept::Hear(Input::CloseUser(CloseUser {
            user_id: gone.user_id,
            at: gone.at,
        })),
        Fact::UserRegistered(_)
        | Fact::ProductChanged(_)
        | Fact::StockDeducted(_)
        | Fact::StockDeductionFailed(_)
        | Fact::StockRestored(_)
        | Fact::StockReturned(_)
        | Fact::OrderCreated(_)
        | Fact::OrderConfirmed(_)
        | Fact::OrderRefunded(_)
        | Fact::PointCharged(_)
        | Fact::PaymentCompleted(_)
        | Fact::PaymentFailed(_)
        | Fact::PaymentRefunded(_)
        | Fact::PointsReturned(_)
        | Fact::CouponIssued(_)
        | Fact::CouponRejected(_)
        | Fact::CouponRestored(_)
        | Fact::CouponReturned(_) => Accept::Ignore,
    }
}

/// A service that is not named owes nothing and must not acknowledge.
fn refund_payment(cancelled: &OrderCancelled) -> Accept<Input> {
    if !cancelled.undo.contains(Step::PayPoints) {
        return Accept::Ignore;
    }
    Accept::Hear(Input::RefundPayment(RefundPayment {
        order_id: cancelled.order.order_id,
        user_id: cancelled.order.user_id,
    }))
}

fn return_points(requested: &RefundRequested) -> Accept<Input> {
    let refund = &requested.refund;
    if !refund.owed.contains(Step::ReturnPoints) {
        return Accept::Ignore;
    }
    believed(refund.amount, || {
        Input::ReturnPoints(ReturnPoints {
            refund_id: refund.refund_id,
            order_id: requested.order.order_id,
            user_id: requested.order.user_id,
            amount: refund.amount,
        })
    })
}

/// A step cannot be refused for an amount that no order has: the key waits for an operator.
fn believed(amount: Money, input: impl FnOnce() -> Input) -> Accept<Input> {
    if is_plausible(amount) {
        Accept::Hear(input())
    } else {
        Accept::Poison(format!("{amount} won is no amount of an order"))
    }
}
