//! Promotion alone, as a program of its own. The whole shop in one process is `apps/jangteo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    boot::serve::<promotion::Promotion>()
}
