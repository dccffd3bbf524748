//! What an order costs, and how long a start takes, after more and more orders.
//!
//! The machine's speed goes up and down by more than a shop's cost grows. So what it costs is told
//! in times what it costs a young shop in the same minutes: a process of the same program on fresh
//! data, started beside the grown one in every round. The two take turns in short slices.

use std::time::Duration;

use crate::contestant::Contestant;
use crate::load::{Mix, Until};
use crate::measure::{Arena, Ring, Sample};
use crate::report::{Figures, YOUNG, median, pass};
use crate::run::Plan;

use super::throughput::{BATCHERS, counted, warm_up_until};

/// Slices of the grown shop in a round; the young one has one more, around them.
const SLICES: u64 = 3;

/// The share of the coupons that growing leaves, so that as many carts have one in the last slice
/// as in the first: an order without one has less to do.
const SPARED: f64 = 0.75;

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    let [_, later @ ..] = plan.growth;
    let [at_first, at_later @ ..] = pass::GROWTH;
    for round in 0..plan.rounds {
        // Another young one: what it costs more than the first is the measure's own error.
        let mut twin = arena.enter(Contestant::Shop, "growth-twin").await?;
        beside_a_young(arena, plan, &mut twin, (at_first, round, figures)).await?;
        twin.leave("growth").await?;
    }
    let mut grown = arena.enter(Contestant::Shop, "growth").await?;
    for (orders, pass) in later.into_iter().zip(at_later) {
        grow(&mut grown, plan, until_measured(plan, orders)).await?;
        let mut starts = Vec::new();
        for round in 0..plan.rounds {
            restarted(&mut grown).await?;
            starts.push(beside_a_young(arena, plan, &mut grown, (pass, round, figures)).await?);
        }
        tell_starts(pass, &starts, figures);
    }
    grown.leave("growth").await
}

/// Ends the process and starts it again: until it serves.
pub(super) async fn restarted(ring: &mut Ring) -> anyhow::Result<Duration> {
    ring.rest().await?;
    let next = ring.contestant;
    ring.serving.end().await?;
    ring.serving = next.start(&ring.folder).await?;
    Ok(ring.serving.started_in)
}

/// Orders of a round before the first slice of the young shop: with its slices after them, the
/// first checkpoint is in the middle of what is measured of it.
fn warming_young(plan: &Plan) -> u64 {
    plan.growth[0].saturating_sub(plan.slice * (SLICES + 1) / 2)
}

/// The same of the grown shop, which has a slice less: so both are compared where they had as many
/// orders. An order of a shop that had none before is the cheapest, and the next thousands differ.
fn warming(plan: &Plan) -> u64 {
    warming_young(plan) + plan.slice / 2
}

/// Where the grown shop is when its rounds begin, so that the checkpoint is in their middle.
fn until_measured(plan: &Plan, checkpoint: u64) -> u64 {
    let measured = plan.rounds as u64 * (warming(plan) + plan.slice * SLICES);
    checkpoint.saturating_sub(measured / 2)
}

/// Brings the shop to so many orders, as fast as it goes.
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

/// One round: both were started in the same minute and have had as many orders since, on average,
/// when they are measured, so that their caches are as full. Returns how long each took to start.
async fn beside_a_young(
    arena: &Arena,
    plan: &Plan,
    ring: &mut Ring,
    (pass, round, figures): (&'static str, usize, &mut Figures),
) -> anyhow::Result<[Duration; 2]> {
    let mut young = arena.enter(Contestant::Shop, "growth-young").await?;
    let warming = [warming(plan), warming_young(plan)];
    for (ring, orders) in [&mut *ring, &mut young].into_iter().zip(warming) {
        warm_up_until(ring, plan, Until::Requests(orders)).await?;
        ring.rest().await?;
    }
    let missed = ring.shoppers.borrow().missed_coupons();
    figures.add(pass, YOUNG, round, &slice(&mut young, plan).await?);
    for _ in 0..SLICES {
        figures.add(pass, "shop", round, &slice(ring, plan).await?);
        figures.add(pass, YOUNG, round, &slice(&mut young, plan).await?);
    }
    let missed = ring.shoppers.borrow().missed_coupons() - missed;
    if missed > 0 {
        let round = round + 1;
        figures.fact(format!(
            "{pass}, round {round}: {missed} carts found no coupon left to use, and cost less."
        ));
    }
    let started_in = [ring, &mut young].map(|ring| ring.serving.started_in);
    young.leave("growth").await?;
    Ok(started_in)
}

/// So many orders of shoppers who wait. It is measured until the shop is at rest: what an order
/// leaves for later is counted, and the machine is left to the other shop.
async fn slice(ring: &mut Ring, plan: &Plan) -> anyhow::Result<Sample> {
    let loaded = ring.closed(plan.connections, Until::Requests(plan.slice));
    let pass = async {
        let passed = loaded.run(Mix::Uniform).await?;
        ring.rest().await?;
        Ok(passed)
    };
    let sample = ring.measure(pass).await?;
    counted(ring, &sample, &[])?;
    Ok(sample)
}

fn tell_starts(pass: &str, starts: &[[Duration; 2]], figures: &mut Figures) {
    let [shop, young] = [0, 1].map(|side| {
        let millis = |both: &[Duration; 2]| both[side].as_secs_f64() * 1e3;
        median(starts.iter().map(millis).collect()).unwrap_or_default()
    });
    figures.fact(format!(
        "{pass}: a process serves after {shop:.0} ms, one on fresh data after {young:.0} ms \
         (medians)."
    ));
}
