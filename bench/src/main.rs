//! The benchmark: the shop, the monolith it replaces and the floors below both, one after the
//! other in the same run, on data folders of its own. A run that breaks an invariant has no
//! figures.

/// Who is measured, and the processes they run in.
mod contestant;

/// What is put in before anything is measured.
mod population;

/// The processes under test, from within.
mod host;

/// What is the least that a durable order, a request, a log could cost.
mod floor;

/// Orders as bytes, sent and timed.
mod load;

/// One measured pass, and the proof that it counts.
mod measure;

/// What is ordered, and in which way.
mod workload;

/// The machine and the noise on it.
mod machine;

/// The folders that belong to a benchmark.
mod folder;

/// The figures, written for people.
mod report;

/// Which workloads, how long, how often.
mod run;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The allocator of the product: what is measured is what ships.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the shop against the monolith and the floors.
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the benchmark.
    Run(run::Flags),
    /// A process under test; the run starts these itself.
    #[command(subcommand, hide = true)]
    Host(host::Host),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(flags) => run::run(&flags),
        Command::Host(host) => host::run(host),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&format!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
