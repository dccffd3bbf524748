//! What Payment does: one match over its inputs. Amounts come with the events; nothing is priced
//! here, and the ledger's keys keep each movement from happening twice.

use contracts::events::payment::{
    PaymentCode, PaymentFailed, PaymentRefunded, PointCharged, PointDirection, PointsReturned,
    TransactionId,
};
use contracts::events::promotion::CouponApplied;
use contracts::ids::{OrderId, SagaId, UserId};
use contracts::money::Money;
use contracts::saga::Step;
use contracts::time::Timestamp;
use db::Standing;
use runtime::fence::{self, Do, Undo};
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment};

use crate::domain::{self, Refusal};
use crate::input::{Charge, CloseUser, Input, RefundPayment, ReturnPoints};
use crate::store::{ClosedUser, Direction, Point, PointHistory, Rows};

/// What the sender of a command gets back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Charged(Charged),
    Refused(Refusal),
}

/// A charge as its ledger row tells it, so that a repeat answers the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Charged {
    pub transaction_id: TransactionId,
    pub amount: Money,
    pub balance: Money,
    pub at: Timestamp,
    pub replayed: bool,
}

/// What a charge is answered with, kept beside its idempotency key.
const CHARGED_STATUS: u16 = 201;

pub fn decide(rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
    match input {
        Input::Pay(order) => pay(rows, order, at),
        Input::RefundPayment(cancelled) => refund_payment(rows, cancelled, at),
        Input::ReturnPoints(refund) => return_points(rows, refund, at),
        Input::CloseUser(closed) => close_user(rows, closed),
        Input::Charge(command) => charge(rows, command, at),
    }
}

/// Takes what the order costs, also from a user who left meanwhile: the order was placed before.
fn pay(rows: &mut Rows, order: &CouponApplied, at: &Moment) -> Decision<Reply> {
    let saga = order.order_id.into();
    match fence::may_do(payment_standing(rows, saga)) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    let (balance, version) = held(rows, order.user_id);
    let Some(balance_after) = domain::used(balance, order.paid) else {
        fence::remember(
            &mut rows.fence,
            saga,
            Step::PayPoints,
            Standing::Refused,
            at.now,
        );
        return Decision::say(version, failed(order, balance).into());
    };
    let transaction_id = TransactionId {
        saga,
        direction: PointDirection::Use,
    };
    let completed = order.completed(transaction_id).into();
    if order.paid.is_zero() {
        fence::remember(
            &mut rows.fence,
            saga,
            Step::PayPoints,
            Standing::Applied,
            at.now,
        );
        return Decision::say(version, completed);
    }
    let movement = Movement {
        user_id: order.user_id,
        saga,
        direction: Direction::Use,
        order_id: Some(order.order_id),
        amount: order.paid,
        balance_after,
    };
    let posted = post(rows, movement, at.now);
    Decision::say(posted.point_version, completed)
}

/// Gives back what the order's payment took, or says once that nothing stood.
fn refund_payment(rows: &mut Rows, cancelled: &RefundPayment, at: &Moment) -> Decision<Reply> {
    let RefundPayment { order_id, user_id } = *cancelled;
    let saga: SagaId = order_id.into();
    let (balance, version) = held(rows, user_id);
    let left = match fence::may_undo(payment_standing(rows, saga)) {
        Undo::Repeat => return Decision::repeat(),
        Undo::Void => Standing::Void,
        Undo::Now => Standing::Undone,
    };
    let paid = rows
        .ledger
        .get(&(saga, Direction::Use))
        .map(|row| row.amount);
    let Some(amount) = paid else {
        // Nothing stood, or 0 won did: no ledger row will show that this step is over.
        fence::remember(&mut rows.fence, saga, Step::PayPoints, left, at.now);
        let nothing = PaymentRefunded {
            order_id,
            amount: Money::ZERO,
        };
        return Decision::say(version, nothing.into());
    };
    let movement = Movement {
        user_id,
        saga,
        direction: Direction::Refund,
        order_id: Some(order_id),
        amount,
        balance_after: domain::credited(balance, amount),
    };
    let posted = post(rows, movement, at.now);
    Decision::say(
        posted.point_version,
        PaymentRefunded { order_id, amount }.into(),
    )
}

/// Credits a refund. Order decided it whole, so neither the cap nor a closed account matters.
fn return_points(rows: &mut Rows, refund: &ReturnPoints, at: &Moment) -> Decision<Reply> {
    let ReturnPoints {
        refund_id,
        order_id,
        user_id,
        amount,
    } = *refund;
    let saga: SagaId = refund_id.into();
    match fence::may_do(return_standing(rows, saga)) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    let said = PointsReturned {
        order_id,
        refund_id,
        amount,
    }
    .into();
    let (balance, version) = held(rows, user_id);
    if amount.is_zero() {
        fence::remember(
            &mut rows.fence,
            saga,
            Step::ReturnPoints,
            Standing::Applied,
            at.now,
        );
        return Decision::say(version, said);
    }
    let movement = Movement {
        user_id,
        saga,
        direction: Direction::Refund,
        order_id: Some(order_id),
        amount,
        balance_after: domain::credited(balance, amount),
    };
    let posted = post(rows, movement, at.now);
    Decision::say(posted.point_version, said)
}

fn close_user(rows: &mut Rows, closed: &CloseUser) -> Decision<Reply> {
    if rows.closed_user.get(&closed.user_id).is_some() {
        return Decision::repeat();
    }
    rows.closed_user.put(ClosedUser {
        user_id: closed.user_id,
        at: closed.at,
    });
    Decision::quiet()
}

/// A key that was answered comes first: whatever holds now, the first answer stands.
fn charge(rows: &mut Rows, command: &Charge, at: &Moment) -> Decision<Reply> {
    let Charge {
        id,
        user_id,
        amount,
        ref key,
    } = *command;
    match idempotency::seen(&rows.idempotency, key, at.now) {
        Seen::New => {}
        Seen::OtherRequest => return refuse(Refusal::IdempotencyKeyReused),
        Seen::Before(used) => {
            let made = (SagaId::new(used.reference), Direction::Charge);
            return match rows.ledger.get(&made) {
                Some(row) if row.user_id == user_id => {
                    Decision::reply(Reply::Charged(Charged::of(row, true)))
                }
                // A scope names its caller; without the caller's row it was somebody else's.
                Some(_) | None => refuse(Refusal::IdempotencyKeyReused),
            };
        }
    }
    if rows.closed_user.get(&user_id).is_some() {
        return refuse(Refusal::UserClosed);
    }
    let (balance, _) = held(rows, user_id);
    let balance_after = match domain::charged(balance, amount) {
        Ok(after) => after,
        Err(refusal) => return refuse(refusal),
    };
    let direction = Direction::Charge;
    let movement = Movement {
        user_id,
        saga: id,
        direction,
        order_id: None,
        amount,
        balance_after,
    };
    let posted = post(rows, movement, at.now);
    idempotency::remember(&mut rows.idempotency, key, id.get(), CHARGED_STATUS, at.now);
    let point_version = posted.point_version;
    let said = PointCharged {
        user_id,
        amount,
        balance: balance_after,
        point_version,
    };
    Decision::say(point_version, said.into()).and_reply(Reply::Charged(Charged::of(&posted, false)))
}

fn refuse(refusal: Refusal) -> Decision<Reply> {
    Decision::reply(Reply::Refused(refusal))
}

impl Charged {
    fn of(row: &PointHistory, replayed: bool) -> Self {
        Self {
            transaction_id: row.transaction_id(),
            amount: row.amount,
            balance: row.balance_after,
            at: row.at,
            replayed,
        }
    }
}

fn failed(order: &CouponApplied, balance: Money) -> PaymentFailed {
    PaymentFailed {
        order_id: order.order_id,
        user_id: order.user_id,
        user_coupon_id: order.user_coupon_id,
        code: PaymentCode::InsufficientPoint,
        wanted: order.paid,
        balance,
    }
}

/// What is remembered of "pay points". The ledger's word comes first: a use is applied, with its
/// refund undone.
fn payment_standing(rows: &Rows, saga: SagaId) -> Option<Standing> {
    if rows.ledger.peek(&(saga, Direction::Refund)).is_some() {
        Some(Standing::Undone)
    } else if rows.ledger.get(&(saga, Direction::Use)).is_some() {
        Some(Standing::Applied)
    } else {
        fence::standing(&rows.fence, saga, Step::PayPoints)
    }
}

fn return_standing(rows: &Rows, saga: SagaId) -> Option<Standing> {
    match rows.ledger.get(&(saga, Direction::Refund)) {
        Some(_) => Some(Standing::Applied),
        None => fence::standing(&rows.fence, saga, Step::ReturnPoints),
    }
}

/// The balance and how often it changed: nothing and never, for who never had points.
fn held(rows: &Rows, user_id: UserId) -> (Money, i64) {
    rows.point
        .get(&user_id)
        .map_or((Money::ZERO, 0), |point| (point.balance, point.version))
}

/// One change of a balance.
struct Movement {
    user_id: UserId,
    saga: SagaId,
    direction: Direction,
    order_id: Option<OrderId>,
    amount: Money,
    balance_after: Money,
}

/// Sets the balance and adds the ledger row that explains it, under one version; the balance names
/// the row, and the row the one before it. The row is inserted, never upserted: a ledger forgets
/// nothing, even by mistake.
fn post(rows: &mut Rows, movement: Movement, now: Timestamp) -> PointHistory {
    let before = rows.point.get(&movement.user_id);
    let version = before.map_or(0, |point| point.version);
    let (previous_saga_id, previous_direction) = before.and_then(Point::newest).unzip();
    let row = PointHistory {
        saga_id: movement.saga,
        direction: movement.direction,
        user_id: movement.user_id,
        order_id: movement.order_id,
        amount: movement.amount,
        balance_after: movement.balance_after,
        point_version: version + 1,
        at: now,
        previous_saga_id,
        previous_direction,
    };
    rows.point.put(Point {
        user_id: row.user_id,
        balance: row.balance_after,
        version: row.point_version,
        updated_at: now,
        newest_saga_id: Some(row.saga_id),
        newest_direction: Some(row.direction),
    });
    rows.ledger.add(row.clone());
    row
}

#[cfg(test)]
mod tests;
