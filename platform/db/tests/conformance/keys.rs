//! Prefixes, ranges and the order of keys, which must be the same everywhere: it is the order of
//! locks and of scans.

use db::{Failed, Store};
use futures::FutureExt;

use crate::backend::{Leaf, Shelf, Word, leaf, on_all, put, word};

fn forest() -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for tree in [-3, -1, 0, 2] {
        for branch in ["", "B", "a", "가"] {
            for twig in [i64::MIN, 5] {
                for no in [1, 2] {
                    leaves.push(leaf(tree, branch, twig, no));
                }
            }
        }
    }
    leaves
}

fn plant(db: &mut db::Db) -> Vec<Leaf> {
    let forest = forest();
    put(db, |shelf| {
        // From the back, so that the order read is the store's.
        forest
            .iter()
            .rev()
            .for_each(|leaf| shelf.leaf.add(leaf.clone()));
    });
    forest
}

#[test]
fn keys_are_in_one_order_negative_numbers_first_and_text_by_bytes() {
    on_all(|db| {
        let forest = plant(db);
        assert_eq!(db.all::<Leaf>().expect("reads"), forest);
        let words = ["", "A", "Z", "_", "a", "aa", "b", "é", "가", "🦀"];
        put(db, |shelf| {
            words
                .iter()
                .rev()
                .for_each(|text| shelf.word.add(word(text)));
        });
        let read = db.all::<Word>().expect("reads");
        let read: Vec<_> = read.iter().map(|word| word.word.as_str()).collect();
        assert_eq!(read, words);
    });
}

#[test]
fn a_prefix_of_one_two_or_three_columns_reads_what_is_under_it() {
    on_all(|db| {
        let forest = plant(db);
        let under = |take: &dyn Fn(&Leaf) -> bool| -> Vec<Leaf> {
            forest.iter().filter(|leaf| take(leaf)).cloned().collect()
        };
        let a = || "a".to_owned();
        let one = under(&|leaf| leaf.tree == -1);
        let two = under(&|leaf| leaf.tree == -1 && leaf.branch == "a");
        let three = under(&|leaf| leaf.tree == -1 && leaf.branch == "a" && leaf.twig == 5);
        assert_eq!((one.len(), two.len(), three.len()), (16, 4, 2));
        assert_eq!(db.under::<Leaf, _>(-1).expect("reads"), one);
        assert_eq!(db.under::<Leaf, _>((-1, a())).expect("reads"), two);
        assert_eq!(db.under::<Leaf, _>((-1, a(), 5)).expect("reads"), three);
        assert_eq!(db.under::<Leaf, _>(9).expect("reads"), []);

        let mut shelf = Shelf::default();
        shelf.leaf.ask_prefix((-1, a(), 5));
        shelf.leaf.ask_prefix((2, "B".to_owned()));
        shelf.leaf.ask_prefix(-3);
        shelf.leaf.ask_prefix(9);
        let fetched = async {
            let mut tx = db.begin().await?;
            tx.fetch(&mut shelf).await?;
            Ok::<_, Failed>(())
        };
        fetched.now_or_never().expect("no wait").expect("reads");
        let read: Vec<_> = shelf.leaf.under((-1, a(), 5)).cloned().collect();
        assert_eq!(read, three);
        let read: Vec<_> = shelf.leaf.under((2, "B".to_owned())).cloned().collect();
        assert_eq!(read, under(&|leaf| leaf.tree == 2 && leaf.branch == "B"));
        assert_eq!(shelf.leaf.under(-3).count(), 16);
        assert_eq!(shelf.leaf.under((-3, a())).count(), 4, "within a wider one");
        assert_eq!(shelf.leaf.under(9).count(), 0);
        assert_eq!(
            shelf.leaf.get(&(-3, a(), 5, 9)),
            None,
            "covered, and absent"
        );
    });
}

#[test]
fn a_scan_begins_at_the_first_key_column_whatever_the_rest_says() {
    on_all(|db| {
        let forest = plant(db);
        let mut seen = Vec::new();
        let from = (0, "가".to_owned(), 5, 2);
        db.each_from::<Leaf>(&from, &mut |leaf| seen.push(leaf))
            .expect("reads");
        let expected: Vec<_> = forest.into_iter().filter(|leaf| leaf.tree >= 0).collect();
        assert_eq!(seen, expected);
    });
}
