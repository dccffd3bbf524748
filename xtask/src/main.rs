//! All automation of the repository, as `cargo xtask <task>`; CI runs `cargo xtask ci` and
//! nothing else. Not part of the product: nothing depends on it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for people answers on standard output and complains on standard error"
)]

mod bench;
mod browser;
mod chaos;
mod ci;
mod figures;
mod generated;
mod golden;
mod interleave;
mod program;
mod saga;
mod shell;
mod sim;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the Jangteo repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Checks what the compiler does not: crate edges, purity, words, shapes, sizes.
    Tidy,
    /// Writes docs/saga.md and the hears and says of each service from the saga table.
    Saga {
        /// Changes nothing, and fails when a file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Rewrites the golden samples of events, sagas and API documents.
    Golden {
        /// Changes nothing, and fails when a sample is stale.
        #[arg(long)]
        check: bool,
    },
    /// Builds the simulator and runs it with the arguments given.
    Sim {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Tries the hand-offs between threads in many orders, with shuttle's locks and atomics.
    Interleave {
        /// How many orders of each scenario.
        #[arg(long, default_value_t = interleave::COUNT)]
        count: u64,
        /// One order again, as shuttle printed it.
        #[arg(long)]
        again: Option<String>,
        /// Parts of the names of those to try; all of them without.
        tests: Vec<String>,
    },
    /// Measures the shop against the monolith and the floors, and writes bench/RESULTS.md;
    /// `--quick` only proves that every workload keeps the invariants.
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Puts the figures of bench/RESULTS.md into the READMEs, as `bench` does in the end.
    Figures {
        /// Changes nothing, and fails when a README is stale.
        #[arg(long)]
        check: bool,
    },
    /// Starts what the tests need and runs them all; arguments go to `cargo test`.
    Test {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Uses the pages of a running shop in headless Chromium, as people do.
    Browser,
    /// Takes docs/screenshots of a running shop in headless Chromium.
    Screenshots,
    /// Cuts the power of a real shop under load and kills it, again and again (needs root).
    Chaos {
        /// Fewer power cuts.
        #[arg(long)]
        quick: bool,
    },
    /// Everything that a change must pass, as CI runs it.
    Ci,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Tidy => tidy::run(),
        Task::Saga { check } => saga::run(check),
        Task::Golden { check } => golden::run(check),
        Task::Sim { args } => sim::run(&args),
        Task::Interleave {
            count,
            again,
            tests,
        } => match again {
            Some(order) => interleave::again(&order, &tests),
            None => interleave::run(count, &tests),
        },
        Task::Bench { args } => bench::run(&args),
        Task::Figures { check } => figures::run(check),
        Task::Test { args } => test::run(&args),
        Task::Browser => browser::run(),
        Task::Screenshots => browser::screenshots(),
        Task::Chaos { quick } => chaos::run(match quick {
            true => chaos::Length::Quick,
            false => chaos::Length::Full,
        }),
        Task::Ci => ci::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
