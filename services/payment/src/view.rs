//! What Payment shows: balances and ledgers as their owners see them, read from committed rows.

use contracts::events::payment::TransactionId;
use contracts::http::payment::{BalanceView, ListPoints, PointLedgerView};
use contracts::ids::{OrderId, SagaId, UserId};
use contracts::money::Money;
use contracts::time::Timestamp;
use db::{Cell, Column, Failed, Reader, Store};
use rusqlite::Row;

use crate::store::{Direction, Point};

/// A user who never had points has 0, since no time.
pub fn balance(reader: &Reader, user: UserId) -> Result<BalanceView, Failed> {
    let point = reader.get::<Point>(&user)?;
    Ok(BalanceView {
        balance: point.as_ref().map_or(Money::ZERO, |point| point.balance),
        updated_at: point.map(|point| point.updated_at),
    })
}

/// Which part of a user's ledger is wanted.
pub struct Wanted {
    pub user: UserId,
    pub filter: ListPoints,
    /// The last row seen; the first page begins before all.
    pub after: Option<TransactionId>,
    pub rows: usize,
}

/// The user's ledger, newest saga first: ids of sagas are ordered by time, so the key is both
/// the order and the cursor. A reversal stands beside the use it takes back.
pub fn history(reader: &Reader, wanted: &Wanted) -> Result<Vec<PointLedgerView>, Failed> {
    let (saga, direction) = match wanted.after {
        Some(TransactionId { saga, direction }) => (saga.get(), code(direction.into())),
        None => (i64::MAX, i64::MAX),
    };
    let kind = wanted.filter.kind.map(|kind| code(kind.into()));
    let rows = i64::try_from(wanted.rows).unwrap_or(i64::MAX);
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(HISTORY)?;
        let views =
            statement.query_map((wanted.user.get(), saga, direction, kind, rows), ledger)?;
        views.collect()
    })
}

const HISTORY: &str = "
    SELECT saga_id, direction, order_id, amount, balance_after, at
    FROM point_history
    WHERE user_id = ?1 AND (saga_id, direction) < (?2, ?3) AND (?4 IS NULL OR direction = ?4)
    ORDER BY saga_id DESC, direction DESC
    LIMIT ?5";

/// What an order took from a user and gave back, its refunds included, oldest first. Nothing of
/// it is older than the order, so only what came since is looked at.
pub fn payments(
    reader: &Reader,
    user: UserId,
    order_id: OrderId,
) -> Result<Vec<PointLedgerView>, Failed> {
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(PAYMENTS)?;
        let views = statement.query_map((user.get(), order_id.get()), ledger)?;
        views.collect()
    })
}

const PAYMENTS: &str = "
    SELECT saga_id, direction, order_id, amount, balance_after, at
    FROM point_history
    WHERE user_id = ?1 AND saga_id >= ?2 AND order_id = ?2
    ORDER BY saga_id, direction";

fn ledger(row: &Row<'_>) -> rusqlite::Result<PointLedgerView> {
    let code: i64 = row.get(1)?;
    let direction = <Direction as Column>::read(Cell::Int(code))
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(1, code))?;
    let kind = direction.into();
    Ok(PointLedgerView {
        transaction_id: TransactionId {
            saga: SagaId::new(row.get(0)?),
            direction: kind,
        },
        kind,
        amount: Money::new(row.get(3)?),
        balance_after: Money::new(row.get(4)?),
        order_id: row.get::<_, Option<i64>>(2)?.map(OrderId::new),
        created_at: Timestamp::from_micros(row.get(5)?),
    })
}

fn code(direction: Direction) -> i64 {
    direction as i64
}
