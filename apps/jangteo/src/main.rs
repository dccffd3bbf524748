//! `jangteo`: the shop, and what its operator types.

use std::process::ExitCode;

/// The default allocator gives memory back late and unevenly under this load.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    jangteo::cli::main()
}
