//! W3: many want the few pieces there are. Exactly those are sold, and who comes too late is told
//! so cheaply.

use anyhow::ensure;

use crate::contestant::Contestant;
use crate::load::{Mix, Until};
use crate::measure::Arena;
use crate::report::{Figures, pass};
use crate::run::Plan;

use super::throughput::{counted, warm_up};

const SOLD_OUT: &str = "OUT_OF_STOCK";

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    for contestant in Contestant::BOTH {
        let name = contestant.name();
        let mut ring = arena.enter(contestant, "flash").await?;
        warm_up(&mut ring, plan).await?;
        let loaded = ring.closed(plan.connections, Until::Requests(plan.attempts));
        let before = ring.counters().await?;
        let sample = ring.measure(loaded.run(Mix::Flash)).await?;
        counted(&mut ring, &sample, &[SOLD_OUT])?;
        ring.rest().await?;
        // On a slow machine an order may end after its shopper stopped waiting: the shop knows.
        let both = before.zip(ring.counters().await?);
        let by_the_shop = both.map(|(before, now)| now.since(&before).completed as u64);
        let sold = by_the_shop.unwrap_or(sample.tally.completed);
        let pieces = u64::from(arena.spec.flash);
        ensure!(
            sold == pieces,
            "flash: {name} sold {sold} of {pieces} pieces"
        );
        figures.add(pass::FLASH, name, 0, &sample);
        figures.fact(format!(
            "W3: {} attempts on {pieces} pieces: {name} sold exactly {sold} in {:.1} s.",
            plan.attempts, sample.seconds
        ));

        let loaded = ring.closed(plan.connections, Until::Elapsed(plan.length));
        let sample = ring.measure(loaded.run(Mix::Flash)).await?;
        counted(&mut ring, &sample, &[SOLD_OUT])?;
        let refusals = sample.tally.refused_as(SOLD_OUT);
        ensure!(
            sample.tally.completed == 0,
            "flash: {name} sold what it had not"
        );
        let commits = sample.transactions.map_or(String::new(), |transactions| {
            let each = transactions / refusals as f64;
            format!(", {each:.4} transactions each, all loops")
        });
        figures.fact(format!(
            "Sold out: {name} refuses {:.0} a second at {:.1} µs of CPU each{commits}.",
            refusals as f64 / sample.seconds,
            sample.cpu_per_1000(refusals) * 1e3
        ));
        ring.leave("flash").await?;
    }
    Ok(())
}
