//! Asking, fetching, changing, and what a commit or its absence leaves.

use db::{Db, Failed, Row, Rows, Store};
use futures::FutureExt;

use crate::backend::{Leaf, Shelf, Word, batch, digest, leaf, on_all, put, word};

fn key(no: i64) -> (i64, String, i64, i64) {
    (1, "low".to_owned(), 2, no)
}

fn sized(no: i64, size: i64) -> Leaf {
    let mut leaf = leaf(1, "low", 2, no);
    leaf.size = size;
    leaf
}

#[test]
fn absent_and_standing_rows_are_told_apart() {
    on_all(|db| {
        put(db, |shelf| shelf.leaf.add(sized(1, 5)));
        let ask = |shelf: &mut Shelf| {
            shelf.leaf.ask(key(1));
            shelf.leaf.ask(key(2));
        };
        let look = |shelf: &mut Shelf| {
            assert_eq!(shelf.leaf.get(&key(1)), Some(&sized(1, 5)));
            assert_eq!(shelf.leaf.get(&key(2)), None);
            assert_eq!(shelf.leaf.get_mut(&key(2)), None);
        };
        batch(db, ask, look).expect("reads");
        assert_eq!(db.all::<Leaf>().expect("reads"), [sized(1, 5)], "as it was");
    });
}

#[test]
fn a_row_read_names_the_next_in_a_later_round() {
    on_all(|db| {
        put(db, |shelf| {
            shelf.leaf.add(sized(1, 2));
            shelf.leaf.add(sized(2, 3));
            shelf.leaf.add(sized(3, 0));
        });
        let ask = |shelf: &mut Shelf| {
            let mut no = 1;
            while no > 0 {
                shelf.leaf.ask(key(no));
                no = shelf.leaf.peek(&key(no)).map_or(0, |leaf| leaf.size);
            }
        };
        let rounds = async {
            let mut shelf = Shelf::default();
            let mut tx = db.begin().await?;
            let mut rounds = 0;
            loop {
                ask(&mut shelf);
                if !tx.fetch(&mut shelf).await? {
                    break;
                }
                rounds += 1;
            }
            assert_eq!(shelf.leaf.get(&key(3)), Some(&sized(3, 0)));
            Ok::<_, Failed>(rounds)
        };
        let rounds = rounds.now_or_never().expect("no wait").expect("reads");
        assert_eq!(rounds, 3, "one a row, and then nothing new");
    });
}

#[test]
fn changes_removals_and_new_rows_stand_after_the_commit() {
    on_all(|db| {
        put(db, |shelf| {
            shelf.leaf.add(sized(1, 1));
            shelf.leaf.add(sized(2, 2));
            shelf.word.add(word("old"));
        });
        let ask = |shelf: &mut Shelf| {
            for no in 1..=3 {
                shelf.leaf.ask(key(no));
            }
            shelf.word.ask("old".to_owned());
        };
        let change = |shelf: &mut Shelf| {
            shelf.leaf.get_mut(&key(1)).expect("it stands").size = 10;
            shelf.leaf.remove(&key(2));
            shelf.leaf.put(sized(3, 30));
            shelf.leaf.add(sized(4, 40));
            shelf.word.put(word("old"));
        };
        batch(db, ask, change).expect("writes");
        let left = db.all::<Leaf>().expect("reads");
        assert_eq!(left, [sized(1, 10), sized(3, 30), sized(4, 40)]);
        assert_eq!(db.all::<Word>().expect("reads"), [word("old")]);
    });
}

#[test]
fn a_row_taken_away_and_added_in_one_batch_is_the_new_one() {
    on_all(|db| {
        put(db, |shelf| shelf.leaf.add(sized(1, 1)));
        let change = |shelf: &mut Shelf| {
            shelf.leaf.remove(&key(1));
            shelf.leaf.add(sized(1, 2));
        };
        batch(db, |shelf: &mut Shelf| shelf.leaf.ask(key(1)), change).expect("writes");
        assert_eq!(db.all::<Leaf>().expect("reads"), [sized(1, 2)]);
    });
}

#[test]
fn a_row_put_before_the_first_fetch_is_not_overwritten_by_it() {
    on_all(|db| {
        put(db, |shelf| shelf.leaf.add(sized(1, 1)));
        let ask = |shelf: &mut Shelf| {
            shelf.leaf.ask(key(1));
            shelf.leaf.put(sized(1, 2));
        };
        batch(db, ask, |_| {}).expect("writes");
        assert_eq!(db.all::<Leaf>().expect("reads"), [sized(1, 2)]);
    });
}

#[test]
fn adding_a_row_that_stands_fails_for_good_and_leaves_nothing() {
    on_all(|db| {
        put(db, |shelf| shelf.leaf.add(sized(2, 2)));
        let before = digest(db);
        let add = |shelf: &mut Shelf| {
            shelf.leaf.add(sized(1, 1));
            shelf.leaf.add(sized(2, 20));
            shelf.leaf.add(sized(3, 3));
            shelf.word.add(word("new"));
        };
        let failed = batch(db, |_| {}, add);
        assert!(matches!(failed, Err(Failed::Permanent(_))), "{failed:?}");
        assert_eq!(digest(db), before);
        put(db, |shelf| shelf.word.add(word("and it goes on")));
    });
}

#[test]
fn what_is_not_committed_is_gone() {
    on_all(|db| {
        put(db, |shelf| shelf.leaf.add(sized(1, 1)));
        let before = digest(db);
        let flushed = async {
            let mut shelf = Shelf::default();
            shelf.leaf.ask(key(1));
            let mut tx = db.begin().await?;
            tx.fetch(&mut shelf).await?;
            shelf.leaf.remove(&key(1));
            shelf.leaf.add(sized(2, 2));
            tx.flush(&mut shelf).await
        };
        flushed.now_or_never().expect("no wait").expect("flushes");
        assert_eq!(digest(db), before);
    });
}

#[test]
fn an_untouched_batch_writes_nothing() {
    on_all(|db| {
        put(db, |shelf| shelf.leaf.add(sized(1, 1)));
        let mut shelf = Shelf::default();
        shelf.leaf.ask(key(1));
        shelf.leaf.ask(key(2));
        fetch(db, &mut shelf);
        for table in shelf.tables() {
            let counted = table.changes(&mut |_| Err(Failed::Permanent("written".to_owned())));
            assert!(counted.is_ok(), "{counted:?}");
        }
    });
}

fn fetch(db: &mut Db, shelf: &mut Shelf) {
    let fetched = async {
        let mut tx = db.begin().await?;
        tx.fetch(shelf).await
    };
    let fetched = fetched.now_or_never().expect("no wait");
    assert!(fetched.expect("reads"), "something was asked");
}

#[test]
fn the_key_comes_first_in_a_shape() {
    let shape = Leaf::SHAPE;
    let columns: Vec<_> = shape.all_columns().collect();
    assert_eq!(columns, ["tree", "branch", "twig", "no", "size"]);
}
