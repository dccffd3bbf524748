use contracts::events::Kind;
use contracts::events::order::FailureCode;
use contracts::saga::{Step, Steps};
use runtime::Service;
use runtime::idempotency::KeyUse;

mod report;

use super::*;
use crate::decide::tests::{ORDER, USER, World, paid, placed};
use crate::seal::Unsealed;
use crate::{MIGRATIONS, Order};

fn order() -> OrderRow {
    let mut world = placed();
    let fact = paid(&world).into();
    world.hear(fact);
    let completed: OrderRow = world.get(&ORDER).expect("it was placed");
    OrderRow {
        status: Status::Cancelled,
        failure: Some(Json(Failure::plain(FailureCode::Expired))),
        owed: StepMask(Steps::of(&[Step::DeductStock, Step::PayPoints])),
        acknowledged: StepMask(Steps::of(&[Step::PayPoints])),
        ..completed
    }
}

#[test]
fn the_store_keeps_what_it_is_given() {
    testkit::store_conformance::<Order>(MIGRATIONS, |rows| {
        let key = KeyUse {
            scope: "scope".to_owned(),
            fingerprint: vec![0, 255],
        };
        rows.idempotency.add(Idempotency {
            scope: key.scope,
            fingerprint: key.fingerprint,
            reference: ORDER.get(),
            status: 202,
            at: Timestamp::from_micros(1),
        });
        rows.closed_user.add(ClosedUser {
            user_id: USER,
            at: Timestamp::from_micros(2),
        });
        rows.orders.add(order());
        rows.refund.add(Refund {
            order_id: ORDER,
            refund_id: RefundId::new(800),
            lines: Json(vec![RefundLine {
                line: 1,
                product_id: ProductId::new(10),
                quantity: Quantity::new(2),
                amount: Money::new(9_000),
            }]),
            amount: Money::new(9_000),
            whole_order: false,
            reason: "변심".to_owned(),
            owed: StepMask(Steps::of(&[Step::ReturnStock, Step::ReturnPoints])),
            acknowledged: StepMask(Steps::of(&[Step::ReturnStock])),
            requested_at: Timestamp::from_micros(3),
            done_at: None,
        });
        rows.order_item.add(OrderItem {
            order_id: ORDER,
            line: 1,
            product_id: ProductId::new(10),
            name: "머그컵".to_owned(),
            quantity: Quantity::new(2),
            unit_price: Money::new(5_000),
            discount: Some(Money::new(1_000)),
        });
        let cause = EventId::Step {
            saga: ORDER.into(),
            step: Step::DeductStock,
            direction: contracts::saga::Direction::Do,
        };
        rows.order_event.add(OrderEvent {
            order_id: ORDER,
            saga_id: ORDER.into(),
            kind: AuditKind::Fact(Kind::StockDeducted),
            no: 2,
            at: Timestamp::from_micros(3),
            actor: Shown(Actor::Operator(USER)),
            cause: Some(Shown(cause)),
            trace: Some("00-0".to_owned()),
            writer: 1,
            batch_no: 7,
            content: Some("{}".to_owned()),
        });
        seal(rows);
    });
}

fn seal(rows: &mut Rows) {
    let mut unsealed = Unsealed::default();
    rows.order_event.added().for_each(|row| unsealed.add(row));
    let hash = unsealed.seal(Hash::NONE);
    rows.audit_seal.add(AuditSeal {
        writer: 1,
        batch_no: 7,
        hash,
        previous: Hash::NONE,
    });
    rows.audit_head.add(AuditHead {
        writer: 1,
        batch_no: 7,
        hash,
    });
}

#[test]
fn a_start_finds_the_deadlines_of_open_orders() {
    let mut world = World::new();
    let open = |number: i64, status: Status| OrderRow {
        order_id: OrderId::new(number),
        status,
        expires_at: Timestamp::from_micros(number * 10),
        ..order()
    };
    for (number, status) in [
        (1, Status::Pending),
        (2, Status::Completed),
        (3, Status::Pending),
        (4, Status::Cancelled),
        (5, Status::Pending),
    ] {
        world.row(open(number, status));
    }
    let mut timers = |from| -> Vec<(i64, i64)> {
        let timers = Order::open_timers(&*world.maps_mut(), from).expect("maps do not fail");
        timers
            .iter()
            .map(|timer| (timer.key, timer.due.micros()))
            .collect()
    };
    assert_eq!(timers(0), [(1, 10), (3, 30), (5, 50)]);
    assert_eq!(timers(3), [(3, 30), (5, 50)]);
}
