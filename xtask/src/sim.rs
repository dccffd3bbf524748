//! The deterministic simulator, built and run with what is given.

use anyhow::Result;

use crate::program;
use crate::shell::{self, PROFILE, command};

/// More schedules than CI runs are a campaign, which begins with a build of its own.
const CAMPAIGN: u64 = 500_000;
/// Its profile, in the root's Cargo.toml.
const CAMPAIGN_PROFILE: &str = "campaign";

pub fn run(args: &[String]) -> Result<()> {
    let profile = match seeds(args) {
        Some(CAMPAIGN..) => CAMPAIGN_PROFILE,
        Some(_) | None => PROFILE,
    };
    let program = program::build("sim", profile)?;
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
