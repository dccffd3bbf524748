//! Running cargo and other programs at the repository's root, their output streamed through.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The one profile that CI, with its tests and simulator, builds with, so that each crate is
/// compiled once. Its settings, and why, are in the root's Cargo.toml.
pub const PROFILE: &str = "dev";

/// The repository's root: the folder above this crate's.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent()
        .expect("xtask lies in a folder of the repository")
        .to_path_buf()
}

/// The cargo that started this task, or the one on the path.
pub fn cargo() -> Command {
    command(option_env!("CARGO").unwrap_or("cargo"))
}

pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Runs to the end; a status other than 0 is an error that says which command it was.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("could not start {}", said(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", said(command));
    }
    Ok(())
}

/// Runs to the end and hands each line of standard output over as it comes.
/// True when the command ended well.
pub fn run_lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", said(command)))?;
    let stdout = child
        .stdout
        .take()
        .expect("standard output was piped a line above");
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    // Bytes, not `lines()`: what a test prints need not be UTF-8, and must not end the reading.
    while reader
        .read_until(b'\n', &mut line)
        .context("could not read from the command")?
        > 0
    {
        each(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
    Ok(child
        .wait()
        .context("could not wait for the command")?
        .success())
}

/// Standard output of a command that must end well.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start {}", said(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", said(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} did not print UTF-8", said(command)))
}

/// The commit that is built here, and whether it is quite that.
pub fn commit() -> Result<String> {
    let mut git = command("git");
    let described = output(git.args(["describe", "--always", "--dirty", "--abbrev=10"]));
    Ok(described
        .context("could not ask git for the commit")?
        .trim()
        .to_owned())
}

/// The command as one would type it.
pub fn said(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut said = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .to_string();
    for argument in command.get_args() {
        said.push(' ');
        said.push_str(&argument.to_string_lossy());
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_heard_as_they_were_printed() {
        let mut heard = Vec::new();
        let ended_well = run_lines(cargo().arg("--version"), |line| heard.push(line.to_owned()));
        assert!(ended_well.unwrap());
        assert_eq!(heard.len(), 1);
        assert!(heard[0].starts_with("cargo "), "{heard:?}");
    }

    #[test]
    fn a_command_that_fails_is_named_in_the_error() {
        let mut command = cargo();
        command.args(["--no-such-flag"]).stderr(Stdio::null());
        assert!(!run_lines(&mut command, |_| {}).unwrap());
        let error = run(&mut command).unwrap_err().to_string();
        assert!(
            error.starts_with("cargo --no-such-flag ended with"),
            "{error}"
        );
    }

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("rust-toolchain.toml").is_file());
    }
}
