//! The same operations leave the same rows and the same hash in every backend.

use db::{Json, Store};

use crate::backend::{Colour, Everything, Leaf, Shelf, Word, backends, batch, digest, leaf, word};
use contracts::ids::UserId;
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;

/// A generator of its own (splitmix64), so that a seed means the same for ever.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self, below: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let below = u64::try_from(below).expect("a positive number");
        i64::try_from((z ^ (z >> 31)) % below).expect("below an i64")
    }

    fn text(&mut self) -> String {
        ["", "a", "A", "한글", "zz", "é"][usize::try_from(self.next(6)).expect("small")].to_owned()
    }
}

fn everything(id: i64, chance: &mut Chance) -> Everything {
    let number = chance.next(1_000) - 500;
    let some = chance.next(2) == 0;
    Everything {
        id,
        yes: chance.next(2) == 0,
        text: chance.text(),
        blob: chance.text().into_bytes(),
        user: UserId::new(number),
        at: Timestamp::from_micros(number),
        money: Money::new(number),
        count: Quantity::new(7),
        document: Json(vec![some.then(|| chance.text())]),
        colour: [Colour::Red, Colour::Green, Colour::Blue]
            [usize::try_from(chance.next(3)).expect("small")],
        maybe_number: some.then_some(number),
        maybe_text: (!some).then(|| chance.text()),
        maybe_blob: some.then(Vec::new),
        maybe_document: None,
        maybe_user: some.then_some(UserId::new(number)),
    }
}

/// Asks for a few rows, and changes, puts, adds and removes by what it finds.
fn change(shelf: &mut Shelf, chance: &mut Chance, fresh: i64) {
    let key = leaf_key(chance);
    match chance.next(4) {
        0 => shelf.leaf.remove(&key),
        1 => {
            if let Some(leaf) = shelf.leaf.get_mut(&key) {
                leaf.size += 1;
            }
        }
        2 => shelf.leaf.put(leaf(key.0, &key.1, key.2, key.3)),
        _ => shelf.leaf.add(leaf(100, "fresh", 0, fresh)),
    }
    let id = chance.next(8) - 4;
    shelf.everything.put(everything(id, chance));
    let text = chance.text();
    match chance.next(2) {
        0 => shelf.word.put(word(&text)),
        _ => shelf.word.remove(&text),
    }
}

fn leaf_key(chance: &mut Chance) -> (i64, String, i64, i64) {
    (
        chance.next(3) - 1,
        chance.text(),
        chance.next(2),
        chance.next(2),
    )
}

fn ask(shelf: &mut Shelf) {
    (-1..2).for_each(|tree| shelf.leaf.ask_prefix(tree));
    (-4..4).for_each(|id| shelf.everything.ask(id));
    for text in ["", "a", "A", "한글", "zz", "é"] {
        shelf.word.ask(text.to_owned());
    }
}

#[test]
fn random_batches_leave_the_same_rows_everywhere() {
    for seed in 0..20 {
        let mut backends = backends();
        for step in 0..40 {
            for backend in &mut backends {
                let mut chance = Chance(seed * 1_000 + step);
                let fresh = i64::try_from(step).expect("small") * 10;
                let rows = |shelf: &mut Shelf| {
                    for no in 0..4 {
                        change(shelf, &mut chance, fresh + no);
                    }
                };
                batch(&mut backend.db, ask, rows).expect("writes");
            }
            let hashes: Vec<_> = backends.iter().map(|backend| digest(&backend.db)).collect();
            assert!(
                hashes.iter().all(|hash| *hash == hashes[0]),
                "seed {seed}, step {step}: {hashes:?}"
            );
        }
        let leaves = backends.iter().map(|backend| {
            backend.db.all::<Leaf>().expect("reads").len()
                + backend.db.all::<Word>().expect("reads").len()
        });
        assert!(leaves.min() > Some(0), "the batches left rows");
    }
}

#[test]
fn a_hash_tells_rows_apart_that_look_alike() {
    let hash = |add: &dyn Fn(&mut Shelf)| {
        let mut backends = backends();
        let db = &mut backends.last_mut().expect("backends").db;
        batch(db, |_| {}, |shelf: &mut Shelf| add(shelf)).expect("writes");
        digest(db)
    };
    let hashes = [
        hash(&|_| {}),
        hash(&|shelf| shelf.word.add(word("ab"))),
        hash(&|shelf| {
            ["a", "b"]
                .iter()
                .for_each(|text| shelf.word.add(word(text)))
        }),
        hash(&|shelf| shelf.leaf.add(leaf(1, "ab", 0, 0))),
        hash(&|shelf| shelf.leaf.add(leaf(1, "a", 0, 0))),
        hash(&|shelf| shelf.leaf.add(leaf(1, "", 0, 0))),
        hash(&|shelf| shelf.leaf.add(leaf(0, "", 1, 0))),
    ];
    let different: std::collections::BTreeSet<_> = hashes.iter().collect();
    assert_eq!(different.len(), hashes.len());
}
