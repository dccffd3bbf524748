//! Golden samples: the tests of `contracts` compare them, and write them anew when asked to.

use anyhow::Result;

use crate::shell::{self, PROFILE, cargo};

pub fn run(check: bool) -> Result<()> {
    let mut command = cargo();
    command.args([
        "test",
        "--locked",
        "--profile",
        PROFILE,
        "--package",
        "contracts",
    ]);
    if !check {
        command.env("UPDATE_GOLDEN", "1");
    }
    shell::run(&mut command)
}
