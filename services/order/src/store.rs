//! What Order remembers: a row type per table, the rows of a batch in lock order, and which of
//! them an input needs. No SQL: it is made from these shapes.

use contracts::envelope::{Actor, EventId};
use contracts::events::order::{
    Failure, OrderDocument, OrderDocumentLine, OrderStatus, RefundDocument, RefundLine,
};
use contracts::ids::{OrderId, ProductId, RefundId, SagaId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::saga::Steps;
use contracts::time::Timestamp;
use db::{Failed, Idempotency, Json, Store, Table, coded, row, rows};
use runtime::{Moment, Timer, idempotency};

use crate::domain::Progress;
use crate::input::{Input, Meaning};
use crate::seal::Hash;

mod column;

pub use column::{AuditKind, Shown, StepMask};

coded! {
    /// PENDING is left once; the other two are final.
    pub enum Status { Pending = 0, Completed = 1, Cancelled = 2 }
}

row! {
    /// An order and where its saga stands. It is written when it is placed and when it ends,
    /// and after that once per acknowledged undo. Kept are those under way, a busy second of them:
    /// every step of the saga asks for its order.
    pub struct OrderRow in "orders" keeps 2048 {
        key { pub order_id: OrderId }
        pub user_id: UserId,
        pub status: Status,
        pub lines: Json<Vec<OrderDocumentLine>>,
        pub user_coupon_id: Option<UserCouponId>,
        pub failure: Option<Json<Failure>>,
        pub total_price: Option<Money>,
        pub discount: Option<Money>,
        pub paid_price: Option<Money>,
        /// The steps whose undo somebody owes.
        pub owed: StepMask,
        /// The steps whose undo was heard of, owed or not yet.
        pub acknowledged: StepMask,
        /// Counts what was said of the order.
        pub version: i64,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub compensated_at: Option<Timestamp>,
        /// The sum of its refunds, those under way included; none before the first.
        pub refunded_price: Option<Money>,
    }
}

row! {
    /// What is given back of an order, and which of the returns are in.
    pub struct Refund in "refund" {
        key { pub order_id: OrderId, pub refund_id: RefundId }
        pub lines: Json<Vec<RefundLine>>,
        pub amount: Money,
        pub whole_order: bool,
        pub reason: String,
        pub owed: StepMask,
        pub acknowledged: StepMask,
        pub requested_at: Timestamp,
        pub done_at: Option<Timestamp>,
    }
}

row! {
    /// A line as it stood when the order ended.
    pub struct OrderItem in "order_item" {
        key { pub order_id: OrderId, pub line: i64 }
        pub product_id: ProductId,
        pub name: String,
        pub quantity: Quantity,
        pub unit_price: Money,
        pub discount: Option<Money>,
    }
}

row! {
    /// The audit of one fact. Its key is what makes a fact count once. Kept with its order.
    pub struct OrderEvent in "order_event" keeps 2048 by 1 {
        key { pub order_id: OrderId, pub saga_id: SagaId, pub kind: AuditKind }
        /// Counts the order's rows from 1, without gaps.
        pub no: i64,
        pub at: Timestamp,
        pub actor: Shown<Actor>,
        /// The event that was heard; none for a command or a timer.
        pub cause: Option<Shown<EventId>>,
        /// None where it is that of the order's first row.
        pub trace: Option<String>,
        pub writer: i64,
        pub batch_no: i64,
        pub content: Option<String>,
    }
}

row! {
    /// The seal of one batch over what it added to the audit.
    pub struct AuditSeal in "audit_seal" {
        key { pub writer: i64, pub batch_no: i64 }
        pub hash: Hash,
        /// The hash of the seal before.
        pub previous: Hash,
    }
}

row! {
    /// A writer's last seal: where its next one goes on. Kept is the one of this writer.
    pub struct AuditHead in "audit_head" keeps 1 {
        key { pub writer: i64 }
        pub batch_no: i64,
        pub hash: Hash,
    }
}

row! {
    /// Who left. Kept are those who order, of whom nearly nobody has.
    pub struct ClosedUser in "closed_user" keeps 1024 {
        key { pub user_id: UserId }
        pub at: Timestamp,
    }
}

rows! {
    /// The rows of one batch, in lock order.
    pub struct Rows {
        pub idempotency: Table<Idempotency>,
        pub closed_user: Table<ClosedUser>,
        pub orders: Table<OrderRow>,
        pub refund: Table<Refund>,
        pub order_item: Table<OrderItem>,
        pub order_event: Table<OrderEvent>,
        pub audit_head: Table<AuditHead>,
        pub audit_seal: Table<AuditSeal>,
    }
}

/// Names the rows that `decide` will look at. A new order's own rows are written unread.
pub fn ask(rows: &mut Rows, input: &Input) {
    match input {
        Input::PlaceOrder(command) => {
            idempotency::ask(&mut rows.idempotency, &command.key);
            rows.closed_user.ask(command.user_id);
        }
        Input::Cancel(command) => {
            idempotency::ask(&mut rows.idempotency, &command.key);
            ask_order(rows, command.order_id);
        }
        Input::Refund(command) => {
            idempotency::ask(&mut rows.idempotency, &command.key);
            ask_order(rows, command.order_id);
            rows.refund.ask_prefix(command.order_id);
        }
        Input::Resolve(command) => {
            ask_order(rows, command.order_id);
            rows.refund.ask((command.order_id, command.saga_id.cast()));
        }
        Input::Expire(order_id) => ask_order(rows, *order_id),
        Input::Heard(heard) => {
            ask_order(rows, heard.order_id);
            if let Meaning::Returned(refund_id, _) = heard.meaning {
                rows.refund.ask((heard.order_id, refund_id));
            }
        }
        Input::CloseUser(closed) => rows.closed_user.ask(closed.user_id),
    }
}

/// The audit comes with the order: it is the guard against repeats, and it numbers itself, so
/// that recording a step need not change the order's row.
fn ask_order(rows: &mut Rows, order_id: OrderId) {
    rows.orders.ask(order_id);
    rows.order_event.ask_prefix(order_id);
}

/// The deadlines of the orders that are open, among ids not below `from`.
pub fn open_timers(store: &impl Store, from: i64) -> Result<Vec<Timer>, Failed> {
    let mut timers = Vec::new();
    store.each_from::<OrderRow>(&OrderId::new(from), &mut |order| {
        if order.status == Status::Pending {
            timers.push(Timer {
                due: order.expires_at,
                key: order.order_id.get(),
            });
        }
    })?;
    Ok(timers)
}

/// A fact to be written down.
#[derive(Debug)]
pub struct Audit {
    pub order_id: OrderId,
    /// The order's saga, or that of one of its refunds.
    pub saga_id: SagaId,
    pub kind: AuditKind,
    /// How many rows the order's audit has.
    pub after: i64,
    pub content: Option<String>,
}

impl Rows {
    /// How many rows the audit of an order has, and whether one of them tells this of the saga.
    pub fn audited(&self, order_id: OrderId, saga_id: SagaId, kind: AuditKind) -> (i64, bool) {
        let mut count = 0;
        let mut known = false;
        for row in self.order_event.under(order_id) {
            count += 1;
            known |= row.kind == kind && row.saga_id == saga_id;
        }
        (count, known)
    }

    pub fn audit_content(&self, order_id: OrderId, kind: AuditKind) -> Option<&str> {
        self.order_event
            .get(&(order_id, order_id.into(), kind))?
            .content
            .as_deref()
    }

    /// The trace that the order was placed in.
    fn begun_in(&self, order_id: OrderId) -> Option<&str> {
        let mut rows = self.order_event.under(order_id);
        rows.find(|row| row.no == 1)?.trace.as_deref()
    }

    /// Adds to the audit; never upserted, so that no row of it is ever written over.
    pub fn audit(&mut self, audit: Audit, at: &Moment) {
        let begun_in = match audit.after {
            // The rows of a new order are not asked for.
            ..=0 => None,
            1.. => self.begun_in(audit.order_id),
        };
        let trace = at.trace.as_str().filter(|trace| begun_in != Some(*trace));
        let trace = trace.map(str::to_owned);
        self.order_event.add(OrderEvent {
            order_id: audit.order_id,
            saga_id: audit.saga_id,
            kind: audit.kind,
            no: audit.after + 1,
            at: at.now,
            actor: Shown(at.actor),
            cause: at.cause.map(Shown),
            trace,
            writer: at.writer,
            batch_no: at.batch_no,
            content: audit.content,
        });
    }
}

impl OrderRow {
    pub fn progress(&self) -> Progress {
        Progress {
            status: self.status.into(),
            owed: self.owed.0,
            acknowledged: self.acknowledged.0,
        }
    }

    /// The whole order, as it is said and shown.
    pub fn document(&self) -> OrderDocument {
        OrderDocument {
            order_id: self.order_id,
            user_id: self.user_id,
            status: self.status.into(),
            lines: self.lines.0.clone(),
            user_coupon_id: self.user_coupon_id,
            failure: self.failure.as_ref().map(|failure| failure.0.clone()),
            total_price: self.total_price,
            discount: self.discount,
            paid_price: self.paid_price,
            refunded_price: self.refunded_price,
            created_at: self.created_at,
            ended_at: self.ended_at,
            version: self.version,
        }
    }
}

impl Refund {
    /// The returns that are not in yet.
    pub fn missing(&self) -> Steps {
        self.owed.0.minus(self.acknowledged.0)
    }

    /// As it is said; the order was confirmed when it ended.
    pub fn document(&self, confirmed_at: Timestamp) -> RefundDocument {
        RefundDocument {
            refund_id: self.refund_id,
            lines: self.lines.0.clone(),
            amount: self.amount,
            whole_order: self.whole_order,
            owed: self.owed.0,
            confirmed_at,
        }
    }
}

impl From<Status> for OrderStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Completed => Self::Completed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl From<OrderStatus> for Status {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Pending => Self::Pending,
            OrderStatus::Completed => Self::Completed,
            OrderStatus::Cancelled => Self::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests;
