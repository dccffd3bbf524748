//! The undo of "apply coupon": the laws every step keeps, and who must not meet a freed coupon.

use contracts::events::promotion::{CouponRestored, FreedCoupon, UserCouponStatus};
use contracts::ids::SagaId;
use db::{Fence, Standing};
use testkit::step_laws;

use super::*;

fn restored(order_id: OrderId, status: Option<UserCouponStatus>) -> Fact {
    let coupon = status.map(|status| FreedCoupon {
        user_coupon_id: HELD,
        status,
    });
    CouponRestored { order_id, coupon }.into()
}

fn fence_of(world: &World, order: OrderId) -> Option<Standing> {
    let key = (SagaId::from(order), i64::from(Step::ApplyCoupon.code()));
    world.get::<Fence>(&key).map(|row| row.state)
}

#[test]
fn apply_and_restore_keep_the_laws_with_and_without_a_coupon() {
    let now = world();
    let with = deducted(&now, ONE);
    step_laws(world, &with.clone().into(), &cancelled(&with));
    step_laws(world, &with.clone().into(), &payment_failed(&with));
    let without = without_coupon(&now, ONE);
    step_laws(world, &without.clone().into(), &cancelled(&without));
    let not_owned = StockDeducted {
        user_coupon_id: Some(UserCouponId::new(99)),
        ..with
    };
    step_laws(world, &not_owned.clone().into(), &cancelled(&not_owned));
}

#[test]
fn an_undo_frees_the_coupon_and_says_so_once() {
    let mut world = world();
    let order = deducted(&world, ONE);
    world.hear(order.clone().into());
    let undone = world.hear(payment_failed(&order));
    assert_eq!(
        undone.says[0].fact,
        restored(ONE, Some(UserCouponStatus::Available))
    );
    assert_eq!(undone.says[0].sequence, 3);
    let row = held(&world);
    assert_eq!(
        (row.state, row.order_id, row.used_at),
        (State::Available, None, None)
    );
    assert_eq!(fence_of(&world, ONE), Some(Standing::Undone));
    // Order cancels because of the failure, and that undoes once more.
    assert!(world.hear(cancelled(&order)).is_repeat());
    assert_eq!(world.said().len(), 2);
}

#[test]
fn a_coupon_freed_after_its_last_day_is_expired() {
    let mut world = world();
    let order = deducted(&world, ONE);
    world.hear(order.clone().into());
    world.now = held(&world).valid_to;
    let mut at_the_end = testkit::World::<Promotion>::new();
    for row in world.all::<UserCoupon>() {
        at_the_end.row(row);
    }
    at_the_end.now = world.now;
    let undone = at_the_end.hear(cancelled(&order));
    assert_eq!(
        undone.says[0].fact,
        restored(ONE, Some(UserCouponStatus::Available))
    );

    world.advance(Duration::from_micros(1));
    let undone = world.hear(cancelled(&order));
    assert_eq!(
        undone.says[0].fact,
        restored(ONE, Some(UserCouponStatus::Expired))
    );
    assert_eq!(
        (held(&world).state, held(&world).order_id),
        (State::Expired, None)
    );
}

#[test]
fn who_is_not_named_or_had_no_coupon_says_nothing() {
    let mut world = world();
    let order = without_coupon(&world, ONE);
    world.hear(order.clone().into());
    let before = world.digest();
    let failed = world.hear(payment_failed(&order));
    let owing = cancelled_owing(&order, Steps::of(&[Step::DeductStock, Step::PayPoints]));
    let not_named = world.hear(owing);
    assert!(failed.says.is_empty() && not_named.says.is_empty());
    assert_eq!(world.digest(), before);
}

#[test]
fn an_order_with_nothing_off_is_undone_with_empty_content() {
    let mut world = world();
    let order = without_coupon(&world, ONE);
    world.hear(order.clone().into());
    let undone = world.hear(cancelled(&order));
    assert_eq!(undone.says[0].fact, restored(ONE, None));
    assert_eq!(fence_of(&world, ONE), Some(Standing::Undone));
}

#[test]
fn a_refused_step_is_voided_with_empty_content_once() {
    let mut world = world();
    let (one, two) = (deducted(&world, ONE), deducted(&world, TWO));
    world.hear(two.into());
    world.hear(one.clone().into());
    let void = world.hear(cancelled(&one));
    assert_eq!(void.says[0].fact, restored(ONE, None));
    assert_eq!(fence_of(&world, ONE), Some(Standing::Void));
    assert_eq!(held(&world).order_id, Some(TWO));
    assert!(world.hear(cancelled(&one)).is_repeat());
    assert!(world.hear(one.into()).is_repeat());
    assert_eq!(held(&world).order_id, Some(TWO));
}

#[test]
fn hard_case_01_an_undo_before_its_do_voids_it_and_leaves_the_coupon_to_others() {
    let mut world = world();
    let (one, two) = (deducted(&world, ONE), deducted(&world, TWO));
    let void = world.hear(cancelled(&one));
    assert_eq!(void.says[0].fact, restored(ONE, None));
    assert!(world.hear(one.clone().into()).is_repeat());
    assert_eq!(held(&world).state, State::Available);
    let applied = world.hear(two.into());
    assert!(matches!(applied.says[0].fact, Fact::CouponApplied(_)));
    assert!(world.hear(cancelled(&one)).is_repeat());
    assert_eq!(held(&world).order_id, Some(TWO));
}

#[test]
fn hard_case_01_undo_and_do_in_one_batch() {
    let mut world = world();
    let order = deducted(&world, ONE);
    let inputs = vec![
        testkit::event(cancelled(&order)),
        testkit::event(order.into()),
    ];
    let decisions = world.batch(inputs);
    assert_eq!(decisions[0].says[0].fact, restored(ONE, None));
    assert!(decisions[1].is_repeat());
    assert_eq!(held(&world).state, State::Available);
}

/// The freed coupon no longer shows its first order: only the fence row does.
#[test]
fn a_late_do_of_an_undone_order_leaves_the_coupon_with_the_next_one() {
    let mut world = world();
    let (one, two) = (deducted(&world, ONE), deducted(&world, TWO));
    world.hear(one.clone().into());
    world.hear(cancelled(&one));
    world.hear(two.into());
    let before = world.digest();
    for late in [
        Fact::from(one.clone()),
        cancelled(&one),
        payment_failed(&one),
    ] {
        let decision = world.hear(late);
        assert!(
            decision.is_repeat() && decision.says.is_empty(),
            "{decision:?}"
        );
    }
    assert_eq!(world.digest(), before);
    assert_eq!(held(&world).order_id, Some(TWO));
}

/// The failure made Order cancel; the cancellation reaches Promotion first, and by the time the
/// failure comes the coupon serves another order.
#[test]
fn hard_case_21_a_failure_overtaken_by_its_cancellation_frees_nothing_more() {
    let mut world = world();
    let (one, two) = (deducted(&world, ONE), deducted(&world, TWO));
    world.hear(one.clone().into());
    let owed = Steps::of(&[Step::DeductStock, Step::ApplyCoupon]);
    let undone = world.hear(cancelled_owing(&one, owed));
    assert_eq!(
        undone.says[0].fact,
        restored(ONE, Some(UserCouponStatus::Available))
    );
    world.hear(two.into());
    assert!(world.hear(payment_failed(&one)).is_repeat());
    assert_eq!(held(&world).order_id, Some(TWO));
}
