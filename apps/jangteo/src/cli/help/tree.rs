//! The tree of commands with other defaults, and with Korean words for all that clap says itself.

use clap::builder::{PossibleValue, Resettable};
use clap::{Arg, ArgAction, Command};

use super::korean;
use crate::cli::config::Settings;

const TEMPLATE: &str = "{before-help}{about-with-newline}
사용법: {usage}

{all-args}{after-help}";

const OPTIONS: &str = "옵션";

/// What is configured takes the place of the built-in defaults.
pub(super) fn with_defaults(command: Command, settings: &Settings) -> Command {
    let command = command.mut_args(|arg| match settings.of_flag(arg.get_id().as_str()) {
        Some(value) => arg.default_value(value.to_owned()),
        None => arg,
    });
    command.mut_subcommands(|inner| with_defaults(inner, settings))
}

/// Every text of the tree in Korean. What has no Korean text keeps its English one.
pub(super) fn in_korean(command: Command) -> Command {
    let version = Arg::new("version").short('V').long("version");
    let version = version.action(ArgAction::Version).help("버전 보기");
    let version = version.help_heading(OPTIONS);
    let command = command.disable_version_flag(true).arg(version);
    translate(command, "")
}

fn translate(mut command: Command, path: &str) -> Command {
    if let Some(about) = korean::words(path) {
        command = command.about(about).long_about(Resettable::Reset);
    }
    let help = Arg::new("help").short('h').long("help");
    let help = help.action(ArgAction::Help).help("도움말 보기");
    let help = help.help_heading(OPTIONS);
    command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("명령")
        .subcommand_value_name("명령")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .mut_args(|arg| argument(arg, path))
        .arg(help);
    command.mut_subcommands(|inner| {
        let path = format!("{path} {}", inner.get_name());
        translate(inner, path.trim_start())
    })
}

/// Its text, with what clap would add in English.
fn argument(arg: Arg, path: &str) -> Arg {
    let heading = heading(&arg);
    let Some(words) = korean::of_argument(path, &spelt(&arg)) else {
        return arg.help_heading(heading);
    };
    let arg = arg.help_heading(heading).long_help(Resettable::Reset);
    if !arg.get_action().takes_values() {
        return arg.help(words);
    }
    let mut text = words.to_owned();
    let values = arg.get_possible_values();
    if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
        text.push_str(&format!(" [{}]", names.join(", ")));
    }
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() && !arg.is_hide_default_value_set() {
        text.push_str(&format!(" [기본값: {}]", defaults.join(", ")));
    }
    let arg = arg.hide_default_value(true).hide_possible_values(true);
    arg.help(text)
}

/// As it is typed: `--state`, or `saga` for what stands in its place.
pub(super) fn spelt(arg: &Arg) -> String {
    match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => arg.get_id().to_string(),
    }
}

fn heading(arg: &Arg) -> &'static str {
    match arg.is_positional() && arg.get_long().is_none() {
        true => "인자",
        false => OPTIONS,
    }
}
