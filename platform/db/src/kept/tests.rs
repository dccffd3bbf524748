use super::{Kept, KeptRows};
use crate::row;

row! {
    /// Kept by its house.
    struct Lamp in "lamp" keeps 2 by 1 {
        key { house: i64, room: i64 }
        watts: i64,
    }
}

row! {
    /// Of which only the end is kept.
    struct Door in "door" keeps 0 {
        key { no: i64 }
    }
}

row! {
    struct Wall in "wall" {
        key { no: i64 }
    }
}

fn lamp(house: i64, room: i64, watts: i64) -> Lamp {
    Lamp { house, room, watts }
}

/// Two houses with two lamps each are known, and there is no third.
fn houses(kept: &mut Kept) -> &mut KeptRows<Lamp> {
    let rows = kept.of::<Lamp>().expect("it keeps lamps");
    rows.end_is(Some((2, 2)));
    for house in 1..=2 {
        let lamps = vec![lamp(house, 1, 40), lamp(house, 2, 40)];
        rows.learn((house, i64::MIN), lamps);
    }
    rows
}

/// What is known under the first columns of a key; `None` where a look at the store is due.
fn known(rows: &mut KeptRows<Lamp>, key: (i64, i64), columns: usize) -> Option<Vec<Lamp>> {
    let mut found = Vec::new();
    rows.answer(&key, columns, &mut found).then_some(found)
}

#[test]
fn a_group_answers_for_all_under_it_and_for_each_of_its_keys() {
    let mut kept = Kept::default();
    let rows = houses(&mut kept);
    let both = vec![lamp(1, 1, 40), lamp(1, 2, 40)];
    assert_eq!(known(rows, (1, i64::MIN), 1), Some(both));
    assert_eq!(known(rows, (1, 2), 2), Some(vec![lamp(1, 2, 40)]));
    assert_eq!(known(rows, (1, 3), 2), Some(vec![]), "known to be absent");
    assert_eq!(known(rows, (0, i64::MIN), 1), None, "not met yet");
}

#[test]
fn behind_the_end_there_is_nothing_until_something_is_written_there() {
    let mut kept = Kept::default();
    let rows = houses(&mut kept);
    assert_eq!(known(rows, (3, i64::MIN), 1), Some(vec![]));
    rows.reaches(&(4, 1));
    assert_eq!(known(rows, (3, i64::MIN), 1), None);
    assert_eq!(known(rows, (5, i64::MIN), 1), Some(vec![]));
    rows.reaches(&(1, 1));
    assert_eq!(known(rows, (3, i64::MIN), 1), None, "it never goes back");
}

#[test]
fn before_the_end_was_read_nothing_is_behind_it() {
    let mut kept = Kept::default();
    let rows = kept.of::<Door>().expect("it keeps its end");
    rows.reaches(&7);
    let mut found = Vec::new();
    assert!(rows.must_read_end());
    assert!(!rows.answer(&8, 1, &mut found));
    rows.end_is(None);
    assert!(rows.answer(&8, 1, &mut found) && found.is_empty());
}

#[test]
fn changes_are_seen_in_their_group_and_in_no_other() {
    let mut kept = Kept::default();
    let rows = houses(&mut kept);
    let one = (1, i64::MIN);
    assert!(rows.change(&one, &(1, 2), Some(&lamp(1, 2, 60))));
    assert!(rows.change(&one, &(1, 0), Some(&lamp(1, 0, 5))));
    assert!(rows.change(&one, &(1, 1), None));
    let changed = vec![lamp(1, 0, 5), lamp(1, 2, 60)];
    assert_eq!(known(rows, one, 1), Some(changed));
    assert!(!rows.change(&(0, i64::MIN), &(0, 1), Some(&lamp(0, 1, 5))));
    assert_eq!(
        known(rows, (0, i64::MIN), 1),
        None,
        "its others are unknown"
    );
}

#[test]
fn what_was_not_met_for_long_is_dropped_and_what_was_is_not() {
    let mut kept = Kept::default();
    let rows = houses(&mut kept);
    rows.end_is(Some((100, 1)));
    for house in 3..50 {
        rows.learn((house, i64::MIN), vec![lamp(house, 1, 40)]);
        assert!(known(rows, (1, i64::MIN), 1).is_some(), "met all the time");
        let groups = rows.young.len() + rows.old.len();
        assert!(groups <= 2 * 3, "{groups} groups are kept");
    }
    assert_eq!(known(rows, (2, i64::MIN), 1), None);
    assert_eq!(known(rows, (3, i64::MIN), 1), None);
}

#[test]
fn a_group_learnt_anew_replaces_the_one_that_is_old() {
    let mut kept = Kept::default();
    let rows = houses(&mut kept);
    rows.learn((3, i64::MIN), vec![]);
    assert!(rows.young.is_empty(), "all of them are old now");
    rows.learn((1, i64::MIN), vec![lamp(1, 1, 60)]);
    let one = Some(vec![lamp(1, 1, 60)]);
    assert_eq!(known(rows, (1, i64::MIN), 1), one);
    rows.learn((4, i64::MIN), vec![]);
    rows.learn((5, i64::MIN), vec![]);
    assert_eq!(known(rows, (1, i64::MIN), 1), one, "no older one is left");
}

#[test]
fn another_version_of_the_store_and_a_rollback_drop_all_of_it() {
    let mut kept = Kept::default();
    let is_kept = |kept: &mut Kept| {
        let rows = kept.of::<Lamp>().expect("it keeps lamps");
        !rows.must_read_end() && known(rows, (1, i64::MIN), 1).is_some()
    };
    kept.are_of(1);
    houses(&mut kept);
    kept.are_of(1);
    assert!(is_kept(&mut kept));
    kept.are_of(2);
    assert!(!is_kept(&mut kept));
    houses(&mut kept);
    kept.drop_all();
    assert!(!is_kept(&mut kept));
    houses(&mut kept);
    kept.drop_table::<Lamp>();
    assert!(!is_kept(&mut kept));
}

#[test]
fn a_table_that_does_not_say_so_keeps_nothing() {
    assert!(Kept::default().of::<Wall>().is_none());
}
