//! Reads by row shape on one connection: what a reader, the writing connection outside a batch and
//! a transaction have in common.

use std::cell::RefCell;
use std::sync::Arc;

use rusqlite::Connection;

use super::statements::{Statements, Texts};
use super::transaction::{Binding, RowCells, failed};
use crate::cell::{Cell, Cells};
use crate::row::{Key, Row, Shape};
use crate::table::Rows;
use crate::{Digest, Failed};

/// Gives the cells to bind, one after the other.
pub(crate) type Bind<'b> = dyn FnMut(&mut dyn FnMut(Cell<'_>)) + 'b;

/// A connection with the statement texts made for it.
#[derive(Clone, Copy)]
pub(crate) struct Selects<'c> {
    pub connection: &'c Connection,
    pub statements: &'c RefCell<Statements>,
}

impl Selects<'_> {
    /// The rows whose first `given` key columns are those of `key`, in key order.
    pub fn select<R: Row>(&self, key: &mut Bind<'_>, given: usize) -> Result<Vec<R>, Failed> {
        let mut rows = Vec::new();
        let texts = self.texts(R::SHAPE);
        let text = &texts.select[given];
        select_rows(self.connection, text, key, given, &mut |row| rows.push(row))?;
        Ok(rows)
    }

    /// Every row whose first key column is not below that of `lowest`, in key order.
    pub fn scan_from<R: Row>(
        &self,
        lowest: &mut Bind<'_>,
        visit: &mut dyn FnMut(R),
    ) -> Result<(), Failed> {
        let texts = self.texts(R::SHAPE);
        select_rows(self.connection, &texts.from, lowest, 1, visit)
    }

    pub fn page_from<R: Row>(&self, lowest: &R::Key, limit: usize) -> Result<Vec<R>, Failed> {
        let mut rows = Vec::new();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let texts = self.texts(R::SHAPE);
        let bind = &mut |bind: &mut dyn FnMut(Cell<'_>)| {
            Key::visit(lowest, bind);
            bind(Cell::Int(limit));
        };
        let given = R::Key::COLUMNS + 1;
        select_rows(self.connection, &texts.page, bind, given, &mut |row| {
            rows.push(row);
        })?;
        Ok(rows)
    }

    pub fn digest(&self, rows: &mut impl Rows, digest: &mut Digest) -> Result<(), Failed> {
        for table in rows.tables() {
            let shape = table.shape();
            digest.table(shape);
            let columns = shape.key.len() + shape.columns.len();
            let texts = self.texts(shape);
            let text = &texts.select[0];
            select_cells(self.connection, text, &mut |_| {}, 0, &mut |cells| {
                for column in 0..columns {
                    digest.cell(cells.cell(column));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The texts are shared and not borrowed, since a visitor may read another table meanwhile.
    fn texts(&self, shape: &'static Shape) -> Arc<Texts> {
        Arc::clone(self.statements.borrow_mut().of(shape))
    }
}

/// Runs one statement with the first `given` cells that `bind` gives, row by row.
pub(super) fn select_rows<R: Row>(
    connection: &Connection,
    text: &str,
    bind: &mut Bind<'_>,
    given: usize,
    visit: &mut dyn FnMut(R),
) -> Result<(), Failed> {
    select_cells(connection, text, bind, given, &mut |cells| {
        visit(R::read(cells).map_err(|error| Failed::Permanent(error.to_string()))?);
        Ok(())
    })
}

fn select_cells(
    connection: &Connection,
    text: &str,
    bind: &mut Bind<'_>,
    given: usize,
    arrive: &mut dyn FnMut(&dyn Cells) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut statement = connection.prepare_cached(text).map_err(|e| failed(&e))?;
    let mut binding = Binding::new(&mut statement);
    let mut left = given;
    bind(&mut |cell| {
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
