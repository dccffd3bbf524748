//! What the other services say of an order, heard once and in its order.

use super::*;
use crate::domain::Frozen;

#[test]
fn a_step_is_written_down_and_changes_nothing_else() {
    let mut world = placed();
    let before = row(&world);
    for fact in [Fact::from(deducted(&world)), applied(&world).into()] {
        let whole = Frozen::decode(&fact.encode());
        let kind = AuditKind::Fact(fact.kind());
        let decision = world.hear(fact);
        assert!(decision.says.is_empty() && decision.timer.is_none());
        let audited: OrderEvent = world.get(&(ORDER, ORDER.into(), kind)).unwrap();
        let content = audited.content.unwrap();
        assert!(
            content.contains("가방") && !content.contains("userId"),
            "{content}"
        );
        let frozen = Frozen::decode(&content);
        assert!(frozen.is_some());
        assert_eq!(
            frozen, whole,
            "rows of old hold the whole event, and read the same"
        );
        assert!(audited.cause.is_some());
    }
    assert_eq!(row(&world), before);
    assert_eq!(
        audit(&world),
        ["ORDER_CREATED", "STOCK_DEDUCTED", "COUPON_APPLIED"]
    );
}

#[test]
fn a_payment_confirms_the_whole_order() {
    let mut world = placed();
    world.advance(Duration::from_secs(1));
    let decision = world.hear(paid(&world).into());
    let [said] = decision.says.as_slice() else {
        panic!("{decision:?}")
    };
    let Fact::OrderConfirmed(confirmed) = &said.fact else {
        panic!("{said:?}")
    };
    assert_eq!(said.sequence, 2);
    assert_eq!(confirmed.order, row(&world).document());
    assert_eq!(confirmed.order.status, OrderStatus::Completed);
    assert_eq!(confirmed.order.paid_price, Some(Money::new(27_000)));
    assert_eq!(confirmed.order.ended_at, Some(world.now));
    assert_eq!(confirmed.order.lines[1].name, Some(Arc::from("가방")));
    assert_eq!(
        decision.timer,
        Some(TimerChange::Clear { key: ORDER.get() })
    );
    let items: Vec<OrderItem> = world.all();
    let sold: Vec<_> = items
        .iter()
        .map(|item| (item.product_id, item.discount))
        .collect();
    assert_eq!(
        sold,
        [
            (MUG, Some(Money::new(1_000))),
            (BAG, Some(Money::new(2_000)))
        ]
    );
    assert_eq!(
        audit(&world),
        ["ORDER_CREATED", "PAYMENT_COMPLETED", "ORDER_CONFIRMED"]
    );
}

/// After each failure exactly the steps that may stand are owed, the coupon's only with a coupon.
#[test]
fn a_failure_cancels_and_says_who_owes_what() {
    const STOCK: Steps = Steps::of(&[Step::DeductStock]);
    const BOTH: Steps = STOCK.with(Step::ApplyCoupon);
    let cases = [
        (
            Some(COUPON),
            sold_out(),
            FailureCode::PriceChanged,
            Steps::NONE,
        ),
        (Some(COUPON), rejected(), FailureCode::CouponExpired, STOCK),
        (
            Some(COUPON),
            unpaid(Some(COUPON)),
            FailureCode::InsufficientPoint,
            BOTH,
        ),
        (None, unpaid(None), FailureCode::InsufficientPoint, STOCK),
    ];
    for (coupon, failure, code, undo) in cases {
        let mut world = placed_with(coupon);
        let decision = world.hear(failure.clone());
        let cancelled = cancellation(&decision);
        assert_eq!(
            (cancelled.code, cancelled.by),
            (code, CancelledBy::Saga),
            "{failure:?}"
        );
        assert_eq!(cancelled.undo, undo, "{failure:?}");
        assert_eq!(cancelled.order, row(&world).document());
        assert_eq!(
            decision.timer,
            Some(TimerChange::Clear { key: ORDER.get() })
        );
        let kept = row(&world);
        assert_eq!((kept.status, kept.owed.0), (Status::Cancelled, undo));
        assert_eq!(
            kept.compensated_at.is_some(),
            undo.is_empty(),
            "{failure:?}"
        );
    }
}

#[test]
fn a_failure_keeps_the_numbers_behind_its_code() {
    let mut world = placed();
    world.hear(unpaid(Some(COUPON)));
    let failure = row(&world).failure.unwrap().0;
    let expected = Failure {
        wanted: Some(Money::new(27_000)),
        balance: Some(Money::new(5)),
        ..Failure::plain(FailureCode::InsufficientPoint)
    };
    assert_eq!(failure, expected);
    let mut world = placed();
    world.hear(sold_out());
    assert_eq!(row(&world).failure.unwrap().0.items.len(), 2);
}

#[test]
fn a_cancelled_order_shows_what_was_priced_by_then() {
    let prices = |world: &World| {
        let row = row(world);
        let items: Vec<OrderItem> = world.all();
        (row.total_price, row.discount, row.paid_price, items.len())
    };
    let mut world = placed();
    world.send(by_customer());
    assert_eq!(prices(&world), (None, None, None, 0));

    let mut world = placed();
    world.hear(deducted(&world).into());
    world.send(by_customer());
    assert_eq!(prices(&world), (Some(Money::new(30_000)), None, None, 2));

    let mut world = placed();
    world.hear(applied(&world).into());
    world.hear(deducted(&world).into());
    world.hear(unpaid(Some(COUPON)));
    let (discount, paid) = (Some(Money::new(3_000)), Some(Money::new(27_000)));
    assert_eq!(
        prices(&world),
        (Some(Money::new(30_000)), discount, paid, 2)
    );
}

#[test]
fn an_order_is_compensated_when_the_last_undo_owed_is_in() {
    let mut world = placed();
    world.send(by_customer());
    for (undone, last) in [(refunded(), false), (restored(), false), (freed(), true)] {
        world.advance(Duration::from_secs(1));
        assert!(world.hear(undone).says.is_empty());
        assert_eq!(row(&world).compensated_at, last.then_some(world.now));
    }
    assert_eq!(row(&world).acknowledged, row(&world).owed);
    assert_eq!(
        row(&world).version,
        2,
        "an acknowledgement is not said, so it has no version"
    );
}

#[test]
fn an_event_of_an_unknown_order_waits() {
    let known = placed();
    let facts = [
        Fact::from(deducted(&known)),
        applied(&known).into(),
        paid(&known).into(),
        sold_out(),
        rejected(),
        unpaid(Some(COUPON)),
        restored(),
        freed(),
        refunded(),
    ];
    for fact in facts {
        let mut world = World::new();
        let before = world.digest();
        let decision = world.hear(fact.clone());
        assert!(decision.is_not_yet(), "{fact:?}");
        assert_eq!(world.digest(), before);
    }
}

#[test]
fn a_closed_user_is_closed_once() {
    let mut world = World::new();
    let left = || {
        Fact::from(UserDeactivated {
            user_id: USER,
            at: placed().now,
        })
    };
    assert!(!world.hear(left()).is_repeat());
    assert!(world.hear(left()).is_repeat());
}

#[test]
fn every_kind_has_one_audit_row() {
    let mut world = placed();
    world.hear(paid(&world).into());
    let key = (ORDER, ORDER.into(), AuditKind::Fact(Kind::OrderConfirmed));
    let confirmed: OrderEvent = world.get(&key).unwrap();
    assert_eq!((confirmed.no, confirmed.at), (3, world.now));
    assert!(confirmed.cause.is_some(), "it follows from the payment");
}
