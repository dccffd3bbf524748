//! Sales by the hour.

use std::time::Duration;

use super::*;
use crate::store::Rank;

const HOUR: i64 = CONFIRMED_AT.micros() / 3_600_000_000;

fn ranking(world: &World) -> Vec<(i64, ProductId, i64)> {
    let row = |row: Rank| (row.hour, row.product_id, row.quantity);
    world.all::<Rank>().into_iter().map(row).collect()
}

#[test]
fn sales_count_in_the_hour_of_their_confirmation() {
    let mut world = World::new();
    world.hear(confirmed(ORDER, &[(MUG, 2), (BAG, 1), (MUG, 1)]));
    world.advance(Duration::from_secs(7_200));
    world.hear(confirmed(OTHER_ORDER, &[(MUG, 4)]));
    assert_eq!(ranking(&world), [(HOUR, MUG, 7), (HOUR, BAG, 1)]);
}

#[test]
fn the_orders_of_a_batch_add_up() {
    let mut world = World::new();
    world.batch(vec![
        testkit::event(confirmed(ORDER, &[(MUG, 2)])),
        testkit::event(confirmed(OTHER_ORDER, &[(MUG, 3)])),
    ]);
    assert_eq!(ranking(&world), [(HOUR, MUG, 5)]);
}

#[test]
fn hard_case_02_a_confirmation_counts_once() {
    let mut world = World::new();
    world.hear(confirmed(ORDER, &[(MUG, 2)]));
    assert!(world.hear(confirmed(ORDER, &[(MUG, 2)])).is_repeat());
    assert_eq!(ranking(&world), [(HOUR, MUG, 2)]);
}

#[test]
fn a_refund_is_taken_from_the_hour_of_the_confirmation_once() {
    let mut world = World::new();
    world.hear(confirmed(ORDER, &[(MUG, 2)]));
    world.advance(Duration::from_secs(3 * 86_400));
    world.hear(refunded(&[(MUG, 1)]));
    assert!(world.hear(refunded(&[(MUG, 1)])).is_repeat());
    assert_eq!(ranking(&world), [(HOUR, MUG, 1)]);
}

#[test]
fn a_refund_and_its_confirmation_may_come_in_any_order() {
    let mut world = World::new();
    world.hear(refunded(&[(MUG, 2)]));
    assert_eq!(ranking(&world), [(HOUR, MUG, -2)]);
    world.hear(confirmed(ORDER, &[(MUG, 2)]));
    assert_eq!(ranking(&world), [(HOUR, MUG, 0)]);
}

/// The hour is the confirmation's own, not that of whoever hears of it.
#[test]
fn hard_case_20_clocks_ten_minutes_apart_count_in_one_hour() {
    let mut world = World::new();
    let late = CONFIRMED_AT.plus(Duration::from_secs(3_600));
    world.hear_at(confirmed(ORDER, &[(MUG, 2)]), late);
    world.now = CONFIRMED_AT.minus(Duration::from_secs(3_600));
    world.hear_at(refunded(&[(MUG, 2)]), late);
    assert_eq!(ranking(&world), [(HOUR, MUG, 0)]);
}

#[test]
fn counts_stop_at_the_end_of_their_range() {
    let mut world = World::new();
    world.row(Rank {
        hour: HOUR,
        product_id: MUG,
        quantity: i64::MAX,
    });
    world.hear(confirmed(ORDER, &[(MUG, 2)]));
    assert_eq!(ranking(&world), [(HOUR, MUG, i64::MAX)]);
}
