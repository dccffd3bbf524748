//! The log beside the file: when it is moved into it, and what is in the way.

use std::ops::Range;

use db::{Db, Failed, Reader, Readers, Store, WAL_ALARM_BYTES, WalWatch};
use futures::FutureExt;

use crate::drawer::{Card, Drawer, add, checkpoint};

const MEGABYTE: u64 = 1 << 20;
/// How often a loop may look while a thread moves a log on a busy machine: some minutes of it.
const MOST_LOOKS: usize = 50_000_000;

/// Commits a little more than a megabyte.
fn megabyte(db: &mut Db, drawer: i64) {
    add(db, drawer, 0..11, &"x".repeat(100_000));
}

/// Commits a little more than a megabyte in each of the drawers.
fn megabytes(db: &mut Db, drawers: Range<i64>) {
    drawers.for_each(|drawer| megabyte(db, drawer));
}

/// The same as a loop does it: with a look at the log after each.
fn batches(db: &mut Db, drawers: Range<i64>) {
    for drawer in drawers {
        megabyte(db, drawer);
        checkpoint(db, false);
    }
}

#[test]
fn an_idle_writer_empties_the_log() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "one");
    assert!(drawer.log_bytes() > 0);
    checkpoint(&db, false);
    assert!(drawer.log_bytes() > 0, "too small to be worth it");
    checkpoint(&db, true);
    assert_eq!(drawer.log_bytes(), 0);
    assert_eq!(db.all::<Card>().expect("reads").len(), 1);
}

#[test]
fn a_reader_in_the_way_only_postpones_it() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "one");
    let reader = Reader::open(&drawer.path()).expect("opens");
    let read = reader.at_one_moment(|reader| {
        let before = reader.all::<Card>()?.len();
        add(&mut db, 1, [2], "two");
        checkpoint(&db, true);
        assert!(drawer.log_bytes() > 0, "the reader needs it");
        Ok(before)
    });
    assert_eq!(read.expect("reads"), 1);
    checkpoint(&db, true);
    assert_eq!(drawer.log_bytes(), 0);
}

/// Looks at the log, as a loop does between batches, until what is moved beside it is there.
fn checkpoint_until(db: &mut Db, idle: bool, mut moved: impl FnMut(&mut Db) -> bool) {
    for _ in 0..MOST_LOOKS {
        if moved(db) {
            return;
        }
        checkpoint(db, idle);
        std::thread::yield_now();
    }
    panic!("nothing moved the log");
}

#[test]
fn a_busy_writer_writes_its_log_over_and_does_not_move_it_at_every_batch() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    batches(&mut db, 0..12);
    let before = drawer.bytes();
    assert!(before < 2 * MEGABYTE, "{before} bytes were moved too early");
    megabytes(&mut db, 12..18);
    let begun = drawer.log_begun();
    let mut cards = 0..;
    checkpoint_until(&mut db, false, |db| {
        add(db, 18, cards.next(), "one more");
        drawer.log_begun() != begun
    });
    let (log, moved) = (drawer.log_bytes(), drawer.bytes());
    assert!(log > 16 * MEGABYTE, "{log}");
    assert!(moved > 18 * MEGABYTE, "{moved} bytes were moved");
    // The log is as long as it was, and hardly any of it is in use.
    batches(&mut db, 19..23);
    assert_eq!(drawer.log_bytes(), log);
    assert_eq!(drawer.bytes(), moved, "nothing was moved again");
}

#[test]
fn batches_that_go_on_while_a_long_log_is_moved_are_moved_after_it() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    batches(&mut db, 0..100);
    // It was begun anew several times, or it would hold all of it.
    let log = drawer.log_bytes();
    assert!(log < 60 * MEGABYTE, "{log}");
    checkpoint_until(&mut db, true, |_| drawer.log_bytes() == 0);
    assert!(drawer.bytes() > 100 * MEGABYTE);
    assert_eq!(db.all::<Card>().expect("reads").len(), 1_100);
}

#[test]
fn a_long_log_that_a_reader_needed_is_moved_once_it_is_gone() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 100, [1], "one");
    let reader = Reader::open(&drawer.path()).expect("opens");
    let read = reader.at_one_moment(|reader| {
        let before = reader.all::<Card>()?.len();
        batches(&mut db, 0..24);
        assert_eq!(reader.all::<Card>()?.len(), before);
        Ok(before)
    });
    assert_eq!(read.expect("reads"), 1);
    let before = drawer.bytes();
    assert!(before < 2 * MEGABYTE, "{before} bytes were moved under it");
    megabytes(&mut db, 24..30);
    checkpoint_until(&mut db, false, |_| drawer.bytes() > 30 * MEGABYTE);
}

#[test]
fn a_writer_that_goes_waits_for_what_is_moved_beside_it() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    megabytes(&mut db, 0..18);
    checkpoint(&db, false);
    drop(db);
    // Whoever is the last to close the file takes the log away.
    assert_eq!(drawer.log_bytes(), 0);
    assert!(drawer.bytes() > 18 * MEGABYTE);
}

#[test]
fn what_was_committed_is_there_after_a_crash_and_the_rest_is_not() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "one");
    // A copy of the files in mid-transaction is what a killed process leaves.
    let copy = Drawer::new();
    let whole = async {
        let mut cards = crate::drawer::Cards::default();
        for no in 2..5_000 {
            let text = "never committed, and more than the cache keeps".repeat(400);
            cards.card.add(Card {
                drawer: 1,
                no,
                text,
            });
        }
        let mut tx = db.begin().await?;
        tx.flush(&mut cards).await?;
        for suffix in ["", "-wal"] {
            let from = format!("{}{suffix}", drawer.path().display());
            let to = format!("{}{suffix}", copy.path().display());
            std::fs::copy(from, to).expect("copies");
        }
        Ok::<_, Failed>(())
    };
    whole.now_or_never().expect("no wait").expect("flushes");
    assert!(copy.log_bytes() > MEGABYTE, "the cache spilled");
    let cards = copy.open().all::<Card>().expect("reads");
    assert_eq!(cards.len(), 1);
}

#[test]
fn a_long_reader_stops_when_a_watched_log_is_an_alarm() {
    let (drawer, other) = (Drawer::new(), Drawer::new());
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, 0..11, &"x".repeat(1_000_000));
    let mut beside = Db::Sqlite(other.open());
    add(&mut beside, 1, [1], "one");
    let watch = WalWatch::over([drawer.path().as_path(), other.path().as_path()]);
    let readers = Readers::watching(&drawer.path(), watch);
    let copy = Drawer::new();
    // A file grows in a moment when nothing is written into it.
    let grow = |bytes: u64| {
        let log = other.log().expect("there is a log");
        log.set_len(bytes).expect("grows");
    };
    let count = |reader: &Reader| {
        let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?)
                       SELECT count(*) FROM n";
        reader.query(|file| file.query_row(numbers, [1_000_000], |row| row.get::<_, i64>(0)))
    };
    let copied = |reader: &Reader| reader.copy_to(&copy.path());
    grow(WAL_ALARM_BYTES - 1);
    let whole = readers.with(|reader| reader.at_one_moment(count));
    assert_eq!(whole.expect("is read to its end"), 1_000_000);
    readers
        .with(|reader| reader.at_one_moment(copied))
        .expect("is copied to its end");

    grow(WAL_ALARM_BYTES);
    let read = readers.with(|reader| reader.at_one_moment(count));
    let copied = readers.with(|reader| reader.at_one_moment(copied));
    for stopped in [read.map(|_| ()), copied] {
        let Err(Failed::Transient(why)) = stopped else {
            panic!("not broken off: {stopped:?}");
        };
        assert!(why.contains("cards.db reached 256 MB"), "{why}");
    }
    // Who does not watch is not stopped.
    let reader = Reader::open(&drawer.path()).expect("opens");
    assert_eq!(count(&reader).expect("reads"), 1_000_000);
}
