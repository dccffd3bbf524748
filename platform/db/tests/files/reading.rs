//! What readers see.

use db::{Db, Digest, Failed, Reader, Readers, Sqlite, Store};
use futures::FutureExt;

use crate::drawer::{Card, Cards, Drawer, OLD, add};

fn numbers(cards: &[Card]) -> Vec<(i64, i64)> {
    cards.iter().map(|card| (card.drawer, card.no)).collect()
}

#[test]
fn a_reader_sees_committed_rows_and_no_others() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    let reader = Reader::open(&drawer.path()).expect("opens");
    add(&mut db, 1, [1], "one");
    let whole = async {
        let mut cards = Cards::default();
        let text = "two".to_owned();
        cards.card.add(Card {
            drawer: 1,
            no: 2,
            text,
        });
        let mut tx = db.begin().await?;
        tx.flush(&mut cards).await?;
        let seen = reader.all::<Card>()?;
        assert_eq!(numbers(&seen), [(1, 1)], "flushed is not committed");
        tx.commit().await?;
        Ok::<_, Failed>(())
    };
    whole.now_or_never().expect("no wait").expect("writes");
    assert_eq!(numbers(&reader.all().expect("reads")), [(1, 1), (1, 2)]);
}

#[test]
fn one_moment_is_one_state_of_the_file() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "one");
    let reader = Reader::open(&drawer.path()).expect("opens");
    let seen = reader.at_one_moment(|reader| {
        let before = reader.all::<Card>()?.len();
        add(&mut db, 1, [2], "two");
        Ok((before, reader.all::<Card>()?.len()))
    });
    assert_eq!(seen.expect("reads"), (1, 1));
    assert_eq!(reader.all::<Card>().expect("reads").len(), 2);
}

#[test]
fn a_page_stays_within_its_first_column_and_its_limit() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1, 2, 4, 7], "one");
    add(&mut db, 2, [1], "two");
    let reader = Reader::open(&drawer.path()).expect("opens");
    let page = |drawer, no, limit| {
        numbers(
            &reader
                .page_from::<Card>(&(drawer, no), limit)
                .expect("reads"),
        )
    };
    assert_eq!(page(1, 2, 2), [(1, 2), (1, 4)]);
    assert_eq!(page(1, 3, 9), [(1, 4), (1, 7)]);
    assert_eq!(page(1, 8, 9), []);
    assert_eq!(page(1, 1, 0), []);
}

#[test]
fn a_visitor_may_read_meanwhile() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1, 2], "one");
    add(&mut db, 2, [5], "two");
    let reader = Reader::open(&drawer.path()).expect("opens");
    let mut seen = Vec::new();
    let scanned = reader.each_from::<Card>(&(1, 2), &mut |card| {
        let same = reader.get::<Card>(&(card.drawer, card.no)).expect("reads");
        assert_eq!(same.as_ref(), Some(&card));
        seen.push((card.drawer, card.no));
    });
    scanned.expect("reads");
    assert_eq!(seen, [(1, 1), (1, 2), (2, 5)], "by the first column");
}

#[test]
fn a_lent_reader_comes_back_and_one_that_failed_does_not() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "one");
    let readers = Readers::new(&drawer.path());
    let failed = readers.with(|reader| {
        let begin =
            reader.query(|connection| connection.execute_batch("BEGIN; SELECT * FROM card"));
        begin.expect("a transaction left open");
        Err::<(), _>(Failed::Permanent("given up".to_owned()))
    });
    assert!(matches!(failed, Err(Failed::Permanent(_))), "{failed:?}");
    add(&mut db, 1, [2], "two");
    for _ in 0..3 {
        let seen = readers.with(|reader| reader.all::<Card>());
        assert_eq!(seen.expect("reads").len(), 2, "not an old state");
    }
}

#[test]
fn a_writer_a_reader_and_a_database_in_memory_hash_alike() {
    let drawer = Drawer::new();
    let mut file = Db::Sqlite(drawer.open());
    let mut memory = Db::Sqlite(Sqlite::in_memory(OLD).expect("opens"));
    for db in [&mut file, &mut memory] {
        add(db, 1, [1, 2, 3], "한글");
    }
    let hash_of = |db: &Db| {
        let mut digest = Digest::default();
        let Db::Sqlite(sqlite) = db else {
            panic!("SQLite")
        };
        let hashed = sqlite.digest(&mut Cards::default(), &mut digest);
        hashed.expect("reads");
        digest.value()
    };
    let reader = Reader::open(&drawer.path()).expect("opens");
    let mut digest = Digest::default();
    let hashed = reader.digest(&mut Cards::default(), &mut digest);
    hashed.expect("reads");
    assert_eq!(hash_of(&file), digest.value());
    assert_eq!(hash_of(&memory), digest.value());
}

#[test]
fn a_file_that_is_not_there_is_not_made_by_a_reader() {
    let drawer = Drawer::new();
    let opened = Reader::open(&drawer.path()).err();
    assert!(matches!(opened, Some(Failed::Transient(_))), "{opened:?}");
    assert!(!drawer.path().exists());
}
