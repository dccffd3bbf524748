//! Cancelling on somebody's word, and the deadline.

use super::*;

#[test]
fn each_way_to_cancel_owes_every_step() {
    let operator = cancel(Requester::Operator, "cancel");
    let cases = [
        (
            by_customer(),
            FailureCode::UserCancelled,
            CancelledBy::Customer,
        ),
        (operator, FailureCode::Operator, CancelledBy::Operator),
        (
            Input::Expire(ORDER),
            FailureCode::Expired,
            CancelledBy::Deadline,
        ),
    ];
    for (input, code, by) in cases {
        for coupon in [None, Some(COUPON)] {
            let mut world = placed_with(coupon);
            let decision = world.send(input.clone());
            let cancelled = cancellation(&decision);
            assert_eq!((cancelled.code, cancelled.by), (code, by));
            let all = Steps::of(&[Step::DeductStock, Step::PayPoints]);
            let all = if coupon.is_some() {
                all.with(Step::ApplyCoupon)
            } else {
                all
            };
            assert_eq!(cancelled.undo, all);
            assert_eq!(
                decision.timer,
                Some(TimerChange::Clear { key: ORDER.get() })
            );
            assert_eq!(audit(&world), ["ORDER_CREATED", "ORDER_CANCELLED"]);
        }
    }
}

#[test]
fn a_cancellation_is_answered_with_the_order_also_again() {
    let mut world = placed();
    let order = |world: &World| Box::new(row(world).document());
    let first = world.send(by_customer());
    assert_eq!(
        first.reply,
        Some(Reply::Cancelled {
            order: order(&world),
            replayed: false
        })
    );
    let before = world.digest();
    let replay = world.send(by_customer());
    assert_eq!(
        replay.reply,
        Some(Reply::Cancelled {
            order: order(&world),
            replayed: true
        })
    );
    // Under a new key nothing changes, so nothing is kept.
    let again = world.send(cancel(Requester::Customer(USER), "another"));
    assert_eq!(
        again.reply,
        Some(Reply::Cancelled {
            order: order(&world),
            replayed: false
        })
    );
    assert!(replay.says.is_empty() && again.says.is_empty());
    assert_eq!(world.digest(), before);
}

#[test]
fn a_replay_stays_the_same_when_a_late_step_prices_the_order() {
    let mut world = placed();
    let first = world.send(by_customer());
    world.hear(deducted(&world).into());
    world.hear(applied(&world).into());
    let replay = world.send(by_customer());
    let document = |decision: Decision<Reply>| match decision.reply {
        Some(Reply::Cancelled { order, .. }) => order,
        other => panic!("{other:?}"),
    };
    assert_eq!(document(first), document(replay));
}

#[test]
fn a_stranger_finds_no_order() {
    let mut world = placed();
    let before = world.digest();
    let stranger = cancel(Requester::Customer(STRANGER), "cancel");
    let decision = world.send(stranger.clone());
    assert_eq!(decision.reply, Some(Reply::Refused(Refusal::OrderNotFound)));
    assert_eq!(world.digest(), before);
    let absent = World::new().send(stranger);
    assert_eq!(absent.reply, Some(Reply::Refused(Refusal::OrderNotFound)));
}

#[test]
fn an_order_that_ended_otherwise_is_not_cancelled() {
    let mut completed = placed();
    completed.hear(paid(&completed).into());
    let mut failed = placed();
    failed.hear(sold_out());
    let mut expired = placed();
    expired.send(Input::Expire(ORDER));
    for mut world in [completed, failed, expired] {
        let before = world.digest();
        let decision = world.send(by_customer());
        assert_eq!(
            decision.reply,
            Some(Reply::Refused(Refusal::OrderNotCancellable))
        );
        assert!(decision.says.is_empty());
        assert_eq!(world.digest(), before);
    }
}

#[test]
fn a_key_of_another_request_is_refused() {
    let mut world = placed();
    world.send(by_customer());
    let mut other = key("cancel");
    other.fingerprint = vec![9];
    let by = Requester::Customer(USER);
    let refused = world.send(Input::Cancel(Cancel {
        order_id: ORDER,
        by,
        key: other,
    }));
    assert_eq!(
        refused.reply,
        Some(Reply::Refused(Refusal::IdempotencyKeyReused))
    );
}

#[test]
fn the_deadline_of_an_order_nobody_knows_is_forgotten() {
    let decision = World::new().send(Input::Expire(ORDER));
    assert!(decision.says.is_empty());
    assert_eq!(
        decision.timer,
        Some(TimerChange::Clear { key: ORDER.get() })
    );
}
