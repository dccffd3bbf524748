//! The rows of one batch. `ask` names keys, a transaction fetches them, `decide` changes them,
//! and the transaction writes each changed row once, however many inputs touched it.

use std::any::Any;
use std::collections::BTreeMap;

use crate::cell::{Cell, Cells, Unreadable};
use crate::maps::{Maps, Pending};
use crate::row::{Key, Prefix, Row, Shape};
use crate::{Failed, tx};

/// The tables of one service, in lock order. Written by the `rows!` macro.
pub trait Rows: Default {
    fn tables(&mut self) -> Vec<&mut dyn AnyTable>;
}

/// The rows of one table that one batch asked for.
#[derive(Debug)]
pub struct Table<R: Row> {
    entries: BTreeMap<R::Key, Entry<R>>,
    /// Keys asked for and not fetched yet, in the order they were asked.
    wanted: Vec<R::Key>,
    prefixes: Vec<AskedPrefix<R::Key>>,
}

#[derive(Debug)]
struct AskedPrefix<K> {
    lowest: K,
    columns: usize,
    fetched: bool,
}

#[derive(Debug)]
enum Entry<R> {
    /// Named by `ask`; the next fetch settles it.
    Asked,
    Absent,
    Same(R),
    /// Was read, or asked and absent, and is written as an upsert.
    Changed(R),
    /// New by construction: written as an insert that must not meet another row.
    Added(R),
    Removed,
}

impl<R> Entry<R> {
    fn row(&self) -> Option<&R> {
        match self {
            Self::Same(row) | Self::Changed(row) | Self::Added(row) => Some(row),
            Self::Asked | Self::Absent | Self::Removed => None,
        }
    }
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            wanted: Vec::new(),
            prefixes: Vec::new(),
        }
    }
}

impl<R: Row> Table<R> {
    /// Names a key that `decide` will look at. Naming it again is free.
    pub fn ask(&mut self, key: R::Key) {
        if let std::collections::btree_map::Entry::Vacant(vacant) = self.entries.entry(key) {
            self.wanted.push(vacant.key().clone());
            vacant.insert(Entry::Asked);
        }
    }

    /// Names every row whose key begins with `prefix`.
    pub fn ask_prefix<P: Prefix<R::Key>>(&mut self, prefix: P) {
        let lowest = prefix.lowest();
        if !self.prefix_known(&lowest, P::COLUMNS) {
            self.prefixes.push(AskedPrefix {
                lowest,
                columns: P::COLUMNS,
                fetched: false,
            });
        }
    }

    /// The row, when it was fetched and stands: for `ask`, which may run before the first fetch.
    pub fn peek(&self, key: &R::Key) -> Option<&R> {
        self.entries.get(key).and_then(Entry::row)
    }

    /// The row, or `None` when there is none.
    ///
    /// # Panics
    /// When the key was never asked for: `ask` and `decide` disagree, which is a bug.
    pub fn get(&self, key: &R::Key) -> Option<&R> {
        match self.entries.get(key) {
            Some(Entry::Asked) => panic!("{} {key:?} was asked, not fetched", R::SHAPE.table),
            Some(entry) => entry.row(),
            None => {
                self.expect_asked(key);
                None
            }
        }
    }

    /// The row to change, or `None` when there is none. It counts as changed from here on.
    ///
    /// # Panics
    /// As `get`.
    pub fn get_mut(&mut self, key: &R::Key) -> Option<&mut R> {
        if !self.entries.contains_key(key) {
            self.expect_asked(key);
            return None;
        }
        let entry = self.entries.get_mut(key)?;
        if let Entry::Same(_) = entry {
            let Entry::Same(row) = std::mem::replace(entry, Entry::Absent) else {
                return None;
            };
            *entry = Entry::Changed(row);
        }
        match entry {
            Entry::Changed(row) | Entry::Added(row) => Some(row),
            Entry::Asked => panic!("{} {key:?} was asked, not fetched", R::SHAPE.table),
            Entry::Same(_) | Entry::Absent | Entry::Removed => None,
        }
    }

    /// Writes a row whose key was asked for, whether or not one stood there.
    ///
    /// # Panics
    /// As `get`.
    pub fn put(&mut self, row: R) {
        let key = row.key();
        if !self.entries.contains_key(&key) {
            self.expect_asked(&key);
        }
        let entry = match self.entries.get(&key) {
            Some(Entry::Added(_)) => Entry::Added(row),
            Some(_) | None => Entry::Changed(row),
        };
        self.entries.insert(key, entry);
    }

    /// Writes a row whose key is new by construction (a fresh id, the next number), unread.
    ///
    /// # Panics
    /// When this batch already holds a row under the key.
    pub fn add(&mut self, row: R) {
        let key = row.key();
        let held = self.peek(&key).is_some();
        assert!(!held, "{} {key:?} is not new", R::SHAPE.table);
        self.entries.insert(key, Entry::Added(row));
    }

    /// Takes the row away; it must have been asked for.
    pub fn remove(&mut self, key: &R::Key) {
        self.expect_asked(key);
        self.entries.insert(key.clone(), Entry::Removed);
    }

    /// The standing rows under a prefix that was asked for, in key order.
    ///
    /// # Panics
    /// When the prefix was never asked for or not yet fetched.
    pub fn under<P: Prefix<R::Key>>(&self, prefix: P) -> impl Iterator<Item = &R> + '_ {
        let lowest = prefix.lowest();
        let fetched = self.prefixes.iter().any(|asked| {
            asked.fetched
                && asked.columns <= P::COLUMNS
                && lowest.shares(&asked.lowest, asked.columns)
        });
        assert!(
            fetched,
            "{} prefix of {lowest:?} was never asked for",
            R::SHAPE.table
        );
        self.beneath(lowest, P::COLUMNS)
    }

    /// As `under`, but empty when the prefix was not fetched yet: for `ask`.
    pub fn peek_under<P: Prefix<R::Key>>(&self, prefix: P) -> impl Iterator<Item = &R> + '_ {
        self.beneath(prefix.lowest(), P::COLUMNS)
    }

    fn beneath(&self, lowest: R::Key, columns: usize) -> impl Iterator<Item = &R> + '_ {
        self.entries
            .range(lowest.clone()..)
            .take_while(move |(key, _)| key.shares(&lowest, columns))
            .filter_map(|(_, entry)| entry.row())
    }

    fn prefix_known(&self, lowest: &R::Key, columns: usize) -> bool {
        self.prefixes
            .iter()
            .any(|asked| asked.columns <= columns && lowest.shares(&asked.lowest, asked.columns))
    }

    fn expect_asked(&self, key: &R::Key) {
        let covered = self.entries.contains_key(key)
            || self
                .prefixes
                .iter()
                .any(|asked| key.shares(&asked.lowest, asked.columns));
        assert!(covered, "{} {key:?} was never asked for", R::SHAPE.table);
    }

    fn arrived(&mut self, row: R) {
        let key = row.key();
        match self.entries.get(&key) {
            None | Some(Entry::Asked) => {
                self.entries.insert(key, Entry::Same(row));
            }
            // A later round may meet rows again; what the batch holds is newer.
            Some(_) => {}
        }
    }

    fn settle(&mut self) {
        for key in self.wanted.drain(..) {
            let entry = self
                .entries
                .get_mut(&key)
                .expect("a wanted key has an entry");
            if let Entry::Asked = entry {
                *entry = Entry::Absent;
            }
        }
        for prefix in &mut self.prefixes {
            prefix.fetched = true;
        }
    }
}

/// What a backend fetches: one key, or the leading columns of one.
pub struct Wanted<'w> {
    visit: &'w dyn Fn(&mut dyn FnMut(Cell<'_>)),
    /// How many leading key columns are given; all of them for a single row.
    pub columns: usize,
}

impl Wanted<'_> {
    pub fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        (self.visit)(visit);
    }
}

/// What a backend writes. Cells come in shape order; for a removal only the key's.
pub struct Change<'c> {
    visit: &'c dyn Fn(&mut dyn FnMut(Cell<'_>)),
    pub kind: ChangeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Insert,
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

    /// Fetches what is wanted, key by key in sorted order, and settles the rest as absent.
    fn fetch(&mut self, fetch: &mut Fetch<'_>) -> Result<(), Failed>;

    /// Gives each changed row once, in key order.
    fn changes(
        &self,
        write: &mut dyn FnMut(&Change<'_>) -> Result<(), Failed>,
    ) -> Result<(), Failed>;

    /// The simulator's store keeps rows as they are: no cells between.
    fn fetch_from(&mut self, maps: &Maps);

    fn flush_to(&self, maps: &Maps, pending: &mut Pending) -> Result<(), Failed>;

    fn as_any(&mut self) -> &mut dyn Any;

    fn digest(&self, maps: &Maps, digest: &mut crate::Digest);
}

impl<R: Row> AnyTable for Table<R> {
    fn shape(&self) -> &'static Shape {
        R::SHAPE
    }

    fn has_wants(&self) -> bool {
        !self.wanted.is_empty() || self.prefixes.iter().any(|prefix| !prefix.fetched)
    }

    fn fetch(&mut self, fetch: &mut Fetch<'_>) -> Result<(), Failed> {
        // Sorted, so that row locks are taken in one order by every batch.
        self.wanted.sort();
        let mut found = Vec::new();
        let mut arrive = |cells: &dyn Cells| {
            found.push(R::read(cells)?);
            Ok(())
        };
        for key in &self.wanted {
            let visit = |visit: &mut dyn FnMut(Cell<'_>)| Key::visit(key, visit);
            fetch(
                &Wanted {
                    visit: &visit,
                    columns: R::Key::COLUMNS,
                },
                &mut arrive,
            )?;
        }
        for prefix in self.prefixes.iter().filter(|prefix| !prefix.fetched) {
            let columns = prefix.columns;
            let visit = |visit: &mut dyn FnMut(Cell<'_>)| {
                let mut left = columns;
                Key::visit(&prefix.lowest, &mut |cell| {
                    if left > 0 {
                        left -= 1;
                        visit(cell);
                    }
                });
            };
            fetch(
                &Wanted {
                    visit: &visit,
                    columns,
                },
                &mut arrive,
            )?;
        }
        for row in found {
            self.arrived(row);
        }
        self.settle();
        Ok(())
    }

    fn changes(
        &self,
        write: &mut dyn FnMut(&Change<'_>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        for (key, entry) in &self.entries {
            let (row, kind) = match entry {
                Entry::Asked | Entry::Absent | Entry::Same(_) => continue,
                Entry::Changed(row) => (Some(row), ChangeKind::Upsert),
                Entry::Added(row) => (Some(row), ChangeKind::Insert),
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

    fn fetch_from(&mut self, maps: &Maps) {
        if let Some(stored) = maps.table::<R>() {
            for key in &self.wanted {
                if let Some(row) = stored.get(key) {
                    self.entries.insert(key.clone(), Entry::Same(row.clone()));
                }
            }
            let mut found = Vec::new();
            for prefix in self.prefixes.iter().filter(|prefix| !prefix.fetched) {
                let under = stored.range(prefix.lowest.clone()..);
                let under = under
                    .take_while(|(key, _)| key.shares(&prefix.lowest, prefix.columns))
                    .map(|(_, row)| row.clone());
                found.extend(under);
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
                Entry::Changed(row) => changed.push((key.clone(), Some(row.clone()))),
                Entry::Added(row) => {
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

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }

    fn digest(&self, maps: &Maps, digest: &mut crate::Digest) {
        digest.table(R::SHAPE);
        for row in maps.table::<R>().into_iter().flat_map(BTreeMap::values) {
            row.visit(&mut |cell| digest.cell(cell));
        }
    }
}

/// Declares the tables of a service in lock order.
#[macro_export]
macro_rules! rows {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_visibility:vis $field:ident : $type:ty),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Default)]
        $visibility struct $name { $($(#[$field_meta])* $field_visibility $field: $type),+ }

        impl $crate::Rows for $name {
            fn tables(&mut self) -> Vec<&mut dyn $crate::AnyTable> {
                vec![$(&mut self.$field),+]
            }
        }
    };
}
