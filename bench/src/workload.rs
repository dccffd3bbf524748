//! The workloads by name; each brings its figures, or fails.

use clap::ValueEnum;

mod browse;
mod burst;
mod failures;
mod flash;
mod gateway;
mod growth;
mod kill;
mod latency;
mod rush;
mod throughput;

use crate::measure::Arena;
use crate::report::Figures;
use crate::run::Plan;

/// What is measured, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// W1 and W2: uniform and hot carts, one at a time and in batches, and the floors.
    Throughput,
    /// W1 at a quarter, half, three quarters and nine tenths of the most that is answered.
    Latency,
    /// W3: a flash sale, and what it costs to be told that it is over.
    Flash,
    /// W4: one order in four fails, and is undone.
    Failures,
    /// W5: first come, first served.
    Rush,
    /// W6: nineteen looks for every order.
    Browse,
    /// W8: ten times as many for a while.
    Burst,
    /// W9: kill -9 under load, again and again.
    Kill,
    /// A bare route, and the same behind the gateway.
    Gateway,
    /// What an order costs after many others, and how long a start takes then.
    Growth,
}

impl Workload {
    /// All but growth, which takes long.
    pub const USUAL: [Self; 9] = [
        Self::Throughput,
        Self::Latency,
        Self::Flash,
        Self::Failures,
        Self::Rush,
        Self::Browse,
        Self::Burst,
        Self::Kill,
        Self::Gateway,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Latency => "latency",
            Self::Flash => "flash",
            Self::Failures => "failures",
            Self::Rush => "rush",
            Self::Browse => "browse",
            Self::Burst => "burst",
            Self::Kill => "kill",
            Self::Gateway => "gateway",
            Self::Growth => "growth",
        }
    }

    pub async fn run(
        self,
        arena: &Arena,
        plan: &Plan,
        figures: &mut Figures,
    ) -> anyhow::Result<()> {
        match self {
            Self::Throughput => throughput::run(arena, plan, figures).await,
            Self::Latency => latency::run(arena, plan, figures).await,
            Self::Flash => flash::run(arena, plan, figures).await,
            Self::Failures => failures::run(arena, plan, figures).await,
            Self::Rush => rush::run(arena, plan, figures).await,
            Self::Browse => browse::run(arena, plan, figures).await,
            Self::Burst => burst::run(arena, plan, figures).await,
            Self::Kill => kill::run(arena, plan, figures).await,
            Self::Gateway => gateway::run(arena, plan, figures).await,
            Self::Growth => growth::run(arena, plan, figures).await,
        }
    }
}
