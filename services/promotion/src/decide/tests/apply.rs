//! "apply coupon": what each order is told, and what its rows show afterwards.

use contracts::events::promotion::{CouponCode, CouponRejected};
use contracts::events::user::UserDeactivated;
use contracts::ids::SagaId;
use db::{Fence, Standing};

use super::*;
use crate::store::Status;

type Given = fn(&mut World, &mut StockDeducted);

fn change_held(world: &mut World, change: impl FnOnce(&mut UserCoupon)) {
    let mut row = held(world);
    change(&mut row);
    world.row(row);
}

fn change_coupon(world: &mut World, change: impl FnOnce(&mut Coupon)) {
    let mut row = world.get::<Coupon>(&COUPON).unwrap();
    change(&mut row);
    world.row(row);
}

/// What stands in the way, and what the order is told.
fn reasons() -> [(&'static str, Given, CouponCode); 9] {
    [
        (
            "nobody has it",
            |_, order| order.user_coupon_id = Some(UserCouponId::new(99)),
            CouponCode::CouponNotOwned,
        ),
        (
            "somebody else has it",
            |_, order| order.user_id = UserId::new(12),
            CouponCode::CouponNotOwned,
        ),
        (
            "another order uses it",
            |world, _| {
                let order = deducted(world, TWO);
                world.hear(order.into());
            },
            CouponCode::CouponAlreadyUsed,
        ),
        (
            "it came back expired",
            |world, _| change_held(world, |row| row.state = State::Expired),
            CouponCode::CouponExpired,
        ),
        (
            "it was past when the order was created",
            |world, order| order.created_at = seconds(world, 10 * 24 * 3600 + 1),
            CouponCode::CouponExpired,
        ),
        (
            "the order is too small",
            |world, _| change_coupon(world, |row| row.min_order_amount = Money::new(30_001)),
            CouponCode::CouponNotApplicable,
        ),
        (
            "no line is in its scope",
            |world, _| change_coupon(world, |row| row.scope.0.categories = vec!["식품".into()]),
            CouponCode::CouponNotApplicable,
        ),
        (
            "the order costs nothing",
            |_, order| {
                order.lines = vec![priced(1, "주방", 0, 1)];
                order.total = Money::ZERO;
            },
            CouponCode::CouponNotApplicable,
        ),
        (
            "its terms are gone",
            |world, _| {
                world.maps_mut().table_mut::<Coupon>().clear();
            },
            CouponCode::CouponNotApplicable,
        ),
    ]
}

#[test]
fn each_reason_to_reject_has_its_code_and_leaves_the_coupon_as_it_was() {
    for (what, given, code) in reasons() {
        let mut world = world();
        let mut order = deducted(&world, ONE);
        given(&mut world, &mut order);
        let before = held(&world);
        let decision = world.hear(order.clone().into());
        let rejected = CouponRejected {
            order_id: ONE,
            user_id: order.user_id,
            user_coupon_id: order.user_coupon_id.unwrap(),
            code,
        };
        assert_eq!(decision.says[0].fact, rejected.into(), "{what}");
        assert_eq!(held(&world), before, "{what}");
        let fences: Vec<Fence> = world.all();
        assert_eq!(fences.len(), 1, "{what}");
        assert_eq!(fences[0].state, Standing::Refused, "{what}");
    }
}

#[test]
fn a_coupon_is_used_by_its_order_and_comes_off_its_lines() {
    let mut world = world();
    let order = deducted(&world, ONE);
    let decision = world.hear(order.clone().into());
    let Fact::CouponApplied(applied) = &decision.says[0].fact else {
        panic!("{decision:?}")
    };
    assert_eq!(decision.says[0].sequence, 2);
    assert_eq!(applied.discount, Money::new(3_000));
    assert_eq!(applied.paid, Money::new(27_000));
    let off: Vec<i64> = applied
        .lines
        .iter()
        .map(|line| line.discount.won())
        .collect();
    assert_eq!(off, [1_000, 2_000]);
    assert_eq!(applied.user_coupon_id, Some(HELD));
    assert_eq!(applied.created_at, order.created_at);
    let row = held(&world);
    assert_eq!((row.state, row.order_id), (State::Used, Some(ONE)));
    assert_eq!((row.used_at, row.version), (Some(world.now), 2));
}

#[test]
fn terms_of_every_form_survive_their_row() {
    for (discount, off) in [
        (Discount::Fixed(Money::new(30_001)), 30_000),
        (
            Discount::Rate {
                percent: 7,
                max: None,
            },
            2_100,
        ),
        (
            Discount::Rate {
                percent: 7,
                max: Some(Money::new(2_000)),
            },
            2_000,
        ),
    ] {
        let mut world = world();
        world.row(Coupon::new(
            COUPON,
            &CouponTerms {
                discount,
                ..terms(&world)
            },
            world.now,
        ));
        let order = deducted(&world, ONE);
        let decision = world.hear(order.into());
        let Fact::CouponApplied(applied) = &decision.says[0].fact else {
            panic!("{decision:?}")
        };
        assert_eq!(applied.discount, Money::new(off), "{discount:?}");
    }
}

#[test]
fn an_order_without_a_coupon_is_applied_with_nothing_off() {
    let mut world = world();
    let order = without_coupon(&world, ONE);
    let decision = world.hear(order.into());
    let Fact::CouponApplied(applied) = &decision.says[0].fact else {
        panic!("{decision:?}")
    };
    assert_eq!(
        (applied.discount, applied.paid),
        (Money::ZERO, Money::new(30_000))
    );
    assert!(
        applied
            .lines
            .iter()
            .all(|line| line.discount == Money::ZERO)
    );
    assert_eq!(applied.user_coupon_id, None);
}

/// What design.md 7 allows: the user's coupon, or a fence row, never both.
#[test]
fn an_applied_order_writes_one_row() {
    let mut with = world();
    let order = deducted(&with, ONE);
    with.hear(order.into());
    assert_eq!(with.all::<Fence>(), []);
    assert_eq!(held(&with).order_id, Some(ONE));

    let mut without = world();
    let order = without_coupon(&without, ONE);
    without.hear(order.into());
    let fence = without.get::<Fence>(&(SagaId::from(ONE), Step::ApplyCoupon.code().into()));
    assert_eq!(fence.unwrap().state, Standing::Applied);
    assert_eq!(held(&without).version, 1);
}

#[test]
fn hard_case_02_the_same_event_twice_takes_one_coupon_and_says_so_once() {
    let mut world = world();
    for order in [deducted(&world, ONE), without_coupon(&world, TWO)] {
        world.hear(order.clone().into());
        let before = world.digest();
        // Each hearing comes from another position of the log.
        let again = world.hear(order.clone().into());
        assert!(again.is_repeat() && again.says.is_empty(), "{again:?}");
        let in_one_batch = [order.clone(), order].map(|order| testkit::event(order.into()));
        let again = world.batch(in_one_batch.into());
        assert!(
            again.iter().all(|decision| decision.is_repeat()),
            "{again:?}"
        );
        assert_eq!(world.digest(), before);
    }
    assert_eq!(world.said().len(), 2);
}

#[test]
fn hard_case_02_twice_in_one_batch_is_once() {
    let mut world = world();
    let order = deducted(&world, ONE);
    let twice = [order.clone(), order].map(|order| testkit::event(order.into()));
    let decisions = world.batch(twice.into());
    assert_eq!(decisions[0].says.len(), 1);
    assert!(decisions[1].is_repeat());
}

#[test]
fn hard_case_04_a_refused_step_stays_refused_when_the_coupon_is_free_again() {
    let mut world = world();
    let (one, two) = (deducted(&world, ONE), deducted(&world, TWO));
    world.hear(two.clone().into());
    let refused = world.hear(one.clone().into());
    assert!(matches!(refused.says[0].fact, Fact::CouponRejected(_)));
    world.hear(cancelled(&two));
    assert_eq!(held(&world).state, State::Available);
    let again = world.hear(one.into());
    assert!(again.is_repeat() && again.says.is_empty(), "{again:?}");
    assert_eq!(held(&world).state, State::Available);
}

#[test]
fn hard_case_08_of_two_orders_in_one_batch_one_gets_the_coupon() {
    let mut world = world();
    let orders = [deducted(&world, ONE), deducted(&world, TWO)];
    let decisions = world.batch(orders.map(|order| testkit::event(order.into())).into());
    assert!(matches!(decisions[0].says[0].fact, Fact::CouponApplied(_)));
    let Fact::CouponRejected(rejected) = &decisions[1].says[0].fact else {
        panic!("{decisions:?}");
    };
    assert_eq!(rejected.code, CouponCode::CouponAlreadyUsed);
    assert_eq!(held(&world).order_id, Some(ONE));
}

#[test]
fn hard_case_09_a_coupon_that_expires_mid_saga_is_tested_against_the_orders_creation() {
    let mut world = world();
    let order = StockDeducted {
        created_at: held(&world).valid_to,
        ..deducted(&world, ONE)
    };
    world.advance(11 * DAY);
    let decision = world.hear(order.into());
    assert!(
        matches!(decision.says[0].fact, Fact::CouponApplied(_)),
        "{decision:?}"
    );
}

#[test]
fn hard_case_09_a_coupon_disabled_mid_saga_still_holds() {
    let mut world = world();
    let order = deducted(&world, ONE);
    change_coupon(&mut world, |row| row.status = Status::Disabled);
    let decision = world.hear(order.into());
    assert!(
        matches!(decision.says[0].fact, Fact::CouponApplied(_)),
        "{decision:?}"
    );
}

#[test]
fn hard_case_20_an_order_from_a_clock_behind_may_use_a_coupon_issued_just_now() {
    let mut world = world();
    let mut order = deducted(&world, ONE);
    order.created_at = world.now.minus(Duration::from_secs(600));
    change_held(&mut world, |row| row.valid_from = Some(row.issued_at));
    let decision = world.hear(order.into());
    assert!(
        matches!(decision.says[0].fact, Fact::CouponApplied(_)),
        "{decision:?}"
    );
}

#[test]
fn hard_case_16_an_order_of_zero_won_is_applied_and_a_coupon_has_nothing_to_take_from() {
    let mut world = world();
    let free = |order: StockDeducted| StockDeducted {
        lines: vec![priced(1, "주방", 0, 3)],
        total: Money::ZERO,
        ..order
    };
    let order = free(without_coupon(&world, ONE));
    let decision = world.hear(order.into());
    let Fact::CouponApplied(applied) = &decision.says[0].fact else {
        panic!("{decision:?}")
    };
    assert_eq!((applied.discount, applied.paid), (Money::ZERO, Money::ZERO));
    let order = free(deducted(&world, TWO));
    let decision = world.hear(order.into());
    assert!(
        matches!(decision.says[0].fact, Fact::CouponRejected(_)),
        "{decision:?}"
    );
    assert_eq!(held(&world).state, State::Available);
}

#[test]
fn hard_case_16_a_coupon_may_take_the_whole_price() {
    let mut world = world();
    change_coupon(&mut world, |row| row.value = 30_001);
    let order = deducted(&world, ONE);
    let decision = world.hear(order.into());
    let Fact::CouponApplied(applied) = &decision.says[0].fact else {
        panic!("{decision:?}")
    };
    let whole = (Money::new(30_000), Money::ZERO);
    assert_eq!((applied.discount, applied.paid), whole);
}

#[test]
fn hard_case_16_the_open_order_of_a_user_who_left_uses_the_coupon_and_gives_it_back() {
    let mut world = world();
    let order = deducted(&world, ONE);
    let gone = UserDeactivated {
        user_id: USER,
        at: world.now,
    };
    world.hear(gone.into());
    world.hear(order.clone().into());
    assert_eq!(held(&world).order_id, Some(ONE), "it was placed before");
    let restored = world.hear(cancelled(&order));
    assert_eq!(restored.says.len(), 1);
    assert_eq!(held(&world).state, State::Available);
}
