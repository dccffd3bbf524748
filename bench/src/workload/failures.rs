//! W4: one order in four fails at some step and is undone, and some are sent twice; then the same
//! while handlers crash.

use anyhow::ensure;

use crate::contestant::Contestant;
use crate::load::{Mix, Until};
use crate::measure::{Arena, Ring};
use crate::report::{Figures, pass};
use crate::run::Plan;

use super::throughput::{closed, counted, warm_up};

const EXPECTED: [&str; 4] = [
    "OUT_OF_STOCK",
    "INSUFFICIENT_POINT",
    "COUPON_NOT_OWNED",
    "COUPON_ALREADY_USED",
];

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    for contestant in Contestant::BOTH {
        let name = contestant.name();
        let mut ring = arena.enter(contestant, "failures").await?;
        warm_up(&mut ring, plan).await?;
        for round in 0..plan.rounds.min(3) {
            let happy = closed(&mut ring, plan, Mix::Uniform).await?;
            figures.add(pass::HAPPY, name, round, &happy);
            let loaded = ring.closed(plan.connections, Until::Elapsed(plan.length));
            let sample = ring.measure(loaded.run(Mix::Failing)).await?;
            counted(&mut ring, &sample, &EXPECTED)?;
            let refused: u64 = EXPECTED
                .iter()
                .map(|code| sample.tally.refused_as(code))
                .sum();
            ensure!(refused > 0, "failures: nothing was refused by {name}");
            figures.add(pass::FAILING, name, round, &sample);
        }
        if contestant == Contestant::Shop {
            crashing(&mut ring, plan, figures).await?;
        }
        ring.leave("failures").await?;
    }
    Ok(())
}

/// The same while handlers crash: each loop is killed in the middle of a batch again and again, and
/// everything of that batch comes once more. What clients were told must stand all the same.
async fn crashing(ring: &mut Ring, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    ring.rest().await?;
    ring.serving.end().await?;
    ring.serving = Contestant::start_crashing(&ring.folder, plan.crash_once_in).await?;
    warm_up(ring, plan).await?;
    for round in 0..plan.rounds.min(3) {
        let loaded = ring.closed(plan.connections, Until::Elapsed(plan.length));
        let sample = ring.measure(loaded.run(Mix::Failing)).await?;
        counted(ring, &sample, &EXPECTED)?;
        figures.add(pass::CRASHING, "shop", round, &sample);
    }
    ring.rest().await?;
    let all = ring.counters().await?.unwrap_or_default();
    ensure!(all.reopened > 0.0, "failures: no handler crashed");
    figures.fact(format!(
        "W4: {:.0} handlers crashed, one in {:.0} inputs, and were opened again; every order \
         ended, and every invariant held.",
        all.reopened,
        all.inputs / all.reopened
    ));
    // A kill may be set still, and would strike the last writing of positions over events that a
    // loop has nothing to do for: a process that kills nobody reads on from there.
    super::growth::restarted(ring).await?;
    Ok(())
}
