//! The hard cases of the domain that meet Payment, by their numbers.

use super::*;

#[test]
fn hard_case_01_an_undo_before_its_do_voids_it() {
    let mut world = holding(100);
    assert_eq!(only(world.hear(cancelled(ORDER))), given_back(ORDER, 0));
    assert_eq!(fence(&world, ORDER, Step::PayPoints), Some(Standing::Void));
    assert_eq!(world.hear(cost(ORDER, 30)).says, []);
    assert_eq!(balance(&world), 100);
    let both = vec![event(cancelled(OTHER_ORDER)), event(cost(OTHER_ORDER, 30))];
    let says: Vec<_> = world
        .batch(both)
        .into_iter()
        .map(|decision| decision.says.len())
        .collect();
    assert_eq!(says, [1, 0], "in one batch as well");
    assert_eq!(balance(&world), 100);
}

#[test]
fn hard_case_02_an_event_heard_again_pays_once_and_gives_back_once() {
    let mut world = holding(100);
    let twice = |fact: Fact| vec![event(fact.clone()), event(fact)];
    world.batch(twice(cost(ORDER, 30)));
    assert_eq!(balance(&world), 70);
    world.hear(cost(ORDER, 30));
    assert_eq!(balance(&world), 70);
    world.batch(twice(cancelled(ORDER)));
    world.hear(cancelled(ORDER));
    world.hear(cost(ORDER, 30));
    assert_eq!(balance(&world), 100);
    assert_eq!(world.said(), [paid(ORDER, 30), given_back(ORDER, 30)]);
    check_ledger(&world, 100);
}

#[test]
fn hard_case_04_a_refused_payment_stays_refused_after_a_charge() {
    let mut world = holding(10);
    assert_eq!(only(world.hear(cost(ORDER, 30))), short(ORDER, 30, 10));
    world.send(charge_of(5, 1_000, key("a", 1)));
    assert!(world.hear(cost(ORDER, 30)).is_repeat());
    assert_eq!(balance(&world), 1_010);
    assert_eq!(
        fence(&world, ORDER, Step::PayPoints),
        Some(Standing::Refused)
    );
    assert_eq!(only(world.hear(cancelled(ORDER))), given_back(ORDER, 0));
    assert_eq!(fence(&world, ORDER, Step::PayPoints), Some(Standing::Void));
    assert!(world.hear(cancelled(ORDER)).is_repeat());
}

#[test]
fn hard_case_05_a_cancellation_that_races_the_payment_leaves_nothing_taken() {
    for cancelled_first in [false, true] {
        let mut race = vec![event(cost(ORDER, 30)), event(cancelled(ORDER))];
        if cancelled_first {
            race.reverse();
        }
        let mut world = holding(100);
        world.batch(race);
        assert_eq!(balance(&world), 100, "cancelled first: {cancelled_first}");
        let acknowledged = world
            .said()
            .iter()
            .filter(|fact| matches!(fact, Fact::PaymentRefunded(_)))
            .count();
        assert_eq!(acknowledged, 1, "cancelled first: {cancelled_first}");
        check_ledger(&world, 100);
    }
}

#[test]
fn hard_case_08_one_balance_and_two_orders_in_one_batch() {
    let mut world = holding(100);
    world.batch(vec![event(cost(ORDER, 60)), event(cost(OTHER_ORDER, 60))]);
    assert_eq!(world.said(), [paid(ORDER, 60), short(OTHER_ORDER, 60, 40)]);
    assert_eq!(balance(&world), 40);
    check_ledger(&world, 100);
}

#[test]
fn hard_case_16_nothing_to_pay_is_paid_without_a_ledger_row_and_undone_once() {
    let mut world = holding(0);
    assert_eq!(only(world.hear(cost(ORDER, 0))), paid(ORDER, 0));
    assert_eq!(world.all::<PointHistory>(), []);
    assert_eq!(world.all::<Point>(), []);
    assert_eq!(
        fence(&world, ORDER, Step::PayPoints),
        Some(Standing::Applied)
    );
    assert_eq!(only(world.hear(cancelled(ORDER))), given_back(ORDER, 0));
    assert_eq!(
        fence(&world, ORDER, Step::PayPoints),
        Some(Standing::Undone)
    );
    assert!(world.hear(cost(ORDER, 0)).is_repeat());
    assert!(world.hear(cancelled(ORDER)).is_repeat());
}

#[test]
fn hard_case_16_the_open_order_of_a_user_who_left_is_paid_and_given_back() {
    let mut world = holding(100);
    world.hear(deactivated());
    assert_eq!(only(world.hear(cost(ORDER, 30))), paid(ORDER, 30));
    assert_eq!(only(world.hear(cancelled(ORDER))), given_back(ORDER, 30));
    assert_eq!(balance(&world), 100);
}

#[test]
fn hard_case_21_an_undo_that_overtakes_the_failure_leaves_it_unsaid() {
    let mut world = holding(10);
    assert_eq!(only(world.hear(cancelled(ORDER))), given_back(ORDER, 0));
    assert!(
        world.hear(cost(ORDER, 30)).is_repeat(),
        "it would have been refused"
    );
    assert_eq!(world.said(), [given_back(ORDER, 0)]);
    assert_eq!(fence(&world, ORDER, Step::PayPoints), Some(Standing::Void));
}
