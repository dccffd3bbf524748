//! An operator's way out of a saga that waits for what will not come: what is owed counts as in,
//! with the reason in the audit. Nothing is put back by it; `verify` lists it as an exception.

use contracts::ids::RefundId;
use contracts::saga::Steps;
use runtime::{Decision, Moment};
use serde_json::json;

use super::{Reply, refund, refuse};
use crate::domain::Refusal;
use crate::input::Resolve;
use crate::store::{Audit, AuditKind, Rows, StepMask};

pub(super) fn resolve(rows: &mut Rows, command: &Resolve, at: &Moment) -> Decision<Reply> {
    let order_id = command.order_id;
    let Some(order) = rows.orders.get_mut(&order_id) else {
        return refuse(Refusal::OrderNotFound);
    };
    if command.saga_id == order_id.into() {
        let missing = order.progress().missing();
        if missing.is_empty() {
            return refuse(Refusal::SagaNotResolvable);
        }
        order.acknowledged = StepMask(order.acknowledged.0.union(missing));
        order.settle(at.now);
        record(rows, command, missing, at);
        return Decision::reply(Reply::Resolved(missing));
    }
    let refund_id: RefundId = command.saga_id.cast();
    let Some(refund) = rows.refund.get_mut(&(order_id, refund_id)) else {
        return refuse(Refusal::OrderNotFound);
    };
    let missing = refund.missing();
    if missing.is_empty() {
        return refuse(Refusal::SagaNotResolvable);
    }
    refund.acknowledged = StepMask(refund.acknowledged.0.union(missing));
    record(rows, command, missing, at);
    refund::finish(rows, order_id, refund_id, at).and_reply(Reply::Resolved(missing))
}

fn record(rows: &mut Rows, command: &Resolve, missing: Steps, at: &Moment) {
    let (order_id, saga_id) = (command.order_id, command.saga_id);
    let kind = AuditKind::Resolved;
    let (after, _) = rows.audited(order_id, saga_id, kind);
    let steps: Vec<&str> = missing.iter().map(|step| step.words()).collect();
    let content = json!({ "steps": steps, "reason": command.reason });
    rows.audit(
        Audit {
            order_id,
            saga_id,
            kind,
            after,
            content: Some(content.to_string()),
        },
        at,
    );
}
