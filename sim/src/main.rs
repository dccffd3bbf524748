//! The simulator's front: reads arguments, runs seeds on a few threads, counts seconds, prints.
//! A schedule knows nothing of it.

use std::process::ExitCode;

mod cli;

/// A schedule is many small allocations: a fifth faster than with the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
