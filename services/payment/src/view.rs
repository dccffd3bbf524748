//! What Payment shows: balances and ledgers as their owners see them, read from committed rows.

use contracts::events::payment::{PointDirection, TransactionId};
use contracts::http::payment::{BalanceView, ListPoints, PointLedgerView};
use contracts::ids::{OrderId, SagaId, UserId};
use contracts::money::Money;
use contracts::time::Timestamp;
use db::{Cell, Column, Failed, Reader, Store};
use rusqlite::Row;

use crate::store::{Direction, Point};

/// What one page looks at: some milliseconds of reading.
const MOST_SCANNED: usize = 1_000;

/// A user who never had points has 0, since no time.
pub fn balance(reader: &Reader, user: UserId) -> Result<BalanceView, Failed> {
    let point = reader.get::<Point>(&user)?;
    Ok(BalanceView {
        balance: point.as_ref().map_or(Money::ZERO, |point| point.balance),
        updated_at: point.map(|point| point.updated_at),
    })
}

/// Which part of a user's ledger is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub user: UserId,
    pub filter: ListPoints,
    /// The last row seen; the first page begins before all.
    pub after: Option<TransactionId>,
    pub rows: usize,
}

/// A part of a ledger.
#[derive(Debug, PartialEq)]
pub struct Found {
    pub views: Vec<PointLedgerView>,
    /// Where the reading stopped, when neither the page was full nor the ledger at its end.
    pub stopped: Option<TransactionId>,
}

/// The user's ledger, newest movement first, as each row names the one before it: balances follow
/// on each other, and a reversal stands where it happened. Charges alone and refunds alone are
/// listed by an index, newest saga first.
pub fn history(reader: &Reader, wanted: &Wanted) -> Result<Found, Failed> {
    history_of(reader, wanted, MOST_SCANNED)
}

fn history_of(reader: &Reader, wanted: &Wanted, most: usize) -> Result<Found, Failed> {
    let place = |last: TransactionId| (last.saga.get(), code(last.direction.into()));
    let after = wanted.after.map(place);
    let (saga, direction) = after.unzip();
    let (user, rows) = (wanted.user.get(), limit(wanted.rows));
    let views = match wanted.filter.kind {
        Some(PointDirection::Use) => {
            let bound = (user, saga, direction, limit(most));
            return uses(reader, bound, (wanted.rows, most));
        }
        Some(kind @ (PointDirection::Charge | PointDirection::Refund)) => {
            let kind = code(kind.into());
            let before = after.map_or(i64::MAX, |(saga, direction)| {
                // A saga has one row of a direction, which comes before the place or after it.
                saga.saturating_add(i64::from(kind < direction))
            });
            list(reader, HISTORY_OF_DIRECTION, (user, kind, before, rows))?
        }
        None => list(reader, HISTORY, (user, saga, direction, rows))?,
    };
    let stopped = None;
    Ok(Found { views, stopped })
}

/// The first `wanted` uses among the `most` rows that the query looks at.
fn uses(
    reader: &Reader,
    bound: impl rusqlite::Params,
    (wanted, most): (usize, usize),
) -> Result<Found, Failed> {
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(HISTORY)?;
        let (mut views, mut seen, mut last) = (Vec::new(), 0, None);
        for view in statement.query_map(bound, ledger)? {
            let view = view?;
            (seen, last) = (seen + 1, Some(view.transaction_id));
            if view.kind == PointDirection::Use {
                views.push(view);
                if views.len() >= wanted {
                    let stopped = None;
                    return Ok(Found { views, stopped });
                }
            }
        }
        let stopped = last.filter(|_| seen >= most);
        Ok(Found { views, stopped })
    })
}

// From the newest row, or from the one before the row last seen: where that is not the user's,
// from nowhere. The limit ends the recursion, whose rows come out one by one, in the order in
// which they name each other. Whatever a row names, what is shown is the user's own.
const HISTORY: &str = "
    WITH RECURSIVE
        first (saga_id, direction) AS (
            SELECT newest_saga_id, newest_direction FROM point WHERE user_id = ?1 AND ?2 IS NULL
            UNION ALL
            SELECT previous_saga_id, previous_direction FROM point_history
            WHERE saga_id = ?2 AND direction = ?3 AND user_id = ?1
        ),
        chain AS (
            SELECT entry.*
            FROM first CROSS JOIN point_history AS entry USING (saga_id, direction)
            WHERE entry.user_id = ?1
            UNION ALL
            SELECT entry.*
            FROM chain CROSS JOIN point_history AS entry
                ON entry.saga_id = chain.previous_saga_id
                AND entry.direction = chain.previous_direction
            WHERE entry.user_id = ?1
            LIMIT ?4
        )
    SELECT saga_id, direction, order_id, amount, balance_after, at FROM chain";

// The key alone looks cheap enough to the planner, which knows no user with many other rows; and
// it takes an index of some rows only for a query that says the same of them.
const HISTORY_OF_DIRECTION: &str = "
    SELECT saga_id, direction, order_id, amount, balance_after, at
    FROM point_history INDEXED BY point_history_by_direction
    WHERE user_id = ?1 AND direction = ?2 AND direction <> 2 AND saga_id < ?3
    ORDER BY saga_id DESC
    LIMIT ?4";

/// Which of an order's movements are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Payments {
    pub order_id: OrderId,
    /// Who has to be the order's owner; none where anybody's order may be seen.
    pub owner: Option<UserId>,
    /// The last row seen; the first page begins before all.
    pub after: Option<TransactionId>,
    pub rows: usize,
}

/// What an order took and gave back, its refunds included, oldest first. None where it moved
/// nothing, or is not the owner's.
pub fn payments(
    reader: &Reader,
    wanted: &Payments,
) -> Result<Option<Vec<PointLedgerView>>, Failed> {
    let order = wanted.order_id.get();
    let (saga, direction) = match wanted.after {
        Some(TransactionId { saga, direction }) => (saga.get(), code(direction.into())),
        None => (i64::MIN, i64::MIN),
    };
    reader.at_one_moment(|reader| {
        let Some(owner) = owner(reader, wanted.order_id)? else {
            return Ok(None);
        };
        if wanted.owner.is_some_and(|user| user != owner) {
            return Ok(None);
        }
        let rows = limit(wanted.rows);
        list(
            reader,
            PAYMENTS,
            (order, owner.get(), saga, direction, rows),
        )
        .map(Some)
    })
}

/// Whose points an order moved.
fn owner(reader: &Reader, order_id: OrderId) -> Result<Option<UserId>, Failed> {
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(OWNER)?;
        let mut users = statement.query_map([order_id.get()], |row| row.get(0))?;
        Ok(users.next().transpose()?.map(UserId::new))
    })
}

// An order's own rows are found by the key, those of its refunds by the index, which has no others.
const OWNER: &str = "
    SELECT user_id FROM point_history WHERE saga_id = ?1 AND order_id = ?1
    UNION ALL
    SELECT user_id FROM point_history INDEXED BY point_history_by_order
    WHERE order_id = ?1 AND order_id <> saga_id
    LIMIT 1";

const PAYMENTS: &str = "
    SELECT saga_id, direction, order_id, amount, balance_after, at
    FROM point_history
    WHERE saga_id = ?1 AND order_id = ?1 AND user_id = ?2 AND (saga_id, direction) > (?3, ?4)
    UNION ALL
    SELECT saga_id, direction, order_id, amount, balance_after, at
    FROM point_history INDEXED BY point_history_by_order
    WHERE order_id = ?1 AND order_id <> saga_id AND user_id = ?2
        AND (saga_id, direction) > (?3, ?4)
    ORDER BY saga_id, direction
    LIMIT ?5";

fn list(
    reader: &Reader,
    text: &str,
    bound: impl rusqlite::Params,
) -> Result<Vec<PointLedgerView>, Failed> {
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(text)?;
        statement.query_map(bound, ledger)?.collect()
    })
}

fn ledger(row: &Row<'_>) -> rusqlite::Result<PointLedgerView> {
    let code: i64 = row.get(1)?;
    let direction = <Direction as Column>::read(Cell::Int(code))
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(1, code))?;
    let (saga, kind) = (SagaId::new(row.get(0)?), direction.into());
    let order_id = row.get::<_, Option<i64>>(2)?.map(OrderId::new);
    // What comes back under a saga other than the order's was asked for by a refund.
    let refund = order_id.filter(|order| SagaId::from(*order) != saga);
    Ok(PointLedgerView {
        transaction_id: TransactionId {
            saga,
            direction: kind,
        },
        kind,
        amount: Money::new(row.get(3)?),
        balance_after: Money::new(row.get(4)?),
        order_id,
        refund_id: refund.map(|_| saga.cast()),
        created_at: Timestamp::from_micros(row.get(5)?),
    })
}

fn code(direction: Direction) -> i64 {
    direction as i64
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
