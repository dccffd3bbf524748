//! The deterministic simulator, built in the profile of the tests and run with what is given.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::shell::{self, PROFILE, cargo, command};

pub fn run(args: &[String]) -> Result<()> {
    let program = build()?;
    // It is only told: a copy without git simulates as well.
    let commit = shell::commit().unwrap_or_default();
    shell::run(command(program).args(["--commit", &commit]).args(args))
}

/// Builds the simulator and says where it lies.
///
/// The whole workspace is named, and `--examples` (there are none) makes cargo count the tests'
/// dependencies in: features are then unified as `cargo test --workspace` does it, and
/// nothing that CI has compiled is compiled again.
fn build() -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--locked", "--profile", PROFILE]);
    build.args(["--workspace", "--bin", "sim", "--examples"]);
    shell::run(&mut build)?;
    let metadata =
        crate::tidy::workspace::metadata().context("could not find the target folder")?;
    let folder = if PROFILE == "dev" { "debug" } else { PROFILE };
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
