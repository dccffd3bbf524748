//! Read connections: key reads and full scans by row shape, and the views' own queries.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::STATEMENT_CACHE;
use super::statements::Texts;
use super::transaction::{Binding, RowCells, failed};
use crate::cell::{Cell, Cells};
use crate::row::{Key, Row};
use crate::table::Rows;
use crate::{Digest, Failed};

/// A read-only connection to one database file.
pub struct Reader {
    connection: Connection,
}

impl Reader {
    pub fn open(path: &Path) -> Result<Self, Failed> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| failed(&e))?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        let timeout = std::time::Duration::from_secs(5);
        connection.busy_timeout(timeout).map_err(|e| failed(&e))?;
        Ok(Self { connection })
    }

    /// Runs a view's own query.
    pub fn query<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Failed> {
        read(&self.connection).map_err(|error| failed(&error))
    }

    /// Runs `read` over one state of the file. Only backup and checkers may take long here:
    /// the write-ahead log cannot shrink meanwhile.
    pub fn at_one_moment<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let begin = self.connection.execute_batch("BEGIN");
        begin.map_err(|error| failed(&error))?;
        let result = read(self);
        let end = self.connection.execute_batch("COMMIT");
        end.map_err(|error| failed(&error))?;
        result
    }

    /// The hash of the tables of `rows`, equal to `Maps::digest` over the same rows.
    pub fn digest(&self, rows: &mut impl Rows, digest: &mut Digest) -> Result<(), Failed> {
        self::digest(&self.connection, rows, digest)
    }

    /// Up to `limit` rows from `lowest` on among those that share its first key column, in key
    /// order.
    pub fn page_from<R: Row>(&self, lowest: &R::Key, limit: usize) -> Result<Vec<R>, Failed> {
        let mut rows = Vec::new();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let text = Texts::new(R::SHAPE).page;
        let columns = R::Key::COLUMNS;
        let bind = &mut |bind: &mut dyn FnMut(Cell<'_>)| {
            Key::visit(lowest, bind);
            bind(Cell::Int(limit));
        };
        select_cells(&self.connection, &text, bind, columns + 1, &mut |cells| {
            rows.push(R::read(cells).map_err(|error| Failed::Permanent(error.to_string()))?);
            Ok(())
        })?;
        Ok(rows)
    }

    pub(crate) fn scan_from<R: Row>(
        &self,
        lowest: &mut dyn FnMut(&mut dyn FnMut(Cell<'_>)),
        visit: &mut dyn FnMut(R),
    ) -> Result<(), Failed> {
        let text = Texts::new(R::SHAPE).from;
        select_cells(&self.connection, &text, lowest, 1, &mut |cells| {
            visit(R::read(cells).map_err(|error| Failed::Permanent(error.to_string()))?);
            Ok(())
        })
    }

    pub(crate) fn select<R: Row>(
        &self,
        key: &mut dyn FnMut(&mut dyn FnMut(Cell<'_>)),
        given: usize,
    ) -> Result<Vec<R>, Failed> {
        let mut rows = Vec::new();
        let text = &Texts::new(R::SHAPE).select[given];
        select_cells(&self.connection, text, key, given, &mut |cells| {
            rows.push(R::read(cells).map_err(|error| Failed::Permanent(error.to_string()))?);
            Ok(())
        })?;
        Ok(rows)
    }
}

fn select_cells(
    connection: &Connection,
    text: &str,
    key: &mut dyn FnMut(&mut dyn FnMut(Cell<'_>)),
    given: usize,
    arrive: &mut dyn FnMut(&dyn Cells) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut statement = connection.prepare_cached(text).map_err(|e| failed(&e))?;
    let mut binding = Binding::new(&mut statement);
    let mut left = given;
    key(&mut |cell| {
        if left > 0 {
            left -= 1;
            binding.bind(cell);
        }
    });
    binding.finish()?;
    let mut found = statement.raw_query();
    while let Some(row) = found.next().map_err(|e| failed(&e))? {
        arrive(&RowCells(row))?;
    }
    Ok(())
}

pub(super) fn digest(
    connection: &Connection,
    rows: &mut impl Rows,
    digest: &mut Digest,
) -> Result<(), Failed> {
    for table in rows.tables() {
        let shape = table.shape();
        digest.table(shape);
        let columns = shape.key.len() + shape.columns.len();
        let text = &Texts::new(shape).select[0];
        select_cells(connection, text, &mut |_| {}, 0, &mut |cells| {
            for column in 0..columns {
                digest.cell(cells.cell(column));
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Readers of one file, lent one at a time and opened when none is idle.
pub struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lends a reader to `read`. Key reads and keyset pages take microseconds, so callers on an
    /// async thread run them in place.
    pub fn with<T>(&self, read: impl FnOnce(&Reader) -> Result<T, Failed>) -> Result<T, Failed> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.path)?,
        };
        let result = read(&reader);
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        result
    }
}
