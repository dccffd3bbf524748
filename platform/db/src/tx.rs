//! The backends of the write side, as one closed enum each for the store and its transaction.
//! A new backend is a variant here, a file beside `sqlite.rs`, and the same conformance suite.

use std::convert::Infallible;

use crate::maps::MapsTx;
use crate::sqlite::SqliteTx;
use crate::{Failed, Maps, Row, Rows, Sqlite};

/// An open store that one loop writes to.
pub enum Db {
    Sqlite(Sqlite),
    /// Databases that speak MySQL's protocol: named so that every match knows it, not yet built.
    MySql(Infallible),
    Maps(Maps),
}

/// One transaction. Dropped without `commit`, it is rolled back.
pub enum Tx<'t> {
    Sqlite(SqliteTx<'t>),
    MySql(Infallible),
    Maps(MapsTx<'t>),
}

/// What one look for old rows came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten<K> {
    pub removed: usize,
    /// Where the next look begins; `None` when this one came to the end of the table.
    pub next: Option<K>,
}

impl Db {
    /// Begins the transaction of a batch; on SQLite it takes the write lock at once.
    pub async fn begin(&mut self) -> Result<Tx<'_>, Failed> {
        match self {
            Self::Sqlite(sqlite) => Ok(Tx::Sqlite(sqlite.begin()?)),
            Self::MySql(never) => match *never {},
            Self::Maps(maps) => Ok(Tx::Maps(MapsTx::begin(maps)?)),
        }
    }
}

impl Tx<'_> {
    /// Reads what `rows` asked for. False when nothing new was asked.
    pub async fn fetch(&mut self, rows: &mut impl Rows) -> Result<bool, Failed> {
        match self {
            Self::Sqlite(tx) => tx.fetch(rows),
            Self::MySql(never) => match *never {},
            Self::Maps(tx) => tx.fetch(rows),
        }
    }

    /// Writes every changed row once.
    pub async fn flush(&mut self, rows: &mut impl Rows) -> Result<(), Failed> {
        match self {
            Self::Sqlite(tx) => tx.flush(rows),
            Self::MySql(never) => match *never {},
            Self::Maps(tx) => tx.flush(rows),
        }
    }

    /// Looks at up to `limit` rows behind `after` (from the beginning without it), in key order,
    /// and takes away those that are `old`: a small part of a long table at a time.
    pub async fn forget<R: Row>(
        &mut self,
        after: Option<&R::Key>,
        limit: usize,
        mut old: impl FnMut(&R) -> bool,
    ) -> Result<Forgotten<R::Key>, Failed> {
        match self {
            Self::Sqlite(tx) => tx.forget(after, limit, &mut old),
            Self::MySql(never) => match *never {},
            Self::Maps(tx) => Ok(tx.forget(after, limit, &mut old)),
        }
    }

    /// Makes it durable. After `Ok` a power cut cannot take it back.
    pub async fn commit(self) -> Result<(), Failed> {
        match self {
            Self::Sqlite(tx) => tx.commit(),
            Self::MySql(never) => match never {},
            Self::Maps(tx) => tx.commit(),
        }
    }
}

pub(crate) fn not_new(table: &str, key: &dyn std::fmt::Debug) -> Failed {
    Failed::Permanent(format!("{table} already has a row under {key:?}"))
}
