//! All tests, with what they need started first, and one line of totals at the end.

use std::fmt;

use anyhow::{Result, bail, ensure};

use crate::browser;
use crate::shell::{self, PROFILE, cargo};

/// Read by the tests' harness.
const THREADS_VARIABLE: &str = "RUST_TEST_THREADS";

/// How many tests ran and how they ended, over all test programs of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub passed: u64,
    pub failed: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Totals {
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }

    /// Adds what the harness's closing line of one test program says; other lines say nothing.
    fn hear(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in counts.split([';', '.']) {
            let mut words = part.split_whitespace();
            let Some(Ok(count)) = words.next().map(str::parse::<u64>) else {
                continue;
            };
            match words.next() {
                Some("passed") => self.passed += count,
                Some("failed") => self.failed += count,
                _ => {}
            }
        }
    }
}

pub fn run(args: &[String]) -> Result<()> {
    let mut totals = run_all(args)?;
    // Arguments choose among the tests of cargo.
    if args.is_empty() {
        totals = totals.and(browser::run_all()?);
    }
    println!("{totals}");
    Ok(())
}

/// Runs the tests; the totals come back only when all passed, and are printed otherwise.
pub fn run_all(args: &[String]) -> Result<Totals> {
    // SQLite and the event log live inside the test programs; the browser's tests start a shop.
    println!("servers needed: none");
    let mut command = cargo();
    command.args([
        "test",
        "--workspace",
        "--locked",
        "--profile",
        PROFILE,
        "--no-fail-fast",
    ]);
    command.args(args);
    command.env(THREADS_VARIABLE, threads().to_string());
    let mut totals = Totals::default();
    let ended_well = shell::run_lines(&mut command, |line| {
        println!("{line}");
        totals.hear(line);
    })?;
    if !ended_well {
        println!("{totals}");
        bail!("the tests did not all pass: {}", shell::said(&command));
    }
    ensure!(
        totals.failed == 0,
        "cargo ended well though {} tests failed",
        totals.failed
    );
    ensure!(totals.passed > 0, "no test ran: {}", shell::said(&command));
    Ok(totals)
}

/// Tests at a time. Those that take long start processes, or wait until a time is over: one for
/// each core leaves half of every core idle. `-- --test-threads` goes before it.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| 2 * cores.get())
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn totals_add_up_over_test_programs() {
        let mut totals = Totals::default();
        totals.hear("running 3 tests");
        totals.hear("test a ... ok");
        totals.hear("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out;");
        totals
            .hear("test result: FAILED. 4 passed; 2 failed; 1 ignored; 0 measured; 9 filtered out");
        assert_eq!(
            totals,
            Totals {
                passed: 7,
                failed: 2
            }
        );
        assert_eq!(totals.to_string(), "7 passed, 2 failed");
    }

    #[test]
    fn other_lines_that_count_are_not_totals() {
        let mut totals = Totals::default();
        totals.hear("5 passed; 5 failed");
        assert_eq!(totals, Totals::default());
    }
}
