//! Golden samples and documents: tests compare them, those of events and AsyncAPI in `contracts`,
//! OpenAPI's over the whole shop; and they write them anew when asked to.

use anyhow::Result;

use crate::shell::{self, PROFILE, cargo};

pub fn run(check: bool) -> Result<()> {
    test(check, &["--package", "contracts"])?;
    // Of the whole workspace, as the tests build it: another choice of features builds it anew.
    let document = [
        "--workspace",
        "--test",
        "shop",
        "the_document_is_the_golden_one",
    ];
    test(check, &document)
}

fn test(check: bool, which: &[&str]) -> Result<()> {
    let mut command = cargo();
    command.args(["test", "--locked", "--profile", PROFILE]);
    command.args(which);
    if !check {
        command.env("UPDATE_GOLDEN", "1");
    }
    shell::run(&mut command)
}
