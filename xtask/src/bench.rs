//! The benchmark, built and run. For figures it is built as the product ships; `--quick` proves
//! only that every workload keeps the invariants, in the profile of the tests.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::figures;
use crate::shell::{self, PROFILE, cargo, command};

const RESULTS: &str = "bench/RESULTS.md";
const FIGURE: &str = "bench/comparison.svg";

pub fn run(args: &[String]) -> Result<()> {
    if args.iter().any(|arg| arg == "--quick") {
        return quick(args);
    }
    let program = build(&["--release", "-p", "bench"], "release")?;
    let mut bench = command(program);
    bench.args(["run", "--commit", &shell::commit()?]);
    // Part of the workloads is no run to keep: it is shown, and the last whole one stays.
    if args.is_empty() {
        bench.args(["--results", RESULTS, "--figure", FIGURE]);
    }
    shell::run(bench.args(args))?;
    match args.is_empty() {
        true => figures::run(false),
        false => Ok(()),
    }
}

/// As CI runs it.
pub fn quick(args: &[String]) -> Result<()> {
    // Built together with everything else, as the simulator is: nothing is compiled twice.
    let with_all = [
        "--profile",
        PROFILE,
        "--workspace",
        "--bin",
        "bench",
        "--examples",
    ];
    let folder = if PROFILE == "dev" { "debug" } else { PROFILE };
    let program = build(&with_all, folder)?;
    shell::run(command(program).arg("run").args(args))
}

fn build(what: &[&str], folder: &str) -> Result<PathBuf> {
    shell::run(cargo().args(["build", "--locked"]).args(what))?;
    let metadata = crate::tidy::workspace::metadata();
    let target = metadata
        .context("could not find the target folder")?
        .target_directory;
    let program = target.join(folder).join("bench").into_std_path_buf();
    ensure!(
        program.is_file(),
        "the build left no benchmark at {}",
        program.display()
    );
    Ok(program)
}
