//! How long from the moment an order was meant to be sent until it is COMPLETED, at rates that
//! leave more or less room.

use crate::contestant::Contestant;
use crate::load::{Mix, Open, Step};
use crate::measure::Arena;
use crate::report::{Figures, pass};
use crate::run::Plan;

use super::throughput::{closed, counted, warm_up};

const SHARES: [(f64, &str); 4] = [
    (0.25, pass::QUARTER),
    (0.5, pass::HALF),
    (0.75, pass::THREE_QUARTERS),
    (0.9, pass::NINE_TENTHS),
];

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    for contestant in Contestant::BOTH {
        let mut ring = arena.enter(contestant, "latency").await?;
        warm_up(&mut ring, plan).await?;
        let peak = closed(&mut ring, plan, Mix::Uniform).await?.rate();
        for (share, name) in SHARES {
            let open = Open {
                port: ring.serving.port,
                connections: plan.connections,
                shoppers: &ring.shoppers,
            };
            let step = Step {
                a_second: peak * share,
                length: plan.length * 2,
            };
            let sample = ring.measure(open.run(Mix::Uniform, &[step])).await?;
            counted(&mut ring, &sample, &[])?;
            figures.add(name, contestant.name(), 0, &sample);
        }
        ring.leave("latency").await?;
    }
    Ok(())
}
