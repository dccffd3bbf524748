//! The deterministic simulator, built and run with what is given.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::shell::{self, PROFILE, cargo, command};

/// More schedules than CI runs are a campaign, which begins with a build of its own.
const CAMPAIGN: u64 = 500_000;
/// Its profile, in the root's Cargo.toml.
const CAMPAIGN_PROFILE: &str = "campaign";

pub fn run(args: &[String]) -> Result<()> {
    let profile = match seeds(args) {
        Some(CAMPAIGN..) => CAMPAIGN_PROFILE,
        Some(_) | None => PROFILE,
    };
    let program = build(profile)?;
    // It is only told: a copy without git simulates as well.
    let commit = shell::commit().unwrap_or_default();
    shell::run(command(program).args(["--commit", &commit]).args(args))
}

/// What `--seeds` says; what it says wrongly is the simulator's to refuse.
fn seeds(args: &[String]) -> Option<u64> {
    let mut args = args.iter();
    let given = args.find_map(|arg| arg.strip_prefix("--seeds"))?;
    match given.strip_prefix('=') {
        Some(count) => count.parse().ok(),
        None => args.next()?.parse().ok(),
    }
}

/// Builds the simulator and says where it lies.
///
/// In the profile of the tests the whole workspace is named, and `--examples` (there are none)
/// makes cargo count the tests' dependencies in: features are then unified as
/// `cargo test --workspace` does it, and nothing that CI has compiled is compiled again.
fn build(profile: &str) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--locked", "--profile", profile, "--bin", "sim"]);
    build.args(match profile {
        PROFILE => ["--workspace", "--examples"],
        _ => ["--package", "sim"],
    });
    shell::run(&mut build)?;
    let metadata =
        crate::tidy::workspace::metadata().context("could not find the target folder")?;
    let folder = if profile == "dev" { "debug" } else { profile };
    let program = metadata
        .target_directory
        .join(folder)
        .join("sim")
        .into_std_path_buf();
    ensure!(
        program.is_file(),
        "the build left no simulator at {}",
        program.display()
    );
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_are_found_as_the_simulator_finds_them() {
        for (given, found) in [
            ("--seeds 1000000", Some(1_000_000)),
            ("--threads 1 --seeds=300 --trace", Some(300)),
            ("--seeds many", None),
            ("--seeds", None),
            ("--seed 77", None),
            ("--bugs", None),
        ] {
            let args: Vec<_> = given.split(' ').map(str::to_owned).collect();
            assert_eq!(seeds(&args), found, "{given}");
        }
    }
}
