//! Sales by the hour, and by the day once the hours are old. A follower: it owes the sagas nothing
//! and says nothing, and counts each confirmation and each refund once.

use std::collections::BTreeMap;

use contracts::ids::ProductId;
use contracts::saga::Step;
use contracts::time::SeoulDay;
use db::Standing;
use runtime::fence::{self, Do};
use runtime::{Decision, Moment, TimerChange};

use super::Reply;
use crate::domain::ranking::{Hour, folds_at, forgotten_on};
use crate::input;
use crate::store::{RANKING, Rank, RankDay, Ranking, Rows, day_number};

/// Counts that one input folds, and days that it forgets: some milliseconds of writing.
const FOLDED_AT_ONCE: usize = 512;

pub fn rank(rows: &mut Rows, sales: &input::Rank, at: &Moment) -> Decision<Reply> {
    match fence::may_do(fence::standing(&rows.fence, sales.saga, Step::Rank)) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    let day = sales.hour.day();
    let (ranking, decision) = match rows.ranking.get(&RANKING) {
        Some(ranking) => (ranking.clone(), Decision::quiet()),
        None => {
            // A sale of yesterday may be heard after the first of today.
            let first = Ranking::from(SeoulDay::from_days(day.days() - 1));
            rows.ranking.put(first.clone());
            let timer = TimerChange::Set(first.timer());
            (first, Decision::quiet().and_timer(timer))
        }
    };
    if day >= ranking.day() {
        count_hour(rows, sales);
    } else if day >= forgotten_on(ranking.day()) {
        count_day(rows, sales, day);
    }
    fence::remember(
        &mut rows.fence,
        sales.saga,
        Step::Rank,
        Standing::Applied,
        at.now,
    );
    decision
}

/// Moves the counts of the oldest day that has hours into the day, a bounded number at a time, and
/// then takes leave of a day that is too old for any board.
pub fn fold(rows: &mut Rows, at: &Moment) -> Decision<Reply> {
    let Some(ranking) = rows.ranking.get(&RANKING).cloned() else {
        return Decision::quiet();
    };
    let day = ranking.day();
    if at.now < folds_at(day) {
        // Fired by a clock that was ahead.
        return Decision::quiet().and_timer(TimerChange::Set(ranking.timer()));
    }
    if fold_some(rows, day) == FOLDED_AT_ONCE || forget_some(rows, day) == FOLDED_AT_ONCE {
        return Decision::quiet().and_timer(TimerChange::Set(ranking.timer()));
    }
    let next = Ranking::from(day.next());
    rows.ranking.put(next.clone());
    Decision::quiet().and_timer(TimerChange::Set(next.timer()))
}

fn count_hour(rows: &mut Rows, sales: &input::Rank) {
    let hour = sales.hour.number();
    for pieces in &sales.pieces {
        let product_id = pieces.product_id;
        let bucket = rows.rank.get(&(hour, product_id));
        let before = bucket.map_or(0, |bucket| bucket.quantity);
        rows.rank.put(Rank {
            hour,
            product_id,
            quantity: sales.direction.count(before, pieces.quantity),
        });
    }
}

fn count_day(rows: &mut Rows, sales: &input::Rank, day: SeoulDay) {
    let day = day_number(day);
    for pieces in &sales.pieces {
        let product_id = pieces.product_id;
        let bucket = rows.rank_day.get(&(day, product_id));
        let before = bucket.map_or(0, |bucket| bucket.quantity);
        rows.rank_day.put(RankDay {
            day,
            product_id,
            quantity: sales.direction.count(before, pieces.quantity),
        });
    }
}

fn fold_some(rows: &mut Rows, day: SeoulDay) -> usize {
    let hours = Hour::all_of(day).flat_map(|hour| rows.rank.under(hour.number()));
    let folded: Vec<Rank> = hours.take(FOLDED_AT_ONCE).cloned().collect();
    let mut sums: BTreeMap<ProductId, i64> = BTreeMap::new();
    for rank in &folded {
        let sum = sums.entry(rank.product_id).or_default();
        *sum = sum.saturating_add(rank.quantity);
        rows.rank.remove(&(rank.hour, rank.product_id));
    }
    let day = day_number(day);
    for (product_id, sum) in sums {
        let bucket = rows.rank_day.get(&(day, product_id));
        let before = bucket.map_or(0, |bucket| bucket.quantity);
        rows.rank_day.put(RankDay {
            day,
            product_id,
            quantity: before.saturating_add(sum),
        });
    }
    folded.len()
}

fn forget_some(rows: &mut Rows, day: SeoulDay) -> usize {
    let old = rows.rank_day.under(day_number(forgotten_on(day)));
    let keys = old.map(|row| (row.day, row.product_id));
    let keys: Vec<_> = keys.take(FOLDED_AT_ONCE).collect();
    for key in &keys {
        rows.rank_day.remove(key);
    }
    keys.len()
}
