//! What admins make of other accounts, and what nobody makes of their own.

use contracts::http::user::AccountChange;
use contracts::ids::Id;

use super::*;
use crate::input::{Administer, LogIn, RefreshToken};
use crate::store::TokenFamily;

const ADMIN: UserId = UserId::new(1);
const SECOND: UserId = UserId::new(2);

/// Two admins, and a shopper who is logged in.
fn shop() -> World<Service> {
    let mut world = World::<Service>::new();
    world.send(sign_up_as(ADMIN, "admin@demo", Role::Admin));
    world.send(sign_up_as(SECOND, "second@demo", Role::Admin));
    world.send(sign_up(ID, "a@demo"));
    log_in(&mut world);
    world
}

fn log_in(world: &mut World<Service>) -> Decision<Reply> {
    world.send(Input::LogIn(LogIn {
        user_id: ID,
        family: Id::new(100),
    }))
}

fn role(by: UserId, user_id: UserId, role: Role) -> Input {
    let (role, closes) = (Some(role), false);
    let change = AccountChange { role, closes };
    Input::Administer(Administer {
        user_id,
        by,
        change,
    })
}

fn closing(by: UserId, user_id: UserId) -> Input {
    let (role, closes) = (None, true);
    let change = AccountChange { role, closes };
    Input::Administer(Administer {
        user_id,
        by,
        change,
    })
}

#[test]
fn a_new_role_is_told_to_nobody_and_ends_every_login() {
    let mut world = shop();
    let before = world.get::<User>(&ID).unwrap();
    let decision = world.send(role(ADMIN, ID, Role::Operator));
    assert_eq!(decision.says, []);
    let expected = User {
        role: StoredRole::Operator,
        version: 2,
        ..before
    };
    assert_eq!(account_in(decision), expected);
    assert_eq!(world.get::<User>(&ID), Some(expected));
    assert_eq!(world.all::<TokenFamily>(), []);
    let first = Input::Refresh(RefreshToken {
        user_id: ID,
        family: Id::new(100),
        number: 1,
    });
    assert_refused(&world.send(first), Refusal::TokenRevoked);
    match log_in(&mut world).reply {
        Some(Reply::Refreshed { role, .. }) => assert_eq!(role, Role::Operator),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_so_already_is_not_changed_again() {
    let mut world = shop();
    let digest = world.digest();
    let same = world.send(role(ADMIN, ID, Role::Shopper));
    assert_eq!(account_in(same).version, 1);
    let nothing = Input::Administer(Administer {
        user_id: ID,
        by: ADMIN,
        change: AccountChange::default(),
    });
    assert_eq!(account_in(world.send(nothing)).version, 1);
    let own = world.send(role(ADMIN, ADMIN, Role::Admin));
    assert_eq!(account_in(own).version, 1);
    assert_eq!(world.digest(), digest, "a login stays good, too");
}

#[test]
fn an_admin_closes_an_account_as_its_owner_would() {
    let mut world = shop();
    let decision = world.send_as(Actor::Operator(ADMIN), closing(ADMIN, ID));
    assert_eq!(decision.says[0].sequence, 2);
    let closed = account_in(decision);
    assert_eq!((closed.status, closed.version), (Status::Deactivated, 2));
    let gone: Fact = UserDeactivated {
        user_id: ID,
        at: world.now,
    }
    .into();
    assert_eq!(world.said().last(), Some(&gone));
    assert_eq!(world.all::<TokenFamily>(), []);
    let again = world.send(closing(ADMIN, ID));
    assert_eq!(again.says, []);
    assert_eq!(account_in(again), closed);
    assert_refused(
        &world.send(role(ADMIN, ID, Role::Operator)),
        Refusal::UserClosed,
    );
}

#[test]
fn a_role_and_a_closing_are_one_change() {
    let mut world = shop();
    let change = AccountChange {
        role: Some(Role::Shopper),
        closes: true,
    };
    let both = Input::Administer(Administer {
        user_id: SECOND,
        by: ADMIN,
        change,
    });
    let closed = account_in(world.send(both));
    assert_eq!(
        (closed.role, closed.status, closed.version),
        (StoredRole::Shopper, Status::Deactivated, 2)
    );
}

#[test]
fn nobody_takes_their_own_admins_role_in_any_way() {
    let mut world = shop();
    let digest = world.digest();
    for input in [
        role(ADMIN, ADMIN, Role::Operator),
        role(ADMIN, ADMIN, Role::Shopper),
        closing(ADMIN, ADMIN),
        leave(ADMIN),
    ] {
        assert_refused(&world.send(input), Refusal::OwnRole);
    }
    assert_eq!(world.digest(), digest);
    // Once another took it, the account is its owner's to close.
    account_in(world.send(role(SECOND, ADMIN, Role::Operator)));
    assert_eq!(
        account_in(world.send(leave(ADMIN))).status,
        Status::Deactivated
    );
}

#[test]
fn of_two_admins_who_take_each_others_role_at_once_one_stays() {
    for take in [|by, of| role(by, of, Role::Shopper), closing] {
        let mut world = shop();
        let both = vec![command(take(ADMIN, SECOND)), command(take(SECOND, ADMIN))];
        let [first, second] = world.batch(both).try_into().unwrap();
        assert_eq!(account_in(first).user_id, SECOND);
        assert_refused(&second, Refusal::NotAdmin);
        let admin = world.get::<User>(&ADMIN).unwrap();
        assert_eq!(
            (admin.role, admin.status),
            (StoredRole::Admin, Status::Active)
        );
    }
}

#[test]
fn only_who_is_an_admin_now_changes_anything() {
    let mut world = shop();
    world.send(role(ADMIN, SECOND, Role::Operator));
    let digest = world.digest();
    for by in [SECOND, ID, UserId::new(99)] {
        for input in [role(by, OTHER, Role::Admin), closing(by, ADMIN)] {
            assert_refused(&world.send(input), Refusal::NotAdmin);
        }
        assert_refused(&world.send(role(by, by, Role::Admin)), Refusal::NotAdmin);
    }
    let nobody = UserId::new(98);
    assert_refused(&world.send(closing(ADMIN, nobody)), Refusal::UserNotFound);
    assert_eq!(world.digest(), digest);
}
