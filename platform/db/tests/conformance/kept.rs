//! What a store keeps in memory is what stands: every batch reads the rows that a scan of the table
//! finds, whatever the batches before it did and however they ended.

use db::{Db, Failed, Store};
use futures::FutureExt;

use crate::backend::{Leaf, Shelf, Word, leaf, on_all, put, word};
use crate::parity::Chance;

const SEEDS: u64 = 40;
const BATCHES: i64 = 60;
/// Stands from the beginning, and is never asked for.
const STANDING: &str = "stands";

/// How a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Committed,
    /// Written, and dropped before its commit.
    Dropped,
    /// Half written: it adds a word that stands.
    Refused,
}

const ENDS: [End; 4] = [End::Committed, End::Committed, End::Dropped, End::Refused];

/// Trees far and near: some are kept, some are not any more, some never stood.
fn tree(chance: &mut Chance, no: i64) -> i64 {
    match chance.next(3) {
        0 => chance.next(no + 2),
        1 => no - chance.next(3),
        _ => chance.next(4),
    }
}

/// What a batch asks for, by key and by prefixes of two lengths.
struct Asked {
    whole: i64,
    half: (i64, String),
    keys: [(i64, String, i64, i64); 2],
    word: String,
}

impl Asked {
    fn by(chance: &mut Chance, no: i64) -> Self {
        let single = tree(chance, no);
        Self {
            whole: tree(chance, no),
            half: (tree(chance, no), "b".to_owned()),
            keys: [0, 1].map(|twig| (single, "b".to_owned(), twig, 0)),
            word: chance.next(BATCHES).to_string(),
        }
    }

    fn ask(&self, shelf: &mut Shelf) {
        shelf.leaf.ask_prefix(self.whole);
        shelf.leaf.ask_prefix(self.half.clone());
        for key in &self.keys {
            shelf.leaf.ask(key.clone());
        }
        shelf.word.ask(self.word.clone());
    }

    /// Holds what was read against all rows there are.
    fn check(&self, shelf: &Shelf, leaves: &[Leaf], words: &[Word]) {
        let (tree, branch) = &self.half;
        let of = |take: &dyn Fn(&Leaf) -> bool| -> Vec<Leaf> {
            leaves.iter().filter(|leaf| take(leaf)).cloned().collect()
        };
        let whole: Vec<_> = shelf.leaf.under(self.whole).cloned().collect();
        assert_eq!(whole, of(&|leaf| leaf.tree == self.whole));
        let half: Vec<_> = shelf.leaf.under(self.half.clone()).cloned().collect();
        assert_eq!(
            half,
            of(&|leaf| leaf.tree == *tree && leaf.branch == *branch)
        );
        for key in &self.keys {
            let standing = leaves.iter().find(|leaf| db::Row::key(*leaf) == *key);
            assert_eq!(shelf.leaf.get(key), standing);
        }
        let standing = words.iter().find(|word| word.word == self.word);
        assert_eq!(shelf.word.get(&self.word), standing);
    }

    fn change(&self, shelf: &mut Shelf, chance: &mut Chance, no: i64) {
        for key in &self.keys {
            let row = leaf(key.0, &key.1, key.2, key.3);
            match chance.next(3) {
                0 => shelf.leaf.remove(key),
                1 => shelf.leaf.put(Leaf { size: no, ..row }),
                _ => {}
            }
        }
        shelf.leaf.put(leaf(self.whole, "a", no, 0));
        shelf.word.put(word(&self.word));
        // New by construction, under a tree that nobody asked for.
        shelf.leaf.add(leaf(no + chance.next(3), "new", no, 0));
    }
}

fn batch(db: &mut Db, chance: &mut Chance, no: i64) -> (End, Result<(), Failed>) {
    let (leaves, words) = (db.all::<Leaf>().expect("reads"), db.all().expect("reads"));
    let end = ENDS[usize::try_from(chance.next(4)).expect("small")];
    let asked = Asked::by(chance, no);
    let mut shelf = Shelf::default();
    asked.ask(&mut shelf);
    let run = async {
        let mut tx = db.begin().await?;
        tx.fetch(&mut shelf).await?;
        asked.check(&shelf, &leaves, &words);
        asked.change(&mut shelf, chance, no);
        if end == End::Refused {
            shelf.word.add(word(STANDING));
        }
        tx.flush(&mut shelf).await?;
        match end {
            End::Dropped => Ok(()),
            End::Committed | End::Refused => tx.commit().await,
        }
    };
    (end, run.now_or_never().expect("no wait"))
}

fn forget(db: &mut Db, chance: &mut Chance) {
    let rest = chance.next(5);
    let forget = async {
        let mut tx = db.begin().await?;
        let old = |leaf: &Leaf| leaf.twig % 5 == rest;
        tx.forget::<Leaf>(None, 10, old).await?;
        tx.commit().await
    };
    forget.now_or_never().expect("no wait").expect("forgets");
}

#[test]
fn every_batch_reads_what_stands() {
    for seed in 0..SEEDS {
        on_all(|db| {
            let mut chance = Chance(seed);
            put(db, |shelf| shelf.word.add(word(STANDING)));
            for no in 0..BATCHES {
                let (end, ended) = batch(db, &mut chance, no);
                let as_expected = match end {
                    End::Committed | End::Dropped => ended.is_ok(),
                    End::Refused => matches!(ended, Err(Failed::Permanent(_))),
                };
                assert!(as_expected, "seed {seed}, batch {no}, {end:?}: {ended:?}");
                if chance.next(8) == 0 {
                    forget(db, &mut chance);
                }
            }
            assert!(db.all::<Leaf>().expect("reads").len() > 10, "seed {seed}");
        });
    }
}
