//! The rows of one batch. `ask` names keys, a transaction fetches them, `decide` changes them,
//! and the transaction writes each changed row once, however many inputs touched it.

use std::collections::BTreeMap;

use crate::row::{Key, Prefix, Row};

mod any;

pub use any::{AnyTable, Arrive, Change, ChangeKind, Fetch, Wanted, Which};

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
    /// By lowest key and number of columns; true once fetched. Sorted, so that a batch of many
    /// prefixes finds the few that could cover a key.
    prefixes: BTreeMap<(R::Key, usize), bool>,
    unfetched: usize,
}

#[derive(Debug)]
enum Entry<R> {
    /// Named by `ask`; the next fetch settles it.
    Asked,
    Absent,
    Same(R),
    /// Was read, and is written as an update of that row.
    Changed(R),
    /// Was put unread, and is written as an upsert.
    Unread(R),
    /// Was read and absent: written as an insert, for a row there would be somebody else's.
    Missing(R),
    /// New by construction: written as an insert that must not meet another row.
    Added(R),
    Removed,
}

impl<R> Entry<R> {
    fn is_changed(&self) -> bool {
        match self {
            Self::Changed(_)
            | Self::Unread(_)
            | Self::Missing(_)
            | Self::Added(_)
            | Self::Removed => true,
            Self::Asked | Self::Absent | Self::Same(_) => false,
        }
    }

    fn row(&self) -> Option<&R> {
        match self {
            Self::Same(row)
            | Self::Changed(row)
            | Self::Unread(row)
            | Self::Missing(row)
            | Self::Added(row) => Some(row),
            Self::Asked | Self::Absent | Self::Removed => None,
        }
    }
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            wanted: Vec::new(),
            prefixes: BTreeMap::new(),
            unfetched: 0,
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
        if self.covering(&lowest, P::COLUMNS).next().is_none() {
            self.prefixes.insert((lowest, P::COLUMNS), false);
            self.unfetched += 1;
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
                self.expect_fetched(key);
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
            self.expect_fetched(key);
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
            Entry::Changed(row) | Entry::Unread(row) | Entry::Missing(row) | Entry::Added(row) => {
                Some(row)
            }
            Entry::Asked => panic!("{} {key:?} was asked, not fetched", R::SHAPE.table),
            Entry::Same(_) | Entry::Absent | Entry::Removed => None,
        }
    }

    /// Writes a row whose key was asked for, whether or not one stood there. Where the fetch found
    /// none, none may have come since.
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
            Some(Entry::Absent | Entry::Missing(_)) => Entry::Missing(row),
            Some(Entry::Same(_) | Entry::Changed(_)) => Entry::Changed(row),
            // Whether a row taken away in this batch stood in the store is not remembered.
            Some(Entry::Asked | Entry::Unread(_) | Entry::Removed) => Entry::Unread(row),
            // Only a prefix names it.
            None => match self.covering(&key, R::Key::COLUMNS).any(|fetched| fetched) {
                true => Entry::Missing(row),
                false => Entry::Unread(row),
            },
        };
        self.entries.insert(key, entry);
    }

    /// Writes a row whose key is new by construction (a fresh id, the next number), unread.
    ///
    /// # Panics
    /// When this batch already holds a row under the key.
    pub fn add(&mut self, row: R) {
        let key = row.key();
        let entry = match self.entries.get(&key) {
            Some(
                Entry::Same(_)
                | Entry::Changed(_)
                | Entry::Unread(_)
                | Entry::Missing(_)
                | Entry::Added(_),
            ) => panic!("{} {key:?} is not new", R::SHAPE.table),
            // The row taken away in this batch still stands in the store.
            Some(Entry::Removed) => Entry::Unread(row),
            Some(Entry::Asked | Entry::Absent) | None => Entry::Added(row),
        };
        self.entries.insert(key, entry);
    }

    /// Takes the row away; it must have been asked for.
    pub fn remove(&mut self, key: &R::Key) {
        self.expect_asked(key);
        self.entries.insert(key.clone(), Entry::Removed);
    }

    /// The rows that `add` wrote, in key order.
    pub fn added(&self) -> impl Iterator<Item = &R> + '_ {
        self.entries.values().filter_map(|entry| match entry {
            Entry::Added(row) => Some(row),
            Entry::Asked
            | Entry::Absent
            | Entry::Same(_)
            | Entry::Changed(_)
            | Entry::Unread(_)
            | Entry::Missing(_)
            | Entry::Removed => None,
        })
    }

    /// The standing rows under a prefix that was asked for, in key order.
    ///
    /// # Panics
    /// When the prefix was never asked for or not yet fetched.
    pub fn under<P: Prefix<R::Key>>(&self, prefix: P) -> impl Iterator<Item = &R> + '_ {
        let lowest = prefix.lowest();
        let fetched = self.covering(&lowest, P::COLUMNS).any(|fetched| fetched);
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

    /// The prefixes asked for that hold every key which shares its first `columns` columns with
    /// `key`, each with whether it was fetched. None of them sorts behind `key`, and all share its
    /// first column.
    fn covering(&self, key: &R::Key, columns: usize) -> impl Iterator<Item = bool> {
        let last = (key.clone(), columns);
        let same_column = self.prefixes.range(..=last).rev();
        same_column
            .take_while(|((lowest, _), _)| lowest.shares(key, 1))
            .filter(move |((lowest, asked), _)| *asked <= columns && key.shares(lowest, *asked))
            .map(|(_, fetched)| *fetched)
    }

    fn expect_asked(&self, key: &R::Key) {
        let asked =
            self.entries.contains_key(key) || self.covering(key, R::Key::COLUMNS).next().is_some();
        assert!(asked, "{} {key:?} was never asked for", R::SHAPE.table);
    }

    /// A key without an entry is absent only if a prefix that holds it was read.
    fn expect_fetched(&self, key: &R::Key) {
        self.expect_asked(key);
        let fetched = self.covering(key, R::Key::COLUMNS).any(|fetched| fetched);
        assert!(fetched, "{} {key:?} was asked, not fetched", R::SHAPE.table);
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
        if self.unfetched > 0 {
            self.prefixes
                .values_mut()
                .for_each(|fetched| *fetched = true);
            self.unfetched = 0;
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

#[cfg(test)]
mod tests;
