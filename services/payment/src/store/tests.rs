//! Files of before, brought up to date.

use db::{Sqlite, Store};
use rusqlite::Connection;

use super::*;
use crate::MIGRATIONS;

/// The steps before the ledger stood in the order of time.
const OLDER: usize = 3;

const USER: UserId = UserId::new(7);
const OTHER: UserId = UserId::new(8);
const NOBODY: UserId = UserId::new(9);

/// A saga in its place, as the older table had it, and what it is named after.
type Link = (i64, Direction, Option<EntryKey>);

/// A charge, an order 20 that was taken back after the order 30 was paid, and a refund of the
/// latter; between them somebody else's charge and order.
const BEFORE: &str = "
    INSERT INTO point_history
        (user_id, saga_id, direction, order_id, amount, balance_after, point_version, at)
    VALUES
        (7, 10, 1, NULL, 1000, 1000, 1, 1),
        (8, 11, 1, NULL, 1000, 1000, 1, 2),
        (7, 20, 2, 20, 300, 700, 2, 3),
        (8, 25, 2, 25, 1000, 0, 2, 4),
        (7, 30, 2, 30, 200, 500, 3, 5),
        (7, 20, 3, 20, 300, 800, 4, 6),
        (7, 40, 3, 30, 100, 900, 5, 7);
    INSERT INTO point (user_id, balance, version, updated_at)
    VALUES (7, 900, 5, 7), (8, 0, 2, 4), (9, 0, 1, 8);";

#[test]
fn a_ledger_of_an_older_schema_is_linked_in_the_order_of_versions() {
    use Direction::{Charge, Refund, Use};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payment.db");
    drop(Sqlite::open(&path, &MIGRATIONS[..OLDER]).unwrap());
    let file = Connection::open(&path).unwrap();
    file.execute_batch(BEFORE).unwrap();
    drop(file);

    let opened = Sqlite::open(&path, MIGRATIONS).unwrap();
    let rows = opened.all::<PointHistory>().unwrap();
    let key = |saga, direction| Some((SagaId::new(saga), direction));
    let link = |row: &PointHistory| (row.saga_id.get(), row.direction, row.previous());
    let links: Vec<Link> = rows.iter().map(link).collect();
    let expected = [
        (10, Charge, None),
        (11, Charge, None),
        (20, Use, key(10, Charge)),
        (20, Refund, key(30, Use)),
        (25, Use, key(11, Charge)),
        (30, Use, key(20, Use)),
        (40, Refund, key(20, Refund)),
    ];
    assert_eq!(links, expected);
    let last = PointHistory {
        saga_id: SagaId::new(40),
        direction: Refund,
        user_id: USER,
        order_id: Some(OrderId::new(30)),
        amount: Money::new(100),
        balance_after: Money::new(900),
        point_version: 5,
        at: Timestamp::from_micros(7),
        previous_saga_id: Some(SagaId::new(20)),
        previous_direction: Some(Refund),
    };
    assert_eq!(rows.last(), Some(&last));

    let points = opened.all::<Point>().unwrap();
    let newest: Vec<_> = points
        .iter()
        .map(|point| (point.user_id, point.balance.won(), point.newest()))
        .collect();
    let expected = [
        (USER, 900, key(40, Refund)),
        (OTHER, 0, key(25, Use)),
        (NOBODY, 0, None),
    ];
    assert_eq!(newest, expected);
}
