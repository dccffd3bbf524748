//! Many seeds on a few threads. Each schedule stays on one thread, and what is summed up does not
//! depend on which.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sim::Outcome;
use sim::check::{Found, Tally};
use sim::coverage::Coverage;
use sim::node::Counted;
use sim::planted::Entry;

/// After so many the rest would say nothing new.
const MOST_FAILED: usize = 20;
/// How many schedules measure the rate at which a bug is seen: one in a thousand shows.
pub const SAMPLE: u64 = 1_000;

/// What many schedules came to.
#[derive(Debug, Default)]
pub struct Sum {
    pub schedules: u64,
    pub steps: u64,
    pub tally: Tally,
    pub counted: Counted,
    pub restores: u64,
    pub coverage: Coverage,
    pub failed: BTreeMap<u64, Vec<Found>>,
}

/// The search for one planted bug.
#[derive(Debug)]
pub struct Hunt {
    /// The first seed whose schedule breaks the invariant that must see it.
    pub seed: Option<u64>,
    pub schedules: u64,
    /// Of how many schedules, and in how many of them that invariant is broken.
    pub ran: u64,
    pub seen: u64,
    /// And every other that was broken.
    pub also: BTreeMap<&'static str, u64>,
}

/// From a seed on; the first is 1.
pub fn range(first: Option<u64>, count: u64) -> Range<u64> {
    let first = first.unwrap_or(1);
    first..first.saturating_add(count)
}

pub fn run(seeds: Range<u64>, threads: usize, one: impl Fn(u64) -> Outcome + Sync) -> Sum {
    let threads = threads.max(1);
    let mut sum = Sum::default();
    thread::scope(|scope| {
        let one = &one;
        let running: Vec<_> = (0..threads)
            .map(|offset| {
                let own = seeds.clone().skip(offset).step_by(threads);
                scope.spawn(move || part(own, one))
            })
            .collect();
        for part in running {
            sum.add(part.join().expect("a schedule's panic is caught within it"));
        }
    });
    sum
}

fn part(seeds: impl Iterator<Item = u64>, one: &impl Fn(u64) -> Outcome) -> Sum {
    let mut sum = Sum::default();
    for seed in seeds {
        let outcome = one(seed);
        sum.schedules += 1;
        sum.steps += outcome.steps;
        sum.tally.add(&outcome.tally);
        sum.counted.add(outcome.counted);
        sum.restores += outcome.restores;
        sum.coverage.add(&outcome.coverage);
        if !outcome.found.is_empty() {
            sum.failed.insert(seed, outcome.found);
        }
        if sum.failed.len() >= MOST_FAILED {
            break;
        }
    }
    sum
}

/// Hunts every bug, each on one of the threads.
pub fn hunts(bugs: &[Entry], seeds: Range<u64>, threads: usize) -> Vec<Hunt> {
    let next = &AtomicUsize::new(0);
    let mut hunts: Vec<(usize, Hunt)> = thread::scope(|scope| {
        let hunter = || {
            let taken = std::iter::from_fn(|| {
                let index = next.fetch_add(1, Ordering::Relaxed);
                Some((index, bugs.get(index)?))
            });
            let hunted = taken.map(|(index, entry)| (index, hunt(entry, seeds.clone())));
            hunted.collect::<Vec<_>>()
        };
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(hunter)).collect();
        let done = running.into_iter();
        done.flat_map(|hunter| {
            hunter
                .join()
                .expect("a schedule's panic is caught within it")
        })
        .collect()
    });
    hunts.sort_by_key(|(index, _)| *index);
    hunts.into_iter().map(|(_, hunt)| hunt).collect()
}

/// Runs a sample of schedules with a bug, and more until the invariant that must see it does.
fn hunt(entry: &Entry, seeds: Range<u64>) -> Hunt {
    let mut hunt = Hunt {
        seed: None,
        schedules: 0,
        ran: 0,
        seen: 0,
        also: BTreeMap::new(),
    };
    for seed in seeds {
        let outcome = sim::run(super::plan(seed, Some(entry)));
        hunt.ran += 1;
        for name in names(&outcome.found) {
            if name != entry.seen_by {
                *hunt.also.entry(name).or_default() += 1;
                continue;
            }
            hunt.seen += 1;
            if hunt.seed.is_none() {
                (hunt.seed, hunt.schedules) = (Some(seed), hunt.ran);
            }
        }
        if hunt.seed.is_some() && hunt.ran >= SAMPLE {
            break;
        }
    }
    hunt
}

/// The invariants broken, each once.
fn names(found: &[Found]) -> std::collections::BTreeSet<&'static str> {
    found.iter().map(|found| found.invariant).collect()
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.steps += other.steps;
        self.tally.add(&other.tally);
        self.counted.add(other.counted);
        self.restores += other.restores;
        self.coverage.add(&other.coverage);
        self.failed.extend(other.failed);
    }
}
