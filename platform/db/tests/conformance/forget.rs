//! Taking old rows away, a small part of a long table at a time.

use db::{Db, Failed, Forgotten, Store};
use futures::FutureExt;

use crate::backend::{Leaf, leaf, on_all, put};

type Key = (i64, String, i64, i64);

/// One look at three leaves: those of an even size are old.
fn forget(db: &mut Db, after: Option<&Key>, commit: bool) -> Forgotten<Key> {
    let forgotten = async {
        let mut tx = db.begin().await?;
        let forgotten = tx.forget(after, 3, |leaf: &Leaf| leaf.no % 2 == 0).await?;
        if commit {
            tx.commit().await?;
        }
        Ok::<_, Failed>(forgotten)
    };
    forgotten.now_or_never().expect("no wait").expect("looks")
}

#[test]
fn parts_follow_on_each_other_to_the_end() {
    on_all(|db| {
        put(db, |shelf| {
            (1..=8).for_each(|no| shelf.leaf.add(leaf(no / 4, "b", 0, no)));
        });
        let first = forget(db, None, true);
        assert_eq!((first.removed, first.next.is_some()), (1, true));
        let second = forget(db, first.next.as_ref(), true);
        assert_eq!((second.removed, second.next.is_some()), (2, true));
        let last = forget(db, second.next.as_ref(), true);
        assert_eq!((last.removed, last.next), (1, None));
        let left = db.all::<Leaf>().expect("reads");
        let left: Vec<_> = left.iter().map(|leaf| leaf.no).collect();
        assert_eq!(left, [1, 3, 5, 7]);
        assert_eq!(forget(db, None, true).removed, 0);
    });
}

#[test]
fn an_empty_table_has_no_next_part() {
    on_all(|db| {
        let none = Forgotten {
            removed: 0,
            next: None,
        };
        assert_eq!(forget(db, None, true), none);
    });
}

#[test]
fn what_is_not_committed_is_not_forgotten() {
    on_all(|db| {
        put(db, |shelf| shelf.leaf.add(leaf(1, "b", 0, 2)));
        assert_eq!(forget(db, None, false).removed, 1);
        assert_eq!(db.all::<Leaf>().expect("reads").len(), 1);
    });
}
