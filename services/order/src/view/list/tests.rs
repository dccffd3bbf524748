use contracts::envelope::Actor;
use contracts::events::order::{CancelledBy, Failure, FailureCode, OrderCancelled};
use db::{Db, Reader, Sqlite};

use super::*;
use crate::decide::tests::{COUPON, ORDER, USER, by_customer, paid, placed};

type World = testkit::World<OrderView>;

const OTHER: UserId = UserId::new(99);

fn said(end: impl Fn(&mut crate::decide::tests::World)) -> Vec<Fact> {
    let mut world = placed();
    end(&mut world);
    world.said().to_vec()
}

fn end_of(facts: &[Fact]) -> OrderSummary {
    let mut world = World::new();
    world.batch(facts.iter().cloned().map(testkit::event).collect());
    world.get(&(USER, ORDER)).unwrap()
}

#[test]
fn the_newest_version_wins_whatever_comes_first() {
    let completed = said(|world| {
        let paid = paid(world).into();
        world.hear(paid);
    });
    let cancelled = said(|world| {
        world.send(by_customer());
    });
    for (facts, status) in [
        (completed, Status::Completed),
        (cancelled, Status::Cancelled),
    ] {
        let [opened, ended] = facts.as_slice() else {
            panic!("{facts:?}")
        };
        let expected = end_of(&facts);
        assert_eq!((expected.status, expected.version), (status, 2));
        assert_eq!(end_of(&[ended.clone(), opened.clone()]), expected);
        assert_eq!(
            end_of(std::slice::from_ref(ended)),
            expected,
            "each event carries all that is shown"
        );
    }
}

#[test]
fn an_event_heard_again_is_a_repeat() {
    let facts = said(|world| {
        world.send(by_customer());
    });
    let mut world = World::new();
    for fact in &facts {
        assert!(!world.hear(fact.clone()).is_repeat());
        assert!(world.hear(fact.clone()).is_repeat());
    }
}

#[test]
fn a_read_model_has_a_position_of_its_own() {
    assert_ne!(OrderView::CONSUMER, crate::Order::CONSUMER);
    for kind in OrderView::hears().iter() {
        assert_eq!(kind.publisher(), ServiceName::Order);
    }
}

#[test]
fn a_list_shows_its_owners_orders_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order_view.db");
    let sqlite = Sqlite::open(&path, VIEW_MIGRATIONS).unwrap();
    let mut world = World::over(Db::Sqlite(sqlite));
    let second = 1_000_000;
    for (number, user) in [(1, USER), (2, OTHER), (3, USER), (4, USER), (5, USER)] {
        let created = OrderCreated {
            order_id: OrderId::new(number),
            user_id: user,
            created_at: Timestamp::from_micros(number * second),
            lines: Vec::new(),
            user_coupon_id: Some(COUPON),
        };
        world.hear(created.into());
    }
    let mut order = placed_document(OrderId::new(3));
    order.created_at = Timestamp::from_micros(3 * second);
    let (code, by) = (FailureCode::Expired, CancelledBy::Deadline);
    let undo = contracts::saga::Steps::NONE;
    world.hear(
        OrderCancelled {
            order,
            code,
            by,
            undo,
        }
        .into(),
    );

    let reader = Reader::open(&path).unwrap();
    let ids = |filter: ListOrders, after: Option<i64>, rows| -> Vec<i64> {
        let after = after.map(OrderId::new);
        let wanted = Wanted {
            user: USER,
            filter,
            after,
            rows,
        };
        let views = list(&reader, &wanted).unwrap();
        views.iter().map(|view| view.order_id.get()).collect()
    };
    let all = ListOrders::default;
    assert_eq!(ids(all(), None, 9), [5, 4, 3, 1]);
    assert_eq!(ids(all(), None, 2), [5, 4]);
    assert_eq!(ids(all(), Some(4), 9), [3, 1]);
    let of = |status| ListOrders {
        status: Some(status),
        ..all()
    };
    assert_eq!(ids(of(OrderStatus::Pending), None, 9), [5, 4, 1]);
    assert_eq!(ids(of(OrderStatus::Cancelled), None, 9), [3]);
    let at = |number: i64| Some(Timestamp::from_micros(number * second));
    let between = ListOrders {
        from: at(3),
        to: at(5),
        ..all()
    };
    assert_eq!(ids(between, None, 9), [4, 3], "from is in, to is not");
    let wanted = Wanted {
        user: USER,
        filter: of(OrderStatus::Cancelled),
        after: None,
        rows: 1,
    };
    let views = list(&reader, &wanted).unwrap();
    assert_eq!(views[0].failure_code, Some(Code::Expired));
}

fn placed_document(order_id: OrderId) -> OrderDocument {
    let mut world = placed();
    world.send_as(Actor::User(USER), by_customer());
    let Some(Fact::OrderCancelled(cancelled)) = world.said().last().cloned() else {
        panic!("{:?}", world.said())
    };
    let failure = Some(Failure::plain(FailureCode::Expired));
    OrderDocument {
        order_id,
        failure,
        ..cancelled.order
    }
}

#[test]
fn the_store_keeps_what_it_is_given() {
    testkit::store_conformance::<OrderView>(VIEW_MIGRATIONS, |rows| {
        rows.orders.add(OrderSummary {
            user_id: USER,
            order_id: ORDER,
            status: Status::Cancelled,
            failure_code: Some(Shown(Code::OutOfStock)),
            first_item_name: Some("머그컵".to_owned()),
            line_count: 2,
            total_price: Some(Money::new(30_000)),
            discount: None,
            paid_price: None,
            created_at: Timestamp::from_micros(5),
            ended_at: Some(Timestamp::from_micros(6)),
            version: 2,
        });
    });
}
