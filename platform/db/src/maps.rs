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
    tables: Tables,
    /// What stands once the next transaction has read, for somebody else commits meanwhile.
    meanwhile: Option<Tables>,
    /// How many more calls of the next transaction go well; none is to fail otherwise.
    fails_after: Option<u32>,
    at_commit: Option<Told>,
    is_busy: Option<Busy>,
}

type Tables = BTreeMap<&'static str, Box<dyn AnyMap>>;

/// Told of the rows as each commit left them.
type Told = Box<dyn FnMut(&Maps) + Send>;

/// Asked by each commit whether it is refused.
type Busy = Box<dyn FnMut() -> bool + Send>;

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
            meanwhile: None,
            fails_after: None,
            at_commit: None,
            is_busy: None,
        }
    }
}

impl Maps {
    /// Tells of every commit from now on, before it returns: what a copy taken then holds is what
    /// a crash leaves.
    pub fn at_commit(&mut self, told: impl FnMut(&Self) + Send + 'static) {
        self.at_commit = Some(Box::new(told));
    }

    /// A commit meets a busy store while this says so, and nothing of it stands: `fail_after` for
    /// maps that a loop holds.
    pub fn busy_when(&mut self, is_busy: impl FnMut() -> bool + Send + 'static) {
        self.is_busy = Some(Box::new(is_busy));
    }

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

    /// The next transaction reads what stands here now, and finds the rows of `other` when it comes
    /// to write, as if another one had been let in and committed meanwhile. It cannot commit then.
    /// On SQLite the write lock keeps all others out.
    pub fn overtaken_by(&mut self, other: Self) {
        self.meanwhile = Some(other.tables);
    }

    /// Counts a call of a transaction.
    fn call(&mut self) -> Result<(), Failed> {
        match &mut self.fails_after {
            Some(0) => {
                self.fails_after = None;
                Err(busy())
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
    /// Somebody else has committed since it read.
    overtaken: bool,
}

impl<'m> MapsTx<'m> {
    pub(crate) fn begin(maps: &'m mut Maps) -> Result<Self, Failed> {
        maps.call()?;
        Ok(Self {
            maps,
            pending: Pending::default(),
            overtaken: false,
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
        self.meet_others();
        for table in rows.tables() {
            let flushed = table.flush_to(self.maps, &mut self.pending);
            flushed.map_err(|failed| match failed {
                // Read anew, the rows are others: there it is decided again.
                Failed::Permanent(why) if self.overtaken => Failed::Transient(why),
                failed => failed,
            })?;
        }
        Ok(())
    }

    fn meet_others(&mut self) {
        if let Some(tables) = self.maps.meanwhile.take() {
            self.maps.tables = tables;
            self.overtaken = true;
        }
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
        if self.maps.is_busy.as_mut().is_some_and(|is_busy| is_busy()) {
            return Err(busy());
        }
        if self.overtaken {
            let why = "rows that it read were changed meanwhile";
            return Err(Failed::Transient(why.to_owned()));
        }
        for write in std::mem::take(&mut self.pending).writes {
            write(self.maps);
        }
        if let Some(mut told) = self.maps.at_commit.take() {
            told(self.maps);
            self.maps.at_commit = Some(told);
        }
        Ok(())
    }
}

fn busy() -> Failed {
    Failed::Transient("the store is busy".to_owned())
}

impl Drop for MapsTx<'_> {
    fn drop(&mut self) {
        self.meet_others();
        self.maps.fails_after = None;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::{Db, Store, Table, row, rows};

    row! {
        struct Seat in "seat" {
            key { no: i64 }
            guest: String,
        }
    }

    rows! {
        struct Hall { seat: Table<Seat> }
    }

    fn seat(no: i64, guest: &str) -> Seat {
        let guest = guest.to_owned();
        Seat { no, guest }
    }

    /// Reads what the seats hold, seats a guest on each and commits.
    fn seat_all(db: &mut Db, seats: &[i64], guest: &str) -> Result<(), Failed> {
        let mut hall = Hall::default();
        seats.iter().for_each(|no| hall.seat.ask(*no));
        let whole = async {
            let mut tx = db.begin().await?;
            tx.fetch(&mut hall).await?;
            seats.iter().for_each(|no| hall.seat.put(seat(*no, guest)));
            tx.flush(&mut hall).await?;
            tx.commit().await
        };
        whole.now_or_never().expect("maps do not wait")
    }

    /// A store where `guest` sits on seat 1, and somebody else came to sit on `others` meanwhile.
    fn overtaken(others: &[i64]) -> Db {
        let mut maps = Maps::default();
        maps.table_mut::<Seat>().insert(1, seat(1, "guest"));
        let mut other = Db::Maps(maps.clone());
        seat_all(&mut other, others, "other").unwrap();
        if let Db::Maps(other) = other {
            maps.overtaken_by(other);
        }
        Db::Maps(maps)
    }

    #[test]
    fn a_seat_that_was_free_and_is_taken_fails_the_whole_batch_which_may_be_tried_again() {
        let mut db = overtaken(&[2]);
        let failed = seat_all(&mut db, &[2, 3], "guest").unwrap_err();
        assert!(
            matches!(&failed, Failed::Transient(why) if why.contains("seat already has a row")),
            "{failed}"
        );
        let standing = [seat(1, "guest"), seat(2, "other")];
        assert_eq!(db.all::<Seat>().unwrap(), standing, "nothing of it stands");
        seat_all(&mut db, &[3], "guest").unwrap();
        assert_eq!(db.get::<Seat>(&3).unwrap(), Some(seat(3, "guest")));
    }

    #[test]
    fn a_row_that_was_read_and_has_changed_is_not_written_over() {
        let mut db = overtaken(&[1]);
        let failed = seat_all(&mut db, &[1], "guest").unwrap_err();
        assert!(matches!(failed, Failed::Transient(_)), "{failed}");
        assert_eq!(db.all::<Seat>().unwrap(), [seat(1, "other")]);
    }

    #[test]
    fn what_was_committed_meanwhile_stands_also_when_nothing_is_written() {
        let mut db = overtaken(&[2]);
        let tx = db.begin().now_or_never().expect("maps do not wait");
        drop(tx.unwrap());
        assert_eq!(db.all::<Seat>().unwrap().len(), 2);
    }
}
