//! W6: nineteen looks at products, rankings and orders for every order that is placed.

use crate::contestant::Contestant;
use crate::load::{Mix, Until};
use crate::measure::Arena;
use crate::report::{Figures, pass};
use crate::run::Plan;

use super::throughput::{counted, warm_up};

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    for contestant in Contestant::BOTH {
        let mut ring = arena.enter(contestant, "browse").await?;
        warm_up(&mut ring, plan).await?;
        let loaded = ring.closed(plan.connections, Until::Elapsed(plan.length));
        let sample = ring.measure(loaded.run(Mix::Browse)).await?;
        counted(&mut ring, &sample, &[])?;
        figures.add(pass::BROWSE, contestant.name(), 0, &sample);
        ring.leave("browse").await?;
    }
    Ok(())
}
