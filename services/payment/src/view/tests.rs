//! Views over a real file, its rows made by the service's own decisions.

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

const USER: UserId = UserId::new(7);
const OTHER: UserId = UserId::new(8);
const NOW: Timestamp = Timestamp::from_micros(1_000);

/// A charge of 10,000, an order 20 of 3,000 of which 1,000 came back twice, an order 30 of 500
/// that was taken back whole, and the order 40 of somebody else.
struct Desk {
    world: testkit::World<Payment>,
    reader: Reader,
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
            _folder: folder,
        };
        desk.charge(USER, 10);
        desk.charge(OTHER, 11);
        desk.pay(USER, 20, 3_000);
        desk.pay(USER, 30, 500);
        desk.pay(OTHER, 40, 700);
        desk.cancel(30);
        desk.refund(20, 50);
        desk.refund(20, 60);
        desk
    }

    fn charge(&mut self, user_id: UserId, id: i64) {
        let key = KeyUse {
            scope: format!("charge {id}"),
            fingerprint: vec![1],
        };
        self.world.send(Input::Charge(Charge {
            id: SagaId::new(id),
            user_id,
            amount: Money::new(10_000),
            key,
        }));
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
        let wanted = Wanted {
            user: USER,
            filter: ListPoints { kind },
            after: after.map(place),
            rows: 100,
        };
        let found = history(&self.reader, &wanted).unwrap();
        assert_eq!(found.stopped, None);
        told(found.views)
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

#[test]
fn a_history_is_the_users_own_newest_saga_first() {
    use PointDirection::{Charge, Refund, Use};
    let desk = Desk::open();
    let all = [
        (60, Refund, 1_000),
        (50, Refund, 1_000),
        (30, Refund, 500),
        (30, Use, 500),
        (20, Use, 3_000),
        (10, Charge, 10_000),
    ];
    assert_eq!(desk.history(None, None), all);
    for direction in [Charge, Use, Refund] {
        let of_it: Vec<Row> = all.into_iter().filter(|row| row.1 == direction).collect();
        assert_eq!(desk.history(Some(direction), None), of_it);
    }
}

/// A cursor says a place in the ledger, whatever was filtered when it was given.
#[test]
fn a_history_goes_on_after_any_place_whatever_the_filter() {
    use PointDirection::{Charge, Refund, Use};
    let desk = Desk::open();
    let all = desk.history(None, None);
    for after in [
        (60, Refund),
        (50, Refund),
        (50, Use),
        (30, Refund),
        (30, Use),
        (30, Charge),
        (20, Use),
        (10, Charge),
        (5, Use),
    ] {
        let rest = |row: &&Row| place((row.0, row.1)) < place(after);
        for kind in [None, Some(Charge), Some(Use), Some(Refund)] {
            let of_it = |row: &&Row| kind.is_none_or(|kind| row.1 == kind);
            let expected: Vec<Row> = all.iter().filter(rest).filter(of_it).copied().collect();
            assert_eq!(
                desk.history(kind, Some(after)),
                expected,
                "{kind:?} {after:?}"
            );
        }
    }
}

/// Uses are read by the key: between two of them there may be any number of charges.
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
    let stopped = Some(place((30, Refund)));
    assert_eq!(page(None, 10), (vec![], stopped));
    let both = vec![(30, Use, 500), (20, Use, 3_000)];
    let stopped = Some(place((10, PointDirection::Charge)));
    assert_eq!(page(Some(place((30, Refund))), 10), (both.clone(), stopped));
    assert_eq!(page(stopped, 10), (vec![], None));
    // A page that is full needs no such place: its last row is one.
    assert_eq!(page(Some(place((30, Refund))), 2), (both, None));
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

/// A page is found by key: neither the rows before it nor those of another kind are read.
#[test]
fn a_page_is_searched_for_and_not_scanned() {
    let desk = Desk::open();
    let plan = |query: &str| -> Vec<String> {
        let explained = format!("EXPLAIN QUERY PLAN {query}");
        let lines = desk.reader.query(|connection| {
            let mut statement = connection.prepare(&explained)?;
            let unknown = vec![0; statement.parameter_count()];
            let lines =
                statement.query_map(rusqlite::params_from_iter(unknown), |row| row.get(3))?;
            lines.collect()
        });
        lines.unwrap()
    };
    for (query, by) in [
        (
            HISTORY,
            "PRIMARY KEY (user_id=? AND (saga_id,direction)<(?,?))",
        ),
        (
            HISTORY_OF_DIRECTION,
            "INDEX point_history_by_direction (user_id=? AND direction=? AND saga_id<?)",
        ),
        (OWNER, "INDEX point_history_by_order (order_id=?)"),
        (
            PAYMENTS,
            "INDEX point_history_by_order \
             (order_id=? AND user_id=? AND (saga_id,direction)>(?,?))",
        ),
    ] {
        let lines = plan(query);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("SEARCH point_history"), "{lines:?}");
        assert!(lines[0].ends_with(by), "{lines:?}");
    }
}
