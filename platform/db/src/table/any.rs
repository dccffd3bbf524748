//! A table as the backends see it: what to fetch, what to write, without its row type.

use std::collections::BTreeMap;

use super::{Entry, Table};
use crate::cell::{Cell, Cells, Unreadable};
use crate::kept::Kept;
use crate::maps::{Maps, Pending};
use crate::row::{Key, Row, Shape};
use crate::{Failed, tx};

/// Gives cells one after the other.
type Give<'g> = dyn Fn(&mut dyn FnMut(Cell<'_>)) + 'g;

/// What a backend fetches: one key, the leading columns of one, or the last row there is.
pub struct Wanted<'w> {
    visit: &'w Give<'w>,
    pub which: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// How many leading key columns are given; all of them for a single row.
    Under(usize),
    Last,
}

impl Wanted<'_> {
    pub fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        (self.visit)(visit);
    }
}

/// What a backend writes. Cells come in shape order; for a removal only the key's.
pub struct Change<'c> {
    visit: &'c Give<'c>,
    pub kind: ChangeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Meets no other row.
    Insert,
    /// Meets the row that was read.
    Update,
    Upsert,
    Delete,
}

impl Change<'_> {
    pub fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        (self.visit)(visit);
    }
}

/// Takes one row read by a backend.
pub type Arrive<'a> = dyn FnMut(&dyn Cells) -> Result<(), Unreadable> + 'a;
/// Reads what is wanted and hands every row found to `Arrive`.
pub type Fetch<'a> = dyn FnMut(&Wanted<'_>, &mut Arrive<'_>) -> Result<(), Failed> + 'a;

/// A `Table<R>` as the backends see it.
pub trait AnyTable {
    fn shape(&self) -> &'static Shape;

    fn has_wants(&self) -> bool;

    /// Fetches what is wanted and not kept, key by key in sorted order, and settles the rest as
    /// absent.
    fn fetch(&mut self, kept: &mut Kept, fetch: &mut Fetch<'_>) -> Result<(), Failed>;

    /// How many rows `changes` gives.
    fn changed(&self) -> usize;

    /// Gives each changed row once, in key order.
    fn changes(
        &self,
        write: &mut dyn FnMut(&Change<'_>) -> Result<(), Failed>,
    ) -> Result<(), Failed>;

    /// Keeps what `changes` gave.
    fn keep(&self, kept: &mut Kept);

    /// The simulator's store keeps rows as they are: no cells between.
    fn fetch_from(&mut self, maps: &Maps);

    fn flush_to(&self, maps: &Maps, pending: &mut Pending) -> Result<(), Failed>;

    fn digest(&self, maps: &Maps, digest: &mut crate::Digest);
}

impl<R: Row> AnyTable for Table<R> {
    fn shape(&self) -> &'static Shape {
        R::SHAPE
    }

    fn has_wants(&self) -> bool {
        !self.wanted.is_empty() || self.unfetched > 0
    }

    fn fetch(&mut self, kept: &mut Kept, fetch: &mut Fetch<'_>) -> Result<(), Failed> {
        // Sorted, so that row locks are taken in one order by every batch.
        self.wanted.sort();
        let mut found = Vec::new();
        let mut kept = kept.of::<R>();
        if let Some(kept) = &mut kept
            && kept.must_read_end()
        {
            let mut last = Vec::new();
            read::<R>(fetch, &|_| {}, Which::Last, &mut last)?;
            kept.end_is(last.first().map(R::key));
        }
        let singles = self.wanted.iter().map(|key| (key, R::Key::COLUMNS));
        for (key, columns) in singles.chain(unfetched(&self.prefixes)) {
            if let Some(kept) = &mut kept
                && kept.answer(key, columns, &mut found)
            {
                continue;
            }
            let before = found.len();
            let visit = |visit: &mut dyn FnMut(Cell<'_>)| {
                let mut left = columns;
                Key::visit(key, &mut |cell| {
                    if left > 0 {
                        left -= 1;
                        visit(cell);
                    }
                });
            };
            read(fetch, &visit, Which::Under(columns), &mut found)?;
            if let Some(kept) = &mut kept
                && kept.columns() == columns
            {
                kept.learn(key.clone(), found[before..].to_vec());
            }
        }
        for row in found {
            self.arrived(row);
        }
        self.settle();
        Ok(())
    }

    fn changed(&self) -> usize {
        let entries = self.entries.values();
        entries.filter(|entry| entry.is_changed()).count()
    }

    fn changes(
        &self,
        write: &mut dyn FnMut(&Change<'_>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        for (key, entry) in &self.entries {
            let (row, kind) = match entry {
                Entry::Asked | Entry::Absent | Entry::Same(_) => continue,
                Entry::Changed(row) => (Some(row), ChangeKind::Update),
                Entry::Unread(row) => (Some(row), ChangeKind::Upsert),
                Entry::Missing(row) | Entry::Added(row) => (Some(row), ChangeKind::Insert),
                Entry::Removed => (None, ChangeKind::Delete),
            };
            let visit = |visit: &mut dyn FnMut(Cell<'_>)| match row {
                Some(row) => row.visit(visit),
                None => Key::visit(key, visit),
            };
            write(&Change {
                visit: &visit,
                kind,
            })?;
        }
        Ok(())
    }

    fn keep(&self, kept: &mut Kept) {
        let Some(kept) = kept.of::<R>() else {
            return;
        };
        let columns = kept.columns();
        let changed = || self.entries.iter().filter(|(_, entry)| entry.is_changed());
        for (key, entry) in changed() {
            let group = key.beginning(columns);
            if kept.change(&group, key, entry.row()) {
                continue;
            }
            let is_whole = columns == R::Key::COLUMNS
                || kept.is_behind_end(&group)
                || self.covering(&group, columns).any(|fetched| fetched);
            if is_whole {
                let rows = self.beneath(group.clone(), columns).cloned().collect();
                kept.learn(group, rows);
            }
        }
        if let Some((last, _)) = changed().next_back() {
            kept.reaches(last);
        }
    }

    fn fetch_from(&mut self, maps: &Maps) {
        if let Some(stored) = maps.table::<R>() {
            let wanted = self.wanted.iter().filter_map(|key| stored.get(key));
            let mut found: Vec<R> = wanted.cloned().collect();
            for (lowest, columns) in unfetched(&self.prefixes) {
                let under = stored.range(lowest.clone()..);
                let under = under.take_while(|(key, _)| key.shares(lowest, columns));
                found.extend(under.map(|(_, row)| row.clone()));
            }
            for row in found {
                self.arrived(row);
            }
        }
        self.settle();
    }

    fn flush_to(&self, maps: &Maps, pending: &mut Pending) -> Result<(), Failed> {
        let mut changed: Vec<(R::Key, Option<R>)> = Vec::new();
        for (key, entry) in &self.entries {
            match entry {
                Entry::Asked | Entry::Absent | Entry::Same(_) => {}
                Entry::Changed(row) | Entry::Unread(row) => {
                    changed.push((key.clone(), Some(row.clone())));
                }
                Entry::Missing(row) | Entry::Added(row) => {
                    if maps
                        .table::<R>()
                        .is_some_and(|stored| stored.contains_key(key))
                    {
                        return Err(tx::not_new(R::SHAPE.table, key));
                    }
                    changed.push((key.clone(), Some(row.clone())));
                }
                Entry::Removed => changed.push((key.clone(), None)),
            }
        }
        if !changed.is_empty() {
            pending.add::<R>(changed);
        }
        Ok(())
    }

    fn digest(&self, maps: &Maps, digest: &mut crate::Digest) {
        digest.table(R::SHAPE);
        for row in maps.table::<R>().into_iter().flat_map(BTreeMap::values) {
            row.visit(&mut |cell| digest.cell(cell));
        }
    }
}

/// Reads what is wanted into rows.
fn read<R: Row>(
    fetch: &mut Fetch<'_>,
    visit: &Give<'_>,
    which: Which,
    found: &mut Vec<R>,
) -> Result<(), Failed> {
    fetch(&Wanted { visit, which }, &mut |cells| {
        found.push(R::read(cells)?);
        Ok(())
    })
}

fn unfetched<K>(prefixes: &BTreeMap<(K, usize), bool>) -> impl Iterator<Item = (&K, usize)> {
    let unfetched = prefixes.iter().filter(|(_, fetched)| !**fetched);
    unfetched.map(|((lowest, columns), _)| (lowest, *columns))
}
