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
    world.get(&(FIRST_GENERATION, USER, ORDER)).unwrap()
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
    for (number, user) in [(1, USER), (2, OTHER), (3, USER), (4, USER), (5, USER)] {
        let created = OrderCreated {
            order_id: numbered(number),
            user_id: user,
            created_at: numbered(number).at(),
            lines: Vec::new(),
            user_coupon_id: Some(COUPON),
        };
        world.hear(created.into());
    }
    let order = placed_document(numbered(3));
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
        let after = after.map(numbered);
        let wanted = Wanted {
            user: USER,
            filter,
            after,
            rows,
        };
        let views = list(&reader, &wanted).unwrap();
        let number = |view: &OrderSummaryView| {
            (1..=5)
                .find(|number| numbered(*number) == view.order_id)
                .unwrap()
        };
        views.iter().map(number).collect()
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
    let at = |number: i64| Some(numbered(number).at());
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

/// Placed an hour after the one before it.
fn numbered(number: i64) -> OrderId {
    OrderId::compose(1_763_000_000_000 + number * 3_600_000, 384, 0)
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
        created_at: order_id.at(),
        ..cancelled.order
    }
}

#[test]
fn the_store_keeps_what_it_is_given() {
    testkit::store_conformance::<OrderView>(VIEW_MIGRATIONS, |rows| {
        rows.state.add(ViewState {
            id: STATE,
            live: 3,
            building: Some(4),
            last: 5,
            rebuilt_at: Some(Timestamp::from_micros(7)),
        });
        rows.orders.add(OrderSummary {
            generation: 3,
            user_id: USER,
            order_id: ORDER,
            status: Status::Cancelled,
            failure_code: Some(Shown(Code::OutOfStock)),
            first_item_name: Some("머그컵".to_owned()),
            line_count: 2,
            total_price: Some(Money::new(30_000)),
            discount: None,
            paid_price: None,
            refunded_price: Some(Money::new(7)),
            created_at: Timestamp::from_micros(5),
            ended_at: Some(Timestamp::from_micros(6)),
            version: 2,
        });
    });
}

/// A page is found by key: the orders before it are not read, nor what lies between cancelled ones.
#[test]
fn a_page_of_any_filter_is_searched_for_and_not_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order_view.db");
    let _file = Sqlite::open(&path, VIEW_MIGRATIONS).unwrap();
    let reader = Reader::open(&path).unwrap();
    for (query, by) in [
        (
            LIST,
            "PRIMARY KEY (generation=? AND user_id=? AND order_id>? AND order_id<?)",
        ),
        (
            LIST_OF_STATUS,
            "PRIMARY KEY (generation=? AND user_id=? AND order_id>? AND order_id<?)",
        ),
        (
            LIST_OF_CANCELLED,
            "INDEX order_summary_cancelled \
             (generation=? AND user_id=? AND order_id>? AND order_id<?)",
        ),
    ] {
        let lines = testkit::plan(&reader, query);
        assert!(
            lines
                .iter()
                .any(|line| line.contains("SEARCH order_summary") && line.contains(by)),
            "{lines:?}"
        );
        let sorted = lines.iter().any(|line| line.contains("TEMP B-TREE"));
        assert!(!sorted, "{lines:?}");
    }
}

fn step(world: &mut World, input: ViewInput) -> ViewReply {
    world.send(input).reply.unwrap()
}

fn shown(world: &World, generation: i64) -> Option<OrderSummary> {
    world.get(&(generation, USER, ORDER))
}

#[test]
fn while_a_generation_is_built_events_go_to_both() {
    let facts = said(|world| {
        world.send(by_customer());
    });
    let mut world = World::new();
    world.hear(facts[0].clone());
    let begun = step(&mut world, ViewInput::Begin);
    assert_eq!(begun, ViewReply::Begun { generation: 2 });
    assert_eq!(shown(&world, 2), None);
    world.hear(facts[1].clone());
    let (live, built) = (shown(&world, 1).unwrap(), shown(&world, 2).unwrap());
    assert_eq!((live.version, built.version), (2, 2));
    // What was committed before it is older than what an event brought since.
    let old = OrderSummary {
        version: 1,
        status: Status::Pending,
        ..built.clone()
    };
    let load = ViewInput::Load {
        generation: 2,
        orders: vec![old],
    };
    assert_eq!(step(&mut world, load), ViewReply::Done);
    assert_eq!(shown(&world, 2), Some(built));
    let switch = ViewInput::Switch { generation: 2 };
    assert_eq!(step(&mut world, switch), ViewReply::Done);
    let state: ViewState = world.get(&STATE).unwrap();
    assert_eq!((state.live, state.building, state.last), (2, None, 2));
    let key = (1, USER, ORDER);
    assert_eq!(
        step(&mut world, ViewInput::Sweep(vec![key])),
        ViewReply::Done
    );
    assert_eq!(shown(&world, 1), None);
    let used = (2, USER, ORDER);
    step(&mut world, ViewInput::Sweep(vec![used]));
    assert!(shown(&world, 2).is_some(), "what lists read is not swept");
}

#[test]
fn a_rebuild_that_another_replaced_changes_nothing() {
    let mut world = World::new();
    step(&mut world, ViewInput::Begin);
    let second = step(&mut world, ViewInput::Begin);
    assert_eq!(second, ViewReply::Begun { generation: 3 });
    let before = world.digest();
    for late in [
        ViewInput::Load {
            generation: 2,
            orders: Vec::new(),
        },
        ViewInput::Switch { generation: 2 },
    ] {
        assert_eq!(step(&mut world, late), ViewReply::Superseded);
    }
    assert_eq!(world.digest(), before);
    assert_eq!(step(&mut world, ViewInput::GiveUp), ViewReply::Done);
    let state: ViewState = world.get(&STATE).unwrap();
    assert_eq!((state.live, state.building, state.last), (1, None, 3));
}
