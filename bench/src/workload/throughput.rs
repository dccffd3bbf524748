//! The passes whose ratios are told: the shop, the monolith and the floors take turns within
//! every round, so that what disturbs the machine disturbs all of them.

use std::cell::RefCell;
use std::fs;

use anyhow::ensure;

use crate::contestant::{self, Contestant, Serving};
use crate::floor;
use crate::load::{Closed, Mix, Shoppers, Until};
use crate::machine::Noise;
use crate::measure::{Arena, Ring, Sample, measure};
use crate::population::Population;
use crate::report::{Figures, Floored, pass};
use crate::run::Plan;

/// Connections that send batches.
pub(super) const BATCHERS: usize = 8;

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    let mut shop = arena.enter(Contestant::Shop, "throughput").await?;
    let mut monolith = arena.enter(Contestant::Monolith, "throughput").await?;
    for ring in [&mut shop, &mut monolith] {
        warm_up(ring, plan).await?;
    }
    // The bare route takes no coupon, so that it must not use up the shop's.
    let people = RefCell::new(Shoppers::new(
        Population::read(&shop.folder)?,
        arena.spec.clone(),
    ));
    for round in 0..plan.rounds {
        for (mix, name) in [(Mix::Uniform, pass::UNIFORM), (Mix::Hot, pass::HOT)] {
            for ring in [&mut shop, &mut monolith] {
                let sample = closed(ring, plan, mix).await?;
                figures.add(name, ring.contestant.name(), round, &sample);
            }
        }
        let mut saturated = Vec::new();
        for (mix, name) in [
            (Mix::Uniform, pass::UNIFORM_SATURATED),
            (Mix::Hot, pass::HOT_SATURATED),
        ] {
            let loaded = shop.closed(plan.connections, Until::Elapsed(plan.length));
            let sample = shop.measure(loaded.saturate(mix, plan.window)).await?;
            counted(&mut shop, &sample, &[])?;
            figures.add(name, "shop", round, &sample);
            saturated.push(sample);
        }
        figures.add_sizes(&saturated[0].sizes);
        let loaded = shop.closed(8, Until::Elapsed(plan.length));
        let sample = shop
            .measure(loaded.batches(plan.batch, plan.window))
            .await?;
        counted(&mut shop, &sample, &[])?;
        figures.add(pass::BATCHES, "shop", round, &sample);
        floors(arena, plan, &saturated[0], &people, (round, figures)).await?;
    }
    for ring in [&shop, &monolith] {
        let missed = ring.shoppers.borrow().missed_coupons();
        if missed > 0 {
            let name = ring.contestant.name();
            figures.fact(format!(
                "{name}: {missed} carts found no coupon left to use."
            ));
        }
    }
    restart(&mut shop, figures).await?;
    shop.leave("throughput").await?;
    monolith.leave("throughput").await
}

/// Passes that nobody counts: tokens are checked, caches fill, files grow.
pub(super) async fn warm_up(ring: &mut Ring, plan: &Plan) -> anyhow::Result<()> {
    warm_up_until(ring, plan, Until::Elapsed(plan.warm_up)).await
}

/// As `warm_up`, with so many orders or for so long.
pub(super) async fn warm_up_until(
    ring: &mut Ring,
    plan: &Plan,
    until: Until,
) -> anyhow::Result<()> {
    let buyers = ring.shoppers.borrow().buyers() as u64;
    let arriving = ring.closed(plan.connections, Until::Requests(buyers));
    let arrived = arriving.run(Mix::Arrive).await?.tally;
    let absent = arrived.refused_as("ORDER_NOT_FOUND");
    ensure!(absent == buyers, "{absent} of {buyers} buyers were let in");
    let loaded = ring.closed(plan.connections, until);
    let passed = loaded.run(Mix::Uniform).await?;
    ring.told += passed.tally.completed;
    Ok(())
}

/// One closed pass of shoppers who wait, in which nothing is refused.
pub(super) async fn closed(ring: &mut Ring, plan: &Plan, mix: Mix) -> anyhow::Result<Sample> {
    let loaded = ring.closed(plan.connections, Until::Elapsed(plan.length));
    let sample = ring.measure(loaded.run(mix)).await?;
    counted(ring, &sample, &[])?;
    Ok(sample)
}

/// Notes what clients were told; fails on refusals that the workload does not bring about.
pub(super) fn counted(ring: &mut Ring, sample: &Sample, expected: &[&str]) -> anyhow::Result<()> {
    ring.told += sample.tally.completed;
    // Turned away is not refused: the shop may say that it is behind, or give a wait up.
    let mut fine = vec!["UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"];
    fine.extend(expected);
    if let Some((code, count)) = sample.tally.unexpected(&fine) {
        anyhow::bail!(
            "{} refused {count} orders with {code}",
            ring.contestant.name()
        );
    }
    ensure!(
        sample.tally.ended() + sample.tally.completed > 0,
        "nothing was answered"
    );
    Ok(())
}

async fn floors(
    arena: &Arena,
    plan: &Plan,
    saturated: &Sample,
    people: &RefCell<Shoppers>,
    (round, figures): (usize, &mut Figures),
) -> anyhow::Result<()> {
    let batch = batch(saturated);
    let folder = arena.folder.make("floor")?;
    for (name, pass) in [
        ("floor-sqlite", pass::FLOOR_SQLITE),
        ("floor-log", pass::FLOOR_LOG),
    ] {
        let before = Noise::probe(&folder)?;
        let took = contestant::floor(name, &folder, plan.floor_orders, batch).await?;
        let noise = [before, Noise::probe(&folder)?];
        let floored = Floored { took, batch, noise };
        figures.add_floor(pass, round, &floored);
    }
    fs::remove_dir_all(&folder)?;
    let http = Serving::floor_http().await?;
    let loaded = Closed {
        port: http.port,
        connections: plan.connections,
        shoppers: people,
        until: Until::Elapsed(plan.length),
    };
    let sample = measure(&http, arena.folder.path(), loaded.run(Mix::Uniform)).await?;
    figures.add(pass::FLOOR_HTTP, "floor", round, &sample);
    http.stop().await
}

/// The batch size at which a floor has as many transactions an order as the shop had.
fn batch(sample: &Sample) -> u64 {
    let transactions = sample.transactions.unwrap_or(1.0).max(1.0);
    let orders = sample.tally.completed as f64;
    (floor::STAGES * orders / transactions).round().max(1.0) as u64
}

async fn restart(shop: &mut Ring, figures: &mut Figures) -> anyhow::Result<()> {
    shop.rest().await?;
    let took = super::growth::restarted(shop).await?;
    figures.fact(format!(
        "Start of a process over {} completed orders, until it serves: {:.0} ms.",
        shop.told,
        took.as_secs_f64() * 1e3
    ));
    Ok(())
}
