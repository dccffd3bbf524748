//! The ledger of one stock, newest saga first. Orders write it by saga, and an index by product
//! for the few who look here would be paid for by every order: so a page reads the ledger
//! backwards, and stops after a bounded number of rows whether it is full or not.

use contracts::http::product::{StockLedgerView, StockMove};
use contracts::ids::{ProductId, SagaId};
use contracts::time::Timestamp;
use db::{Failed, Reader};
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::coded;
use crate::store::Direction;

/// What one page looks at: some milliseconds of reading.
const MOST_SCANNED: usize = 10_000;

/// A place in the ledger: the key of a row, of whatever product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place(SagaId, ProductId, i64);

/// Which part of the ledger is wanted.
#[derive(Debug)]
pub struct Wanted {
    pub product_id: ProductId,
    /// Where the page before ended; the first one begins at the newest row.
    pub after: Option<Place>,
    pub rows: usize,
}

/// What was found on the way back.
#[derive(Debug, PartialEq)]
pub struct Found {
    pub views: Vec<StockLedgerView>,
    /// Where the reading stopped, when neither the page was full nor the ledger at its end.
    pub stopped: Option<Place>,
}

pub fn read(reader: &Reader, wanted: &Wanted) -> Result<Found, Failed> {
    read_at_most(reader, wanted, MOST_SCANNED)
}

/// The place of a row of this product's.
pub fn place(product_id: ProductId, view: &StockLedgerView) -> Place {
    let direction = match view.kind {
        StockMove::Deducted => Direction::Deduct,
        StockMove::Restored => Direction::Restore,
        StockMove::Returned => Direction::Return,
        StockMove::First | StockMove::Adjusted => Direction::Adjust,
    };
    Place(view.saga_id, product_id, direction as i64)
}

fn read_at_most(reader: &Reader, wanted: &Wanted, scanned: usize) -> Result<Found, Failed> {
    let Place(saga, product, direction) = wanted.after.unwrap_or(END);
    let limit = i64::try_from(scanned).unwrap_or(i64::MAX);
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(BACKWARDS)?;
        let mut rows = statement.query((saga.get(), product.get(), direction, limit))?;
        let mut views = Vec::new();
        let (mut seen, mut last) = (0, END);
        while let Some(row) = rows.next()? {
            seen += 1;
            last = Place(
                SagaId::new(row.get(0)?),
                ProductId::new(row.get(1)?),
                row.get(2)?,
            );
            if last.1 == wanted.product_id {
                views.push(view(row)?);
                if views.len() >= wanted.rows {
                    return Ok(Found {
                        views,
                        stopped: None,
                    });
                }
            }
        }
        let stopped = (seen >= scanned).then_some(last);
        Ok(Found { views, stopped })
    })
}

/// After every row.
const END: Place = Place(SagaId::new(i64::MAX), ProductId::new(i64::MAX), i64::MAX);

const BACKWARDS: &str = "
    SELECT saga_id, product_id, direction, delta, quantity_after, stock_version, at, reason
    FROM stock_ledger
    WHERE (saga_id, product_id, direction) < (?1, ?2, ?3)
    ORDER BY saga_id DESC, product_id DESC, direction DESC
    LIMIT ?4";

fn view(row: &Row<'_>) -> rusqlite::Result<StockLedgerView> {
    let (saga_id, product_id): (i64, i64) = (row.get(0)?, row.get(1)?);
    Ok(StockLedgerView {
        saga_id: SagaId::new(saga_id),
        kind: kind(coded(row, 2)?, saga_id == product_id),
        delta: row.get(3)?,
        quantity_after: row.get(4)?,
        version: row.get(5)?,
        at: Timestamp::from_micros(row.get(6)?),
        reason: row.get(7)?,
    })
}

/// A product's first stock stands under the product's own id.
const fn kind(direction: Direction, own_id: bool) -> StockMove {
    match direction {
        Direction::Deduct => StockMove::Deducted,
        Direction::Restore => StockMove::Restored,
        Direction::Return => StockMove::Returned,
        Direction::Adjust if own_id => StockMove::First,
        Direction::Adjust => StockMove::Adjusted,
    }
}

#[cfg(test)]
mod tests;
