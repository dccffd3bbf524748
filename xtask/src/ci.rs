//! What a change must pass, in the order that fails soonest. The last line counts the tests.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::shell::{self, PROFILE, cargo};
use crate::{bench, browser, chaos, figures, interleave, saga, sim, test, tidy};

/// Schedules of the simulator in one CI run; campaigns run more, by hand.
const SEEDS: &str = "300000";
/// Seeds that must end in the same state on the maps and on SQLite.
const PARITY: &str = "2000";

struct Step {
    name: &'static str,
    took: Duration,
    note: &'static str,
}

pub fn run() -> Result<()> {
    let mut steps = Vec::new();
    let totals = all(&mut steps);
    println!("\n{:<12} {:>8}", "step", "seconds");
    for Step { name, took, note } in &steps {
        println!("{name:<12} {:>8.1}  {note}", took.as_secs_f64());
    }
    println!("{}", totals?);
    Ok(())
}

fn all(steps: &mut Vec<Step>) -> Result<test::Totals> {
    step(steps, "fmt", || {
        shell::run(cargo().args(["fmt", "--all", "--check"]))
    })?;
    step(steps, "tidy", tidy::run)?;
    step(steps, "saga", || saga::run(true))?;
    step(steps, "figures", || figures::run(true))?;
    step(steps, "clippy", clippy)?;
    let totals = step(steps, "test", || test::run_all(&[]))?;
    let totals = totals.and(step(steps, "browser", browser::run_all)?);
    step(steps, "chaos quick", || chaos::run(chaos::Length::Quick))?;
    step(steps, "interleave", || {
        interleave::lint()?;
        interleave::run(interleave::COUNT, &[])
    })?;
    step(steps, "sim seeds", || sim::run(&words(&["--seeds", SEEDS])))?;
    step(steps, "sim parity", || {
        sim::run(&words(&["--parity", PARITY]))
    })?;
    step(steps, "sim bugs", || sim::run(&words(&["--bugs"])))?;
    step(steps, "bench quick", || bench::quick(&words(&["--quick"])))?;
    if !step(steps, "deny", deny)? {
        let deny = steps.last_mut().expect("the step that just ended");
        deny.note = "not run: cargo-deny is not installed";
    }
    Ok(totals)
}

fn step<T>(
    steps: &mut Vec<Step>,
    name: &'static str,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    println!("\n=== {name}");
    let started = stopwatch();
    let result = work();
    let note = if result.is_ok() { "" } else { "FAILED" };
    steps.push(Step {
        name,
        took: started.elapsed(),
        note,
    });
    result.with_context(|| format!("step {name} failed"))
}

fn clippy() -> Result<()> {
    let mut command = cargo();
    command.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--profile",
        PROFILE,
    ]);
    shell::run(command.args(["--", "-D", "warnings"]))
}

/// False when cargo-deny is not there: it is no part of a Rust installation.
fn deny() -> Result<bool> {
    let installed = cargo()
        .args(["deny", "--version"])
        .output()
        .is_ok_and(|it| it.status.success());
    if installed {
        shell::run(cargo().args(["deny", "check", "bans", "licenses", "sources"]))?;
    }
    Ok(installed)
}

fn words(args: &[&str]) -> Vec<String> {
    args.iter().map(|word| (*word).to_owned()).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "seconds shown to people; nothing depends on them"
)]
fn stopwatch() -> Instant {
    Instant::now()
}
