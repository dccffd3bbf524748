//! Goods that come back: undone orders and refunds.

use contracts::events::product::StockReturned;
use db::{Fence, Standing};

use super::*;
use crate::store::Direction;

#[test]
fn what_an_order_took_is_put_back() {
    let mut world = shop(5, 4);
    world.hear(created(ORDER, &[(BAG, 1), (MUG, 2), (MUG, 1)]));
    let decision = world.hear(payment_failed(ORDER));
    assert_eq!(
        restored(&decision),
        [restocked(MUG, 3, 5, 3), restocked(BAG, 1, 4, 3)]
    );
    assert_eq!((left(&world, MUG), left(&world, BAG)), (5, 4));
    assert_eq!(
        ledger(&world),
        [
            (ORDER.get(), MUG, Direction::Deduct, -3, 2, 2),
            (ORDER.get(), MUG, Direction::Restore, 3, 5, 3),
            (ORDER.get(), BAG, Direction::Deduct, -1, 3, 2),
            (ORDER.get(), BAG, Direction::Restore, 1, 4, 3),
        ]
    );
    assert!(world.all::<Fence>().is_empty(), "the ledger is the fence");
}

#[test]
fn each_cause_of_the_undo_puts_back() {
    for cause in [
        coupon_rejected(ORDER),
        payment_failed(ORDER),
        cancelled(ORDER, &[Step::DeductStock]),
        cancelled(
            ORDER,
            &[Step::DeductStock, Step::ApplyCoupon, Step::PayPoints],
        ),
    ] {
        let mut world = shop(5, 5);
        world.hear(created(ORDER, &[(MUG, 2)]));
        assert_eq!(restored(&world.hear(cause.clone())).len(), 1, "{cause:?}");
        assert_eq!(left(&world, MUG), 5);
    }
}

#[test]
fn a_cancellation_that_does_not_name_the_step_is_not_heard() {
    let mut world = shop(5, 5);
    world.hear(created(ORDER, &[(MUG, 2)]));
    for undo in [&[][..], &[Step::ApplyCoupon, Step::PayPoints]] {
        assert!(world.hear(cancelled(ORDER, undo)).says.is_empty());
    }
    assert_eq!(left(&world, MUG), 3);
}

#[test]
fn hard_case_01_an_undo_that_comes_first_voids_the_step() {
    let mut world = shop(5, 5);
    let void = world.hear(cancelled(ORDER, &[Step::DeductStock]));
    assert_eq!(restored(&void), []);
    let fence = world
        .get::<Fence>(&(saga(ORDER), Step::DeductStock.code().into()))
        .unwrap();
    assert_eq!(fence.state, Standing::Void);
    assert!(world.hear(created(ORDER, &[(MUG, 2)])).is_repeat());
    assert!(world.hear(payment_failed(ORDER)).is_repeat());
    assert_eq!(left(&world, MUG), 5);
    assert_eq!(world.said().len(), 1, "acknowledged once");
}

#[test]
fn hard_case_01_in_one_batch_too() {
    let mut world = shop(5, 5);
    let decisions = world.batch(vec![
        testkit::event(cancelled(ORDER, &[Step::DeductStock])),
        testkit::event(created(ORDER, &[(MUG, 2)])),
    ]);
    assert_eq!(restored(&decisions[0]), []);
    assert!(decisions[1].is_repeat());
    assert_eq!(left(&world, MUG), 5);
}

#[test]
fn an_order_and_its_undo_in_one_batch_leave_the_shelf_as_it_was() {
    let mut world = shop(5, 5);
    let decisions = world.batch(vec![
        testkit::event(created(ORDER, &[(MUG, 2), (BAG, 1)])),
        testkit::event(cancelled(ORDER, &[Step::DeductStock])),
    ]);
    assert_eq!(
        restored(&decisions[1]),
        [restocked(MUG, 2, 5, 3), restocked(BAG, 1, 5, 3)]
    );
    assert_eq!((left(&world, MUG), left(&world, BAG)), (5, 5));
}

#[test]
fn hard_case_02_an_undo_again_says_and_changes_nothing() {
    let mut world = shop(5, 5);
    world.hear(created(ORDER, &[(MUG, 2)]));
    world.hear(payment_failed(ORDER));
    let before = world.digest();
    for again in [
        payment_failed(ORDER),
        cancelled(ORDER, &[Step::DeductStock]),
        created(ORDER, &[(MUG, 2)]),
    ] {
        let again = world.hear(again);
        assert!(again.is_repeat() && again.says.is_empty());
    }
    assert_eq!(world.digest(), before);
}

#[test]
fn hard_case_04_the_undo_of_a_refused_order_is_acknowledged_empty_and_once() {
    let mut world = shop(0, 5);
    world.hear(created(ORDER, &[(MUG, 1)]));
    assert_eq!(
        restored(&world.hear(cancelled(ORDER, &[Step::DeductStock]))),
        []
    );
    world.row(Stock {
        product_id: MUG,
        quantity: 9,
        version: 2,
    });
    assert!(
        world
            .hear(cancelled(ORDER, &[Step::DeductStock]))
            .is_repeat()
    );
    assert!(world.hear(created(ORDER, &[(MUG, 1)])).is_repeat());
    assert_eq!(left(&world, MUG), 9);
}

/// The cancellation that a failure causes may be heard before the failure itself: they come from
/// two topics. Whichever is first puts back, the other says nothing.
#[test]
fn hard_case_21_the_failure_comes_after_the_cancellation_it_caused() {
    let causes = [
        payment_failed(ORDER),
        cancelled(ORDER, &[Step::DeductStock]),
    ];
    for order_of in [[0, 1], [1, 0]] {
        let mut world = shop(5, 5);
        world.hear(created(ORDER, &[(MUG, 2)]));
        let [first, second] = order_of.map(|at| causes[at].clone());
        assert_eq!(restored(&world.hear(first)), [restocked(MUG, 2, 5, 3)]);
        assert!(world.hear(second).is_repeat());
        assert_eq!(left(&world, MUG), 5);
    }
}

#[test]
fn hard_case_16_a_product_discontinued_in_mid_saga_takes_its_goods_back() {
    let mut world = shop(5, 5);
    world.hear(created(ORDER, &[(MUG, 2)]));
    world.row(store::Product {
        status: Status::Discontinued,
        ..product(MUG, MUG_PRICE)
    });
    assert_eq!(
        restored(&world.hear(payment_failed(ORDER))),
        [restocked(MUG, 2, 5, 3)]
    );
}

#[test]
fn orders_are_undone_one_by_one() {
    let mut world = shop(5, 5);
    world.hear(created(ORDER, &[(MUG, 2)]));
    world.hear(created(OTHER_ORDER, &[(MUG, 1)]));
    world.hear(payment_failed(ORDER));
    assert_eq!(left(&world, MUG), 4);
}

#[test]
fn an_order_without_lines_is_undone_once() {
    let mut world = shop(1, 1);
    world.hear(created(ORDER, &[]));
    assert_eq!(restored(&world.hear(payment_failed(ORDER))), []);
    assert!(
        world
            .hear(cancelled(ORDER, &[Step::DeductStock]))
            .is_repeat()
    );
    assert!(world.hear(created(ORDER, &[])).is_repeat());
}

fn returned(decision: &Decision<Reply>) -> &StockReturned {
    let Fact::StockReturned(returned) = said(decision) else {
        panic!("{decision:?}")
    };
    returned
}

#[test]
fn a_refund_returns_what_it_names_once() {
    let mut world = shop(1, 1);
    let asked = refund_requested(&[(BAG, 1), (MUG, 1), (MUG, 2)], &[Step::ReturnStock]);
    let decision = world.hear(asked.clone());
    let said = returned(&decision);
    assert_eq!((said.order_id, said.refund_id), (ORDER, REFUND));
    assert_eq!(
        said.lines,
        [restocked(MUG, 3, 4, 2), restocked(BAG, 1, 2, 2)]
    );
    assert_eq!(
        ledger(&world),
        [
            (REFUND.get(), MUG, Direction::Return, 3, 4, 2),
            (REFUND.get(), BAG, Direction::Return, 1, 2, 2),
        ]
    );
    let before = world.digest();
    assert!(world.hear(asked).is_repeat());
    assert_eq!(world.digest(), before);
}

#[test]
fn a_refund_that_does_not_owe_stock_is_not_heard() {
    let mut world = shop(1, 1);
    let asked = refund_requested(&[(MUG, 1)], &[Step::ReturnPoints]);
    assert!(world.hear(asked).says.is_empty());
    assert_eq!(left(&world, MUG), 1);
}

#[test]
fn a_refund_without_lines_is_acknowledged_once() {
    let mut world = shop(1, 1);
    let asked = refund_requested(&[], &[Step::ReturnStock]);
    assert_eq!(returned(&world.hear(asked.clone())).lines, []);
    assert!(world.hear(asked).is_repeat());
}

#[test]
fn goods_of_a_product_without_a_stock_row_are_not_lost() {
    let mut world = shop(1, 1);
    let asked = refund_requested(&[(HAT, 4)], &[Step::ReturnStock]);
    assert_eq!(
        returned(&world.hear(asked)).lines,
        [restocked(HAT, 4, 4, 1)]
    );
    assert_eq!(left(&world, HAT), 4);
}

#[test]
fn a_full_shelf_takes_no_more_and_says_what_it_holds() {
    let mut world = shop(i64::MAX - 1, 1);
    let asked = refund_requested(&[(MUG, 3)], &[Step::ReturnStock]);
    assert_eq!(returned(&world.hear(asked)).lines[0].left, i64::MAX);
    assert_eq!(
        ledger(&world)[0].3,
        1,
        "the ledger tells what really came in"
    );
}
