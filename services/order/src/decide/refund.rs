//! Refunds: decided whole on the order's own rows, and never refused afterwards. What was given
//! back before counts, also while its returns are still under way.

use contracts::events::Kind;
use contracts::events::order::{OrderRefunded, RefundRequested};
use contracts::ids::{OrderId, RefundId};
use contracts::money::Money;
use contracts::saga::{Step, Steps};
use contracts::time::Timestamp;
use db::Json;
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment};

use super::{Reply, may_see, record, refuse};
use crate::domain::{self, Refunded, Refusal};
use crate::input::Refund as Command;
use crate::store::{OrderRow, Refund, Rows, Status, StepMask};

/// Accepted: what comes back is decided, the returns are on their way.
const ACCEPTED_STATUS: u16 = 202;

pub(super) fn request(rows: &mut Rows, command: &Command, at: &Moment) -> Decision<Reply> {
    let order_id = command.order_id;
    let replayed = match idempotency::seen(&rows.idempotency, &command.key, at.now) {
        Seen::New => None,
        Seen::OtherRequest => return refuse(Refusal::IdempotencyKeyReused),
        Seen::Before(used) => Some(RefundId::new(used.reference)),
    };
    let found = rows
        .orders
        .get(&order_id)
        .filter(|order| may_see(command.by, order));
    let Some(order) = found else {
        return refuse(Refusal::OrderNotFound);
    };
    if let Some(refund_id) = replayed {
        return match rows.refund.get(&(order_id, refund_id)) {
            Some(refund) => Decision::reply(accepted(refund, true)),
            None => refuse(Refusal::OrderNotFound),
        };
    }
    if order.status != Status::Completed {
        return refuse(Refusal::OrderNotRefundable);
    }
    let before = rows
        .refund
        .under(order_id)
        .flat_map(|refund| &refund.lines.0);
    let before = domain::given_back(before);
    let content = match domain::refund(&order.lines.0, &before, command.lines.as_ref()) {
        Ok(content) => content,
        Err(refusal) => return refuse(refusal),
    };
    let refund = requested(command, order, content, at.now);
    idempotency::remember(
        &mut rows.idempotency,
        &command.key,
        command.refund_id.get(),
        ACCEPTED_STATUS,
        at.now,
    );
    say_requested(rows, refund, at)
}

/// A return is in. The refund is done with the last one owed.
pub(super) fn acknowledge(
    rows: &mut Rows,
    order_id: OrderId,
    refund_id: RefundId,
    step: Step,
    at: &Moment,
) -> Decision<Reply> {
    let Some(refund) = rows.refund.get_mut(&(order_id, refund_id)) else {
        return Decision::not_yet();
    };
    refund.acknowledged = StepMask(refund.acknowledged.0.with(step));
    finish(rows, order_id, refund_id, at)
}

/// Says that the refund is done, once, when nothing is missing any more.
pub(super) fn finish(
    rows: &mut Rows,
    order_id: OrderId,
    refund_id: RefundId,
    at: &Moment,
) -> Decision<Reply> {
    let Some(refund) = rows.refund.get_mut(&(order_id, refund_id)) else {
        return Decision::not_yet();
    };
    if refund.done_at.is_some() || !refund.missing().is_empty() {
        return Decision::quiet();
    }
    let Some(order) = rows.orders.get_mut(&order_id) else {
        return Decision::not_yet();
    };
    refund.done_at = Some(at.now);
    order.version += 1;
    let said = OrderRefunded {
        refund: refund.document(order.confirmed_at()),
        order: order.document(),
    };
    record(rows, order_id, refund_id.into(), Kind::OrderRefunded, at);
    Decision::say(said.order.version, said.into())
}

fn requested(command: &Command, order: &OrderRow, content: Refunded, now: Timestamp) -> Refund {
    let mut owed = Steps::NONE.with(Step::ReturnStock);
    if content.whole_order && order.user_coupon_id.is_some() {
        owed = owed.with(Step::ReturnCoupon);
    }
    if !content.amount.is_zero() {
        owed = owed.with(Step::ReturnPoints);
    }
    Refund {
        order_id: command.order_id,
        refund_id: command.refund_id,
        lines: Json(content.lines),
        amount: content.amount,
        whole_order: content.whole_order,
        reason: command.reason.clone(),
        owed: StepMask(owed),
        acknowledged: StepMask(Steps::NONE),
        requested_at: now,
        done_at: None,
    }
}

fn say_requested(rows: &mut Rows, refund: Refund, at: &Moment) -> Decision<Reply> {
    let (order_id, refund_id) = (refund.order_id, refund.refund_id);
    let Some(order) = rows.orders.get_mut(&order_id) else {
        return refuse(Refusal::OrderNotFound);
    };
    let so_far = order.refunded_price.unwrap_or(Money::ZERO);
    // The parts of a line never exceed what was paid for it, so the sum fits.
    let Some(sum) = so_far.checked_add(refund.amount) else {
        return refuse(Refusal::RefundExceeds);
    };
    order.refunded_price = Some(sum);
    order.version += 1;
    let said = RefundRequested {
        refund: refund.document(order.confirmed_at()),
        order: order.document(),
    };
    let reply = accepted(&refund, false);
    rows.refund.put(refund);
    record(rows, order_id, refund_id.into(), Kind::RefundRequested, at);
    Decision::say(said.order.version, said.into()).and_reply(reply)
}

fn accepted(refund: &Refund, replayed: bool) -> Reply {
    Reply::RefundAccepted {
        refund_id: refund.refund_id,
        amount: refund.amount,
        replayed,
    }
}

impl OrderRow {
    /// A completed order was confirmed when it ended.
    fn confirmed_at(&self) -> Timestamp {
        self.ended_at.unwrap_or(self.created_at)
    }
}
