//! `jangteo completions`: what a shell needs to complete our commands and flags.

use clap::{Args, ValueEnum};
use clap_complete::{Generator, Shell};

use super::config::Settings;
use super::language::{print, say};
use super::{Ended, help};

#[derive(Args)]
pub(super) struct Flags {
    /// Which shell.
    shell: Known,
}

/// The shells we try ourselves.
#[derive(Clone, Copy, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

pub(super) fn run(flags: &Flags) -> Result<(), Ended> {
    let (shell, install) = match flags.shell {
        Known::Bash => (
            Shell::Bash,
            "jangteo completions bash > ~/.local/share/bash-completion/completions/jangteo",
        ),
        Known::Zsh => (
            Shell::Zsh,
            "jangteo completions zsh > \"${fpath[1]}/_jangteo\"",
        ),
        Known::Fish => (
            Shell::Fish,
            "jangteo completions fish > ~/.config/fish/completions/jangteo.fish",
        ),
    };
    let mut command = help::command(&Settings::default());
    command.set_bin_name("jangteo");
    command.build();
    let mut script = Vec::new();
    shell.generate(&command, &mut script);
    let script = String::from_utf8(script).map_err(anyhow::Error::from)?;
    print(script.trim_end());
    say(
        &format!("설치: {install}"),
        &format!("to install: {install}"),
    );
    Ok(())
}
