//! The command line: standard output is data, standard error is talk. Exit codes: 0 done,
//! 1 failed, 2 misused, 3 not found, 4 refused by a guard.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

mod advice;
mod client;
mod completions;
mod config;
mod db;
mod demo;
mod dev;
mod dlq;
mod doctor;
mod documents;
mod ended;
mod folder;
mod follow;
mod help;
mod language;
mod misuse;
mod outbox;
mod progress;
mod projection;
mod refusal;
mod routes;
mod sagas;
mod table;
mod verify;

use config::Settings;
use ended::Ended;
use language::say;

/// A shop on this machine: five services, one process, nothing to install.
#[derive(Parser)]
#[command(name = "jangteo", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How answers are written: aligned for people, or as the API gives them.
    #[arg(long, global = true, value_enum, default_value = "table")]
    output: Output,
    /// The configuration file; without it, ./jangteo.toml where there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the whole shop in this process.
    Dev(dev::Flags),
    /// Drive a running shop through its public API and show the saga as it happens.
    #[command(subcommand)]
    Demo(demo::Demo),
    /// Look at sagas of a running shop, and help one that does not end.
    #[command(subcommand)]
    Saga(sagas::Saga),
    /// Keys that are parked because an event could not be handled.
    #[command(subcommand)]
    Dlq(dlq::Dlq),
    /// The event log: how far it is, and who is behind.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Read models: how they stand, whether they are right, and rebuilding them.
    #[command(subcommand)]
    Projection(projection::Projection),
    /// The shop's files: their size, their health, and backups.
    #[command(subcommand)]
    Db(db::Db),
    /// Check the invariants: of a running shop, else of the files in the data folder.
    Verify(verify::Flags),
    /// Look at this machine, the data folder and the shop, and say what to do about each.
    Doctor(doctor::Flags),
    /// The configuration: what holds, and where it comes from.
    #[command(subcommand)]
    Config(config::Config),
    /// Print the completions of a shell.
    Completions(completions::Flags),
    /// Print the OpenAPI document of the shop's routes.
    Openapi,
    /// Print the AsyncAPI document of the shop's events.
    Asyncapi,
}

/// Where the running shop is and who asks.
#[derive(Args, Clone)]
struct Target {
    /// The shop's address; without it, the one that runs on the data folder, else port 8080.
    #[arg(long)]
    url: Option<String>,
    /// The data folder of the shop.
    #[arg(long, default_value = client::DEFAULT_DATA)]
    data: PathBuf,
    /// The operator's email.
    #[arg(long, default_value = crate::seed::ONCALL)]
    email: String,
    /// The operator's password.
    #[arg(long, default_value = crate::seed::PASSWORD, hide_default_value = true)]
    password: String,
}

impl Target {
    /// What another command must be told to mean the same shop; nothing when it finds it anyway.
    fn flag(&self) -> String {
        match &self.url {
            Some(url) => format!(" --url {url}"),
            None => data_flag(&self.data),
        }
    }
}

fn data_flag(folder: &Path) -> String {
    match folder == Path::new(client::DEFAULT_DATA) {
        true => String::new(),
        false => format!(" --data {}", folder.display()),
    }
}

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Table,
    Json,
}

/// Writes an answer as the shop gave it.
fn json(value: &impl serde::Serialize) -> Result<(), Ended> {
    let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
    language::print(&text);
    Ok(())
}

/// Parses the arguments and does what they say.
pub fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let settings = config::load(&arguments);
    let matches = match parse(&help::command(&settings), arguments) {
        Ok(matches) => matches,
        Err(misused) => return misuse::told(&misused),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(misused) => return misuse::told(&misused),
    };
    match start(cli, &matches, settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(ended) => {
            let told = ended.told();
            say(&format!("오류: {told}"), &format!("error: {told}"));
            ExitCode::from(ended.exit_code())
        }
    }
}

/// `jangteo` alone is `jangteo dev`: whoever starts a shop for the first time starts the shop.
fn parse(command: &clap::Command, mut arguments: Vec<OsString>) -> clap::error::Result<ArgMatches> {
    let parsed = command.clone().try_get_matches_from(&arguments)?;
    if parsed.subcommand_name().is_some() {
        return Ok(parsed);
    }
    arguments.push(OsString::from("dev"));
    command.clone().try_get_matches_from(arguments)
}

fn start(cli: Cli, matches: &ArgMatches, settings: Settings) -> Result<(), Ended> {
    let command = cli.command;
    if command.needs_settings() {
        settings.refuse_faults()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(anyhow::Error::from)?;
    let ended = runtime.block_on(run(command, cli.output, &settings.with_flags(matches)));
    // A check or a password hash that nobody waits for any more may take its time.
    runtime.shutdown_background();
    ended
}

impl Command {
    /// Whether a fault in the configuration stops it. Those that tell faults do so themselves.
    fn needs_settings(&self) -> bool {
        !matches!(
            self,
            Self::Doctor(_)
                | Self::Config(_)
                | Self::Completions(_)
                | Self::Openapi
                | Self::Asyncapi
        )
    }
}

async fn run(command: Command, output: Output, settings: &Settings) -> Result<(), Ended> {
    match command {
        Command::Dev(flags) => dev::run(flags, output).await,
        Command::Demo(demo) => demo::run(demo, output).await,
        Command::Saga(saga) => sagas::run(saga, output).await,
        Command::Dlq(dlq) => dlq::run(dlq, output).await,
        Command::Outbox(outbox) => outbox::run(outbox, output).await,
        Command::Projection(projection) => projection::run(projection, output).await,
        Command::Db(db) => db::run(db, output).await,
        Command::Verify(flags) => verify::run(flags, output).await,
        Command::Doctor(flags) => doctor::run(flags, output, settings).await,
        Command::Config(config) => config::run(config, output, settings),
        Command::Completions(flags) => completions::run(&flags),
        Command::Openapi => documents::openapi(),
        Command::Asyncapi => documents::asyncapi(),
    }
}

#[cfg(test)]
mod tests;
