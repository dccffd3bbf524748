//! What Order does: one match over its inputs. It alone moves an order from PENDING to its end,
//! once; whatever comes late is written down and changes nothing.

use contracts::events::Kind;
use contracts::events::order::OrderDocument;
use contracts::ids::{OrderId, RefundId, SagaId};
use contracts::money::Money;
use contracts::saga::Steps;
use runtime::{Decision, Moment, TimerChange};

use crate::domain::Refusal;
use crate::input::{CloseUser, Heard, Input, Meaning, Requester};
use crate::store::{Audit, AuditKind, ClosedUser, OrderRow, Rows, Status};

mod end;
mod place;
mod refund;
mod resolve;

pub(crate) use end::frozen_by;

/// What the sender of a command gets back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Placed {
        order_id: OrderId,
        replayed: bool,
    },
    Cancelled {
        order: Box<OrderDocument>,
        replayed: bool,
    },
    RefundAccepted {
        refund_id: RefundId,
        amount: Money,
        replayed: bool,
    },
    /// These steps are no longer waited for.
    Resolved(Steps),
    Refused(Refusal),
}

pub fn decide(rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
    match input {
        Input::PlaceOrder(command) => place::place(rows, command, at),
        Input::Cancel(command) => end::cancel(rows, command, at),
        Input::Refund(command) => refund::request(rows, command, at),
        Input::Resolve(command) => resolve::resolve(rows, command, at),
        Input::Expire(order_id) => end::expire(rows, *order_id, at),
        Input::Heard(heard) => hear(rows, heard, at),
        Input::CloseUser(closed) => close_user(rows, closed),
    }
}

/// Writes the event down, in any state, and lets it end the order while that is open.
fn hear(rows: &mut Rows, heard: &Heard, at: &Moment) -> Decision<Reply> {
    let Some(order) = rows.orders.get(&heard.order_id) else {
        return Decision::not_yet();
    };
    let open = order.status == Status::Pending;
    if let Meaning::Returned(refund_id, _) = heard.meaning
        && rows.refund.get(&(heard.order_id, refund_id)).is_none()
    {
        return Decision::not_yet();
    }
    let kind = AuditKind::Fact(heard.kind);
    let (after, known) = rows.audited(heard.order_id, heard.saga_id, kind);
    if known {
        return Decision::repeat();
    }
    let content = match &heard.meaning {
        Meaning::Priced(frozen) => Some(frozen.encode()),
        Meaning::Paid(_) | Meaning::Failed(_) | Meaning::Undone(_) | Meaning::Returned(_, _) => {
            None
        }
    };
    rows.audit(
        Audit {
            order_id: heard.order_id,
            saga_id: heard.saga_id,
            kind,
            after,
            content,
        },
        at,
    );
    match &heard.meaning {
        Meaning::Priced(_) => Decision::quiet(),
        Meaning::Paid(paid) if open => end::confirm(rows, paid, at),
        Meaning::Failed(failure) if open => end::fail(rows, heard, failure, at),
        // A payment that comes after the cancellation is given back by Payment, which hears it.
        Meaning::Paid(_) | Meaning::Failed(_) => Decision::quiet(),
        Meaning::Undone(step) => end::acknowledge(rows, heard.order_id, *step, at),
        Meaning::Returned(refund_id, step) => {
            refund::acknowledge(rows, heard.order_id, *refund_id, *step, at)
        }
    }
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

fn refuse(refusal: Refusal) -> Decision<Reply> {
    Decision::reply(Reply::Refused(refusal))
}

/// Writes down what Order itself says.
fn record(rows: &mut Rows, order_id: OrderId, saga_id: SagaId, kind: Kind, at: &Moment) {
    let kind = AuditKind::Fact(kind);
    let (after, _) = rows.audited(order_id, saga_id, kind);
    rows.audit(
        Audit {
            order_id,
            saga_id,
            kind,
            after,
            content: None,
        },
        at,
    );
}

fn may_see(by: Requester, order: &OrderRow) -> bool {
    match by {
        Requester::Customer(user_id) => order.user_id == user_id,
        Requester::Operator => true,
    }
}

fn no_deadline(order_id: OrderId) -> TimerChange {
    TimerChange::Clear {
        key: order_id.get(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
