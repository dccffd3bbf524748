//! Who is measured, each in a process of its own that ends with the run.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use crate::floor::Took;
use crate::host::DATA;
use crate::machine::{Usage, now};
use crate::population::Spec;

/// Who answers orders over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contestant {
    Shop,
    Monolith,
}

impl Contestant {
    pub const BOTH: [Self; 2] = [Self::Shop, Self::Monolith];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Monolith => "monolith",
        }
    }

    /// Fills a folder, once for all runs: each gets a copy.
    pub async fn seed(self, folder: &Path, spec: &Spec) -> anyhow::Result<()> {
        let seed = match self {
            Self::Shop => "seed-shop",
            Self::Monolith => "seed-monolith",
        };
        let spec = serde_json::to_string(spec)?;
        let mut command = host(seed);
        let status = command.arg(folder).arg(spec).status().await?;
        ensure!(status.success(), "could not seed the {}", self.name());
        Ok(())
    }

    pub async fn start(self, folder: &Path) -> anyhow::Result<Serving> {
        let mut command = host(self.name());
        Serving::start(command.arg(folder)).await
    }

    /// A shop each of whose loops is killed once in so many inputs, and opened again.
    pub async fn start_crashing(folder: &Path, once_in: u64) -> anyhow::Result<Serving> {
        let mut command = host(Self::Shop.name());
        command.arg(folder);
        Serving::start(command.args(["--crash-once-in", &once_in.to_string()])).await
    }

    /// What is wrong with the data that it left behind; nothing when it counts.
    pub fn breaches(self, folder: &Path) -> anyhow::Result<Vec<String>> {
        let data = folder.join(DATA);
        match self {
            Self::Monolith => Ok(monolith::audit(&data)?.breaches),
            Self::Shop => {
                let checked = jangteo::check::files(&data, true)?;
                let breaches = checked.violations.iter().map(ToString::to_string);
                Ok(breaches.chain(checked.unrest).collect())
            }
        }
    }
}

/// A process that serves on a port.
pub struct Serving {
    pub port: u16,
    /// From the start of the process until it served.
    pub started_in: Duration,
    child: Child,
    /// It serves for as long as this is open.
    stdin: Option<ChildStdin>,
}

impl Serving {
    pub async fn start(command: &mut Command) -> anyhow::Result<Self> {
        let begun = now();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("could not start a process")?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("its output is piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).await?;
        let port = line.trim().parse();
        Ok(Self {
            port: port.context("the process did not say its port")?,
            started_in: begun.elapsed(),
            child,
            stdin,
        })
    }

    pub async fn floor_http() -> anyhow::Result<Self> {
        Self::start(&mut host("floor-http")).await
    }

    /// The bare route behind the gateway, which checks the tokens of the shop in this folder.
    pub async fn gateway(folder: &Path) -> anyhow::Result<Self> {
        Self::start(host("gateway").arg(folder)).await
    }

    pub fn usage(&self) -> anyhow::Result<Usage> {
        Usage::of(self.child.id().context("it has ended")?)
    }

    /// Lets it answer what it began, and end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.end().await
    }

    /// As `stop`, of one that will be started again.
    pub async fn end(&mut self) -> anyhow::Result<()> {
        drop(self.stdin.take());
        let status = self.child.wait().await?;
        ensure!(status.success(), "a process under test ended with {status}");
        Ok(())
    }

    /// kill -9.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Runs a floor to its end.
pub async fn floor(name: &str, folder: &Path, orders: u64, batch: u64) -> anyhow::Result<Took> {
    let mut command = host(name);
    let numbers = [
        "--orders",
        &orders.to_string(),
        "--batch",
        &batch.to_string(),
    ];
    let output = command
        .arg(folder)
        .args(numbers)
        .stdout(Stdio::piped())
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "{name} ended with {}",
        output.status
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// This program as one of the processes under test.
fn host(name: &str) -> Command {
    // The file may have been replaced by a build since: the running one is meant.
    let mut command = Command::new("/proc/self/exe");
    command.args(["host", name]).kill_on_drop(true);
    command
}
