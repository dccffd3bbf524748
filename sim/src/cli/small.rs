//! A failing seed made small, and recorded choices made again.

use sim::planted::Entry;
use sim::shrink::{self, Recorded, Simulator};
use sim::{Outcome, Plan};

use super::{Arguments, plan, told};

/// What the schedule of a recorded test is called where it has no seed.
const NO_SEED: u64 = 0;

/// True when there is nothing to shrink.
pub fn shrink(seed: u64, bug: Option<&Entry>, arguments: &Arguments) -> bool {
    let plan = Plan {
        backend: arguments.store,
        keep: true,
        ..plan(seed, bug)
    };
    let outcome = sim::run(plan);
    let Some(invariant) = wanted(&outcome, bug) else {
        told::nothing_to_shrink(seed);
        return true;
    };
    let before = outcome.choices.len();
    let shrunk = shrink::shrink(plan, invariant, outcome.choices);
    let after = shrunk.choices.len();
    let here = Simulator::here(&arguments.commit);
    let recorded = Recorded::new(here, plan.backend, shrunk.choices);
    let small = recorded.replay(Plan {
        words: true,
        hash: true,
        ..plan
    });
    told::timeline(seed, &small);
    told::shrunk((before, after), shrunk.tries);
    told::regression_test((seed, plan.backend), bug, invariant, &recorded);
    false
}

/// The invariant to keep: that which must see the bug, else the first that is broken.
fn wanted(outcome: &Outcome, bug: Option<&Entry>) -> Option<&'static str> {
    let mut names = outcome.found.iter().map(|found| found.invariant);
    let wanted = bug.and_then(|bug| names.clone().find(|name| *name == bug.seen_by));
    wanted.or_else(|| names.next())
}

pub fn again(recorded: &str, bug: Option<&Entry>, arguments: &Arguments) -> bool {
    let plan = Plan {
        words: true,
        hash: true,
        ..plan(NO_SEED, bug)
    };
    match Recorded::parse(recorded, arguments.store, &arguments.commit) {
        Ok(recorded) => {
            let outcome = recorded.replay(plan);
            told::timeline(NO_SEED, &outcome);
            outcome.found.is_empty()
        }
        Err(why) => {
            told::unplayable(&why);
            false
        }
    }
}
