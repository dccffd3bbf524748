//! The command line: standard output is data, standard error is talk. Exit codes: 0 done,
//! 1 failed, 2 misused, 3 not found, 4 refused by a guard.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod client;
mod db;
mod demo;
mod dev;
mod dlq;
mod folder;
mod follow;
mod language;
mod outbox;
mod projection;
mod refusal;
mod sagas;
mod verify;

use language::say;

/// A shop on this machine: five services, one process, nothing to install.
#[derive(Parser)]
#[command(name = "jangteo", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    dev: dev::Flags,
}

const EXAMPLES: &str = "\
Examples:
  jangteo dev                     start the shop; its data stays in ./.jangteo
  jangteo demo order              buy something and watch the saga end
  jangteo demo fail point         watch an order fail and everything come back
  jangteo saga list --state COMPENSATING
  jangteo verify --at-rest        prove stock, points and coupons";

#[derive(Subcommand)]
enum Command {
    /// Run the whole shop in this process (the default).
    Dev(dev::Flags),
    /// Drive a running shop through its public API and show the saga as it happens.
    #[command(subcommand)]
    Demo(demo::Demo),
    /// Look at sagas of a running shop, and help one that does not end.
    #[command(subcommand)]
    Saga(sagas::Saga),
    /// The shop's files: their size, their health, and backups.
    #[command(subcommand)]
    Db(db::Db),
    /// Keys that are parked because an event could not be handled.
    #[command(subcommand)]
    Dlq(dlq::Dlq),
    /// The event log: how far it is, and who is behind.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Read models: how they stand, whether they are right, and rebuilding them.
    #[command(subcommand)]
    Projection(projection::Projection),
    /// Check the invariants: of a running shop, else of the files in the data folder.
    Verify(verify::Flags),
}

/// Where the running shop is and who asks.
#[derive(Args, Clone)]
struct Target {
    /// The shop's address; without it, the one that runs on the data folder, else port 8080.
    #[arg(long, env = "JANGTEO_URL")]
    url: Option<String>,
    /// The data folder of the shop.
    #[arg(long, default_value = client::DEFAULT_DATA)]
    data: PathBuf,
    /// The operator's email.
    #[arg(long, env = "JANGTEO_EMAIL", default_value = crate::seed::ONCALL)]
    email: String,
    /// The operator's password.
    #[arg(long, env = "JANGTEO_PASSWORD", default_value = crate::seed::PASSWORD)]
    #[arg(hide_env_values = true)]
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

/// Why a command ends without what was asked.
#[derive(Debug, thiserror::Error)]
enum Ended {
    /// Exit 1.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
    /// Exit 3.
    #[error("{0}")]
    NotFound(String),
    /// Exit 4.
    #[error("{0}")]
    Refused(String),
}

impl Ended {
    fn told(&self) -> String {
        match self {
            Self::Failed(error) => refusal::told(error),
            Self::NotFound(what) | Self::Refused(what) => what.clone(),
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(error) if refusal::by_a_guard(error) => 4,
            Self::Failed(_) => 1,
            Self::NotFound(_) => 3,
            Self::Refused(_) => 4,
        }
    }
}

/// Writes an answer as the shop gave it.
fn json(value: &impl serde::Serialize) -> Result<(), Ended> {
    let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
    language::print(&text);
    Ok(())
}

/// Parses the arguments and does what they say.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => {
            let ended = runtime.block_on(run(cli));
            // A check or a password hash that nobody waits for any more may take its time.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(Ended::Failed(error.into())),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(ended) => {
            let told = ended.told();
            say(&format!("오류: {told}"), &format!("error: {told}"));
            ExitCode::from(ended.exit_code())
        }
    }
}

async fn run(cli: Cli) -> Result<(), Ended> {
    match cli.command.unwrap_or(Command::Dev(cli.dev)) {
        Command::Dev(flags) => dev::run(flags).await,
        Command::Demo(demo) => demo::run(demo).await,
        Command::Saga(saga) => sagas::run(saga).await,
        Command::Db(db) => db::run(db).await,
        Command::Dlq(dlq) => dlq::run(dlq).await,
        Command::Outbox(outbox) => outbox::run(outbox).await,
        Command::Projection(projection) => projection::run(projection).await,
        Command::Verify(flags) => verify::run(flags).await,
    }
}

#[cfg(test)]
mod tests;
