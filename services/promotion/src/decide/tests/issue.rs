//! Issuing: who gets a coupon, with which number, and what a repeated key is told.

use contracts::events::promotion::CouponIssued;
use contracts::events::user::UserDeactivated;

use super::*;
use crate::decide::{Issued, Reply};
use crate::domain::refusal::Refusal;
use crate::input::{Input, IssueCoupon};
use crate::store::{ClosedUser, CouponIssue, Status};

fn offered(total_quantity: i64) -> World {
    let mut world = World::new();
    let terms = CouponTerms {
        total_quantity,
        ..terms(&world)
    };
    world.row(Coupon::new(COUPON, &terms, world.now));
    world
}

/// The user's request, under a key of its own.
fn issue(user: i64, held: i64) -> IssueCoupon {
    IssueCoupon {
        user_coupon_id: UserCouponId::new(held),
        coupon_id: COUPON,
        user_id: UserId::new(user),
        key: key(&format!("{user}:issue:{held}")),
    }
}

fn refused(world: &mut World, command: IssueCoupon) -> Refusal {
    let before = world.digest();
    let decision = world.send(Input::IssueCoupon(command));
    assert!(decision.says.is_empty());
    assert_eq!(world.digest(), before, "a refusal writes nothing");
    match decision.reply {
        Some(Reply::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_piece_is_issued_with_the_next_number_and_its_days() {
    let mut world = offered(100);
    world.advance(DAY);
    let decision = world.send(Input::IssueCoupon(issue(1, 7)));
    let expires_at = world.now.plus(10 * DAY);
    let user_coupon_id = UserCouponId::new(7);
    let issued = Issued {
        user_coupon_id,
        sequence_no: 1,
        expires_at,
    };
    assert_eq!(
        decision.reply,
        Some(Reply::Issued {
            issued,
            replayed: false
        })
    );
    let said = CouponIssued {
        coupon_id: COUPON,
        user_coupon_id,
        user_id: UserId::new(1),
        sequence_no: 1,
        expires_at,
    };
    assert_eq!(decision.says[0].fact, said.into());
    let row = world
        .get::<UserCoupon>(&(UserId::new(1), user_coupon_id))
        .unwrap();
    assert_eq!(
        (row.state, row.valid_to, row.version),
        (State::Available, expires_at, 1)
    );
    assert_eq!(world.get::<Coupon>(&COUPON).unwrap().issued, 1);
}

#[test]
fn fixed_ends_are_the_same_for_everybody() {
    let mut world = World::new();
    let (from, to) = (Some(world.now), world.now.plus(30 * DAY));
    let terms = CouponTerms {
        validity: Validity::Between { from, to },
        ..terms(&world)
    };
    world.row(Coupon::new(COUPON, &terms, world.now));
    world.advance(DAY);
    world.send(Input::IssueCoupon(issue(1, 7)));
    let row = world
        .get::<UserCoupon>(&(UserId::new(1), UserCouponId::new(7)))
        .unwrap();
    assert_eq!((row.valid_from, row.valid_to), (from, to));
}

#[test]
fn each_reason_to_refuse_has_its_own_answer() {
    let absent = IssueCoupon {
        coupon_id: CouponId::new(99),
        ..issue(1, 7)
    };
    assert_eq!(refused(&mut offered(1), absent), Refusal::CouponNotFound);

    let mut early = offered(1);
    early.now = early.now.minus(Duration::from_micros(1));
    assert_eq!(refused(&mut early, issue(1, 7)), Refusal::NotIssuePeriod);

    let mut late = offered(2);
    late.advance(5 * DAY);
    assert!(
        late.send(Input::IssueCoupon(issue(1, 7))).says.len() == 1,
        "the last instant counts"
    );
    late.advance(Duration::from_micros(1));
    assert_eq!(refused(&mut late, issue(2, 8)), Refusal::NotIssuePeriod);

    let mut disabled = offered(1);
    let coupon = disabled.get::<Coupon>(&COUPON).unwrap();
    disabled.row(Coupon {
        status: Status::Disabled,
        ..coupon
    });
    assert_eq!(refused(&mut disabled, issue(1, 7)), Refusal::NotIssuePeriod);

    let mut full = offered(1);
    full.send(Input::IssueCoupon(issue(1, 7)));
    assert_eq!(refused(&mut full, issue(1, 8)), Refusal::AlreadyIssued);
    assert_eq!(refused(&mut full, issue(2, 9)), Refusal::SoldOut);
}

#[test]
fn a_user_who_left_is_issued_nothing() {
    let mut world = offered(1);
    let gone = UserDeactivated {
        user_id: UserId::new(1),
        at: world.now,
    };
    assert!(!world.hear(gone.clone().into()).is_repeat());
    assert!(world.hear(gone.into()).is_repeat());
    assert_eq!(world.all::<ClosedUser>().len(), 1);
    assert_eq!(refused(&mut world, issue(1, 7)), Refusal::UserClosed);
    assert_eq!(world.send(Input::IssueCoupon(issue(2, 8))).says.len(), 1);
}

#[test]
fn a_repeated_key_gets_the_first_answer_whatever_holds_now() {
    let mut world = offered(1);
    let first = world.send(Input::IssueCoupon(issue(1, 7)));
    let Some(Reply::Issued {
        issued,
        replayed: false,
    }) = first.reply
    else {
        panic!("{first:?}")
    };
    let coupon = world.get::<Coupon>(&COUPON).unwrap();
    world.row(Coupon {
        status: Status::Disabled,
        ..coupon
    });
    world.advance(3 * DAY);
    let before = world.digest();
    // A retry brings a fresh id; the first one counts.
    let again = IssueCoupon {
        user_coupon_id: UserCouponId::new(8),
        ..issue(1, 7)
    };
    let replay = world.send(Input::IssueCoupon(again));
    assert_eq!(
        replay.reply,
        Some(Reply::Issued {
            issued,
            replayed: true
        })
    );
    assert!(replay.says.is_empty());
    assert_eq!(world.digest(), before);

    world.advance(Duration::from_micros(1));
    let forgotten = refused(&mut world, issue(1, 7));
    assert_eq!(
        forgotten,
        Refusal::NotIssuePeriod,
        "a key is kept for 72 hours"
    );
    world.now = world.now.minus(DAY);

    let mut other = issue(1, 7);
    other.key.fingerprint = vec![2];
    assert_eq!(refused(&mut world, other), Refusal::KeyReused);
}

#[test]
fn a_key_repeated_within_a_batch_issues_once() {
    let mut world = offered(5);
    let again = IssueCoupon {
        user_coupon_id: UserCouponId::new(8),
        ..issue(1, 7)
    };
    let commands = [issue(1, 7), again].map(|it| testkit::command(Input::IssueCoupon(it)));
    let decisions = world.batch(commands.into());
    let Some(Reply::Issued { issued, .. }) = decisions[0].reply else {
        panic!("{decisions:?}")
    };
    assert_eq!(
        decisions[1].reply,
        Some(Reply::Issued {
            issued,
            replayed: true
        })
    );
    assert_eq!(world.get::<Coupon>(&COUPON).unwrap().issued, 1);
}

#[test]
fn a_piece_issued_in_a_batch_can_be_used_in_it() {
    let mut world = offered(5);
    let command = IssueCoupon {
        user_id: USER,
        user_coupon_id: HELD,
        ..issue(1, 7)
    };
    let order = deducted(&world, ONE);
    let decisions = world.batch(vec![
        testkit::command(Input::IssueCoupon(command)),
        testkit::event(order.into()),
    ]);
    assert!(
        matches!(decisions[1].says[0].fact, Fact::CouponApplied(_)),
        "{decisions:?}"
    );
}

/// 200 users, each asking twice, over 100 pieces, in batches that cut across them.
#[test]
fn of_a_rush_exactly_as_many_are_served_as_there_are_pieces_without_a_gap() {
    let mut world = offered(100);
    // 73 and 400 share no factor, so this visits every request once, out of order.
    let requests = (0..400)
        .map(|at| (at * 73) % 400)
        .map(|at| (at % 200 + 1, at + 1_000));
    let commands: Vec<IssueCoupon> = requests.map(|(user, held)| issue(user, held)).collect();
    let mut numbers = Vec::new();
    let (mut sold_out, mut already) = (0, 0);
    for batch in commands.chunks(64) {
        let inputs = batch
            .iter()
            .cloned()
            .map(Input::IssueCoupon)
            .map(testkit::command);
        for decision in world.batch(inputs.collect()) {
            match decision.reply {
                Some(Reply::Issued {
                    issued,
                    replayed: false,
                }) => numbers.push(issued.sequence_no),
                Some(Reply::Refused(Refusal::SoldOut)) => sold_out += 1,
                Some(Reply::Refused(Refusal::AlreadyIssued)) => already += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(numbers, (1..=100).collect::<Vec<i64>>());
    assert_eq!((sold_out, already), (200, 100));
    assert_eq!(world.all::<UserCoupon>().len(), 100);
    let mut written: Vec<i64> = world
        .all::<CouponIssue>()
        .iter()
        .map(|row| row.sequence_no)
        .collect();
    written.sort_unstable();
    assert_eq!(written, numbers);
    assert_eq!(world.get::<Coupon>(&COUPON).unwrap().issued, 100);
}
