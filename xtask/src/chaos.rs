//! The tests that break a real shop under load, with more rounds than an ordinary run of the
//! tests, and a table of what was lost.

use anyhow::{Result, bail, ensure};

use crate::shell::{self, PROFILE, cargo};

/// The process tests it runs, by module.
const MODULES: [&str; 3] = ["cut::", "kill::", "disk::"];
/// How many power cuts; the kills are always as many as the tests say.
const QUICK_ROUNDS: &str = "10";
const ROUNDS: &str = "50";

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Quick,
    Full,
}

pub fn run(length: Length) -> Result<()> {
    let rounds = match length {
        Length::Quick => QUICK_ROUNDS,
        Length::Full => ROUNDS,
    };
    let mut command = cargo();
    // The whole workspace, so that nothing is compiled again with other features.
    command.args(["test", "--workspace", "--test", "process", "--locked"]);
    command.args([
        "--profile",
        PROFILE,
        "--",
        "--nocapture",
        "--test-threads=2",
    ]);
    command.args(MODULES);
    command.env("JANGTEO_CHAOS_ROUNDS", rounds);
    // Here a test that cannot run has failed: nothing was shown.
    command.env("JANGTEO_CHAOS_REQUIRED", "1");
    let mut rows = Vec::new();
    let ended_well = shell::run_lines(&mut command, |line| {
        println!("{line}");
        if line.starts_with("| ") {
            rows.push(line.to_owned());
        }
    })?;
    println!("\n| cut | syncs | orders acknowledged | lost |\n| --- | --- | --- | --- |");
    for row in &rows {
        println!("{row}");
    }
    if !ended_well {
        bail!("not all of it was survived: {}", shell::said(&command));
    }
    ensure!(!rows.is_empty(), "no power was cut");
    Ok(())
}
