//! Paying, giving back and returning, outside the numbered hard cases.

use super::*;

#[test]
fn a_payment_is_covered_whole_or_refused() {
    let table = [
        // held, wanted, said, left
        (100, 99, paid(ORDER, 99), 1),
        (100, 100, paid(ORDER, 100), 0),
        (100, 101, short(ORDER, 101, 100), 100),
        (0, 1, short(ORDER, 1, 0), 0),
        (0, 0, paid(ORDER, 0), 0),
        (100, 0, paid(ORDER, 0), 100),
    ];
    for (held, wanted, said, left) in table {
        let mut world = holding(held);
        assert_eq!(
            only(world.hear(cost(ORDER, wanted))),
            said,
            "{held} for {wanted}"
        );
        assert_eq!(balance(&world), left, "{held} for {wanted}");
        check_ledger(&world, held);
    }
}

#[test]
fn a_payment_writes_the_balance_and_one_ledger_row_and_no_fence() {
    let mut world = holding(100);
    let decision = world.hear(cost(ORDER, 30));
    assert_eq!(
        decision.says[0].sequence, 2,
        "the version of the balance it made"
    );
    let row = PointHistory {
        saga_id: ORDER.into(),
        direction: Direction::Use,
        user_id: USER,
        order_id: Some(ORDER),
        amount: Money::new(30),
        balance_after: Money::new(70),
        point_version: 2,
        at: world.now,
        previous_saga_id: None,
        previous_direction: None,
    };
    assert_eq!(world.all::<PointHistory>(), [row]);
    assert_eq!(world.all::<Fence>(), []);
}

/// Also where the batch writes them both, and where another user's row comes between.
#[test]
fn each_ledger_row_names_the_one_before_it() {
    let mut world = holding(100);
    world.batch(vec![event(cost(ORDER, 30)), event(cost(OTHER_ORDER, 20))]);
    let stranger = Charge {
        id: SagaId::new(5),
        user_id: UserId::new(8),
        amount: Money::new(1),
        key: key("b", 1),
    };
    world.send(Input::Charge(stranger));
    world.hear(cancelled(ORDER));
    let back = world.get::<PointHistory>(&(ORDER.into(), Direction::Refund));
    let before = back.and_then(|row| row.previous());
    assert_eq!(before, Some((OTHER_ORDER.into(), Direction::Use)));
    let newest = world.get::<Point>(&USER).and_then(|point| point.newest());
    assert_eq!(newest, Some((ORDER.into(), Direction::Refund)));
    let strangers = world.get::<PointHistory>(&(SagaId::new(5), Direction::Charge));
    assert_eq!(strangers.and_then(|row| row.previous()), None);
}

#[test]
fn the_laws_of_paying_hold_whether_it_is_covered_free_or_refused() {
    for (held, wanted) in [(100, 30), (100, 0), (100, 101), (0, 0), (0, 5)] {
        testkit::step_laws(|| holding(held), &cost(ORDER, wanted), &cancelled(ORDER));
    }
}

#[test]
fn a_cancellation_that_does_not_name_the_payment_is_owed_nothing() {
    let mut world = holding(100);
    let decision = world.hear(cancelled_owing(ORDER, Steps::of(&[Step::DeductStock])));
    assert_eq!(decision.says, []);
    assert_eq!(
        only(world.hear(cost(ORDER, 30))),
        paid(ORDER, 30),
        "nothing was voided"
    );
}

#[test]
fn a_refund_is_credited_once_whatever_the_cap_and_the_account_say() {
    let cap = domain::BALANCE_CAP.won();
    for closed in [false, true] {
        let mut world = holding(cap);
        if closed {
            world.hear(deactivated());
        }
        assert_eq!(only(world.hear(refund(500))), returned(500));
        assert_eq!(balance(&world), cap + 500);
        check_ledger(&world, cap);
        let digest = world.digest();
        assert!(world.hear(refund(500)).is_repeat());
        assert_eq!(world.digest(), digest);
        assert_eq!(world.all::<Fence>(), [], "the ledger row is the fence");
    }
}

#[test]
fn a_refund_of_nothing_is_acknowledged_once_and_leaves_no_ledger_row() {
    let mut world = holding(100);
    assert_eq!(only(world.hear(refund(0))), returned(0));
    assert!(world.hear(refund(0)).is_repeat());
    assert_eq!(world.all::<PointHistory>(), []);
    assert_eq!(
        fence(&world, REFUND, Step::ReturnPoints),
        Some(Standing::Applied)
    );
}

#[test]
fn a_refund_that_does_not_name_the_points_is_owed_nothing() {
    let mut world = holding(100);
    let digest = world.digest();
    let decision = world.hear(refund_owing(500, Steps::of(&[Step::ReturnStock])));
    assert_eq!(decision.says, []);
    assert_eq!(world.digest(), digest);
}

#[test]
fn an_amount_that_no_order_has_is_poison() {
    let beyond = domain::EVENT_MAX.won() + 1;
    for amount in [-1, i64::MIN, beyond, i64::MAX] {
        for fact in [cost(ORDER, amount), refund(amount)] {
            let event = Event {
                sequence: 1,
                at: AT,
                actor: Actor::System,
                trace: Trace::NONE,
                cause: None,
                fact,
            };
            assert!(
                matches!(crate::input::accept(&event), Accept::Poison(_)),
                "{amount}"
            );
        }
    }
}

/// A partial refund must not look like the undo of the payment, nor the undo like a refund.
#[test]
fn a_refund_and_an_undo_keep_out_of_each_others_way() {
    let mut world = holding(100);
    world.hear(cost(ORDER, 30));
    world.hear(refund(10));
    assert_eq!(balance(&world), 80);
    assert!(world.hear(cost(ORDER, 30)).is_repeat());
    assert!(world.hear(refund(10)).is_repeat());
    assert_eq!(fence(&world, ORDER, Step::PayPoints), None);
    let mut overtaken = holding(100);
    overtaken.batch(vec![event(refund(10)), event(cost(ORDER, 30))]);
    assert_eq!(balance(&overtaken), 80, "in the other order as well");
}
