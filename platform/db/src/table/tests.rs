use super::Table;
use crate::maps::Maps;
use crate::row;
use crate::table::{AnyTable, ChangeKind};

row! {
    struct Cup in "cup" {
        key { shelf: i64, place: i64 }
        colour: String,
    }
}

fn cup(shelf: i64, place: i64, colour: &str) -> Cup {
    let colour = colour.to_owned();
    Cup {
        shelf,
        place,
        colour,
    }
}

/// A table over a store that holds `cups`.
fn over(cups: &[Cup]) -> (Table<Cup>, Maps) {
    let mut maps = Maps::default();
    for cup in cups {
        let key = (cup.shelf, cup.place);
        maps.table_mut::<Cup>().insert(key, cup.clone());
    }
    (Table::default(), maps)
}

fn changes(table: &Table<Cup>) -> Vec<ChangeKind> {
    let mut kinds = Vec::new();
    let counted = table.changes(&mut |change| {
        kinds.push(change.kind);
        Ok(())
    });
    counted.expect("counting does not fail");
    kinds
}

#[test]
#[should_panic(expected = "cup (1, 2) was never asked for")]
fn a_key_that_was_never_asked_for_cannot_be_read() {
    let (mut table, maps) = over(&[]);
    table.ask((1, 1));
    table.fetch_from(&maps);
    table.get(&(1, 2));
}

#[test]
#[should_panic(expected = "cup (1, 2) was never asked for")]
fn a_key_that_was_never_asked_for_cannot_be_changed() {
    Table::<Cup>::default().get_mut(&(1, 2));
}

#[test]
#[should_panic(expected = "cup (1, 2) was never asked for")]
fn a_key_that_was_never_asked_for_cannot_be_put() {
    Table::default().put(cup(1, 2, "red"));
}

#[test]
#[should_panic(expected = "cup (1, 2) was never asked for")]
fn a_key_that_was_never_asked_for_cannot_be_removed() {
    Table::<Cup>::default().remove(&(1, 2));
}

#[test]
#[should_panic(expected = "was never asked for")]
fn a_prefix_that_was_never_asked_for_cannot_be_read() {
    let (mut table, maps) = over(&[cup(1, 1, "red")]);
    table.ask_prefix(2);
    table.fetch_from(&maps);
    let _rows = table.under(1).count();
}

#[test]
#[should_panic(expected = "cup (1, 1) was asked, not fetched")]
fn a_key_is_not_absent_before_it_was_fetched() {
    let mut table = Table::<Cup>::default();
    table.ask((1, 1));
    table.get(&(1, 1));
}

#[test]
#[should_panic(expected = "cup (1, 1) was asked, not fetched")]
fn a_key_under_a_prefix_is_not_absent_before_the_prefix_was_fetched() {
    let mut table = Table::<Cup>::default();
    table.ask_prefix(1);
    table.get(&(1, 1));
}

#[test]
#[should_panic(expected = "cup (1, 1) is not new")]
fn a_row_that_stands_is_not_added() {
    let (mut table, maps) = over(&[cup(1, 1, "red")]);
    table.ask((1, 1));
    table.fetch_from(&maps);
    table.add(cup(1, 1, "blue"));
}

#[test]
fn what_is_fetched_and_left_alone_is_not_written() {
    let (mut table, maps) = over(&[cup(1, 1, "red"), cup(1, 2, "blue")]);
    table.ask((1, 1));
    table.ask((9, 9));
    table.ask_prefix(1);
    table.fetch_from(&maps);
    assert_eq!(table.get(&(1, 1)), Some(&cup(1, 1, "red")));
    assert_eq!(table.get(&(1, 2)), Some(&cup(1, 2, "blue")), "by prefix");
    assert_eq!(table.get(&(1, 3)), None, "the prefix holds no such row");
    assert_eq!(table.get(&(9, 9)), None);
    assert_eq!(table.get_mut(&(9, 9)), None);
    assert_eq!(changes(&table), []);
}

#[test]
fn many_changes_of_a_row_are_written_once() {
    let (mut table, maps) = over(&[cup(1, 1, "red")]);
    table.ask((1, 1));
    table.ask((1, 2));
    table.fetch_from(&maps);
    for colour in ["green", "blue", "white"] {
        let cup = table.get_mut(&(1, 1)).expect("it stands");
        cup.colour = colour.to_owned();
        table.put(self::cup(1, 2, colour));
    }
    assert_eq!(changes(&table), [ChangeKind::Update, ChangeKind::Insert]);
}

#[test]
fn a_row_put_where_none_was_found_is_inserted_and_one_put_unread_is_not() {
    let (mut table, maps) = over(&[cup(1, 1, "red"), cup(3, 1, "red")]);
    table.ask((2, 1));
    table.ask_prefix(1);
    table.ask((3, 1));
    table.fetch_from(&maps);
    table.put(cup(1, 2, "blue"));
    table.put(cup(2, 1, "blue"));
    table.remove(&(3, 1));
    table.put(cup(3, 1, "blue"));
    table.ask((4, 1));
    table.put(cup(4, 1, "blue"));
    let (insert, upsert) = (ChangeKind::Insert, ChangeKind::Upsert);
    assert_eq!(changes(&table), [insert, insert, upsert, upsert]);
}

#[test]
fn an_added_row_is_inserted_even_when_it_is_changed_again() {
    let (mut table, _maps) = over(&[]);
    table.add(cup(1, 1, "red"));
    table.get_mut(&(1, 1)).expect("added").colour = "blue".to_owned();
    table.put(cup(1, 1, "green"));
    assert_eq!(changes(&table), [ChangeKind::Insert]);
}

#[test]
fn a_row_taken_away_and_added_again_replaces_the_one_in_the_store() {
    let (mut table, maps) = over(&[cup(1, 1, "red")]);
    table.ask((1, 1));
    table.fetch_from(&maps);
    table.remove(&(1, 1));
    assert_eq!(table.get(&(1, 1)), None);
    table.add(cup(1, 1, "blue"));
    assert_eq!(changes(&table), [ChangeKind::Upsert]);
}

#[test]
fn a_later_round_does_not_undo_what_the_batch_changed() {
    let (mut table, maps) = over(&[cup(1, 1, "red"), cup(1, 2, "blue")]);
    table.ask((1, 1));
    table.fetch_from(&maps);
    table.get_mut(&(1, 1)).expect("it stands").colour = "green".to_owned();
    table.ask_prefix(1);
    assert_eq!(table.peek_under(1).count(), 1, "not fetched yet");
    table.fetch_from(&maps);
    let colours: Vec<_> = table.under(1).map(|cup| cup.colour.as_str()).collect();
    assert_eq!(colours, ["green", "blue"]);
}

#[test]
fn asking_again_wants_nothing_new() {
    let (mut table, maps) = over(&[cup(1, 1, "red")]);
    table.ask((1, 1));
    table.ask_prefix(1);
    assert!(table.has_wants());
    table.fetch_from(&maps);
    table.ask((1, 1));
    table.ask((1, 1));
    table.ask_prefix(1);
    assert!(!table.has_wants());
}

#[test]
fn what_was_added_comes_in_key_order_and_nothing_else_does() {
    let (mut table, maps) = over(&[cup(1, 1, "red"), cup(1, 2, "red"), cup(1, 3, "red")]);
    table.ask_prefix(1);
    table.ask((2, 0));
    table.fetch_from(&maps);
    table.get_mut(&(1, 1)).expect("it stands").colour = "blue".to_owned();
    table.remove(&(1, 3));
    table.put(cup(2, 0, "green"));
    for place in [9, 4, 6] {
        table.add(cup(1, place, "white"));
    }
    table.get_mut(&(1, 4)).expect("it was added").colour = "grey".to_owned();
    table.remove(&(1, 6));
    let added: Vec<_> = table.added().cloned().collect();
    assert_eq!(added, [cup(1, 4, "grey"), cup(1, 9, "white")]);
}
