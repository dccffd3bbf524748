//! The simulator's store: every table a `BTreeMap` of rows. A transaction collects its writes
//! apart and applies them at commit, so that a crash before it drops them, as a real one would.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::Bound;

use crate::row::Row;
use crate::table::Rows;
use crate::{Digest, Failed, Forgotten};

/// All committed rows of one service.
#[derive(Default)]
pub struct Maps {
    tables: BTreeMap<&'static str, Box<dyn AnyMap>>,
    /// How many more calls of the next transaction go well; none is to fail otherwise.
    fails_after: Option<u32>,
}

/// One typed map behind its table's name.
trait AnyMap: Any + Send {
    fn copy(&self) -> Box<dyn AnyMap>;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<R: Row> AnyMap for BTreeMap<R::Key, R> {
    fn copy(&self) -> Box<dyn AnyMap> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl Clone for Maps {
    /// A backup: the rows as they are committed now.
    fn clone(&self) -> Self {
        Self {
            tables: self
                .tables
                .iter()
                .map(|(name, map)| (*name, map.copy()))
                .collect(),
            fails_after: None,
        }
    }
}

impl Maps {
    pub fn table<R: Row>(&self) -> Option<&BTreeMap<R::Key, R>> {
        let map = self.tables.get(R::SHAPE.table)?;
        Some(
            map.as_any()
                .downcast_ref()
                .expect("a table's name stands for one row type"),
        )
    }

    /// The rows of a table to change by hand, as a test or a planted fault does.
    pub fn table_mut<R: Row>(&mut self) -> &mut BTreeMap<R::Key, R> {
        let map = self
            .tables
            .entry(R::SHAPE.table)
            .or_insert_with(|| Box::new(BTreeMap::<R::Key, R>::new()));
        map.as_any_mut()
            .downcast_mut()
            .expect("a table's name stands for one row type")
    }

    /// After so many calls the next transaction meets a busy store. Cleared by its end.
    pub fn fail_after(&mut self, calls: u32) {
        self.fails_after = Some(calls);
    }

    /// Counts a call of a transaction.
    fn call(&mut self) -> Result<(), Failed> {
        match &mut self.fails_after {
            Some(0) => {
                self.fails_after = None;
                Err(Failed::Transient("the store is busy".to_owned()))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The hash of the tables of `rows`, equal to `Reader::digest` over the same rows.
    pub fn digest(&self, rows: &mut impl Rows, digest: &mut Digest) {
        for table in rows.tables() {
            table.digest(self, digest);
        }
    }
}

type Write = Box<dyn FnOnce(&mut Maps)>;

/// Writes of a transaction, in the order they were flushed.
#[derive(Default)]
pub struct Pending {
    writes: Vec<Write>,
}

impl Pending {
    pub(crate) fn add<R: Row>(&mut self, changed: Vec<(R::Key, Option<R>)>) {
        self.writes.push(Box::new(move |maps| {
            let table = maps.table_mut::<R>();
            for (key, row) in changed {
                match row {
                    Some(row) => table.insert(key, row),
                    None => table.remove(&key),
                };
            }
        }));
    }
}

/// One transaction on maps; dropping it without `commit` is a rollback.
pub struct MapsTx<'m> {
    maps: &'m mut Maps,
    pending: Pending,
}

impl<'m> MapsTx<'m> {
    pub(crate) fn begin(maps: &'m mut Maps) -> Result<Self, Failed> {
        maps.call()?;
        Ok(Self {
            maps,
            pending: Pending::default(),
        })
    }

    pub(crate) fn fetch(&mut self, rows: &mut impl Rows) -> Result<bool, Failed> {
        self.maps.call()?;
        let mut fetched = false;
        for table in rows.tables() {
            if table.has_wants() {
                table.fetch_from(self.maps);
                fetched = true;
            }
        }
        Ok(fetched)
    }

    pub(crate) fn flush(&mut self, rows: &mut impl Rows) -> Result<(), Failed> {
        self.maps.call()?;
        for table in rows.tables() {
            table.flush_to(self.maps, &mut self.pending)?;
        }
        Ok(())
    }

    pub(crate) fn forget<R: Row>(
        &mut self,
        after: Option<&R::Key>,
        limit: usize,
        old: &mut dyn FnMut(&R) -> bool,
    ) -> Forgotten<R::Key> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.maps.table::<R>().into_iter();
        let seen: Vec<_> = rows
            .flat_map(|map| map.range((from, Bound::Unbounded)))
            .take(limit)
            .collect();
        let next = seen.last().filter(|_| seen.len() == limit);
        let next = next.map(|(key, _)| (*key).clone());
        let gone = seen.iter().filter(|(_, row)| old(row));
        let gone: Vec<_> = gone.map(|(key, _)| ((*key).clone(), None)).collect();
        let removed = gone.len();
        self.pending.add::<R>(gone);
        Forgotten { removed, next }
    }

    pub(crate) fn commit(mut self) -> Result<(), Failed> {
        self.maps.call()?;
        for write in std::mem::take(&mut self.pending).writes {
            write(self.maps);
        }
        Ok(())
    }
}

impl Drop for MapsTx<'_> {
    fn drop(&mut self) {
        self.maps.fails_after = None;
    }
}
