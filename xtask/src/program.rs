//! Programs of the workspace that tasks build and run.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::shell::{self, PROFILE, cargo};

/// Builds one of the workspace's programs, whose package has its name, and says where it lies.
///
/// In the profile of the tests the whole workspace is named, and `--examples` (there are none)
/// makes cargo count the tests' dependencies in: features are then unified as
/// `cargo test --workspace` does it, and nothing that CI has compiled is compiled again.
pub fn build(name: &str, profile: &str) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--locked", "--profile", profile, "--bin", name]);
    build.args(match profile {
        PROFILE => ["--workspace", "--examples"],
        _ => ["--package", name],
    });
    shell::run(&mut build)?;
    let metadata =
        crate::tidy::workspace::metadata().context("could not find the target folder")?;
    let folder = if profile == "dev" { "debug" } else { profile };
    let program = metadata
        .target_directory
        .join(folder)
        .join(name)
        .into_std_path_buf();
    ensure!(
        program.is_file(),
        "the build left no {name} at {}",
        program.display()
    );
    Ok(program)
}
