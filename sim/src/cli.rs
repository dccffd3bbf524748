//! The command line: which seeds, which bug, and what is printed of them. Nothing here is part of
//! a schedule.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use sim::planted::{self, BUGS, Entry};
use sim::shrink::{Simulator, Unplayable};
use sim::{Backend, Outcome, Plan};

mod many;
mod small;
mod table;
mod told;

/// How many schedules a planted bug may take to be seen. The rarest is seen in about one in a
/// hundred.
const BOUND: u64 = 5_000;

/// Runs schedules of the whole shop, each reproduced by its seed.
#[derive(Debug, Parser)]
#[command(name = "sim")]
struct Arguments {
    /// How many schedules to run: 1,000, or one where a seed is given.
    #[arg(long)]
    seeds: Option<u64>,
    /// The first seed; alone, the only one.
    #[arg(long)]
    seed: Option<u64>,
    /// Plants this bug.
    #[arg(long)]
    bug: Option<String>,
    /// Runs every planted bug until it is seen.
    #[arg(long)]
    bugs: bool,
    /// With `--bugs`: writes the table of them, docs/planted-bugs.md.
    #[arg(long, requires = "bugs")]
    write: bool,
    /// Runs so many seeds on maps and on SQLite and compares what stands in the end.
    #[arg(long)]
    parity: Option<u64>,
    /// Prints the timeline of the one seed in words.
    #[arg(long)]
    trace: bool,
    /// Makes the one seed's schedule small, and prints it in words and as a test.
    #[arg(long, requires = "seed")]
    shrink: bool,
    /// Makes the choices again that `--shrink` printed.
    #[arg(long)]
    again: Option<String>,
    /// What the services keep their rows in: maps, or sqlite.
    #[arg(long, default_value_t = Backend::Maps)]
    store: Backend,
    /// The simulator that printed the seed, as it did: another one has other schedules.
    #[arg(long, value_name = "SIMULATOR")]
    of: Option<String>,
    /// The commit this simulator was built from, for what it prints.
    #[arg(long, default_value = "")]
    commit: String,
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic in a schedule is reported with its seed; the hook's text would have none.
    std::panic::set_hook(Box::new(|_| {}));
    let bug = match arguments.bug.as_deref() {
        None => None,
        Some(name) => match planted::named(name) {
            Some(entry) => Some(entry),
            None => {
                told::unknown_bug(name);
                return ExitCode::FAILURE;
            }
        },
    };
    if let Err(why) = of_this_simulator(&arguments) {
        told::unplayable(&why);
        return ExitCode::FAILURE;
    }
    let clean = if arguments.bugs {
        all_bugs(&arguments)
    } else if let Some(seeds) = arguments.parity {
        parity(&arguments, seeds)
    } else if let Some(recorded) = &arguments.again {
        small::again(recorded, bug, &arguments)
    } else if let (Some(seed), true) = (arguments.seed, arguments.shrink) {
        small::shrink(seed, bug, &arguments)
    } else if let (Some(seed), true) = (arguments.seed, arguments.trace) {
        one(seed, bug, arguments.store)
    } else {
        campaign(&arguments, bug)
    };
    if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A seed that another simulator printed is not run here as if it were the same schedule.
fn of_this_simulator(arguments: &Arguments) -> Result<(), Unplayable> {
    match &arguments.of {
        Some(of) => of.parse::<Simulator>()?.is_here(&arguments.commit),
        None => Ok(()),
    }
}

fn plan(seed: u64, bug: Option<&Entry>) -> Plan {
    Plan {
        seed,
        backend: Backend::Maps,
        bug: bug.map(|entry| entry.bug),
        words: false,
        hash: false,
        keep: false,
    }
}

fn one(seed: u64, bug: Option<&Entry>, backend: Backend) -> bool {
    let outcome = sim::run(Plan {
        backend,
        words: true,
        hash: true,
        ..plan(seed, bug)
    });
    told::timeline(seed, &outcome);
    outcome.found.is_empty()
}

fn campaign(arguments: &Arguments, bug: Option<&Entry>) -> bool {
    let one_or_many = if arguments.seed.is_some() { 1 } else { 1_000 };
    let seeds = many::range(arguments.seed, arguments.seeds.unwrap_or(one_or_many));
    told::range(&seeds, &Simulator::here(&arguments.commit));
    let backend = arguments.store;
    let one = |seed| {
        sim::run(Plan {
            backend,
            ..plan(seed, bug)
        })
    };
    let (took, sum) = timed(|| many::run(seeds, arguments.threads, one));
    told::campaign(&sum, took, arguments.threads, &again(arguments, bug));
    sum.failed.is_empty()
}

fn parity(arguments: &Arguments, seeds: u64) -> bool {
    let seeds = many::range(arguments.seed, seeds);
    told::range(&seeds, &Simulator::here(&arguments.commit));
    let both = |seed| {
        let maps = Plan {
            hash: true,
            ..plan(seed, None)
        };
        let on_maps = sim::run(maps);
        let on_sqlite = sim::run(Plan {
            backend: Backend::Sqlite,
            ..maps
        });
        compared(on_maps, &on_sqlite)
    };
    let (took, sum) = timed(|| many::run(seeds, arguments.threads, both));
    told::parity(&sum, took, &again(arguments, None));
    sum.failed.is_empty()
}

/// The outcome on maps, with what differs on SQLite as something found.
fn compared(on_maps: Outcome, on_sqlite: &Outcome) -> Outcome {
    let mut both = on_maps;
    let same = both.state_hash == on_sqlite.state_hash && both.trace_hash == on_sqlite.trace_hash;
    if !same {
        let witness = format!(
            "state {:016x} on maps, {:016x} on SQLite; trace {:016x} and {:016x}",
            both.state_hash, on_sqlite.state_hash, both.trace_hash, on_sqlite.trace_hash
        );
        both.found.push(sim::check::Found::new("parity", witness));
    }
    both.found.extend(on_sqlite.found.iter().cloned());
    both
}

fn all_bugs(arguments: &Arguments) -> bool {
    let first = arguments.seed.unwrap_or(table::FIRST_SEED);
    let seeds = first..first + BOUND;
    let (took, hunts) = timed(|| many::hunts(BUGS, seeds, arguments.threads));
    told::bugs(&hunts, took);
    let all_seen = hunts.iter().all(|hunt| hunt.seed.is_some());
    let without = many::run(first..first + BOUND / 5, arguments.threads, |seed| {
        sim::run(plan(seed, None))
    });
    told::without_bugs(&without, &again(arguments, None));
    // Other seeds have other figures than the table's.
    let fresh = first != table::FIRST_SEED || table::is_fresh(&hunts, arguments.write);
    all_seen && without.failed.is_empty() && fresh
}

/// The command that runs a seed again, but for the seed.
fn again(arguments: &Arguments, bug: Option<&Entry>) -> String {
    let mut command = "cargo xtask sim --trace".to_owned();
    if let Some(entry) = bug {
        command += &format!(" --bug {}", entry.name);
    }
    if arguments.store != Backend::Maps {
        command += &format!(" --store {}", arguments.store);
    }
    format!("{command} --of {}", Simulator::here(&arguments.commit))
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    #[expect(
        clippy::disallowed_methods,
        reason = "what a schedule costs is told, never used"
    )]
    let start = Instant::now();
    let made = work();
    (start.elapsed(), made)
}
