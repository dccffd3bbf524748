use contracts::envelope::Actor;
use contracts::events::Fact;
use contracts::http::Role;
use contracts::http::user::Email;
use contracts::ids::UserId;
use testkit::{World, command};

use super::*;
use crate::domain::{PasswordHash, ProfileChange};
use crate::store::StoredRole;
use crate::{MIGRATIONS, User as Service};

mod administering;
mod refreshing;

const ID: UserId = UserId::new(7);
const OTHER: UserId = UserId::new(8);

fn sign_up(id: UserId, email: &str) -> Input {
    sign_up_as(id, email, Role::Shopper)
}

fn sign_up_as(id: UserId, email: &str, role: Role) -> Input {
    Input::Register(Register {
        id,
        email: Email::parse(email).unwrap(),
        profile: Profile {
            name: "김장터".to_owned(),
            phone: None,
            address: None,
        },
        password_hash: PasswordHash::new("hash".to_owned()),
        role,
    })
}

fn change(user_id: UserId, change: ProfileChange) -> Input {
    Input::UpdateProfile(UpdateProfile { user_id, change })
}

fn leave(user_id: UserId) -> Input {
    Input::Deactivate(Deactivate { user_id })
}

fn account_in(decision: Decision<Reply>) -> User {
    match decision.reply {
        Some(Reply::Account(account)) => *account,
        Some(Reply::Refused(_) | Reply::Refreshed { .. } | Reply::LoggedOut) | None => {
            panic!("no account: {:?}", decision.reply)
        }
    }
}

fn assert_refused(decision: &Decision<Reply>, refusal: Refusal) {
    assert_eq!(decision.reply, Some(Reply::Refused(refusal)));
    assert_eq!(decision.says, []);
}

#[test]
fn a_sign_up_makes_an_account_and_takes_its_email() {
    let mut world = World::<Service>::new();
    let decision = world.send(sign_up(ID, "Kim@Example.com"));
    assert_eq!(decision.says[0].sequence, 1);
    let account = account_in(decision);
    assert_eq!(account.email, "kim@example.com");
    assert_eq!(account.created_at, world.now);
    assert_eq!(
        (account.role, account.status),
        (StoredRole::Shopper, Status::Active)
    );
    assert_eq!(world.get::<User>(&ID), Some(account));
    let taken = UserEmail {
        email: "kim@example.com".to_owned(),
        user_id: ID,
    };
    assert_eq!(world.all::<UserEmail>(), [taken]);
    let said = UserRegistered {
        user_id: ID,
        name: "김장터".to_owned(),
    };
    assert_eq!(world.said(), [said.into()]);
}

#[test]
fn an_email_has_one_account_however_it_is_spelled() {
    let mut world = World::<Service>::new();
    world.send(sign_up(ID, "kim@example.com"));
    let digest = world.digest();
    for spelling in ["kim@example.com", "KIM@EXAMPLE.COM", " Kim@example.com "] {
        assert_refused(&world.send(sign_up(OTHER, spelling)), Refusal::EmailTaken);
    }
    assert_eq!(world.digest(), digest);
}

#[test]
fn two_sign_ups_with_one_email_in_one_batch_make_one_account() {
    let mut world = World::<Service>::new();
    let both = vec![
        command(sign_up(ID, "a@demo")),
        command(sign_up(OTHER, "A@demo")),
    ];
    let [first, second] = world.batch(both).try_into().unwrap();
    assert_eq!(account_in(first).user_id, ID);
    assert_refused(&second, Refusal::EmailTaken);
    assert_eq!(world.all::<User>().len(), 1);
    assert_eq!(world.said().len(), 1);
}

#[test]
fn in_process_any_role_can_be_made() {
    let table = [
        (Role::Shopper, StoredRole::Shopper),
        (Role::Operator, StoredRole::Operator),
        (Role::Admin, StoredRole::Admin),
    ];
    for (role, stored) in table {
        let mut world = World::<Service>::new();
        let account = account_in(world.send(sign_up_as(ID, "a@demo", role)));
        assert_eq!(account.role, stored);
        assert_eq!(Role::from(stored), role);
    }
}

#[test]
fn a_profile_changes_by_what_is_given_and_only_then_its_version() {
    let mut world = World::<Service>::new();
    let account = account_in(world.send(sign_up(ID, "a@demo")));
    let unchanged = world.send(change(ID, ProfileChange::default()));
    assert_eq!(account_in(unchanged), account);
    let phone = Some(Some("010".to_owned()));
    let phone = ProfileChange {
        phone,
        ..ProfileChange::default()
    };
    let changed = account_in(world.send(change(ID, phone)));
    let expected = User {
        phone: Some("010".to_owned()),
        version: 2,
        ..account
    };
    assert_eq!(changed, expected);
    assert_eq!(world.get::<User>(&ID), Some(expected));
    assert_eq!(world.said().len(), 1, "only the sign-up was told");
}

#[test]
fn an_account_is_closed_once_and_keeps_its_email() {
    let mut world = World::<Service>::new();
    world.send(sign_up(ID, "a@demo"));
    let decision = world.send(leave(ID));
    assert_eq!(decision.says[0].sequence, 2);
    let closed = account_in(decision);
    assert_eq!((closed.status, closed.version), (Status::Deactivated, 2));
    let gone: Fact = UserDeactivated {
        user_id: ID,
        at: world.now,
    }
    .into();
    assert_eq!(world.said().last(), Some(&gone));
    let again = world.send(leave(ID));
    assert_eq!(again.says, []);
    assert_eq!(account_in(again), closed);
    assert_refused(&world.send(sign_up(OTHER, "a@demo")), Refusal::EmailTaken);
    let name = Some("다른 이름".to_owned());
    let rename = ProfileChange {
        name,
        ..ProfileChange::default()
    };
    assert_refused(&world.send(change(ID, rename)), Refusal::UserClosed);
}

#[test]
fn nobody_is_changed_or_closed_who_is_not_there() {
    let mut world = World::<Service>::new();
    let digest = world.digest();
    let change = change(ID, ProfileChange::default());
    assert_refused(&world.send(change), Refusal::UserNotFound);
    assert_refused(&world.send(leave(ID)), Refusal::UserNotFound);
    assert_eq!(world.digest(), digest);
}

#[test]
fn a_store_on_sqlite_keeps_what_the_shapes_say() {
    let mut world = World::<Service>::new();
    let account = account_in(world.send(sign_up(ID, "a@demo")));
    testkit::store_conformance::<Service>(MIGRATIONS, |rows| {
        rows.user_email.add(UserEmail {
            email: "a@demo".to_owned(),
            user_id: ID,
        });
        rows.user.add(account.clone());
        rows.user.add(User {
            user_id: OTHER,
            phone: Some("010".to_owned()),
            address: Some("서울".to_owned()),
            role: StoredRole::Admin,
            status: Status::Deactivated,
            ..account.clone()
        });
        rows.token_family.add(crate::store::TokenFamily {
            user_id: ID,
            family: contracts::ids::Id::new(3),
            number: 2,
            rotated_at: account.created_at,
            expires_at: account.created_at,
            ends_at: account.created_at,
        });
    });
}
