//! Views over a real file, its rows made by the service's own decisions.

use std::path::PathBuf;

use contracts::events::order::{
    CancelledBy, FailureCode, OrderCancelled, OrderDocument, OrderStatus, RefundDocument,
    RefundRequested,
};
use contracts::events::promotion::CouponApplied;
use contracts::ids::RefundId;
use contracts::saga::{Step, Steps};
use db::{Db, Sqlite};
use runtime::idempotency::KeyUse;

use super::*;
use crate::input::{Charge, Input};
use crate::{MIGRATIONS, Payment};

mod plans;

const USER: UserId = UserId::new(7);
const OTHER: UserId = UserId::new(8);
const NOW: Timestamp = Timestamp::from_micros(1_000);

/// A charge of 10,000, an order 20 of 3,000 of which 1,000 came back twice, an order 30 of 500
/// that was taken back whole between the two, and the order 40 of somebody else.
struct Desk {
    world: testkit::World<Payment>,
    reader: Reader,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// Saga, direction, amount.
type Row = (i64, PointDirection, i64);

fn told(views: Vec<PointLedgerView>) -> Vec<Row> {
    let row = |view: PointLedgerView| {
        assert_eq!(view.kind, view.transaction_id.direction);
        (view.transaction_id.saga.get(), view.kind, view.amount.won())
    };
    views.into_iter().map(row).collect()
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("payment.db");
        let world = testkit::World::over(Db::Sqlite(Sqlite::open(&path, MIGRATIONS).unwrap()));
        let reader = Reader::open(&path).unwrap();
        let mut desk = Self {
            world,
            reader,
            path,
            _folder: folder,
        };
        desk.charge(USER, 10);
        desk.charge(OTHER, 11);
        desk.pay(USER, 20, 3_000);
        desk.pay(USER, 30, 500);
        desk.pay(OTHER, 40, 700);
        desk.refund(20, 50);
        desk.cancel(30);
        desk.refund(20, 60);
        desk
    }

    fn charge(&mut self, user_id: UserId, id: i64) {
        self.world.send(charge(user_id, id));
    }

    fn pay(&mut self, user_id: UserId, order: i64, won: i64) {
        let applied = CouponApplied {
            order_id: OrderId::new(order),
            user_id,
            created_at: NOW,
            user_coupon_id: None,
            lines: Vec::new(),
            total: Money::new(won),
            discount: Money::ZERO,
            paid: Money::new(won),
        };
        self.world.hear(applied.into());
    }

    fn cancel(&mut self, order: i64) {
        let cancelled = OrderCancelled {
            order: document(order, OrderStatus::Cancelled),
            code: FailureCode::UserCancelled,
            by: CancelledBy::Customer,
            undo: Steps::of(&[Step::PayPoints]),
        };
        self.world.hear(cancelled.into());
    }

    fn refund(&mut self, order: i64, refund: i64) {
        let requested = RefundRequested {
            order: document(order, OrderStatus::Completed),
            refund: RefundDocument {
                refund_id: RefundId::new(refund),
                lines: Vec::new(),
                amount: Money::new(1_000),
                whole_order: false,
                owed: Steps::of(&[Step::ReturnPoints]),
                confirmed_at: NOW,
            },
        };
        self.world.hear(requested.into());
    }

    fn history(
        &self,
        kind: Option<PointDirection>,
        after: Option<(i64, PointDirection)>,
    ) -> Vec<Row> {
        told(self.views(kind, after))
    }

    fn views(
        &self,
        kind: Option<PointDirection>,
        after: Option<(i64, PointDirection)>,
    ) -> Vec<PointLedgerView> {
        let wanted = Wanted {
            user: USER,
            filter: ListPoints { kind },
            after: after.map(place),
            rows: 100,
        };
        let found = history(&self.reader, &wanted).unwrap();
        assert_eq!(found.stopped, None);
        found.views
    }

    fn payments(
        &self,
        order: i64,
        change: impl FnOnce(&mut Payments),
    ) -> Option<Vec<PointLedgerView>> {
        let mut wanted = Payments {
            order_id: OrderId::new(order),
            owner: Some(USER),
            after: None,
            rows: 100,
        };
        change(&mut wanted);
        payments(&self.reader, &wanted).unwrap()
    }
}

fn place((saga, direction): (i64, PointDirection)) -> TransactionId {
    TransactionId {
        saga: SagaId::new(saga),
        direction,
    }
}

fn charge(user_id: UserId, id: i64) -> Input {
    let key = KeyUse {
        scope: format!("charge {id}"),
        fingerprint: vec![1],
    };
    Input::Charge(Charge {
        id: SagaId::new(id),
        user_id,
        amount: Money::new(10_000),
        key,
    })
}

fn document(order: i64, status: OrderStatus) -> OrderDocument {
    OrderDocument {
        order_id: OrderId::new(order),
        user_id: USER,
        status,
        lines: Vec::new(),
        user_coupon_id: None,
        failure: None,
        total_price: None,
        discount: None,
        paid_price: None,
        refunded_price: None,
        created_at: NOW,
        ended_at: None,
        version: 2,
    }
}

/// Newest first, as they were committed.
const ALL: [Row; 6] = [
    (60, PointDirection::Refund, 1_000),
    (30, PointDirection::Refund, 500),
    (50, PointDirection::Refund, 1_000),
    (30, PointDirection::Use, 500),
    (20, PointDirection::Use, 3_000),
    (10, PointDirection::Charge, 10_000),
];

/// Those of one kind: uses as they were committed, the others newest saga first.
fn of_kind(kind: PointDirection, rows: &[Row]) -> Vec<Row> {
    let mut found: Vec<Row> = rows.iter().filter(|row| row.1 == kind).copied().collect();
    if kind != PointDirection::Use {
        found.sort_unstable_by_key(|row| std::cmp::Reverse(row.0));
    }
    found
}

#[test]
fn a_history_is_the_users_own_newest_movement_first() {
    use PointDirection::{Charge, Refund, Use};
    let desk = Desk::open();
    assert_eq!(desk.history(None, None), ALL);
    for kind in [Charge, Use, Refund] {
        assert_eq!(desk.history(Some(kind), None), of_kind(kind, &ALL));
    }
    let views = desk.views(None, None);
    for (later, before) in views.iter().zip(&views[1..]) {
        let moved = match later.kind {
            Charge | Refund => later.amount.won(),
            Use => -later.amount.won(),
        };
        let followed = before.balance_after.won() + moved;
        assert_eq!(later.balance_after.won(), followed, "{later:?}");
    }
}

/// A cursor says a place in the ledger, whatever was filtered when it was given: behind it stands
/// what was committed before, and of charges and refunds what older sagas moved.
#[test]
fn a_history_goes_on_after_any_place_whatever_the_filter() {
    use PointDirection::{Charge, Refund, Use};
    let desk = Desk::open();
    for (at, &(saga, direction, _)) in ALL.iter().enumerate() {
        let (after, rest) = ((saga, direction), &ALL[at + 1..]);
        assert_eq!(desk.history(None, Some(after)), rest, "{after:?}");
        let uses = desk.history(Some(Use), Some(after));
        assert_eq!(uses, of_kind(Use, rest), "{after:?}");
        for kind in [Charge, Refund] {
            let mut older = of_kind(kind, &ALL);
            older.retain(|row| place((row.0, row.1)) < place(after));
            assert_eq!(desk.history(Some(kind), Some(after)), older, "{after:?}");
        }
    }
}

/// No ledger shows such a place to the caller: there is nothing behind it, of the caller's own or
/// of anybody else's.
#[test]
fn after_a_place_that_is_not_the_users_own_comes_nothing() {
    use PointDirection::{Charge, Refund, Use};
    let desk = Desk::open();
    for after in [(40, Use), (11, Charge), (50, Use), (70, Refund), (5, Use)] {
        for kind in [None, Some(Use)] {
            assert_eq!(desk.history(kind, Some(after)), [], "{kind:?} {after:?}");
        }
    }
    // Sagas are in order, whoever's they are.
    let older = [(30, Refund, 500)];
    assert_eq!(desk.history(Some(Refund), Some((40, Use))), older);
}

/// Whatever is written into a file, a list does not leave its owner's rows.
#[test]
fn a_history_ends_where_a_row_names_anothers() {
    use PointDirection::{Charge, Use};
    let desk = Desk::open();
    let file = rusqlite::Connection::open(&desk.path).unwrap();
    let change = "UPDATE point_history SET previous_saga_id = 11, previous_direction = 1
                  WHERE saga_id = 20 AND direction = 2";
    assert_eq!(file.execute(change, []).unwrap(), 1);
    assert_eq!(desk.history(None, Some((30, Use))), [(20, Use, 3_000)]);
    let newest = "UPDATE point SET newest_saga_id = 11, newest_direction = 1 WHERE user_id = 7";
    assert_eq!(file.execute(newest, []).unwrap(), 1);
    assert_eq!(desk.history(None, None), []);
    assert_eq!(desk.history(Some(Charge), None), [(10, Charge, 10_000)]);
}

/// Uses are read along the ledger: between two of them there may be any number of charges.
#[test]
fn a_page_of_uses_looks_at_so_many_rows_and_says_where_it_stopped() {
    use PointDirection::{Refund, Use};
    let desk = Desk::open();
    let page = |after, rows| {
        let wanted = Wanted {
            user: USER,
            filter: ListPoints { kind: Some(Use) },
            after,
            rows,
        };
        let found = history_of(&desk.reader, &wanted, 3).unwrap();
        (told(found.views), found.stopped)
    };
    let first = Some(place((50, Refund)));
    assert_eq!(page(None, 10), (vec![], first));
    let both = vec![(30, Use, 500), (20, Use, 3_000)];
    let stopped = Some(place((10, PointDirection::Charge)));
    assert_eq!(page(first, 10), (both.clone(), stopped));
    assert_eq!(page(stopped, 10), (vec![], None));
    // A page that is full needs no such place: its last row is one.
    assert_eq!(page(first, 2), (both, None));
}

#[test]
fn an_orders_payments_are_its_use_its_reversal_and_its_refunds() {
    use PointDirection::{Refund, Use};
    let desk = Desk::open();
    let refunded = desk.payments(20, |_| {}).unwrap();
    let refunds: Vec<_> = refunded.iter().map(|view| view.refund_id).collect();
    let [first, second] = [50, 60].map(|id| Some(RefundId::new(id)));
    assert_eq!(refunds, [None, first, second]);
    assert!(
        refunded
            .iter()
            .all(|view| view.order_id == Some(OrderId::new(20)))
    );
    let rows = [(20, Use, 3_000), (50, Refund, 1_000), (60, Refund, 1_000)];
    assert_eq!(told(refunded), rows);

    let reversed = desk.payments(30, |_| {}).unwrap();
    assert!(reversed.iter().all(|view| view.refund_id.is_none()));
    assert_eq!(told(reversed), [(30, Use, 500), (30, Refund, 500)]);

    let page = desk.payments(20, |wanted| wanted.rows = 2).unwrap();
    assert_eq!(told(page), rows[..2]);
    let rest = desk.payments(20, |wanted| wanted.after = Some(place((50, Refund))));
    assert_eq!(told(rest.unwrap()), rows[2..]);
    let end = desk.payments(20, |wanted| wanted.after = Some(place((60, Refund))));
    assert_eq!(end, Some(Vec::new()), "past its end it is an order still");
}

#[test]
fn somebody_elses_order_is_as_unknown_as_none() {
    let desk = Desk::open();
    assert_eq!(desk.payments(40, |_| {}), None);
    assert_eq!(desk.payments(41, |_| {}), None);
    assert_eq!(desk.payments(41, |wanted| wanted.owner = None), None);
    let anybodys = desk.payments(40, |wanted| wanted.owner = None);
    assert_eq!(told(anybodys.unwrap()), [(40, PointDirection::Use, 700)]);
}
