//! What could be wrong in Order.

use contracts::events::Fact;
use contracts::events::order::{CancelledBy, Failure, FailureCode, OrderCancelled};
use contracts::ids::OrderId;
use contracts::saga::{Step, Steps};
use db::{Json, Row};
use order::Order;
use order::decide::Reply;
use order::input::{Heard, Input, Meaning, Refund, Requester};
use order::seal::Hash;
use order::store::{AuditKind, Rows, Status, StepMask};
use runtime::{Decision, Moment, Service};

use super::{Bug, OrderBug, Plant};

const ALL_UNDOS: Steps = Steps::of(&[Step::DeductStock, Step::ApplyCoupon, Step::PayPoints]);

impl Plant for Order {
    fn spoil(bug: Bug, rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
        let Bug::Order(bug) = bug else {
            return Self::decide(rows, input, at);
        };
        match (bug, input) {
            (OrderBug::ForgetsKey, Input::PlaceOrder(command)) => {
                let decision = Self::decide(rows, input, at);
                rows.idempotency.remove(&command.key.scope);
                decision
            }
            (OrderBug::AnswersOtherBody, Input::PlaceOrder(command)) => {
                if let Some(row) = rows.idempotency.get_mut(&command.key.scope) {
                    row.fingerprint.clone_from(&command.key.fingerprint);
                }
                Self::decide(rows, input, at)
            }
            (OrderBug::ExpiresCompleted, Input::Expire(order_id)) => expire(rows, *order_id, at),
            (OrderBug::CancelsSilently, Input::Cancel(_)) => {
                let mut decision = Self::decide(rows, input, at);
                decision.says.clear();
                decision
            }
            (OrderBug::CancelsAnyones, Input::Cancel(command)) => {
                let mut command = command.clone();
                command.by = Requester::Operator;
                Self::decide(rows, &Input::Cancel(command), at)
            }
            (_, Input::Refund(command)) => refund(bug, rows, command, at),
            (_, Input::Heard(heard)) => hear(bug, rows, heard, at),
            (_, _) => {
                let decision = Self::decide(rows, input, at);
                if bug == OrderBug::SettlesEarly {
                    settle_early(rows, &decision, at);
                }
                if bug == OrderBug::OwesNoCoupon {
                    owe_no_coupon(rows, decision)
                } else {
                    decision
                }
            }
        }
    }

    fn spoil_close(bug: Bug, rows: &mut Rows, at: &Moment) {
        if bug == Bug::Order(OrderBug::LeavesUnsealed) && rows.order_event.added().count() == 1 {
            return;
        }
        Self::close(rows, at);
        if bug == Bug::Order(OrderBug::BreaksChain)
            && rows.audit_seal.added().next().is_some()
            && let Some(seal) = rows.audit_seal.get_mut(&(at.writer, at.batch_no))
        {
            seal.previous = Hash::NONE;
        }
    }
}

fn settle_early(rows: &mut Rows, decision: &Decision<Reply>, at: &Moment) {
    for said in &decision.says {
        if let Fact::OrderCancelled(cancelled) = &said.fact
            && let Some(order) = rows.orders.get_mut(&cancelled.order.order_id)
        {
            order.compensated_at = Some(at.now);
        }
    }
}

fn hear(bug: OrderBug, rows: &mut Rows, heard: &Heard, at: &Moment) -> Decision<Reply> {
    let order_id = heard.order_id;
    let before = rows.orders.get(&order_id).map(|order| order.status);
    let mut decision = Order::decide(rows, &Input::Heard(heard.clone()), at);
    match bug {
        OrderBug::ForgetsKey
        | OrderBug::AnswersOtherBody
        | OrderBug::RefundsTooMuch
        | OrderBug::CouponForAPart
        | OrderBug::CancelsSilently
        | OrderBug::CancelsAnyones
        | OrderBug::BreaksChain
        | OrderBug::LeavesUnsealed => {}
        OrderBug::SettlesEarly => settle_early(rows, &decision, at),
        OrderBug::RefundedEarly => {
            if let Meaning::Returned(refund_id, _) = heard.meaning
                && let Some(refund) = rows.refund.get_mut(&(order_id, refund_id))
            {
                refund.done_at.get_or_insert(at.now);
            }
        }
        OrderBug::ForgetsReturn => {
            if let Meaning::Returned(refund_id, step) = heard.meaning
                && let Some(refund) = rows.refund.get_mut(&(order_id, refund_id))
            {
                refund.acknowledged = StepMask(refund.acknowledged.0.without(step));
            }
        }
        OrderBug::ExpiresCompleted => {
            // The deadline stays set although the order is done.
            if let Meaning::Paid(_) = heard.meaning {
                decision.timer = None;
            }
        }
        OrderBug::ConfirmsCancelled => {
            if let (Meaning::Paid(_), Some(Status::Cancelled)) = (&heard.meaning, before)
                && let Some(order) = rows.orders.get_mut(&order_id)
            {
                order.status = Status::Completed;
            }
        }
        OrderBug::LosesEarlyUndo => {
            if let (Meaning::Undone(step), Some(Status::Pending)) = (&heard.meaning, before)
                && let Some(order) = rows.orders.get_mut(&order_id)
            {
                order.acknowledged = StepMask(order.acknowledged.0.without(*step));
            }
        }
        OrderBug::LosesAudit => {
            if let (Meaning::Priced { .. }, false) = (&heard.meaning, decision.is_repeat()) {
                let kind = AuditKind::Fact(heard.kind);
                rows.order_event.remove(&(order_id, order_id.into(), kind));
            }
        }
        OrderBug::OwesNoCoupon => return owe_no_coupon(rows, decision),
    }
    decision
}

fn refund(bug: OrderBug, rows: &mut Rows, command: &Refund, at: &Moment) -> Decision<Reply> {
    let input = Input::Refund(command.clone());
    match bug {
        OrderBug::RefundsTooMuch => {
            let before: Vec<_> = rows.refund.under(command.order_id).cloned().collect();
            for refund in &before {
                rows.refund.remove(&refund.key());
            }
            let decision = Order::decide(rows, &input, at);
            before
                .into_iter()
                .for_each(|refund| rows.refund.put(refund));
            decision
        }
        OrderBug::CouponForAPart => {
            let decision = Order::decide(rows, &input, at);
            coupon_for_a_part(rows, decision)
        }
        OrderBug::ForgetsKey
        | OrderBug::AnswersOtherBody
        | OrderBug::ExpiresCompleted
        | OrderBug::ConfirmsCancelled
        | OrderBug::LosesEarlyUndo
        | OrderBug::LosesAudit
        | OrderBug::OwesNoCoupon
        | OrderBug::ForgetsReturn
        | OrderBug::CancelsSilently
        | OrderBug::CancelsAnyones
        | OrderBug::SettlesEarly
        | OrderBug::RefundedEarly
        | OrderBug::BreaksChain
        | OrderBug::LeavesUnsealed => Order::decide(rows, &input, at),
    }
}

fn coupon_for_a_part(rows: &mut Rows, mut decision: Decision<Reply>) -> Decision<Reply> {
    for said in &mut decision.says {
        let Fact::RefundRequested(asked) = &mut said.fact else {
            continue;
        };
        if asked.order.user_coupon_id.is_none() {
            continue;
        }
        asked.refund.whole_order = true;
        asked.refund.owed = asked.refund.owed.with(Step::ReturnCoupon);
        let key = (asked.order.order_id, asked.refund.refund_id);
        if let Some(refund) = rows.refund.get_mut(&key) {
            refund.whole_order = true;
            refund.owed = StepMask(asked.refund.owed);
        }
    }
    decision
}

/// Cancels what is completed, for its deadline passed once.
fn expire(rows: &mut Rows, order_id: OrderId, at: &Moment) -> Decision<Reply> {
    let completed = rows
        .orders
        .get(&order_id)
        .is_some_and(|order| order.status == Status::Completed);
    if !completed {
        return Order::decide(rows, &Input::Expire(order_id), at);
    }
    let failure = Failure::plain(FailureCode::Expired);
    let code = failure.code;
    let Some(order) = rows.orders.get_mut(&order_id) else {
        return Decision::quiet();
    };
    order.status = Status::Cancelled;
    order.failure = Some(Json(failure));
    order.owed = StepMask(ALL_UNDOS);
    order.version += 1;
    let said = OrderCancelled {
        order: order.document(),
        code,
        by: CancelledBy::Deadline,
        undo: ALL_UNDOS,
    };
    let clear = runtime::TimerChange::Clear {
        key: order_id.get(),
    };
    Decision::say(said.order.version, said.into()).and_timer(clear)
}

fn owe_no_coupon(rows: &mut Rows, mut decision: Decision<Reply>) -> Decision<Reply> {
    for said in &mut decision.says {
        if let Fact::OrderCancelled(cancelled) = &mut said.fact {
            cancelled.undo = cancelled.undo.without(Step::ApplyCoupon);
            if let Some(order) = rows.orders.get_mut(&cancelled.order.order_id) {
                order.owed = StepMask(cancelled.undo);
            }
        }
    }
    decision
}
