//! What a writer keeps of a file that others write to as well, as after a take-over.

use db::{Db, Failed, Store};
use futures::FutureExt;

use crate::drawer::{Card, Cards, Drawer, add, checkpoint};

/// The cards of a drawer as a batch of this writer reads them, by prefix and by key.
fn read(db: &mut Db, drawer: i64) -> Vec<(i64, String)> {
    let whole = async {
        let mut cards = Cards::default();
        cards.card.ask_prefix(drawer);
        (0..5).for_each(|no| cards.card.ask((drawer, no)));
        let mut tx = db.begin().await?;
        tx.fetch(&mut cards).await?;
        tx.commit().await?;
        let under = cards.card.under(drawer);
        let read: Vec<_> = under.map(|card| (card.no, card.text.clone())).collect();
        let by_key = (0..5).filter(|no| cards.card.get(&(drawer, *no)).is_some());
        assert!(by_key.eq(read.iter().map(|(no, _)| *no)));
        Ok::<_, Failed>(read)
    };
    whole.now_or_never().expect("no wait").expect("reads")
}

fn write(db: &mut Db, drawer: i64, no: i64, text: &str) {
    let whole = async {
        let mut cards = Cards::default();
        cards.card.ask((drawer, no));
        let mut tx = db.begin().await?;
        tx.fetch(&mut cards).await?;
        let text = text.to_owned();
        cards.card.put(Card { drawer, no, text });
        tx.flush(&mut cards).await?;
        tx.commit().await
    };
    whole.now_or_never().expect("no wait").expect("writes");
}

fn card(no: i64, text: &str) -> (i64, String) {
    (no, text.to_owned())
}

#[test]
fn what_another_writer_changed_adds_to_or_takes_away_is_read_anew() {
    let drawer = Drawer::new();
    let mut one = Db::Sqlite(drawer.open());
    let mut other = Db::Sqlite(drawer.open());
    add(&mut one, 1, [1, 2], "first");
    let first = [card(1, "first"), card(2, "first")];
    assert_eq!(read(&mut one, 1), first);
    assert_eq!(read(&mut other, 1), first);
    assert_eq!(read(&mut one, 2), [], "behind the end");

    write(&mut other, 1, 2, "changed");
    write(&mut other, 2, 1, "new");
    let changed = [card(1, "first"), card(2, "changed")];
    assert_eq!(read(&mut one, 1), changed);
    assert_eq!(read(&mut one, 2), [card(1, "new")]);

    write(&mut one, 1, 1, "back");
    let back = [card(1, "back"), card(2, "changed")];
    assert_eq!(read(&mut other, 1), back);
    assert_eq!(read(&mut one, 1), back);
}

/// What it keeps is not read again: rows that are written behind its back, on its own connection,
/// of which SQLite does not tell, go unseen. Nobody may do that, and no one here does.
#[test]
fn its_own_rows_are_read_once() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "first");
    assert_eq!(read(&mut db, 1), [card(1, "first")]);
    behind_its_back(&db);
    assert_eq!(read(&mut db, 1), [card(1, "first")], "from memory");
    assert_eq!(db.all::<Card>().expect("reads")[0].text, "hidden");
    drop_a_batch(&mut db);
    assert_eq!(read(&mut db, 1), [card(1, "hidden")], "anew");
}

fn behind_its_back(db: &Db) {
    let Db::Sqlite(sqlite) = db else {
        panic!("SQLite");
    };
    let changed =
        sqlite.read(|connection| connection.execute("UPDATE card SET text = 'hidden'", []));
    assert_eq!(changed.expect("writes"), 1);
}

fn drop_a_batch(db: &mut Db) {
    let begun = db.begin().now_or_never().expect("no wait");
    drop(begun.expect("begins"));
}

/// A log that is moved into the file, whole or in part, takes nothing from what is kept.
#[test]
fn a_checkpoint_is_not_another_writer() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "first");
    assert_eq!(read(&mut db, 1), [card(1, "first")]);
    checkpoint(&db, true);
    assert_eq!(drawer.log_bytes(), 0);
    behind_its_back(&db);
    assert_eq!(read(&mut db, 1), [card(1, "first")], "kept");
}
