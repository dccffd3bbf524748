//! Refresh tokens: rotation, the grace of a lost answer, and what reuse costs.

use std::time::Duration;

use contracts::ids::Id;

use super::*;
use crate::input::{FamilyId, LogIn, RefreshToken};
use crate::store::TokenFamily;

const FAMILY: FamilyId = Id::new(100);

fn member() -> World<Service> {
    let mut world = World::<Service>::new();
    world.send(sign_up(ID, "a@demo"));
    world
}

fn log_in(world: &mut World<Service>, family: FamilyId) -> RefreshToken {
    let input = Input::LogIn(LogIn {
        user_id: ID,
        family,
    });
    good(world.send(input).reply)
}

fn good(reply: Option<Reply>) -> RefreshToken {
    match reply {
        Some(Reply::Refreshed { token, role }) => {
            assert_eq!(role, Role::Shopper);
            token
        }
        other => panic!("{other:?}"),
    }
}

fn refresh(world: &mut World<Service>, token: RefreshToken) -> Decision<Reply> {
    world.send(Input::Refresh(token))
}

#[test]
fn each_use_makes_the_next_token_of_the_family() {
    let mut world = member();
    let mut token = log_in(&mut world, FAMILY);
    for number in 2..=4 {
        world.advance(Duration::from_secs(600));
        token = good(refresh(&mut world, token).reply);
        assert_eq!((token.family, token.number), (FAMILY, number));
    }
}

#[test]
fn a_lost_answer_is_given_again_for_ten_seconds() {
    let mut world = member();
    let first = log_in(&mut world, FAMILY);
    let second = good(refresh(&mut world, first).reply);
    world.advance(Duration::from_secs(10));
    let before = world.digest();
    for _ in 0..50 {
        assert_eq!(good(refresh(&mut world, first).reply), second);
    }
    assert_eq!(world.digest(), before, "asked again, nothing moves on");
    assert_eq!(good(refresh(&mut world, second).reply).number, 3);
}

#[test]
fn a_token_used_later_revokes_its_whole_family_and_no_other() {
    let mut world = member();
    let first = log_in(&mut world, FAMILY);
    let other = log_in(&mut world, Id::new(101));
    let second = good(refresh(&mut world, first).reply);
    world.advance(Duration::from_secs(11));
    assert_refused(&refresh(&mut world, first), Refusal::TokenReused);
    assert_refused(&refresh(&mut world, second), Refusal::TokenRevoked);
    assert_eq!(good(refresh(&mut world, other).reply).number, 2);
}

#[test]
fn one_older_than_the_last_is_reused_however_soon() {
    let mut world = member();
    let first = log_in(&mut world, FAMILY);
    let second = good(refresh(&mut world, first).reply);
    let third = good(refresh(&mut world, second).reply);
    assert_refused(&refresh(&mut world, first), Refusal::TokenReused);
    assert_refused(&refresh(&mut world, third), Refusal::TokenRevoked);
}

#[test]
fn a_family_ends_in_a_month_and_an_unused_token_in_two_weeks() {
    let day = Duration::from_secs(24 * 3_600);
    let mut world = member();
    let mut token = log_in(&mut world, FAMILY);
    for _ in 0..3 {
        world.advance(day * 10);
        token = good(refresh(&mut world, token).reply);
    }
    world.advance(Duration::from_secs(1));
    assert_refused(&refresh(&mut world, token), Refusal::TokenExpired);
    let token = log_in(&mut world, Id::new(102));
    world.advance(day * 14 + Duration::from_secs(1));
    assert_refused(&refresh(&mut world, token), Refusal::TokenExpired);
    assert_eq!(world.all::<TokenFamily>(), []);
}

#[test]
fn leaving_and_logging_out_revoke() {
    let mut world = member();
    let token = log_in(&mut world, FAMILY);
    assert_eq!(
        world.send(Input::LogOut(token)).reply,
        Some(Reply::LoggedOut)
    );
    assert_eq!(
        world.send(Input::LogOut(token)).reply,
        Some(Reply::LoggedOut)
    );
    assert_refused(&refresh(&mut world, token), Refusal::TokenRevoked);
    let token = log_in(&mut world, Id::new(103));
    world.send(leave(ID));
    assert_refused(&refresh(&mut world, token), Refusal::TokenRevoked);
    assert_eq!(world.all::<TokenFamily>(), []);
    let again = Input::LogIn(LogIn {
        user_id: ID,
        family: FAMILY,
    });
    assert_refused(&world.send(again), Refusal::UserClosed);
}

#[test]
fn the_oldest_device_makes_room_for_a_new_one() {
    let mut world = member();
    let tokens: Vec<_> = (0..25)
        .map(|family| log_in(&mut world, Id::new(200 + family)))
        .collect();
    assert_eq!(world.all::<TokenFamily>().len(), 20);
    assert_refused(&refresh(&mut world, tokens[4]), Refusal::TokenRevoked);
    assert_eq!(good(refresh(&mut world, tokens[5]).reply).number, 2);
}
