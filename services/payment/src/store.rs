//! What Payment remembers: row shapes, the rows of one batch, and which rows an input needs.
//! No SQL: it is made from the shapes.

use contracts::events::payment::{PointDirection, TransactionId};
use contracts::ids::{OrderId, SagaId, UserId};
use contracts::money::Money;
use contracts::saga::Step;
use contracts::time::Timestamp;
use db::{Fence, Idempotency, Table, coded, row, rows};
use runtime::{fence, idempotency};

use crate::input::Input;

row! {
    /// What a user holds. Absent until the first charge or credit. Kept are those who shop.
    pub struct Point in "point" keeps 2048 {
        key { pub user_id: UserId }
        pub balance: Money,
        /// Counts the changes of the balance, and with it the ledger rows of the user.
        pub version: i64,
        pub updated_at: Timestamp,
        /// The key of the user's newest ledger row; none where there is no row.
        pub newest_saga_id: Option<SagaId>,
        pub newest_direction: Option<Direction>,
    }
}

coded! {
    /// Which way a ledger row moves the balance.
    pub enum Direction {
        Charge = 1,
        Use = 2,
        Refund = 3,
    }
}

row! {
    /// One movement of a balance. Never changed, never taken away. Written in the order of time,
    /// and listed by what each row names. Only its end is kept: a new saga stands behind it.
    pub struct PointHistory in "point_history" keeps 0 by 1 {
        key {
            /// The order's, the refund's, or a charge's own id. A saga has one user.
            pub saga_id: SagaId,
            pub direction: Direction,
        }
        pub user_id: UserId,
        /// None for a charge.
        pub order_id: Option<OrderId>,
        /// Always positive; the direction is its sign.
        pub amount: Money,
        pub balance_after: Money,
        /// The version of the balance that this row made: the ledger's commit order.
        pub point_version: i64,
        pub at: Timestamp,
        /// The key of the user's row of the version before; none for the first.
        pub previous_saga_id: Option<SagaId>,
        pub previous_direction: Option<Direction>,
    }
}

row! {
    /// A user who left.
    pub struct ClosedUser in "closed_user" {
        key { pub user_id: UserId }
        pub at: Timestamp,
    }
}

rows! {
    /// Payment's tables in lock order.
    pub struct Rows {
        pub idempotency: Table<Idempotency>,
        pub closed_user: Table<ClosedUser>,
        pub fence: Table<Fence>,
        pub point: Table<Point>,
        pub ledger: Table<PointHistory>,
    }
}

/// Names the rows that `decide` needs for an input.
pub fn ask(rows: &mut Rows, input: &Input) {
    match input {
        Input::Pay(order) => {
            rows.point.ask(order.user_id);
            rows.ledger.ask((order.order_id.into(), Direction::Use));
            fence::ask(&mut rows.fence, order.order_id.into(), Step::PayPoints);
        }
        Input::RefundPayment(cancelled) => {
            let saga = cancelled.order_id.into();
            rows.point.ask(cancelled.user_id);
            rows.ledger.ask((saga, Direction::Use));
            rows.ledger.ask((saga, Direction::Refund));
            fence::ask(&mut rows.fence, saga, Step::PayPoints);
        }
        Input::ReturnPoints(refund) => {
            let saga = refund.refund_id.into();
            rows.point.ask(refund.user_id);
            rows.ledger.ask((saga, Direction::Refund));
            fence::ask(&mut rows.fence, saga, Step::ReturnPoints);
        }
        Input::CloseUser(closed) => rows.closed_user.ask(closed.user_id),
        Input::Charge(charge) => {
            idempotency::ask(&mut rows.idempotency, &charge.key);
            rows.closed_user.ask(charge.user_id);
            rows.point.ask(charge.user_id);
            // Under a key used before, the answer is rebuilt from the ledger row it made.
            if let Some(used) = rows.idempotency.peek(&charge.key.scope) {
                let made = SagaId::new(used.reference);
                rows.ledger.ask((made, Direction::Charge));
            }
        }
    }
}

/// What a ledger row is found by.
pub type EntryKey = <PointHistory as db::Row>::Key;

impl Point {
    /// The ledger row that made the balance what it is.
    pub fn newest(&self) -> Option<EntryKey> {
        self.newest_saga_id.zip(self.newest_direction)
    }
}

impl PointHistory {
    /// The row that was written for the user before this one.
    pub fn previous(&self) -> Option<EntryKey> {
        self.previous_saga_id.zip(self.previous_direction)
    }

    pub fn transaction_id(&self) -> TransactionId {
        TransactionId {
            saga: self.saga_id,
            direction: self.direction.into(),
        }
    }
}

impl From<Direction> for PointDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Charge => Self::Charge,
            Direction::Use => Self::Use,
            Direction::Refund => Self::Refund,
        }
    }
}

impl From<PointDirection> for Direction {
    fn from(direction: PointDirection) -> Self {
        match direction {
            PointDirection::Charge => Self::Charge,
            PointDirection::Use => Self::Use,
            PointDirection::Refund => Self::Refund,
        }
    }
}

#[cfg(test)]
mod tests;
