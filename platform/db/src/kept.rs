//! Rows that a writer keeps in memory from one transaction to the next. Whoever holds the write
//! connection reads what it read or wrote before, so that nothing is read twice for every step of
//! an order: until a transaction is rolled back, or another connection writes. Then all is dropped.

use std::any::Any;
use std::collections::BTreeMap;

use crate::row::{Key, Row};

/// What a writer keeps of a table: where its keys end, and the groups of rows that it met last.
/// A key behind the end has no row, which is what most new keys are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// How many groups at least; there is room for twice as many.
    pub groups: usize,
    /// How many leading key columns the rows of one group share.
    pub columns: usize,
}

/// The kept rows of one store, by table.
#[derive(Default)]
pub struct Kept {
    tables: BTreeMap<&'static str, Box<dyn Any + Send>>,
    version: Option<i64>,
}

impl Kept {
    /// What is kept of a table; none of one that keeps nothing.
    pub(crate) fn of<R: Row>(&mut self) -> Option<&mut KeptRows<R>> {
        let keep = R::SHAPE.keep?;
        let table = self
            .tables
            .entry(R::SHAPE.table)
            .or_insert_with(|| Box::new(KeptRows::<R>::new(keep)));
        let rows = table.downcast_mut();
        Some(rows.expect("a table's name stands for one row type"))
    }

    /// Drops all of it if the store is of another version than before.
    pub(crate) fn are_of(&mut self, version: i64) {
        if self.version.replace(version) != Some(version) {
            self.tables.clear();
        }
    }

    pub(crate) fn drop_table<R: Row>(&mut self) {
        self.tables.remove(R::SHAPE.table);
    }

    pub(crate) fn drop_all(&mut self) {
        self.tables.clear();
    }
}

/// All rows that begin with the same key columns, in key order, by the lowest key there could be.
/// One without rows says that there are none.
type Groups<R> = BTreeMap<<R as Row>::Key, Vec<R>>;

/// The kept rows of one table.
pub(crate) struct KeptRows<R: Row> {
    keep: Keep,
    end: End<R::Key>,
    /// Met since there were as many as are to be kept; with one more they become the old ones.
    young: Groups<R>,
    old: Groups<R>,
}

/// Where the keys of a table end.
#[derive(Debug)]
pub(crate) enum End<K> {
    NotRead,
    Empty,
    At(K),
}

impl<R: Row> KeptRows<R> {
    fn new(keep: Keep) -> Self {
        Self {
            keep,
            end: End::NotRead,
            young: Groups::<R>::new(),
            old: Groups::<R>::new(),
        }
    }

    pub fn columns(&self) -> usize {
        self.keep.columns
    }

    pub fn must_read_end(&self) -> bool {
        matches!(self.end, End::NotRead)
    }

    pub fn end_is(&mut self, last: Option<R::Key>) {
        self.end = last.map_or(End::Empty, End::At);
    }

    /// Whether no row stands under this key, nor under any that sorts behind it.
    pub fn is_behind_end(&self, key: &R::Key) -> bool {
        match &self.end {
            End::NotRead => false,
            End::Empty => true,
            End::At(last) => key > last,
        }
    }

    /// Gives the rows that share the first `columns` columns with `key`; false when they are not
    /// known.
    pub fn answer(&mut self, key: &R::Key, columns: usize, found: &mut Vec<R>) -> bool {
        if self.is_behind_end(key) {
            return true;
        }
        if columns < self.keep.columns {
            return false;
        }
        let group = key.beginning(self.keep.columns);
        let Some(rows) = self.group(&group) else {
            return false;
        };
        let asked = rows.iter().filter(|row| row.key().shares(key, columns));
        found.extend(asked.cloned());
        true
    }

    /// Keeps a whole group.
    pub fn learn(&mut self, group: R::Key, rows: Vec<R>) {
        if self.keep.groups == 0 {
            return;
        }
        self.old.remove(&group);
        self.young.insert(group, rows);
        if self.young.len() > self.keep.groups {
            self.old = std::mem::take(&mut self.young);
        }
    }

    /// Notes what a row was changed to, or that it was taken away. False when its group is not
    /// kept.
    pub fn change(&mut self, group: &R::Key, key: &R::Key, row: Option<&R>) -> bool {
        let Some(rows) = self.group(group) else {
            return false;
        };
        let place = rows.binary_search_by(|kept| kept.key().cmp(key));
        match (place, row) {
            (Ok(place), Some(row)) => rows[place] = row.clone(),
            (Err(place), Some(row)) => rows.insert(place, row.clone()),
            (Ok(place), None) => {
                rows.remove(place);
            }
            (Err(_), None) => {}
        }
        true
    }

    /// A row was written under this key.
    pub fn reaches(&mut self, key: &R::Key) {
        if self.is_behind_end(key) {
            self.end = End::At(key.clone());
        }
    }

    fn group(&mut self, group: &R::Key) -> Option<&mut Vec<R>> {
        if !self.young.contains_key(group) {
            let rows = self.old.remove(group)?;
            self.learn(group.clone(), rows);
        }
        // Where it was the one too many, all of them are old now.
        let young = self.young.get_mut(group);
        young.or_else(|| self.old.get_mut(group))
    }
}

#[cfg(test)]
mod tests;
