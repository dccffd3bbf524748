//! Every column type comes back as it was written.

use contracts::ids::UserId;
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;
use db::{Json, Store};

use crate::backend::{Colour, Everything, on_all, put};

fn plain(id: i64) -> Everything {
    Everything {
        id,
        yes: true,
        text: "머그컵 and 'quotes'; -- %".to_owned(),
        blob: vec![0, 1, 255, 0],
        user: UserId::new(7),
        at: Timestamp::from_micros(1_795_305_600_000_001),
        money: Money::new(12_000),
        count: Quantity::new(3),
        document: Json(vec![Some("a".to_owned()), None]),
        colour: Colour::Blue,
        maybe_number: Some(0),
        maybe_text: Some("null".to_owned()),
        maybe_blob: Some(vec![1]),
        maybe_document: Some(Json(vec![None])),
        maybe_user: Some(UserId::new(9)),
    }
}

fn empty(id: i64) -> Everything {
    Everything {
        yes: false,
        text: String::new(),
        blob: Vec::new(),
        at: Timestamp::from_micros(0),
        money: Money::ZERO,
        count: Quantity::new(0),
        document: Json(Vec::new()),
        colour: Colour::Red,
        maybe_number: None,
        maybe_text: None,
        maybe_blob: None,
        maybe_document: None,
        maybe_user: None,
        ..plain(id)
    }
}

#[test]
fn values_come_back_as_they_were() {
    on_all(|db| {
        let rows = [plain(1), empty(2)];
        put(db, |shelf| {
            rows.iter()
                .cloned()
                .for_each(|row| shelf.everything.add(row));
        });
        assert_eq!(db.all::<Everything>().expect("reads"), rows);
    });
}

#[test]
fn an_empty_value_is_not_a_missing_one() {
    on_all(|db| {
        let row = Everything {
            maybe_text: Some(String::new()),
            maybe_blob: Some(Vec::new()),
            maybe_document: Some(Json(Vec::new())),
            ..plain(1)
        };
        put(db, |shelf| shelf.everything.add(row.clone()));
        assert_eq!(db.get::<Everything>(&1).expect("reads"), Some(row));
    });
}

#[test]
fn the_extremes_come_back() {
    on_all(|db| {
        for number in [i64::MIN, -1, 0, i64::MAX] {
            let row = Everything {
                user: UserId::new(number),
                at: Timestamp::from_micros(number),
                money: Money::new(number),
                count: Quantity::new(u32::MAX),
                text: "a\0b".to_owned(),
                blob: vec![0; 100_000],
                maybe_number: Some(number),
                ..plain(number)
            };
            put(db, |shelf| shelf.everything.add(row.clone()));
            assert_eq!(db.get::<Everything>(&number).expect("reads"), Some(row));
        }
    });
}
