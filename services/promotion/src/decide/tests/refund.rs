//! "return coupon": it comes back with a whole order only, once, and the first order's events
//! find nothing left to do.

use contracts::events::promotion::{CouponReturned, FreedCoupon, UserCouponStatus};
use contracts::ids::SagaId;
use db::{Fence, Standing};

use super::*;

fn returned(status: Option<UserCouponStatus>) -> Fact {
    let coupon = status.map(|status| FreedCoupon {
        user_coupon_id: HELD,
        status,
    });
    CouponReturned {
        order_id: ONE,
        refund_id: REFUND,
        coupon,
    }
    .into()
}

fn owed() -> Steps {
    Steps::of(&[Step::ReturnStock, Step::ReturnCoupon, Step::ReturnPoints])
}

fn standing_of(world: &World, saga: SagaId, step: Step) -> Option<Standing> {
    world
        .get::<Fence>(&(saga, i64::from(step.code())))
        .map(|row| row.state)
}

#[test]
fn a_whole_refund_gives_the_coupon_back_once() {
    let mut world = world();
    let order = deducted(&world, ONE);
    world.hear(order.clone().into());
    let refund = refund_requested(&order, true, owed());
    let decision = world.hear(refund.clone().into());
    assert_eq!(
        decision.says[0].fact,
        returned(Some(UserCouponStatus::Available))
    );
    assert_eq!(
        (held(&world).state, held(&world).order_id),
        (State::Available, None)
    );
    let applied = standing_of(&world, ONE.into(), Step::ApplyCoupon);
    assert_eq!(applied, Some(Standing::Undone));
    let refunded = standing_of(&world, REFUND.into(), Step::ReturnCoupon);
    assert_eq!(refunded, Some(Standing::Applied));
    let before = world.digest();
    assert!(world.hear(refund.into()).is_repeat());
    assert_eq!(world.digest(), before);
}

#[test]
fn a_late_do_or_refund_leaves_the_returned_coupon_with_the_next_order() {
    let mut world = world();
    let (one, two) = (deducted(&world, ONE), deducted(&world, TWO));
    let refund = refund_requested(&one, true, owed());
    world.hear(one.clone().into());
    world.hear(refund.clone().into());
    world.hear(two.into());
    assert!(world.hear(one.into()).is_repeat());
    assert!(world.hear(refund.into()).is_repeat());
    assert_eq!(held(&world).order_id, Some(TWO));
}

#[test]
fn a_coupon_past_its_last_day_comes_back_expired() {
    let mut world = world();
    let order = deducted(&world, ONE);
    world.hear(order.clone().into());
    world.advance(11 * DAY);
    let decision = world.hear(refund_requested(&order, true, owed()).into());
    assert_eq!(
        decision.says[0].fact,
        returned(Some(UserCouponStatus::Expired))
    );
    assert_eq!(held(&world).state, State::Expired);
}

#[test]
fn a_refund_of_a_part_leaves_the_coupon_used() {
    let mut world = world();
    let order = deducted(&world, ONE);
    world.hear(order.clone().into());
    let decision = world.hear(refund_requested(&order, false, owed()).into());
    assert_eq!(decision.says[0].fact, returned(None));
    assert_eq!(held(&world).order_id, Some(ONE));
    assert_eq!(standing_of(&world, ONE.into(), Step::ApplyCoupon), None);
}

#[test]
fn a_whole_refund_without_a_coupon_returns_none() {
    let mut world = world();
    let order = without_coupon(&world, ONE);
    world.hear(order.clone().into());
    let decision = world.hear(refund_requested(&order, true, owed()).into());
    assert_eq!(decision.says[0].fact, returned(None));
    let applied = standing_of(&world, ONE.into(), Step::ApplyCoupon);
    assert_eq!(applied, Some(Standing::Applied));
}

#[test]
fn a_refund_that_owes_no_coupon_is_not_answered() {
    let mut world = world();
    let order = deducted(&world, ONE);
    world.hear(order.clone().into());
    let before = world.digest();
    let not_owed = owed().without(Step::ReturnCoupon);
    let decision = world.hear(refund_requested(&order, true, not_owed).into());
    assert!(decision.says.is_empty());
    assert_eq!(world.digest(), before);
}
