//! The tests that break a real shop under load, with more rounds than an ordinary run of the
//! tests, and a table of what was lost.

use anyhow::{Result, bail, ensure};

use crate::shell::{self, PROFILE, cargo};

/// The process tests it runs, by module.
const MODULES: [&str; 6] = [
    "cut::",
    "damage::",
    "disk::",
    "hindered::",
    "kill::",
    "points::",
];
/// How much of what is drawn, by the variable that asks for it: quick, and else.
const ROUNDS: [(&str, &str, &str); 3] = [
    ("JANGTEO_CHAOS_ROUNDS", "10", "50"),
    // With the 25 under load and the 15 at named points a hundred deaths.
    ("JANGTEO_CHAOS_KILLS", "60", "400"),
    ("JANGTEO_CHAOS_FLIPS", "12", "400"),
];

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Quick,
    Full,
}

pub fn run(length: Length) -> Result<()> {
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
    for (name, quick, full) in ROUNDS {
        command.env(
            name,
            match length {
                Length::Quick => quick,
                Length::Full => full,
            },
        );
    }
    // Here a test that cannot run has failed: nothing was shown.
    command.env("JANGTEO_CHAOS_REQUIRED", "1");
    let mut rows = Vec::new();
    let ended_well = shell::run_lines(&mut command, |line| {
        println!("{line}");
        if line.starts_with("| ") {
            rows.push(line.to_owned());
        }
    })?;
    rows.sort();
    println!("\n| what broke | how | acknowledged | lost |\n| --- | --- | --- | --- |");
    for row in &rows {
        println!("{row}");
    }
    if !ended_well {
        bail!("not all of it was survived: {}", shell::said(&command));
    }
    ensure!(!rows.is_empty(), "nothing was broken");
    Ok(())
}
