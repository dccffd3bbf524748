//! Placing an order: it is accepted at once and priced by the steps of its saga.

use contracts::events::Kind;
use contracts::events::order::OrderCreated;
use contracts::ids::OrderId;
use db::Json;
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment, Timer, TimerChange};

use super::{Reply, refuse};
use crate::domain::{Progress, Refusal, asked};
use crate::input::PlaceOrder;
use crate::store::{Audit, AuditKind, OrderRow, Rows, StepMask};

/// Accepted: the order is known, its end is not.
const PLACED_STATUS: u16 = 202;
const FIRST_VERSION: i64 = 1;

/// A key that was answered comes first: the order stands, also if its user has left since.
pub(super) fn place(rows: &mut Rows, command: &PlaceOrder, at: &Moment) -> Decision<Reply> {
    match idempotency::seen(&rows.idempotency, &command.key, at.now) {
        Seen::New => {}
        Seen::OtherRequest => return refuse(Refusal::IdempotencyKeyReused),
        Seen::Before(used) => {
            let order_id = OrderId::new(used.reference);
            return Decision::reply(Reply::Placed {
                order_id,
                replayed: true,
            });
        }
    }
    if rows.closed_user.get(&command.user_id).is_some() {
        return refuse(Refusal::UserClosed);
    }
    let order_id = command.order_id;
    let row = placed(command, at);
    let expires_at = row.expires_at;
    rows.orders.add(row);
    let kind = AuditKind::Fact(Kind::OrderCreated);
    rows.audit(
        Audit {
            order_id,
            saga_id: order_id.into(),
            kind,
            after: 0,
            content: None,
        },
        at,
    );
    idempotency::remember(
        &mut rows.idempotency,
        &command.key,
        order_id.get(),
        PLACED_STATUS,
        at.now,
    );
    let created = OrderCreated {
        order_id,
        user_id: command.user_id,
        created_at: at.now,
        lines: command.lines.clone(),
        user_coupon_id: command.user_coupon_id,
    };
    Decision::say(FIRST_VERSION, created.into())
        .and_timer(TimerChange::Set(Timer {
            due: expires_at,
            key: order_id.get(),
        }))
        .and_reply(Reply::Placed {
            order_id,
            replayed: false,
        })
}

fn placed(command: &PlaceOrder, at: &Moment) -> OrderRow {
    let Progress {
        status,
        owed,
        acknowledged,
    } = Progress::OPEN;
    OrderRow {
        order_id: command.order_id,
        user_id: command.user_id,
        status: status.into(),
        lines: Json(command.lines.iter().map(asked).collect()),
        user_coupon_id: command.user_coupon_id,
        failure: None,
        total_price: None,
        discount: None,
        paid_price: None,
        owed: StepMask(owed),
        acknowledged: StepMask(acknowledged),
        version: FIRST_VERSION,
        created_at: at.now,
        expires_at: at.now.plus(command.deadline),
        ended_at: None,
        compensated_at: None,
        refunded_price: None,
    }
}
