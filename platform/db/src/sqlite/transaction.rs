//! One write transaction on SQLite. It never waits: the lock is taken when it begins.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};

use super::selects::select_rows;
use super::statements::Statements;
use crate::cell::{Cell, Cells};
use crate::kept::Kept;
use crate::row::{Key, Row};
use crate::table::{Arrive, Change, ChangeKind, Rows, Wanted, Which};
use crate::{Failed, Forgotten};

/// Rolled back when dropped without `commit`.
pub struct SqliteTx<'t> {
    connection: &'t Connection,
    statements: &'t mut Statements,
    kept: &'t mut Kept,
    open: bool,
}

impl<'t> SqliteTx<'t> {
    pub(super) fn begin(
        connection: &'t Connection,
        statements: &'t mut Statements,
        kept: &'t mut Kept,
    ) -> Result<Self, Failed> {
        execute(connection, "BEGIN IMMEDIATE")?;
        let tx = Self {
            connection,
            statements,
            kept,
            open: true,
        };
        tx.kept.are_of(version(connection)?);
        Ok(tx)
    }

    pub(crate) fn fetch(&mut self, rows: &mut impl Rows) -> Result<bool, Failed> {
        let mut fetched = false;
        for table in rows.tables() {
            if !table.has_wants() {
                continue;
            }
            fetched = true;
            let texts = self.statements.of(table.shape());
            let mut selects = Taken::new(self.connection, texts.select.len() + 1);
            table.fetch(
                self.kept,
                &mut |wanted: &Wanted<'_>, arrive: &mut Arrive<'_>| {
                    let statement = match wanted.which {
                        Which::Under(columns) => selects.take(columns, &texts.select[columns])?,
                        Which::Last => selects.take(texts.select.len(), &texts.last)?,
                    };
                    let mut binding = Binding::new(statement);
                    wanted.visit(&mut |cell| binding.bind(cell));
                    binding.finish()?;
                    let mut found = statement.raw_query();
                    while let Some(row) = found.next().map_err(|e| failed(&e))? {
                        arrive(&RowCells(row)).map_err(|e| Failed::Permanent(e.to_string()))?;
                    }
                    Ok(())
                },
            )?;
        }
        Ok(fetched)
    }

    pub(crate) fn flush(&mut self, rows: &mut impl Rows) -> Result<(), Failed> {
        for table in rows.tables() {
            let shape = table.shape();
            let texts = self.statements.of(shape);
            let mut writes = Taken::new(self.connection, 4);
            table.changes(&mut |change: &Change<'_>| {
                let (place, text) = match change.kind {
                    ChangeKind::Insert => (0, &texts.insert),
                    ChangeKind::Upsert => (1, &texts.upsert),
                    ChangeKind::Delete => (2, &texts.delete),
                    // What is all key was read, and is as it was.
                    ChangeKind::Update if shape.columns.is_empty() => return Ok(()),
                    ChangeKind::Update => (3, &texts.update),
                };
                let statement = writes.take(place, text)?;
                let mut binding = Binding::new(statement);
                change.visit(&mut |cell| binding.bind(cell));
                binding.finish()?;
                let rows = statement.raw_execute().map_err(|e| failed(&e))?;
                if rows == 0 && change.kind == ChangeKind::Update {
                    let table = shape.table;
                    return Err(Failed::Transient(format!("a row of {table} is gone")));
                }
                Ok(())
            })?;
            table.keep(self.kept);
        }
        Ok(())
    }

    pub(crate) fn forget<R: Row>(
        &mut self,
        after: Option<&R::Key>,
        limit: usize,
        old: &mut dyn FnMut(&R) -> bool,
    ) -> Result<Forgotten<R::Key>, Failed> {
        let texts = Arc::clone(self.statements.of(R::SHAPE));
        let text = match after {
            Some(_) => &texts.after,
            None => &texts.first,
        };
        let rows_asked = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows: Vec<R> = Vec::new();
        let mut bind = |bind: &mut dyn FnMut(Cell<'_>)| {
            if let Some(after) = after {
                Key::visit(after, bind);
            }
            bind(Cell::Int(rows_asked));
        };
        let given = after.map_or(0, |_| R::Key::COLUMNS) + 1;
        select_rows(self.connection, text, &mut bind, given, &mut |row| {
            rows.push(row);
        })?;
        let mut removed = 0;
        for row in rows.iter().filter(|row| old(row)) {
            let delete = self.connection.prepare_cached(&texts.delete);
            let mut statement = delete.map_err(|e| failed(&e))?;
            let mut binding = Binding::new(&mut statement);
            Key::visit(&row.key(), &mut |cell| binding.bind(cell));
            binding.finish()?;
            removed += statement.raw_execute().map_err(|e| failed(&e))?;
        }
        if removed > 0 {
            self.kept.drop_table::<R>();
        }
        let whole = rows.len() == limit;
        let next = rows.last().filter(|_| whole).map(Row::key);
        Ok(Forgotten { removed, next })
    }

    pub(crate) fn commit(mut self) -> Result<(), Failed> {
        execute(self.connection, "COMMIT")?;
        self.open = false;
        Ok(())
    }
}

impl Drop for SqliteTx<'_> {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        self.kept.drop_all();
        if !self.connection.is_autocommit() {
            // A failed rollback leaves the connection unusable; the next `BEGIN` says so.
            if let Err(error) = execute(self.connection, "ROLLBACK") {
                tracing::error!(%error, "could not roll back");
            }
        }
    }
}

/// The statements of one table, each taken out of the connection's cache, where it is found by its
/// text, once and not once a row.
struct Taken<'c> {
    connection: &'c Connection,
    statements: Vec<Option<CachedStatement<'c>>>,
}

impl<'c> Taken<'c> {
    fn new(connection: &'c Connection, most: usize) -> Self {
        let mut statements = Vec::new();
        statements.resize_with(most, || None);
        Self {
            connection,
            statements,
        }
    }

    fn take(&mut self, place: usize, text: &str) -> Result<&mut CachedStatement<'c>, Failed> {
        let taken = &mut self.statements[place];
        match taken {
            Some(statement) => Ok(statement),
            None => {
                let statement = self.connection.prepare_cached(text);
                Ok(taken.insert(statement.map_err(|e| failed(&e))?))
            }
        }
    }
}

fn execute(connection: &Connection, text: &str) -> Result<(), Failed> {
    let mut statement = connection.prepare_cached(text).map_err(|e| failed(&e))?;
    statement.raw_execute().map(|_| ()).map_err(|e| failed(&e))
}

/// Another number than before when another connection has written in between: SQLite's own pages
/// in memory are good for as long (`PRAGMA data_version`, sqlite.org/pragma.html).
fn version(connection: &Connection) -> Result<i64, Failed> {
    let statement = connection.prepare_cached("PRAGMA data_version");
    let mut statement = statement.map_err(|e| failed(&e))?;
    let version = statement.query_row([], |row| row.get(0));
    version.map_err(|e| failed(&e))
}

/// Binds cells one after the other and keeps the first error.
pub(super) struct Binding<'s, 'c> {
    statement: &'s mut CachedStatement<'c>,
    index: usize,
    result: rusqlite::Result<()>,
}

impl<'s, 'c> Binding<'s, 'c> {
    pub fn new(statement: &'s mut CachedStatement<'c>) -> Self {
        Self {
            statement,
            index: 0,
            result: Ok(()),
        }
    }

    pub fn bind(&mut self, cell: Cell<'_>) {
        self.index += 1;
        if self.result.is_ok() {
            self.result = self.statement.raw_bind_parameter(self.index, Bound(cell));
        }
    }

    pub fn finish(self) -> Result<(), Failed> {
        self.result.map_err(|e| failed(&e))
    }
}

struct Bound<'a>(Cell<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Int(value) => ValueRef::Integer(value),
            Cell::Text(value) => ValueRef::Text(value.as_bytes()),
            Cell::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

pub(super) struct RowCells<'r, 's>(pub &'r rusqlite::Row<'s>);

impl Cells for RowCells<'_, '_> {
    fn cell(&self, index: usize) -> Cell<'_> {
        match self.0.get_ref(index) {
            Ok(ValueRef::Integer(value)) => Cell::Int(value),
            Ok(ValueRef::Text(value)) => match std::str::from_utf8(value) {
                Ok(text) => Cell::Text(text),
                Err(_) => Cell::Blob(value),
            },
            Ok(ValueRef::Blob(value)) => Cell::Blob(value),
            Ok(ValueRef::Null | ValueRef::Real(_)) | Err(_) => Cell::Null,
        }
    }
}

/// Sorts SQLite's errors by what the loop must do next. Only what the rows themselves can be
/// blamed for is permanent: a permanent failure sets inputs aside one after the other, and a
/// failing disk must not do that to all of them.
pub(super) fn failed(error: &rusqlite::Error) -> Failed {
    let message = error.to_string();
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return Failed::Permanent(message);
    };
    match failure.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly
        | ErrorCode::PermissionDenied
        | ErrorCode::OutOfMemory
        | ErrorCode::OperationInterrupted => Failed::Transient(message),
        ErrorCode::DiskFull => Failed::Full(message),
        ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Failed::InDoubt(message)
        }
        _ => Failed::Permanent(message),
    }
}
