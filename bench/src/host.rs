//! A process under test, from within: it serves until its standard input ends, so that it never
//! outlives the run.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use axum::Router;
use clap::Subcommand;

use crate::floor;
use crate::population::Spec;

mod crash;
mod goods;
mod monolith;
mod people;
mod shop;

/// Where data lies within a contestant's folder; the population lies beside it.
pub const DATA: &str = "data";

#[derive(Subcommand)]
pub enum Host {
    /// Fill a shop's folder.
    SeedShop { folder: PathBuf, spec: String },
    /// Serve the shop, as `jangteo dev` does.
    Shop {
        folder: PathBuf,
        /// Kill each loop of its services once in so many inputs.
        #[arg(long)]
        crash_once_in: Option<u64>,
    },
    /// Fill the monolith's folder.
    SeedMonolith { folder: PathBuf, spec: String },
    /// Serve the monolith.
    Monolith { folder: PathBuf },
    /// Serve a route that parses an order and answers.
    FloorHttp,
    /// Serve the same route behind the gateway, which checks tokens as the shop of a folder does.
    Gateway { folder: PathBuf },
    /// Write orders in batches to five SQLite databases, and answer with the seconds it took.
    FloorSqlite(floor::Flags),
    /// Append orders in batches to a log, and answer with the seconds it took.
    FloorLog(floor::Flags),
}

pub fn run(host: Host) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    match host {
        Host::SeedShop { folder, spec } => runtime.block_on(shop::seed(&folder, &spec_in(&spec)?)),
        Host::Shop {
            folder,
            crash_once_in,
        } => runtime.block_on(shop::serve(&folder, crash_once_in)),
        Host::SeedMonolith { folder, spec } => {
            runtime.block_on(monolith::fill(&folder, &spec_in(&spec)?))
        }
        Host::Monolith { folder } => runtime.block_on(monolith::serve(&folder)),
        Host::FloorHttp => runtime.block_on(serve(floor::http::router())),
        Host::Gateway { folder } => runtime.block_on(gateway(&folder)),
        Host::FloorSqlite(flags) => answer(&floor::sqlite::run(&flags)?),
        Host::FloorLog(flags) => answer(&floor::log::run(&flags)?),
    }
}

fn spec_in(text: &str) -> anyhow::Result<Spec> {
    serde_json::from_str(text).context("not a population")
}

async fn gateway(folder: &Path) -> anyhow::Result<()> {
    let host = boot::Host::new(boot::Folder::open(&data(folder))?, boot::now)?;
    serve(floor::http::behind_gateway(host.verifier())?).await
}

/// Says the port, and serves until nobody holds the other end of standard input.
async fn serve(router: Router) -> anyhow::Result<()> {
    let bound = boot::bind(0).await?;
    answer(&bound.address.port())?;
    bound.serve(router, input_ended()).await
}

async fn input_ended() {
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // Nothing is ever sent: an end and an error both mean that the run is over.
        let _read = std::io::stdin().read(&mut [0]);
        let _gone = ended.send(());
    });
    let _over = end.await;
}

/// One line of JSON, for the run that started this process.
fn answer(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line)?;
    Ok(out.flush()?)
}

fn data(folder: &Path) -> PathBuf {
    folder.join(DATA)
}
