//! W8: a fifth of what the shop can do, ten times that for a while, and a fifth again.

use crate::contestant::Contestant;
use crate::load::{Mix, Open, Step};
use crate::measure::Arena;
use crate::report::{Figures, pass};
use crate::run::Plan;

use super::throughput::{closed, counted, warm_up};

const BASE: f64 = 0.2;
const TIMES: f64 = 10.0;

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    let mut ring = arena.enter(Contestant::Shop, "burst").await?;
    warm_up(&mut ring, plan).await?;
    let base = closed(&mut ring, plan, Mix::Uniform).await?.rate() * BASE;
    let burst = plan.length * 2;
    let steps = [(1.0, plan.length), (TIMES, burst), (1.0, plan.length)];
    let steps = steps.map(|(times, length)| Step {
        a_second: base * times,
        length,
    });
    let open = Open {
        port: ring.serving.port,
        connections: 2 * plan.connections,
        shoppers: &ring.shoppers,
    };
    let sample = ring.measure(open.run(Mix::Uniform, &steps)).await?;
    counted(&mut ring, &sample, &[])?;
    figures.add(pass::BURST, "shop", 0, &sample);
    let planned: f64 = steps.iter().map(|step| step.length.as_secs_f64()).sum();
    figures.fact(format!(
        "W8: {base:.0} orders a second, ten times that for {:.0} s: {} completed, {} turned \
         away, p99.9 {:.0} ms; the last answer came {:.1} s after the last order was due.",
        burst.as_secs_f64(),
        sample.tally.completed,
        sample.tally.turned_away(),
        sample.tally.millis(0.999),
        (sample.seconds - planned).max(0.0)
    ));
    ring.leave("burst").await
}
