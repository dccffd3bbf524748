//! The hard cases of the domain that Order itself has to handle.

use super::*;

#[test]
fn hard_case_02_the_same_event_twice_also_under_a_new_position() {
    let base = placed();
    let facts = [
        Fact::from(deducted(&base)),
        applied(&base).into(),
        paid(&base).into(),
        restored(),
        unpaid(Some(COUPON)),
    ];
    for fact in facts {
        let mut world = placed();
        world.hear(fact.clone());
        let before = world.digest();
        // The world gives each event a position of its own.
        let again = world.hear(fact.clone());
        assert!(again.is_repeat(), "{fact:?}");
        assert!(again.says.is_empty(), "{fact:?}");
        assert_eq!(world.digest(), before, "{fact:?}");
        let mut world = placed();
        world.batch(vec![
            testkit::event(fact.clone()),
            testkit::event(fact.clone()),
        ]);
        assert_eq!(world.digest(), before, "twice in one batch: {fact:?}");
    }
}

#[test]
fn hard_case_03_events_of_different_topics_out_of_order() {
    let mut world = placed();
    world.hear(paid(&world).into());
    let ended = row(&world);
    world.hear(applied(&world).into());
    world.hear(deducted(&world).into());
    assert_eq!(
        row(&world),
        ended,
        "what comes late is written down and changes nothing"
    );
    assert_eq!(audit(&world).len(), 5);
}

#[test]
fn hard_case_05_a_cancel_races_the_payment_and_wins() {
    let mut world = placed();
    let payment = testkit::event(paid(&world).into());
    let decisions = world.batch(vec![testkit::command(by_customer()), payment]);
    assert!(
        cancellation(&decisions[0]).undo.contains(Step::PayPoints),
        "Payment gives it back"
    );
    assert!(decisions[1].says.is_empty());
    assert_eq!(row(&world).status, Status::Cancelled);
    assert_eq!(
        audit(&world),
        ["ORDER_CREATED", "ORDER_CANCELLED", "PAYMENT_COMPLETED"]
    );
}

#[test]
fn hard_case_05_a_cancel_races_the_payment_and_loses() {
    let mut world = placed();
    let payment = testkit::event(paid(&world).into());
    let decisions = world.batch(vec![payment, testkit::command(by_customer())]);
    assert_eq!(decisions[0].says.len(), 1);
    assert_eq!(
        decisions[1].reply,
        Some(Reply::Refused(Refusal::OrderNotCancellable))
    );
    assert!(decisions[1].says.is_empty());
    assert_eq!(row(&world).status, Status::Completed);
}

#[test]
fn hard_case_06_a_finished_saga_never_expires() {
    let mut world = placed();
    world.advance(DEADLINE);
    let payment = testkit::event(paid(&world).into());
    let decisions = world.batch(vec![payment, testkit::command(Input::Expire(ORDER))]);
    assert!(decisions[1].says.is_empty());
    assert_eq!(
        decisions[1].timer,
        Some(TimerChange::Clear { key: ORDER.get() })
    );
    assert_eq!(row(&world).status, Status::Completed);
}

#[test]
fn hard_case_06_a_payment_after_the_deadline_is_owed_back() {
    let mut world = placed();
    world.advance(DEADLINE);
    let payment = testkit::event(paid(&world).into());
    let decisions = world.batch(vec![testkit::command(Input::Expire(ORDER)), payment]);
    assert!(cancellation(&decisions[0]).undo.contains(Step::PayPoints));
    assert!(decisions[1].says.is_empty());
    assert_eq!(row(&world).status, Status::Cancelled);
    assert!(row(&world).compensated_at.is_none());
}

#[test]
fn hard_case_10_a_retry_arrives_while_compensating() {
    let mut world = placed();
    world.hear(unpaid(Some(COUPON)));
    let before = world.digest();
    let retry = PlaceOrder {
        order_id: OrderId::new(701),
        ..place_with(Some(COUPON))
    };
    let decision = world.send(Input::PlaceOrder(retry));
    assert_eq!(
        decision.reply,
        Some(Reply::Placed {
            order_id: ORDER,
            replayed: true
        })
    );
    assert!(decision.says.is_empty());
    assert_eq!(world.digest(), before);
}

#[test]
fn hard_case_16_a_deactivated_user_orders_no_more_and_what_is_open_ends() {
    let mut world = placed();
    let left = UserDeactivated {
        user_id: USER,
        at: world.now,
    };
    world.hear(left.into());
    let mut next = place_with(None);
    (next.order_id, next.key) = (OrderId::new(701), key("next"));
    let refused = world.send(Input::PlaceOrder(next));
    assert_eq!(refused.reply, Some(Reply::Refused(Refusal::UserClosed)));
    assert!(refused.says.is_empty());
    // The first answer stands for its key.
    let replay = world.send(Input::PlaceOrder(place_with(Some(COUPON))));
    assert_eq!(
        replay.reply,
        Some(Reply::Placed {
            order_id: ORDER,
            replayed: true
        })
    );
    world.hear(paid(&world).into());
    assert_eq!(row(&world).status, Status::Completed);
}

#[test]
fn hard_case_16_an_order_of_zero_won_is_confirmed() {
    let mut world = placed();
    let free = deducted(&world)
        .discounted(&[Money::new(10_000), Money::new(20_000)])
        .unwrap();
    let transaction = TransactionId {
        saga: ORDER.into(),
        direction: PointDirection::Use,
    };
    let decision = world.hear(free.completed(transaction).into());
    assert_eq!(decision.says.len(), 1);
    assert_eq!(row(&world).paid_price, Some(Money::ZERO));
    assert_eq!(row(&world).status, Status::Completed);
}

/// Order goes by its own clock alone: when another service says something changes nothing.
#[test]
fn hard_case_20_clocks_ten_minutes_apart() {
    const APART: Duration = Duration::from_secs(600);
    let end = |at: fn(&World) -> contracts::time::Timestamp| {
        let mut world = placed();
        world.advance(Duration::from_secs(1));
        for fact in [
            Fact::from(deducted(&world)),
            applied(&world).into(),
            paid(&world).into(),
        ] {
            world.hear_at(fact, at(&world));
        }
        world.digest()
    };
    let agreed = end(|world| world.now);
    assert_eq!(end(|world| world.now.plus(APART)), agreed);
    assert_eq!(end(|world| world.now.minus(APART)), agreed);
}

#[test]
fn hard_case_21_a_restore_overtakes_the_failure_that_caused_it() {
    let mut world = placed();
    world.hear(restored());
    assert_eq!(row(&world).status, Status::Pending);
    assert_eq!(row(&world).compensated_at, None);
    let decision = world.hear(rejected());
    assert_eq!(
        cancellation(&decision).undo,
        Steps::of(&[Step::DeductStock])
    );
    assert_eq!(
        row(&world).compensated_at,
        Some(world.now),
        "the only undo owed is in"
    );
}
