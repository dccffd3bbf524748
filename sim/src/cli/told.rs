//! What is printed: the range of seeds, what it cost, how the orders ended, and every violation
//! with the command that shows it again.
#![expect(clippy::print_stdout, reason = "this is the program's output")]

use std::ops::Range;
use std::time::Duration;

use sim::check::Found;
use sim::coverage::Coverage;
use sim::node::Counted;
use sim::planted::{BUGS, Entry};
use sim::shrink::{Recorded, Simulator, Unplayable};
use sim::{Backend, Outcome};

use super::many::{Hunt, Sum};

/// Of recorded choices in a test: with its indent within 100 columns, unless one part is longer.
const LONGEST_LINE: usize = 88;
/// Of one seed the first few say enough.
const MOST_TOLD: usize = 5;

pub fn range(seeds: &Range<u64>, of: &Simulator) {
    let (first, last) = (seeds.start, seeds.end.saturating_sub(1));
    println!("seeds {first} to {last} of simulator {of}");
}

pub fn unknown_bug(name: &str) {
    println!("there is no planted bug {name:?}; these are known:");
    for entry in BUGS {
        println!("  {:24} {}", entry.name, entry.words);
    }
}

pub fn campaign(sum: &Sum, took: Duration, threads: usize, again: &str) {
    cost(sum, took, threads);
    orders(sum);
    coverage(&sum.coverage);
    failures(sum, again);
}

pub fn parity(sum: &Sum, took: Duration, again: &str) {
    let seconds = took.as_secs_f64();
    let schedules = sum.schedules;
    println!("{schedules} seeds on maps and on SQLite in memory, {seconds:.1} s");
    failures(sum, again);
}

fn cost(sum: &Sum, took: Duration, threads: usize) {
    let seconds = took.as_secs_f64().max(f64::EPSILON);
    let rate = sum.schedules as f64 / seconds;
    let each = seconds * 1e6 * threads as f64 / sum.schedules.max(1) as f64;
    let steps = sum.steps as f64 / sum.schedules.max(1) as f64;
    println!(
        "{} schedules in {seconds:.2} s on {threads} threads: {rate:.0} a second, \
         {each:.0} microseconds of a core each, {steps:.0} steps each",
        sum.schedules
    );
}

fn orders(sum: &Sum) {
    let all: u64 = sum.tally.orders.values().sum();
    let Counted {
        batches,
        inputs,
        repeats,
        parked,
        crashes,
        taken_over,
        late_commands,
        refused,
        moved,
        ..
    } = sum.counted;
    println!(
        "{batches} batches of {inputs} inputs, {repeats} repeats absorbed, {parked} events parked, \
         {crashes} crashes, {} backups restored\n\
         {taken_over} instances taken over from while they ran, which then took {late_commands} \
         commands; {refused} of their batches refused, {moved} that found a position moved",
        sum.restores
    );
    println!("{all} orders:");
    for (end, count) in &sum.tally.orders {
        let percent = *count as f64 * 100.0 / all.max(1) as f64;
        println!("  {end:20} {count:>9}  {percent:>5.1} %");
    }
    for (kind, count) in &sum.tally.refunds {
        println!("  {kind:20} {count:>9}");
    }
}

fn coverage(coverage: &Coverage) {
    let met: u64 = coverage.0.values().sum();
    let once = coverage.0.values().filter(|count| **count == 1).count();
    println!(
        "{} cells covered of {} conceivable (what came, what stood, what failed), {met} times in \
         all; {once} of them once",
        coverage.0.len(),
        coverage.conceivable()
    );
}

fn failures(sum: &Sum, again: &str) {
    if sum.failed.is_empty() {
        println!("no violation");
    }
    for (seed, found) in &sum.failed {
        violations(*seed, found);
        println!("  replay: {again} --seed {seed}");
    }
}

fn violations(seed: u64, found: &[Found]) {
    println!("SEED={seed}: {} violations", found.len());
    for Found { invariant, witness } in found.iter().take(MOST_TOLD) {
        println!("  {invariant} {witness}");
    }
}

pub fn timeline(seed: u64, outcome: &Outcome) {
    for line in &outcome.timeline {
        println!("{line}");
    }
    println!(
        "trace {:016x}, state {:016x}",
        outcome.trace_hash, outcome.state_hash
    );
    if outcome.found.is_empty() {
        println!("no violation");
    } else {
        violations(seed, &outcome.found);
    }
}

pub fn nothing_to_shrink(seed: u64) {
    println!("SEED={seed}: no violation, and so nothing to shrink");
}

pub fn shrunk((before, after): (usize, usize), tries: usize) {
    println!("{before} choices made {after} in {tries} tries");
}

pub fn unplayable(why: &Unplayable) {
    println!("{why}");
}

/// A test, for a file in sim/tests, that fails until what was found is mended.
pub fn regression_test(
    (seed, store): (u64, Backend),
    bug: Option<&Entry>,
    invariant: &str,
    recorded: &Recorded,
) {
    let planted = bug.map_or("None".to_owned(), |entry| {
        format!(
            "sim::planted::named({:?}).map(|entry| entry.bug)",
            entry.name
        )
    });
    let name = invariant.to_lowercase();
    println!("\n#[test]");
    println!("fn seed_{seed}_breaks_{name}() {{");
    println!("    let plan = sim::Plan {{");
    println!("        seed: {seed},");
    println!("        backend: sim::Backend::{store:?},");
    println!("        bug: {planted},");
    println!("        words: true,");
    println!("        hash: false,");
    println!("        keep: false,");
    println!("    }};");
    println!("    let recorded = \"\\");
    for line in lines(&recorded.to_string()) {
        println!("        {line}\\");
    }
    println!("    \";");
    println!("    let outcome = sim::shrink::replay(plan, recorded).unwrap();");
    println!("    assert!(outcome.found.is_empty(), \"{{outcome:#?}}\");");
    println!("}}");
}

/// Cut where no blank is lost to the next line's indent.
fn lines(recorded: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in recorded.split_inclusive(['|', ';', ':']) {
        if let Some(line) = lines.last_mut()
            && line.len() + piece.len() <= LONGEST_LINE
        {
            line.push_str(piece);
        } else {
            lines.push(piece.to_owned());
        }
    }
    lines
}

pub fn bugs(hunts: &[Hunt], took: Duration) {
    for (entry, hunt) in BUGS.iter().zip(hunts) {
        if hunt.seed.is_none() {
            let (name, seen_by, ran) = (entry.name, entry.seen_by, hunt.ran);
            println!("{name} was NOT SEEN by {seen_by} in {ran} schedules");
        }
    }
    let seen = hunts.iter().filter(|hunt| hunt.seed.is_some()).count();
    let schedules: u64 = hunts.iter().map(|hunt| hunt.ran).sum();
    println!(
        "{seen} of {} planted bugs seen, {schedules} schedules, {:.1} s",
        hunts.len(),
        took.as_secs_f64()
    );
}

pub fn written(path: &str) {
    println!("wrote {path}");
}

pub fn stale(path: &str, why: &str) {
    println!("{path} {why}: write it with `cargo xtask sim --bugs --write`");
}

pub fn without_bugs(sum: &Sum, again: &str) {
    println!("without a bug, {} schedules:", sum.schedules);
    failures(sum, again);
}
