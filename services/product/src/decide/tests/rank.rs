//! Sales by the hour, and by the day once the hours are old.

use std::time::Duration;

use contracts::time::SeoulDay;
use runtime::{Timer, TimerChange};

use super::*;
use crate::domain::ranking::folds_at;
use crate::input::{Input, RANKING_TIMER};
use crate::store::{Rank, RankDay, Ranking};

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

/// The day in Seoul on which orders of these tests are confirmed.
fn sold_on() -> SeoulDay {
    CONFIRMED_AT.seoul_day()
}

fn days(world: &World) -> Vec<(i64, ProductId, i64)> {
    let row = |row: RankDay| (row.day, row.product_id, row.quantity);
    world.all::<RankDay>().into_iter().map(row).collect()
}

fn hours_from(world: &World) -> SeoulDay {
    let [ranking] = &world.all::<Ranking>()[..] else {
        panic!("one row")
    };
    ranking.day()
}

fn timer(day: SeoulDay) -> Option<TimerChange> {
    let (due, key) = (folds_at(day), RANKING_TIMER);
    Some(TimerChange::Set(Timer { due, key }))
}

/// Past the time at which the day of the sales is folded, and up to it.
fn fold_all(world: &mut World) {
    world.now = folds_at(sold_on());
    while hours_from(world) <= sold_on() {
        world.send(Input::FoldRanking);
    }
}

#[test]
fn the_first_sale_sets_the_timer_and_others_do_not() {
    let mut world = World::new();
    let yesterday = SeoulDay::from_days(sold_on().days() - 1);
    let first = world.hear(confirmed(ORDER, &[(MUG, 2)]));
    assert_eq!(first.timer, timer(yesterday));
    assert_eq!(hours_from(&world), yesterday);
    let second = world.hear(confirmed(OTHER_ORDER, &[(MUG, 2)]));
    assert_eq!(second.timer, None);
}

#[test]
fn an_old_days_hours_become_the_day_and_no_piece_is_lost() {
    let mut world = World::new();
    let day = i64::from(sold_on().days());
    world.hear(confirmed(ORDER, &[(MUG, 2), (BAG, 1)]));
    let next_hour = confirmed_at(OTHER_ORDER, 3_600, &[(MUG, 4)]);
    let next_day = confirmed_at(OrderId::new(7_003), 86_400, &[(MUG, 8)]);
    world.hear(next_hour);
    world.hear(next_day);
    world.now = folds_at(sold_on()).minus(Duration::from_micros(1));
    world.send(Input::FoldRanking);
    assert_eq!(hours_from(&world), sold_on());

    let rows = world.digest();
    let early = world.send(Input::FoldRanking);
    assert_eq!((early.timer, world.digest()), (timer(sold_on()), rows));

    world.now = folds_at(sold_on());
    let folded = world.send(Input::FoldRanking);
    assert_eq!(folded.timer, timer(sold_on().next()));
    assert_eq!(ranking(&world), [(HOUR + 24, MUG, 8)]);
    assert_eq!(days(&world), [(day, MUG, 6), (day, BAG, 1)]);
}

fn confirmed_at(order_id: OrderId, later: u64, lines: &[(ProductId, u32)]) -> Fact {
    let mut order = document(order_id, lines);
    order.ended_at = Some(CONFIRMED_AT.plus(Duration::from_secs(later)));
    OrderConfirmed { order }.into()
}

#[test]
fn what_is_heard_of_a_folded_day_goes_to_the_day() {
    let mut world = World::new();
    let day = i64::from(sold_on().days());
    world.hear(confirmed(ORDER, &[(MUG, 5)]));
    fold_all(&mut world);
    world.hear(refunded(&[(MUG, 2)]));
    assert_eq!(days(&world), [(day, MUG, 3)]);
    world.hear(confirmed(OTHER_ORDER, &[(BAG, 1)]));
    assert_eq!(days(&world), [(day, MUG, 3), (day, BAG, 1)]);
    assert_eq!(ranking(&world), []);
}

/// Sales before and after the fold of their day, in one batch with it.
#[test]
fn a_fold_among_sales_keeps_them_all() {
    let mut world = World::new();
    let day = i64::from(sold_on().days());
    world.row(Ranking::from(sold_on()));
    world.now = folds_at(sold_on());
    world.batch(vec![
        testkit::event(confirmed(ORDER, &[(MUG, 5)])),
        testkit::command(Input::FoldRanking),
        testkit::event(refunded(&[(MUG, 2)])),
    ]);
    assert_eq!(
        (ranking(&world), days(&world)),
        (vec![], vec![(day, MUG, 3)])
    );
    assert_eq!(hours_from(&world), sold_on().next());
}

#[test]
fn a_fold_writes_a_bounded_number_of_rows_and_goes_on() {
    let mut world = World::new();
    let day = i64::from(sold_on().days());
    world.row(Ranking::from(sold_on()));
    world.now = folds_at(sold_on());
    for product in 1..=600 {
        for hour in [HOUR, HOUR + 1] {
            world.row(Rank {
                hour,
                product_id: ProductId::new(product),
                quantity: 1,
            });
        }
    }
    let mut steps = 0;
    while hours_from(&world) == sold_on() {
        let before = ranking(&world).len();
        let folded = world.send(Input::FoldRanking);
        assert!(before - ranking(&world).len() <= 512);
        let due = match hours_from(&world) == sold_on() {
            true => sold_on(),
            false => sold_on().next(),
        };
        assert_eq!(folded.timer, timer(due));
        let left: i64 = ranking(&world).iter().map(|row| row.2).sum();
        let moved: i64 = days(&world).iter().map(|row| row.2).sum();
        assert_eq!(left + moved, 1_200);
        steps += 1;
    }
    assert_eq!(steps, 3);
    let whole = (1..=600).map(|product| (day, ProductId::new(product), 2));
    assert_eq!(days(&world), whole.collect::<Vec<_>>());
}

#[test]
fn days_past_a_year_go_and_are_not_counted_any_more() {
    let mut world = World::new();
    let day = i64::from(sold_on().days());
    world.row(Ranking::from(SeoulDay::from_days(sold_on().days() + 400)));
    for (day, product_id) in [(day, MUG), (day, BAG), (day + 1, MUG)] {
        world.row(RankDay {
            day,
            product_id,
            quantity: 1,
        });
    }
    // Still counted until it goes.
    world.hear(confirmed(ORDER, &[(MUG, 5)]));
    assert_eq!(days(&world)[0], (day, MUG, 6));
    world.now = folds_at(hours_from(&world));
    world.send(Input::FoldRanking);
    assert_eq!(days(&world), [(day + 1, MUG, 1)]);
    let late = world.hear(confirmed(OTHER_ORDER, &[(MUG, 5)]));
    assert!(late.is_effect());
    assert_eq!(days(&world), [(day + 1, MUG, 1)]);
    assert_eq!(ranking(&world), []);
}

#[test]
fn a_shop_that_sold_nothing_folds_nothing() {
    let mut world = World::new();
    let before = world.digest();
    assert_eq!(world.send(Input::FoldRanking).timer, None);
    assert_eq!(world.digest(), before);
}
