//! W4: one order in four fails at some step and is undone, and some are sent twice.

use anyhow::ensure;

use crate::contestant::Contestant;
use crate::load::{Mix, Until};
use crate::measure::Arena;
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
        ring.leave("failures").await?;
    }
    Ok(())
}
