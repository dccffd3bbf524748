//! The end of an order, good or bad, and what is owed after a bad one.

use contracts::events::Kind;
use contracts::events::order::{CancelledBy, Failure, FailureCode, OrderCancelled, OrderConfirmed};
use contracts::events::payment::PaymentCompleted;
use contracts::http::saga::SagaState;
use contracts::ids::OrderId;
use contracts::saga::{self, Step};
use contracts::time::Timestamp;
use db::Json;
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment};

use super::{Reply, may_see, no_deadline, record, refuse};
use crate::domain::{Frozen, Priced, Refusal};
use crate::input::{Cancel, Heard, Requester};
use crate::store::{AuditKind, OrderItem, OrderRow, Rows, Status, StepMask};

/// What a cancellation is answered with, kept beside its idempotency key.
const CANCELLED_STATUS: u16 = 200;

/// Why and on whose word an open order ends badly.
struct Cancellation<'c> {
    order_id: OrderId,
    failure: &'c Failure,
    by: CancelledBy,
    /// What it follows from: the failure that was heard, or the cancellation itself when
    /// somebody wanted it. The steps that may stand then are owed.
    cause: Kind,
}

/// The last step is done. The event carries what every step before it froze.
pub(super) fn confirm(rows: &mut Rows, paid: &PaymentCompleted, at: &Moment) -> Decision<Reply> {
    let order_id = paid.order_id;
    let Some(order) = rows.orders.get_mut(&order_id) else {
        return Decision::not_yet();
    };
    order.status = Status::Completed;
    order.price(Priced::by_payment(paid));
    order.end(at.now);
    let document = order.document();
    add_items(rows, order_id);
    record(rows, order_id, order_id.into(), Kind::OrderConfirmed, at);
    Decision::say(document.version, OrderConfirmed { order: document }.into())
        .and_timer(no_deadline(order_id))
}

/// A step was refused.
pub(super) fn fail(
    rows: &mut Rows,
    heard: &Heard,
    failure: &Failure,
    at: &Moment,
) -> Decision<Reply> {
    let by = CancelledBy::Saga;
    let order_id = heard.order_id;
    close(
        rows,
        &Cancellation {
            order_id,
            failure,
            by,
            cause: heard.kind,
        },
        at,
    )
}

/// The deadline passed. The order is looked at again: it may have ended in this very batch.
pub(super) fn expire(rows: &mut Rows, order_id: OrderId, at: &Moment) -> Decision<Reply> {
    let open = rows
        .orders
        .get(&order_id)
        .is_some_and(|order| order.status == Status::Pending);
    if !open {
        return Decision::quiet().and_timer(no_deadline(order_id));
    }
    let failure = &Failure::plain(FailureCode::Expired);
    let (by, cause) = (CancelledBy::Deadline, Kind::OrderCancelled);
    close(
        rows,
        &Cancellation {
            order_id,
            failure,
            by,
            cause,
        },
        at,
    )
}

/// A customer or an operator takes an open order back.
pub(super) fn cancel(rows: &mut Rows, command: &Cancel, at: &Moment) -> Decision<Reply> {
    let replayed = match idempotency::seen(&rows.idempotency, &command.key, at.now) {
        Seen::New => false,
        Seen::OtherRequest => return refuse(Refusal::IdempotencyKeyReused),
        Seen::Before(_) => true,
    };
    let order_id = command.order_id;
    let found = rows
        .orders
        .get(&order_id)
        .filter(|order| may_see(command.by, order));
    let Some(order) = found else {
        return refuse(Refusal::OrderNotFound);
    };
    if replayed {
        return shown(order, true);
    }
    let (by, code) = match command.by {
        Requester::Customer(_) => (CancelledBy::Customer, FailureCode::UserCancelled),
        Requester::Operator => (CancelledBy::Operator, FailureCode::Operator),
    };
    match order.status {
        Status::Pending => {}
        Status::Completed => return refuse(Refusal::OrderNotCancellable),
        // Asked for once more under another key: it is done. What ended otherwise was not
        // cancelled by whoever asks.
        Status::Cancelled if order.failure_code() == Some(code) => return shown(order, false),
        Status::Cancelled => return refuse(Refusal::OrderNotCancellable),
    }
    idempotency::remember(
        &mut rows.idempotency,
        &command.key,
        order_id.get(),
        CANCELLED_STATUS,
        at.now,
    );
    let failure = &Failure::plain(code);
    let cause = Kind::OrderCancelled;
    let decision = close(
        rows,
        &Cancellation {
            order_id,
            failure,
            by,
            cause,
        },
        at,
    );
    match rows.orders.get(&order_id) {
        Some(order) => decision.and_reply(cancelled(order, false)),
        None => decision,
    }
}

/// An undo is done, owed or not yet: it may be heard of before the failure that caused it.
pub(super) fn acknowledge(
    rows: &mut Rows,
    order_id: OrderId,
    step: Step,
    at: &Moment,
) -> Decision<Reply> {
    let Some(order) = rows.orders.get_mut(&order_id) else {
        return Decision::not_yet();
    };
    order.acknowledged = StepMask(order.acknowledged.0.with(step));
    order.settle(at.now);
    Decision::quiet()
}

fn close(rows: &mut Rows, cancellation: &Cancellation<'_>, at: &Moment) -> Decision<Reply> {
    let Cancellation {
        order_id,
        failure,
        by,
        cause,
    } = *cancellation;
    let priced = priced_so_far(rows, order_id);
    let Some(order) = rows.orders.get_mut(&order_id) else {
        return Decision::not_yet();
    };
    let undo = saga::owed_after(cause, order.user_coupon_id.is_some());
    order.status = Status::Cancelled;
    order.failure = Some(Json(failure.clone()));
    order.owed = StepMask(undo);
    if let Some(priced) = priced {
        order.price(priced);
    }
    order.end(at.now);
    order.settle(at.now);
    let document = order.document();
    add_items(rows, order_id);
    record(rows, order_id, order_id.into(), Kind::OrderCancelled, at);
    let version = document.version;
    let said = OrderCancelled {
        order: document,
        code: failure.code,
        by,
        undo,
    };
    Decision::say(version, said.into()).and_timer(no_deadline(order_id))
}

/// What the steps heard of so far have frozen. It was written here, so what cannot be read is left
/// unpriced rather than refused: the order must end either way.
fn priced_so_far(rows: &Rows, order_id: OrderId) -> Option<Priced> {
    let content = |kind: Kind| rows.audit_content(order_id, AuditKind::Fact(kind));
    let frozen = frozen_by(content(Kind::CouponApplied), content(Kind::StockDeducted))?;
    let order = rows.orders.get(&order_id)?;
    Some(frozen.priced(&order.lines.0))
}

/// The later step knows more: it carries what the one before it froze.
pub(crate) fn frozen_by(coupon: Option<&str>, stock: Option<&str>) -> Option<Frozen> {
    let mut contents = [coupon, stock].into_iter().flatten();
    contents.find_map(Frozen::decode)
}

/// The lines, once, as they stand at the end. Without a price there is nothing to keep.
fn add_items(rows: &mut Rows, order_id: OrderId) {
    let Some(order) = rows.orders.get(&order_id) else {
        return;
    };
    let items = order.lines.0.iter().filter_map(|line| {
        Some(OrderItem {
            order_id,
            line: i64::from(line.line),
            product_id: line.product_id,
            name: line.name.as_deref()?.to_owned(),
            quantity: line.quantity,
            unit_price: line.unit_price?,
            discount: line.discount,
        })
    });
    for item in items {
        rows.order_item.add(item);
    }
}

fn shown(order: &OrderRow, replayed: bool) -> Decision<Reply> {
    Decision::reply(cancelled(order, replayed))
}

fn cancelled(order: &OrderRow, replayed: bool) -> Reply {
    Reply::Cancelled {
        order: Box::new(order.document()),
        replayed,
    }
}

impl OrderRow {
    fn price(&mut self, priced: Priced) {
        self.lines = Json(priced.lines);
        self.total_price = Some(priced.total);
        self.discount = priced.discount;
        self.paid_price = priced.paid;
    }

    fn end(&mut self, now: Timestamp) {
        self.version += 1;
        self.ended_at = Some(now);
    }

    /// Says when the last undo owed came in, once.
    pub(super) fn settle(&mut self, now: Timestamp) {
        if self.progress().state() == SagaState::Compensated && self.compensated_at.is_none() {
            self.compensated_at = Some(now);
        }
    }

    fn failure_code(&self) -> Option<FailureCode> {
        self.failure.as_ref().map(|failure| failure.0.code)
    }
}
