//! The shop's commands: what a coupon is created as, and what may change about it.

use contracts::http::promotion::{CouponChange, CouponStatus};

use super::*;
use crate::decide::Reply;
use crate::domain::refusal::Refusal;
use crate::input::{CreateCoupon, Input, IssueCoupon, UpdateCoupon};
use crate::store::Status;

/// Offered by the hundred, of which three are issued.
fn offered() -> World {
    let mut world = World::new();
    let coupon = Coupon::new(COUPON, &terms(&world), world.now);
    world.row(coupon);
    for user in 1..=3 {
        world.send(issue(user));
    }
    world
}

fn issue(user: i64) -> Input {
    Input::IssueCoupon(IssueCoupon {
        user_coupon_id: UserCouponId::new(100 + user),
        coupon_id: COUPON,
        user_id: UserId::new(user),
        key: key(&format!("issue {user}")),
    })
}

/// The number issued, or why none was.
fn number(world: &mut World, user: i64) -> Result<i64, Refusal> {
    match world.send(issue(user)).reply {
        Some(Reply::Issued { issued, .. }) => Ok(issued.sequence_no),
        Some(Reply::Refused(refusal)) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

fn update(world: &mut World, coupon_id: CouponId, change: CouponChange) -> Result<Coupon, Refusal> {
    let decision = world.send(Input::UpdateCoupon(UpdateCoupon { coupon_id, change }));
    assert_eq!(decision.says, []);
    match decision.reply {
        Some(Reply::Changed(coupon)) => Ok(*coupon),
        Some(Reply::Refused(refusal)) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

fn changed(world: &mut World, change: CouponChange) -> Coupon {
    update(world, COUPON, change).unwrap()
}

fn status(status: CouponStatus) -> CouponChange {
    CouponChange {
        status: Some(status),
        ..CouponChange::default()
    }
}

fn total(total: i64) -> CouponChange {
    CouponChange {
        total_quantity: Some(total),
        ..CouponChange::default()
    }
}

fn until(end: Timestamp) -> CouponChange {
    CouponChange {
        issue_to: Some(end),
        ..CouponChange::default()
    }
}

#[test]
fn a_change_changes_what_it_names_and_the_same_again_nothing() {
    type Changed = fn(&mut Coupon);
    let mut world = offered();
    let name = CouponChange {
        name: Some("봄 쿠폰".into()),
        ..CouponChange::default()
    };
    let end = world.now.plus(9 * DAY);
    let table: [(CouponChange, Changed); 6] = [
        (name, |coupon| {
            coupon.created_name = Some(std::mem::replace(&mut coupon.name, "봄 쿠폰".into()));
        }),
        (total(3), |coupon| {
            coupon.created_total = Some(std::mem::replace(&mut coupon.total_quantity, 3));
        }),
        (total(200), |coupon| coupon.total_quantity = 200),
        (until(end), |coupon| {
            let end = coupon.created_at.plus(9 * DAY);
            coupon.created_issue_to = Some(std::mem::replace(&mut coupon.issue_to, end));
        }),
        (status(CouponStatus::Disabled), |coupon| {
            coupon.status = Status::Disabled;
        }),
        // Back to what it was created as, there is nothing to remember.
        (total(100), |coupon| {
            coupon.total_quantity = 100;
            coupon.created_total = None;
        }),
    ];
    for (change, expected) in table {
        let mut after = world.get::<Coupon>(&COUPON).unwrap();
        expected(&mut after);
        after.version += 1;
        assert_eq!(changed(&mut world, change.clone()), after, "{change:?}");
        assert_eq!(world.get::<Coupon>(&COUPON), Some(after.clone()));
        let digest = world.digest();
        for same in [change, CouponChange::default()] {
            assert_eq!(changed(&mut world, same), after);
        }
        assert_eq!(world.digest(), digest);
    }
}

#[test]
fn a_change_that_contradicts_the_offer_is_refused_whole() {
    let mut world = offered();
    let (from, days) = (world.now, CouponId::new(22));
    let (to, late) = (from.plus(30 * DAY), from.plus(31 * DAY));
    let ends = CouponTerms {
        validity: Validity::Between { from: None, to },
        ..terms(&world)
    };
    world.row(Coupon::new(days, &ends, from));
    let fewer = Refusal::FewerThanIssued { issued: 3 };
    for (coupon, change, refusal) in [
        (CouponId::new(99), total(5), Refusal::CouponNotFound),
        (COUPON, total(2), fewer),
        (
            COUPON,
            until(from.minus(Duration::from_micros(1))),
            Refusal::IssueEndsTooEarly,
        ),
        (days, until(late), Refusal::IssueEndsTooLate),
    ] {
        let digest = world.digest();
        let change = CouponChange {
            status: Some(CouponStatus::Disabled),
            ..change
        };
        assert_eq!(update(&mut world, coupon, change), Err(refusal));
        assert_eq!(world.digest(), digest, "{refusal:?}");
    }
    // The last instants themselves are allowed, and days from the issue have no end to pass.
    for (coupon, end) in [(COUPON, from), (days, to), (COUPON, late)] {
        let after = update(&mut world, coupon, until(end)).unwrap();
        assert_eq!(after.issue_to, end);
    }
}

#[test]
fn hard_case_09_disabling_ends_the_issue_and_leaves_what_was_issued_good() {
    let mut world = offered();
    changed(&mut world, status(CouponStatus::Disabled));
    assert_eq!(number(&mut world, 4), Err(Refusal::NotIssuePeriod));
    let order = StockDeducted {
        user_id: UserId::new(1),
        user_coupon_id: Some(UserCouponId::new(101)),
        ..deducted(&world, ONE)
    };
    let decision = world.hear(order.into());
    assert!(
        matches!(decision.says[0].fact, Fact::CouponApplied(_)),
        "{decision:?}"
    );
    changed(&mut world, status(CouponStatus::Active));
    assert_eq!(number(&mut world, 4), Ok(4), "without a gap");
}

#[test]
fn a_sold_out_coupon_goes_on_with_the_next_number_once_there_are_more() {
    let mut world = offered();
    changed(&mut world, total(3));
    assert_eq!(number(&mut world, 4), Err(Refusal::SoldOut));
    changed(&mut world, total(4));
    assert_eq!(number(&mut world, 5), Ok(4));
    assert_eq!(number(&mut world, 4), Err(Refusal::SoldOut));
}

#[test]
fn a_coupon_is_created_once_under_its_key() {
    let mut world = World::new();
    let command = CreateCoupon {
        id: COUPON,
        terms: terms(&world),
        key: key("create"),
    };
    let first = world.send(Input::CreateCoupon(Box::new(command.clone())));
    let Some(Reply::Created {
        coupon,
        replayed: false,
    }) = first.reply
    else {
        panic!("{first:?}");
    };
    assert_eq!(*coupon, Coupon::new(COUPON, &command.terms, world.now));
    assert_eq!(world.get::<Coupon>(&COUPON), Some((*coupon).clone()));

    world.send(issue(1));
    let retry = CreateCoupon {
        id: CouponId::new(22),
        ..command.clone()
    };
    // Nor does it matter what the shop has changed since.
    let change = CouponChange {
        status: Some(CouponStatus::Disabled),
        name: Some("여름 쿠폰".into()),
        total_quantity: Some(7),
        issue_to: Some(world.now),
    };
    changed(&mut world, change);
    let again = world.send(Input::CreateCoupon(Box::new(retry)));
    assert_eq!(
        again.reply,
        Some(Reply::Created {
            coupon,
            replayed: true
        })
    );
    assert_eq!(world.all::<Coupon>().len(), 1);

    let key = KeyUse {
        fingerprint: vec![2],
        ..command.key.clone()
    };
    let other = world.send(Input::CreateCoupon(Box::new(CreateCoupon {
        key,
        ..command
    })));
    assert_eq!(other.reply, Some(Reply::Refused(Refusal::KeyReused)));
}
