//! What an order costs, and how long a start takes, after more and more orders.

use std::time::Duration;

use crate::contestant::Contestant;
use crate::load::{Mix, Until};
use crate::measure::{Arena, Ring};
use crate::report::{Figures, pass};
use crate::run::Plan;

use super::throughput::{BATCHERS, closed, counted, warm_up};

/// The share of the coupons that growing leaves, so that as many carts have one in the last pass
/// as in the first: an order without one has less to do.
const SPARED: f64 = 0.75;

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    let mut ring = arena.enter(Contestant::Shop, "growth").await?;
    warm_up(&mut ring, plan).await?;
    let mut first = None;
    for goal in plan.growth {
        grow(&mut ring, plan, *goal).await?;
        let started = restarted(&mut ring).await?;
        warm_up(&mut ring, plan).await?;
        let sample = closed(&mut ring, plan, Mix::Uniform).await?;
        figures.add(pass::GROWN, "shop", 0, &sample);
        let orders = sample.tally.completed;
        let cost = sample.cpu_per_1000(orders);
        figures.fact(format!(
            "After {goal} orders: {:.0} orders a second, {cost:.3} CPU-s per 1000 (x{:.2} of the \
             first), p99 {:.1} ms, {:.0} bytes an order, peak memory {:.0} MB; a start takes \
             {:.0} ms.",
            sample.rate(),
            cost / *first.get_or_insert(cost),
            sample.tally.millis(0.99),
            sample.bytes_per(orders),
            sample.used.peak_memory as f64 / 1e6,
            started.as_secs_f64() * 1e3
        ));
    }
    ring.leave("growth").await
}

/// Ends the process and starts it again: until it serves.
pub(super) async fn restarted(ring: &mut Ring) -> anyhow::Result<Duration> {
    ring.rest().await?;
    let next = ring.contestant;
    ring.serving.end().await?;
    ring.serving = next.start(&ring.folder).await?;
    Ok(ring.serving.started_in)
}

async fn grow(ring: &mut Ring, plan: &Plan, goal: u64) -> anyhow::Result<()> {
    let missing = goal.saturating_sub(ring.told);
    if missing == 0 {
        return Ok(());
    }
    ring.shoppers.borrow_mut().spare_coupons(SPARED);
    let requests = missing.div_ceil(plan.batch as u64);
    let loaded = ring.closed(BATCHERS, Until::Requests(requests));
    let sample = ring
        .measure(loaded.batches(plan.batch, plan.window))
        .await?;
    ring.shoppers.borrow_mut().spare_coupons(0.0);
    counted(ring, &sample, &[])
}
