//! What the gateway and its checks cost a request: a bare route and the same route behind the
//! gateway take turns, asked for the same orders with the same tokens and keys.

use std::cell::RefCell;

use anyhow::ensure;

use crate::contestant::{Contestant, Serving};
use crate::load::{Closed, Mix, Shoppers, Until};
use crate::measure::{Arena, Sample, measure};
use crate::population::Population;
use crate::report::{Figures, pass};
use crate::run::Plan;

/// One of the two, and who asks it.
struct Side {
    pass: &'static str,
    serving: Serving,
    people: RefCell<Shoppers>,
}

pub async fn run(arena: &Arena, plan: &Plan, figures: &mut Figures) -> anyhow::Result<()> {
    let folder = arena.seeded(Contestant::Shop);
    let side = |pass, serving| -> anyhow::Result<Side> {
        let population = Population::read(folder)?;
        let people = RefCell::new(Shoppers::new(population, arena.spec.clone()));
        Ok(Side {
            pass,
            serving,
            people,
        })
    };
    let bare = side(pass::BARE, Serving::floor_http().await?)?;
    let behind = side(pass::GATEWAY, Serving::gateway(folder).await?)?;
    for side in [&bare, &behind] {
        // The first request with a token pays for its signature, and no later one.
        let buyers = side.people.borrow().buyers() as u64;
        side.closed(plan, Until::Requests(buyers))
            .run(Mix::Arrive)
            .await?;
    }
    let mut rounds = Vec::new();
    for round in 0..plan.rounds {
        let bare = bare.measured(arena, plan, (round, figures)).await?;
        let behind = behind.measured(arena, plan, (round, figures)).await?;
        rounds.push((micros(&bare), micros(&behind)));
    }
    rounds.sort_by(|one, other| cost(one).total_cmp(&cost(other)));
    let middle = &rounds[(rounds.len() - 1) / 2];
    figures.fact(format!(
        "The gateway and its checks cost {:.1} us of CPU a request (median of {} rounds, from \
         {:.1} to {:.1}; aim <= 15): {:.1} us behind it, {:.1} us at a bare axum route.",
        cost(middle),
        plan.rounds,
        cost(&rounds[0]),
        cost(&rounds[rounds.len() - 1]),
        middle.1,
        middle.0,
    ));
    bare.serving.stop().await?;
    behind.serving.stop().await
}

impl Side {
    fn closed(&self, plan: &Plan, until: Until) -> Closed<'_> {
        Closed {
            port: self.serving.port,
            connections: plan.connections,
            shoppers: &self.people,
            until,
        }
    }

    async fn measured(
        &self,
        arena: &Arena,
        plan: &Plan,
        (round, figures): (usize, &mut Figures),
    ) -> anyhow::Result<Sample> {
        let loaded = self.closed(plan, Until::Elapsed(plan.length));
        let loaded = loaded.run(Mix::Uniform);
        let sample = measure(&self.serving, arena.folder.path(), loaded).await?;
        let refused = sample.tally.unexpected(&[]);
        ensure!(refused.is_none(), "{}: {refused:?}", self.pass);
        ensure!(sample.tally.completed > 0, "{}: no answer", self.pass);
        figures.add(self.pass, "floor", round, &sample);
        Ok(sample)
    }
}

/// What the gateway adds, in a round of bare and behind.
fn cost((bare, behind): &(f64, f64)) -> f64 {
    behind - bare
}

fn micros(sample: &Sample) -> f64 {
    // Thousandths of a second a thousand, millionths each.
    sample.cpu_per_1000(sample.tally.completed) * 1_000.0
}
