//! The hand-offs between threads, tried in many orders: the one build with shuttle's locks and
//! atomics in the place of the standard library's.

use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::shell::{self, PROFILE, cargo};

/// Orders of each scenario in one CI run; campaigns run more, by hand.
pub const COUNT: u64 = 20_000;
/// Read by platform/runtime/tests/interleavings: how many, or which one.
const COUNT_VARIABLE: &str = "INTERLEAVINGS";
const AGAIN_VARIABLE: &str = "INTERLEAVING";

/// The whole workspace is named, so that features are unified as `cargo test --workspace` does it:
/// only what uses `sync` is compiled again. Nothing else may name the feature.
const CHOSEN: [&str; 8] = [
    "--workspace",
    "--locked",
    "--profile",
    PROFILE,
    "--features",
    "runtime/shuttle",
    "--test",
    "interleavings",
];

/// Orders that were tried, over all scenarios of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tried {
    scenarios: u64,
    orders: u64,
    different: u64,
}

impl Tried {
    /// Adds what one scenario says when it has ended well; other lines say nothing.
    fn hear(&mut self, line: &str) {
        let Some((_, said)) = line.split_once("interleavings: ") else {
            return;
        };
        let mut numbers = said
            .split(", ")
            .map(|part| part.rsplit(' ').next().unwrap_or(part).parse::<u64>());
        if let (Some(Ok(orders)), Some(Ok(different))) = (numbers.next(), numbers.next()) {
            self.scenarios += 1;
            self.orders += orders;
            self.different += different;
        }
    }
}

/// Tries each scenario in `count` orders; `tests` choose among the scenarios.
pub fn run(count: u64, tests: &[String]) -> Result<()> {
    let mut command = exploration(tests);
    command.env(COUNT_VARIABLE, count.to_string());
    let mut tried = Tried::default();
    let ended_well = shell::run_lines(&mut command, |line| {
        println!("{line}");
        tried.hear(line);
    })?;
    if !ended_well {
        bail!("an interleaving failed; `--again` and its schedule, above, repeat it");
    }
    ensure!(tried.orders > 0, "nothing was tried");
    let Tried {
        scenarios,
        orders,
        different,
    } = tried;
    println!("{orders} interleavings of {scenarios} scenarios, {different} different, 0 failed");
    Ok(())
}

/// Runs one order of one scenario once more.
pub fn again(order: &str, tests: &[String]) -> Result<()> {
    shell::run(exploration(tests).env(AGAIN_VARIABLE, order))
}

fn exploration(tests: &[String]) -> Command {
    let mut command = cargo();
    command.arg("test").args(CHOSEN).args(["--", "--nocapture"]);
    command.args(tests);
    command
}

/// What the exploration alone compiles is linted here: no other build has it.
pub fn lint() -> Result<()> {
    let mut command = cargo();
    command.arg("clippy").args(CHOSEN);
    shell::run(command.args(["--", "-D", "warnings"]))
}

#[cfg(test)]
mod tests {
    use super::Tried;

    #[test]
    fn scenarios_add_up_and_other_lines_do_not() {
        let mut tried = Tried::default();
        tried.hear("interleavings: 1000, different: 998, of: a pause and a stop");
        tried.hear("test a ... interleavings: 20, different: 7, of: two, and 3");
        tried.hear("test result: ok. 2 passed; 0 failed");
        tried.hear("running interleavings: none");
        let expected = Tried {
            scenarios: 2,
            orders: 1_020,
            different: 1_005,
        };
        assert_eq!(tried, expected);
    }
}
