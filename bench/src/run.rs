//! One run of the benchmark: folders, contestants, workloads one after the other, and the report.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::folder::Folder;
use crate::machine;
use crate::measure::Arena;
use crate::population::Spec;
use crate::report::{self, Figures};
use crate::workload::Workload;

#[derive(Args, Clone)]
pub struct Flags {
    /// Few orders on a small shop: proves that every workload keeps the invariants, and nothing
    /// about speed.
    #[arg(long)]
    quick: bool,
    /// Which workloads; without it all but growth.
    #[arg(long, value_enum, value_delimiter = ',')]
    workloads: Vec<Workload>,
    /// How often the passes of throughput and of failures take turns, and how often a checkpoint
    /// of growth is measured.
    #[arg(long)]
    rounds: Option<usize>,
    /// How long a pass is measured.
    #[arg(long)]
    seconds: Option<f64>,
    /// Where data is kept meanwhile: a folder of its own, on the disk that is measured.
    #[arg(long, default_value = "./.jangteo-bench")]
    folder: PathBuf,
    /// Where the figures are written; without it only to standard output.
    #[arg(long)]
    results: Option<PathBuf>,
    /// Where the comparison is drawn.
    #[arg(long, requires = "results")]
    figure: Option<PathBuf>,
    /// What was built, as the report names it.
    #[arg(long, default_value = "unknown")]
    commit: String,
}

/// How much of everything.
pub struct Plan {
    pub rounds: usize,
    /// How long a measured pass is.
    pub length: Duration,
    pub warm_up: Duration,
    /// Connections of a closed loop.
    pub connections: usize,
    /// Accepted orders under way when it is about saturation.
    pub window: u64,
    /// Orders of a batch request.
    pub batch: usize,
    /// Orders that a floor writes.
    pub floor_orders: u64,
    /// Who tries in the flash sale.
    pub attempts: u64,
    pub kills: u32,
    /// Inputs of a loop between two crashes of it, where handlers crash.
    pub crash_once_in: u64,
    /// The checkpoints of growth, in orders.
    pub growth: [u64; 3],
    /// Orders of a slice of growth.
    pub slice: u64,
}

impl Plan {
    fn of(flags: &Flags) -> Self {
        let mut plan = match flags.quick {
            true => Self::quick(),
            false => Self::full(),
        };
        plan.rounds = flags.rounds.unwrap_or(plan.rounds);
        plan.length = flags.seconds.map_or(plan.length, Duration::from_secs_f64);
        plan
    }

    pub(crate) fn full() -> Self {
        Self {
            rounds: 5,
            length: Duration::from_secs(3),
            warm_up: Duration::from_secs(3),
            connections: 256,
            window: 4_096,
            batch: 100,
            floor_orders: 50_000,
            attempts: 20_000,
            kills: 20,
            crash_once_in: 1_000,
            growth: [10_000, 100_000, 1_000_000],
            slice: 3_000,
        }
    }

    fn quick() -> Self {
        Self {
            rounds: 1,
            length: Duration::from_millis(500),
            warm_up: Duration::from_millis(200),
            connections: 16,
            window: 256,
            batch: 20,
            floor_orders: 500,
            attempts: 1_000,
            kills: 2,
            crash_once_in: 50,
            growth: [500, 1_000, 1_500],
            slice: 100,
        }
    }
}

pub fn run(flags: &Flags) -> anyhow::Result<()> {
    // The generator has one thread, so that its share of the machine is known.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(all(flags))
}

async fn all(flags: &Flags) -> anyhow::Result<()> {
    let begun = machine::now();
    let folder = Folder::open(&flags.folder)?;
    let (plan, spec) = (Plan::of(flags), spec(flags));
    report::say("seeding the shop and the monolith");
    let arena = Arena::new(folder, spec).await?;
    let mut figures = Figures::default();
    let workloads = match flags.workloads.is_empty() {
        true => &Workload::USUAL[..],
        false => &flags.workloads,
    };
    for workload in workloads {
        report::say(&format!(
            "{:>4} s  {}",
            begun.elapsed().as_secs(),
            workload.name()
        ));
        workload.run(&arena, &plan, &mut figures).await?;
    }
    report::say(&format!(
        "{:>4} s  done; every invariant holds",
        begun.elapsed().as_secs()
    ));
    if flags.quick {
        return Ok(());
    }
    let about = report::About {
        commit: &flags.commit,
        spec: &arena.spec,
        plan: &plan,
        took: begun.elapsed(),
    };
    let text = report::markdown(&about, &figures);
    report::print(&text);
    if let Some(file) = &flags.results {
        std::fs::write(file, text)?;
    }
    if let Some(file) = &flags.figure {
        std::fs::write(file, report::drawing(&figures))?;
    }
    Ok(())
}

fn spec(flags: &Flags) -> Spec {
    match flags.quick {
        true => Spec::quick(),
        false => Spec::full(),
    }
}
