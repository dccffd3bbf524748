//! What Order decides, input by input. The builders here make one order of two lines and
//! everything that the other services could say of it.

use std::sync::Arc;
use std::time::Duration;

use contracts::envelope::Actor;
use contracts::events::order::{
    CancelledBy, Failure, FailureCode, Frozen, OrderCancelled, OrderLine, OrderStatus,
};
use contracts::events::payment::{
    PaymentCode, PaymentCompleted, PaymentFailed, PaymentRefunded, PointDirection, TransactionId,
};
use contracts::events::product::{
    BadItem, StockCode, StockDeducted, StockDeductionFailed, StockRestored,
};
use contracts::events::promotion::{CouponApplied, CouponCode, CouponRejected, CouponRestored};
use contracts::events::user::UserDeactivated;
use contracts::events::{Fact, Kind};
use contracts::ids::{OrderId, ProductId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::saga::{Step, Steps};
use runtime::idempotency::KeyUse;
use runtime::{Decision, Timer, TimerChange};

use super::Reply;
use crate::Order;
use crate::domain::Refusal;
use crate::input::{Cancel, Input, PlaceOrder, Requester};
use crate::store::{AuditKind, OrderEvent, OrderItem, OrderRow, Status};

mod cancelling;
mod hard_cases;
mod hearing;
mod orderings;
mod refunding;
mod resolving;
mod transactions;

pub(crate) type World = testkit::World<Order>;

pub(crate) const ORDER: OrderId = OrderId::new(700);
pub(crate) const USER: UserId = UserId::new(1);
pub(crate) const STRANGER: UserId = UserId::new(2);
pub(crate) const COUPON: UserCouponId = UserCouponId::new(30);
const MUG: ProductId = ProductId::new(10);
const BAG: ProductId = ProductId::new(11);
const DEADLINE: Duration = Duration::from_secs(60);

/// Two mugs of 5,000 won and a bag of 20,000.
fn lines() -> Vec<OrderLine> {
    let line = |line, product_id, quantity| OrderLine {
        line,
        product_id,
        quantity: Quantity::new(quantity),
        expected_unit_price: None,
    };
    vec![line(1, MUG, 2), line(2, BAG, 1)]
}

pub(crate) fn key(name: &str) -> KeyUse {
    KeyUse {
        scope: format!("{USER}:{name}"),
        fingerprint: vec![1],
    }
}

pub(crate) fn place_with(user_coupon_id: Option<UserCouponId>) -> PlaceOrder {
    PlaceOrder {
        order_id: ORDER,
        user_id: USER,
        lines: lines(),
        user_coupon_id,
        key: key("place"),
        deadline: DEADLINE,
    }
}

/// A world with the order placed, with a coupon.
pub(crate) fn placed() -> World {
    placed_with(Some(COUPON))
}

pub(crate) fn placed_with(coupon: Option<UserCouponId>) -> World {
    let mut world = World::new();
    world.send_as(Actor::User(USER), Input::PlaceOrder(place_with(coupon)));
    world
}

pub(crate) fn cancel(by: Requester, name: &str) -> Input {
    Input::Cancel(Cancel {
        order_id: ORDER,
        by,
        key: key(name),
    })
}

pub(crate) fn by_customer() -> Input {
    cancel(Requester::Customer(USER), "cancel")
}

pub(crate) fn deducted(world: &World) -> StockDeducted {
    let order: OrderRow = world.get(&ORDER).unwrap();
    let prices = [("머그컵", 5_000), ("가방", 20_000)];
    let freeze = |(line, (name, won)): (OrderLine, (&str, i64))| {
        line.priced(Frozen {
            name: name.into(),
            category: "생활".into(),
            unit_price: Money::new(won),
            left: 3,
            stock_version: 4,
        })
    };
    StockDeducted {
        order_id: ORDER,
        user_id: USER,
        created_at: order.created_at,
        user_coupon_id: order.user_coupon_id,
        lines: lines().into_iter().zip(prices).map(freeze).collect(),
        total: Money::new(30_000),
    }
}

pub(crate) fn applied(world: &World) -> CouponApplied {
    deducted(world)
        .discounted(&[Money::new(1_000), Money::new(2_000)])
        .unwrap()
}

pub(crate) fn paid(world: &World) -> PaymentCompleted {
    let transaction = TransactionId {
        saga: ORDER.into(),
        direction: PointDirection::Use,
    };
    applied(world).completed(transaction)
}

pub(crate) fn sold_out() -> Fact {
    let bad = |product_id, code| BadItem {
        product_id,
        code,
        wanted: Quantity::new(2),
        left: Some(0),
        stock_version: Some(9),
        unit_price: None,
    };
    let items = vec![
        bad(MUG, StockCode::OutOfStock),
        bad(BAG, StockCode::PriceChanged),
    ];
    StockDeductionFailed {
        order_id: ORDER,
        items,
    }
    .into()
}

pub(crate) fn rejected() -> Fact {
    CouponRejected {
        order_id: ORDER,
        user_id: USER,
        user_coupon_id: COUPON,
        code: CouponCode::CouponExpired,
    }
    .into()
}

pub(crate) fn unpaid(user_coupon_id: Option<UserCouponId>) -> Fact {
    PaymentFailed {
        order_id: ORDER,
        user_id: USER,
        user_coupon_id,
        code: PaymentCode::InsufficientPoint,
        wanted: Money::new(27_000),
        balance: Money::new(5),
    }
    .into()
}

pub(crate) fn restored() -> Fact {
    StockRestored {
        order_id: ORDER,
        lines: Vec::new(),
    }
    .into()
}

pub(crate) fn freed() -> Fact {
    CouponRestored {
        order_id: ORDER,
        coupon: None,
    }
    .into()
}

pub(crate) fn refunded() -> Fact {
    PaymentRefunded {
        order_id: ORDER,
        amount: Money::ZERO,
    }
    .into()
}

pub(crate) fn row(world: &World) -> OrderRow {
    world.get(&ORDER).unwrap()
}

/// The audit's kinds in the order of their numbers, which have no gap.
pub(crate) fn audit(world: &World) -> Vec<String> {
    let mut rows: Vec<OrderEvent> = world.all();
    rows.sort_by_key(|row| row.no);
    let numbers: Vec<i64> = rows.iter().map(|row| row.no).collect();
    let expected: Vec<i64> = (1..).take(rows.len()).collect();
    assert_eq!(numbers, expected, "the audit is numbered without gaps");
    rows.iter().map(|row| row.kind.name()).collect()
}

/// The one cancellation that was said.
pub(crate) fn cancellation(decision: &Decision<Reply>) -> &OrderCancelled {
    match decision.says.as_slice() {
        [said] => match &said.fact {
            Fact::OrderCancelled(cancelled) => cancelled,
            other => panic!("said {other:?}"),
        },
        other => panic!("said {other:?}"),
    }
}

#[test]
fn placing_says_the_order_and_sets_its_deadline() {
    let mut world = World::new();
    let decision = world.send_as(
        Actor::User(USER),
        Input::PlaceOrder(place_with(Some(COUPON))),
    );
    assert_eq!(
        decision.reply,
        Some(Reply::Placed {
            order_id: ORDER,
            replayed: false
        })
    );
    let [Fact::OrderCreated(created)] = world.said() else {
        panic!("{:?}", world.said())
    };
    assert_eq!((created.user_id, created.created_at), (USER, world.now));
    assert_eq!(
        (&created.lines, created.user_coupon_id),
        (&lines(), Some(COUPON))
    );
    let due = world.now.plus(DEADLINE);
    assert_eq!(
        decision.timer,
        Some(TimerChange::Set(Timer {
            due,
            key: ORDER.get()
        }))
    );
    assert_eq!(row(&world).status, Status::Pending);
    let audited: Vec<OrderEvent> = world.all();
    assert_eq!(audited.len(), 1);
    assert_eq!(audited[0].actor.0, Actor::User(USER));
    assert_eq!(audited[0].cause, None);
}

#[test]
fn a_key_seen_again_answers_the_same_order() {
    let mut world = placed();
    let before = world.digest();
    let again = PlaceOrder {
        order_id: OrderId::new(701),
        ..place_with(Some(COUPON))
    };
    let decision = world.send(Input::PlaceOrder(again));
    assert_eq!(
        decision.reply,
        Some(Reply::Placed {
            order_id: ORDER,
            replayed: true
        })
    );
    assert!(decision.says.is_empty() && decision.timer.is_none());
    assert_eq!(world.digest(), before);

    let mut other = place_with(None);
    other.key.fingerprint = vec![2];
    let refused = world.send(Input::PlaceOrder(other));
    assert_eq!(
        refused.reply,
        Some(Reply::Refused(Refusal::IdempotencyKeyReused))
    );
    assert_eq!(world.digest(), before);
}
