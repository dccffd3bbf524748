//! Charging and its idempotency key.

use std::time::Duration;

use super::*;

#[test]
fn a_charge_is_answered_with_the_ledger_row_it_made() {
    let mut world = holding(0);
    let decision = world.send(charge_of(5, 1_000, key("a", 1)));
    let expected = Charged {
        transaction_id: TransactionId {
            saga: SagaId::new(5),
            direction: PointDirection::Charge,
        },
        amount: Money::new(1_000),
        balance: Money::new(1_000),
        at: world.now,
        replayed: false,
    };
    assert_eq!(decision.reply, Some(Reply::Charged(expected)));
    let said = PointCharged {
        user_id: USER,
        amount: Money::new(1_000),
        balance: Money::new(1_000),
        point_version: 1,
    };
    assert_eq!(world.said(), [said.into()]);
    check_ledger(&world, 0);
}

#[test]
fn a_charge_sent_again_is_answered_the_same_and_charged_once() {
    let mut world = holding(0);
    let first = charged_in(world.send(charge_of(5, 1_000, key("a", 1))));
    world.send(charge_of(6, 1, key("b", 1)));
    world.hear(deactivated());
    world.advance(Duration::from_secs(71 * 3_600));
    let again = world.send(charge_of(7, 1_000, key("a", 1)));
    assert_eq!(again.says, []);
    assert_eq!(
        charged_in(again),
        Charged {
            replayed: true,
            ..first
        }
    );
    assert_eq!(balance(&world), 1_001);
}

#[test]
fn a_key_of_another_request_or_user_is_refused() {
    let mut world = holding(0);
    world.send(charge_of(5, 1_000, key("a", 1)));
    let digest = world.digest();
    let other_body = world.send(charge_of(6, 2_000, key("a", 2)));
    let stranger = UserId::new(8);
    let input = Charge {
        id: SagaId::new(7),
        user_id: stranger,
        amount: Money::new(1_000),
        key: key("a", 1),
    };
    let other_user = world.send(Input::Charge(input));
    for decision in [other_body, other_user] {
        assert_eq!(
            decision.reply,
            Some(Reply::Refused(Refusal::IdempotencyKeyReused))
        );
        assert_eq!(decision.says, []);
    }
    assert_eq!(world.digest(), digest);
}

#[test]
fn two_charges_with_one_key_in_one_batch_are_one_charge() {
    let mut world = holding(0);
    let decisions = world.batch(vec![
        command(charge_of(5, 1_000, key("a", 1))),
        command(charge_of(6, 1_000, key("a", 1))),
        command(charge_of(7, 2_000, key("a", 2))),
    ]);
    let [first, second, third] = decisions.try_into().unwrap();
    assert_eq!(
        third.reply,
        Some(Reply::Refused(Refusal::IdempotencyKeyReused))
    );
    let first = charged_in(first);
    assert_eq!(
        charged_in(second),
        Charged {
            replayed: true,
            ..first
        }
    );
    assert_eq!(balance(&world), 1_000);
    check_ledger(&world, 0);
}

#[test]
fn a_refused_charge_changes_nothing_and_is_decided_anew() {
    let cap = domain::BALANCE_CAP.won();
    let mut world = holding(cap);
    let digest = world.digest();
    let refused = world.send(charge_of(5, 1, key("a", 1)));
    assert_eq!(
        refused.reply,
        Some(Reply::Refused(Refusal::PointLimitExceeded))
    );
    assert_eq!(refused.says, []);
    assert_eq!(world.digest(), digest);
    world.hear(cost(ORDER, 1));
    let decided = world.send(charge_of(6, 1, key("a", 1)));
    assert_eq!(charged_in(decided).balance, domain::BALANCE_CAP);
}

#[test]
fn a_closed_user_charges_nothing_and_is_closed_once() {
    let mut world = holding(100);
    assert_eq!(world.hear(deactivated()).says, []);
    assert!(world.hear(deactivated()).is_repeat());
    assert_eq!(
        world.all::<ClosedUser>(),
        [ClosedUser {
            user_id: USER,
            at: AT
        }]
    );
    let refused = world.send(charge_of(5, 1, key("a", 1)));
    assert_eq!(refused.reply, Some(Reply::Refused(Refusal::UserClosed)));
    assert_eq!(world.all::<Idempotency>(), []);
}
