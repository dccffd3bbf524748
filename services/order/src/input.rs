//! What Order hears: the commands that open and end an order, its deadline, and what the other
//! services say of its saga.

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::envelope::Event;
use contracts::events::order::{Failure, OrderLine};
use contracts::events::payment::PaymentCompleted;
use contracts::events::{Fact, Kind};
use contracts::ids::{OrderId, RefundId, SagaId, UserCouponId, UserId};
use contracts::money::Quantity;
use contracts::saga::Step;
use contracts::time::Timestamp;
use runtime::idempotency::KeyUse;
use runtime::{Accept, Timer};

use crate::domain::Frozen;

/// One input, as Order sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    PlaceOrder(PlaceOrder),
    Cancel(Cancel),
    Refund(Refund),
    Resolve(Resolve),
    /// The deadline passed.
    Expire(OrderId),
    /// Another service's step, done, refused or undone.
    Heard(Heard),
    CloseUser(CloseUser),
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlaceOrder {
    /// Made when the command is enqueued.
    pub order_id: OrderId,
    pub user_id: UserId,
    /// Numbered from 1.
    pub lines: Vec<OrderLine>,
    pub user_coupon_id: Option<UserCouponId>,
    pub key: KeyUse,
    /// How long the order may stay open.
    pub deadline: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cancel {
    pub order_id: OrderId,
    pub by: Requester,
    pub key: KeyUse,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    /// Made when the command is enqueued.
    pub refund_id: RefundId,
    pub order_id: OrderId,
    pub by: Requester,
    /// Pieces by line; none for all that is left.
    pub lines: Option<BTreeMap<u16, Quantity>>,
    pub reason: String,
    pub key: KeyUse,
}

/// An operator's word that what a saga still waits for is settled otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolve {
    pub order_id: OrderId,
    /// The order's saga, or that of one of its refunds.
    pub saga_id: SagaId,
    pub reason: String,
}

/// On whose word an order is cancelled or refunded. A customer touches only what is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requester {
    Customer(UserId),
    Operator,
}

/// An event of an order's saga, or of one of its refunds'.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub order_id: OrderId,
    pub saga_id: SagaId,
    pub kind: Kind,
    pub meaning: Meaning,
}

/// What an event means to the order.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A step before the last is done. What it froze is kept: should the order be cancelled, it
    /// says what was priced.
    Priced(Frozen),
    /// The last step is done.
    Paid(PaymentCompleted),
    Failed(Failure),
    /// What this step did is taken back, or never stood.
    Undone(Step),
    /// A return of a refund is in.
    Returned(RefundId, Step),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CloseUser {
    pub user_id: UserId,
    pub at: Timestamp,
}

/// A timer's key is its order's id.
pub fn due(timer: Timer) -> Input {
    Input::Expire(OrderId::new(timer.key))
}

/// New orders wait outside while the sagas of those already taken are behind.
pub fn sheds(input: &Input) -> bool {
    match input {
        Input::PlaceOrder(_) => true,
        Input::Cancel(_)
        | Input::Refund(_)
        | Input::Resolve(_)
        | Input::Expire(_)
        | Input::Heard(_)
        | Input::CloseUser(_) => false,
    }
}

pub fn accept(event: &Event) -> Accept<Input> {
    let within = |order_id, saga_id, meaning| {
        Accept::Hear(Input::Heard(Heard {
            order_id,
            saga_id,
            kind: event.kind(),
            meaning,
        }))
    };
    let heard = |order_id: OrderId, meaning| within(order_id, order_id.into(), meaning);
    let returned = |order_id, refund_id: RefundId, step| {
        within(
            order_id,
            refund_id.into(),
            Meaning::Returned(refund_id, step),
        )
    };
    match &event.fact {
        Fact::StockDeducted(said) => heard(said.order_id, Meaning::Priced(Frozen::by_stock(said))),
        Fact::CouponApplied(said) => heard(said.order_id, Meaning::Priced(Frozen::by_coupon(said))),
        Fact::PaymentCompleted(said) => heard(said.order_id, Meaning::Paid(said.clone())),
        Fact::StockDeductionFailed(said) => match Failure::of_stock(said) {
            Some(failure) => heard(said.order_id, Meaning::Failed(failure)),
            None => Accept::Poison("a stock failure without an item names no reason".to_owned()),
        },
        Fact::CouponRejected(said) => heard(
            said.order_id,
            Meaning::Failed(Failure::plain(said.code.into())),
        ),
        Fact::PaymentFailed(said) => {
            heard(said.order_id, Meaning::Failed(Failure::of_payment(said)))
        }
        Fact::StockRestored(said) => heard(said.order_id, Meaning::Undone(Step::DeductStock)),
        Fact::CouponRestored(said) => heard(said.order_id, Meaning::Undone(Step::ApplyCoupon)),
        Fact::PaymentRefunded(said) => heard(said.order_id, Meaning::Undone(Step::PayPoints)),
        Fact::UserDeactivated(said) => Accept::Hear(Input::CloseUser(CloseUser {
            user_id: said.user_id,
            at: said.at,
        })),
        Fact::StockReturned(said) => returned(said.order_id, said.refund_id, Step::ReturnStock),
        Fact::CouponReturned(said) => returned(said.order_id, said.refund_id, Step::ReturnCoupon),
        Fact::PointsReturned(said) => returned(said.order_id, said.refund_id, Step::ReturnPoints),
        // What is left is remembered in memory, by whoever watches what is read.
        Fact::ProductChanged(_) => Accept::Ignore,
        Fact::UserRegistered(_)
        | Fact::OrderCreated(_)
        | Fact::OrderConfirmed(_)
        | Fact::OrderCancelled(_)
        | Fact::RefundRequested(_)
        | Fact::OrderRefunded(_)
        | Fact::PointCharged(_)
        | Fact::CouponIssued(_) => Accept::Ignore,
    }
}
