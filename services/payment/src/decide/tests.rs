use contracts::envelope::{Actor, Event, Trace};
use contracts::events::Fact;
use contracts::events::order::{
    CancelledBy, FailureCode, OrderCancelled, OrderDocument, OrderStatus, RefundDocument,
    RefundRequested,
};
use contracts::events::payment::PaymentCompleted;
use contracts::events::user::UserDeactivated;
use contracts::ids::RefundId;
use contracts::saga::Steps;
use db::{Fence, Idempotency};
use runtime::Accept;
use runtime::idempotency::KeyUse;
use testkit::{World, command, event};

use super::*;
use crate::{MIGRATIONS, Payment};

mod charging;
mod hard_cases;
mod paying;

const USER: UserId = UserId::new(7);
const ORDER: OrderId = OrderId::new(70);
const OTHER_ORDER: OrderId = OrderId::new(71);
const REFUND: RefundId = RefundId::new(90);
const AT: Timestamp = Timestamp::from_micros(1_000);

/// The order priced and discounted to this amount.
fn applied(order_id: OrderId, paid: i64) -> CouponApplied {
    CouponApplied {
        order_id,
        user_id: USER,
        created_at: AT,
        user_coupon_id: None,
        lines: Vec::new(),
        total: Money::new(paid),
        discount: Money::ZERO,
        paid: Money::new(paid),
    }
}

fn cost(order_id: OrderId, paid: i64) -> Fact {
    applied(order_id, paid).into()
}

fn document(order_id: OrderId, status: OrderStatus) -> OrderDocument {
    OrderDocument {
        order_id,
        user_id: USER,
        status,
        lines: Vec::new(),
        user_coupon_id: None,
        failure: None,
        total_price: None,
        discount: None,
        paid_price: None,
        refunded_price: None,
        created_at: AT,
        ended_at: None,
        version: 2,
    }
}

fn cancelled(order_id: OrderId) -> Fact {
    cancelled_owing(order_id, Steps::of(&[Step::DeductStock, Step::PayPoints]))
}

fn cancelled_owing(order_id: OrderId, undo: Steps) -> Fact {
    let order = document(order_id, OrderStatus::Cancelled);
    let (code, by) = (FailureCode::UserCancelled, CancelledBy::Customer);
    OrderCancelled {
        order,
        code,
        by,
        undo,
    }
    .into()
}

fn refund(amount: i64) -> Fact {
    refund_owing(amount, Steps::of(&[Step::ReturnStock, Step::ReturnPoints]))
}

fn refund_owing(amount: i64, owed: Steps) -> Fact {
    let refund = RefundDocument {
        refund_id: REFUND,
        lines: Vec::new(),
        amount: Money::new(amount),
        whole_order: true,
        owed,
        confirmed_at: AT,
    };
    RefundRequested {
        order: document(ORDER, OrderStatus::Completed),
        refund,
    }
    .into()
}

fn deactivated() -> Fact {
    UserDeactivated {
        user_id: USER,
        at: AT,
    }
    .into()
}

fn key(scope: &str, body: u8) -> KeyUse {
    KeyUse {
        scope: scope.to_owned(),
        fingerprint: vec![body; 16],
    }
}

fn charge_of(id: i64, amount: i64, key: KeyUse) -> Input {
    Input::Charge(Charge {
        id: SagaId::new(id),
        user_id: USER,
        amount: Money::new(amount),
        key,
    })
}

/// A world in which the user holds so much, as after charging it.
fn holding(balance: i64) -> World<Payment> {
    let mut world = World::new();
    if balance > 0 {
        world.row(Point {
            user_id: USER,
            balance: Money::new(balance),
            version: 1,
            updated_at: AT,
            newest_saga_id: None,
            newest_direction: None,
        });
    }
    world
}

fn balance(world: &World<Payment>) -> i64 {
    world
        .get::<Point>(&USER)
        .map_or(0, |point| point.balance.won())
}

fn fence(world: &World<Payment>, saga: impl Into<SagaId>, step: Step) -> Option<Standing> {
    let fences = world.all::<Fence>();
    let saga = saga.into();
    let of_step = |fence: &&Fence| fence.saga_id == saga && fence.step == i64::from(step.code());
    fences.iter().find(of_step).map(|fence| fence.state)
}

fn only(decision: Decision<Reply>) -> Fact {
    let [said] = &*decision.says else {
        panic!("one fact, not {:?}", decision.says)
    };
    said.fact.clone()
}

fn paid(order_id: OrderId, paid: i64) -> Fact {
    let transaction_id = TransactionId {
        saga: order_id.into(),
        direction: PointDirection::Use,
    };
    PaymentCompleted {
        ..applied(order_id, paid).completed(transaction_id)
    }
    .into()
}

fn short(order_id: OrderId, wanted: i64, balance: i64) -> Fact {
    PaymentFailed {
        order_id,
        user_id: USER,
        user_coupon_id: None,
        code: PaymentCode::InsufficientPoint,
        wanted: Money::new(wanted),
        balance: Money::new(balance),
    }
    .into()
}

fn given_back(order_id: OrderId, amount: i64) -> Fact {
    PaymentRefunded {
        order_id,
        amount: Money::new(amount),
    }
    .into()
}

fn returned(amount: i64) -> Fact {
    PointsReturned {
        order_id: ORDER,
        refund_id: REFUND,
        amount: Money::new(amount),
    }
    .into()
}

/// What every ledger must add up to, whatever led to it.
fn check_ledger(world: &World<Payment>, opening: i64) {
    let mut rows = world.all::<PointHistory>();
    rows.sort_by_key(|row| row.point_version);
    let mut sum = opening;
    let mut before = None;
    for row in &rows {
        sum += match row.direction {
            Direction::Charge | Direction::Refund => row.amount.won(),
            Direction::Use => -row.amount.won(),
        };
        assert_eq!(row.balance_after.won(), sum, "{row:?}");
        assert_eq!(row.previous(), before, "{row:?}");
        before = Some((row.saga_id, row.direction));
    }
    assert_eq!(balance(world), sum);
    let newest = world.get::<Point>(&USER).and_then(|point| point.newest());
    assert_eq!(newest, before);
}

fn charged_in(decision: Decision<Reply>) -> Charged {
    match decision.reply {
        Some(Reply::Charged(charged)) => charged,
        Some(Reply::Refused(_)) | None => panic!("not charged: {:?}", decision.reply),
    }
}

#[test]
fn a_store_on_sqlite_keeps_what_the_shapes_say() {
    testkit::store_conformance::<Payment>(MIGRATIONS, |rows| {
        rows.point.add(Point {
            user_id: USER,
            balance: Money::new(70),
            version: 2,
            updated_at: AT,
            newest_saga_id: Some(ORDER.into()),
            newest_direction: Some(Direction::Refund),
        });
        for (direction, order_id) in [
            (Direction::Charge, None),
            (Direction::Use, Some(ORDER)),
            (Direction::Refund, Some(ORDER)),
        ] {
            rows.ledger.add(PointHistory {
                saga_id: ORDER.into(),
                direction,
                user_id: USER,
                order_id,
                amount: Money::new(30),
                balance_after: Money::new(70),
                point_version: 2,
                at: AT,
                previous_saga_id: order_id.map(SagaId::from),
                previous_direction: order_id.map(|_| Direction::Charge),
            });
        }
        rows.closed_user.add(ClosedUser {
            user_id: USER,
            at: AT,
        });
        rows.fence.add(Fence {
            saga_id: ORDER.into(),
            step: 3,
            state: Standing::Void,
            at: AT,
        });
        rows.idempotency.add(Idempotency {
            scope: "a".to_owned(),
            fingerprint: vec![1; 16],
            reference: 5,
            status: 201,
            at: AT,
        });
    });
}
