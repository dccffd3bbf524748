//! `jangteo config`: what holds, and where it comes from. Flags go before the environment, that
//! before the file, that before the defaults.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::dev::LogFormat;
use super::language::{print, say};
use super::table::{Cell, Table, Tone, words};
use super::{Ended, Output, Target, json as write_json};

mod environment;
mod file;
mod keys;
mod settings;

use keys::KEYS;
#[cfg(test)]
pub(super) use settings::Fault;
pub(super) use settings::Settings;
use settings::{Origin, Setting};

/// What stands in place of a secret.
const MASK: &str = "********";
/// Every key with its default, to be kept as `jangteo.toml`.
const DEFAULT_FILE: &str = include_str!("../../jangteo.default.toml");

#[derive(Subcommand)]
pub(super) enum Config {
    /// Every key with its value.
    Show {
        /// Also where each value comes from.
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        flags: Flags,
    },
    /// Look for mistakes in the file and in the environment.
    Check,
    /// Print a file that lists every key with its default.
    Default,
}

/// All flags that stand for a key, so that it can be seen what they change.
#[derive(Args)]
pub(super) struct Flags {
    /// As of `dev`.
    #[arg(long, default_value_t = super::dev::DEFAULT_PORT)]
    port: u16,
    /// As of `dev`.
    #[arg(long, value_name = "FILTER", default_value = super::dev::DEFAULT_LOG)]
    log: String,
    /// As of `dev`.
    #[arg(long, value_enum, default_value = "auto")]
    log_format: LogFormat,
    #[command(flatten)]
    target: Target,
}

/// Reads the file and the environment, before anything else is parsed: they are the defaults of
/// the flags.
pub(super) fn load(arguments: &[OsString]) -> Settings {
    let environment = environment::read();
    let named = named_file(arguments);
    let named = named.or_else(|| environment.get("JANGTEO_CONFIG").map(PathBuf::from));
    let mut settings = Settings::default();
    match file::read(named.as_deref()) {
        Ok(Some(file)) => settings.take_file(&file),
        Ok(None) => {}
        Err(fault) => settings.faults.push(fault),
    }
    settings.take_environment(&environment);
    settings.named = named;
    settings
}

/// `--config FILE`, wherever it stands: clap asks for the defaults before it parses.
fn named_file(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            return None;
        }
        if argument == "--config" {
            return arguments.next().map(|file| file.as_ref().into());
        }
        if let Some(file) = argument.strip_prefix("--config=") {
            return Some(file.into());
        }
    }
    None
}

pub(super) fn run(config: Config, output: Output, settings: &Settings) -> Result<(), Ended> {
    match config {
        Config::Show { origin, flags: _ } => {
            show(settings, origin, output)?;
            settings.refuse_faults()
        }
        Config::Check => check(settings, output),
        Config::Default => {
            print(DEFAULT_FILE.trim_end());
            Ok(())
        }
    }
}

fn show(settings: &Settings, with_origin: bool, output: Output) -> Result<(), Ended> {
    if output == Output::Json {
        let all: Vec<Value> = settings.iter().map(as_json).collect();
        return write_json(&all);
    }
    let mut table = Table::new([
        words("키", "key"),
        words("값", "value"),
        match with_origin {
            true => words("어디서", "from"),
            false => words("", ""),
        },
    ]);
    for setting in settings.iter() {
        let tone = match setting.origin {
            Origin::Default => Tone::Quiet,
            _ => Tone::Plain,
        };
        let origin = match with_origin {
            true => setting.origin.to_string(),
            false => String::new(),
        };
        table.row([
            setting.key.name.into(),
            Cell::new(shown(setting).unwrap_or("-"), tone),
            Cell::new(origin, tone),
        ]);
    }
    table.print();
    Ok(())
}

fn shown(setting: &Setting) -> Option<&str> {
    match setting.key.is_secret {
        true => setting.value.as_ref().map(|_| MASK),
        false => setting.value.as_deref(),
    }
}

fn as_json(setting: &Setting) -> Value {
    let (kind, place) = setting.origin.parts();
    json!({
        "key": setting.key.name,
        "value": shown(setting),
        "origin": { "kind": kind, "place": place },
    })
}

fn check(settings: &Settings, output: Output) -> Result<(), Ended> {
    let (file, faults) = (&settings.file, &settings.faults);
    if output == Output::Json {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        write_json(&json!({ "file": file, "keys": KEYS.len(), "faults": faults }))?;
    }
    if !faults.is_empty() {
        return Err(Ended::failed(
            &format!("{} → jangteo config default", settings.told_faults()),
            &format!("{} → jangteo config default", settings.told_faults()),
        ));
    }
    match file {
        Some(file) => {
            let (file, set) = (file.display(), settings.set());
            say(
                &format!("{file}: 키 {set}개, 틀린 곳이 없어요."),
                &format!("{file}: {set} keys, no mistakes"),
            );
        }
        None => say(
            "설정 파일이 없어 기본값을 써요 → jangteo config default > jangteo.toml",
            "no file, so the defaults hold → jangteo config default > jangteo.toml",
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
