//! The benchmark, built and run. For figures it is built as the product ships; `--quick` proves
//! only that every workload keeps the invariants, in the profile of the tests.

use anyhow::Result;

use crate::shell::{self, PROFILE, command};
use crate::{figures, program};

const RESULTS: &str = "bench/RESULTS.md";
const FIGURE: &str = "bench/comparison.svg";

pub fn run(args: &[String]) -> Result<()> {
    if args.iter().any(|arg| arg == "--quick") {
        return quick(args);
    }
    let program = program::build("bench", "release")?;
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
    let program = program::build("bench", PROFILE)?;
    shell::run(command(program).arg("run").args(args))
}
