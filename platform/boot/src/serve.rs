//! One service alone in its process, on a data folder it shares with the others: what each
//! service's own binary does.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use platform_http::{About, document, layers, openapi};
use serde_json::Value;

use crate::folder::Folder;
use crate::host::{Host, Hosted};
use crate::signals::Signals;
use crate::{clock, server, telemetry};

/// Runs one service of a jangteo shop.
#[derive(Parser)]
struct Flags {
    /// The data folder; the other services run on the same one.
    #[arg(long, default_value = "./.jangteo")]
    data: PathBuf,
    /// The port to listen on, on the loopback address; 0 takes a free one.
    #[arg(long, env = "PORT", default_value_t = 0)]
    port: u16,
}

/// The whole `main` of a service.
pub fn serve<S: Hosted>() -> ExitCode {
    telemetry::telemetry("info");
    let flags = Flags::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let served = match runtime {
        Ok(runtime) => runtime.block_on(run::<S>(flags)),
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(service = S::CONSUMER, "{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn openapi_of<S: Hosted>() -> Value {
    let about = About {
        title: S::CONSUMER,
        says: "One service of a jangteo shop, alone.",
    };
    openapi(&about, &S::operations())
}

async fn run<S: Hosted>(flags: Flags) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("could not listen for signals")?;
    let mut host = Host::new(Folder::open(&flags.data)?, clock::now)?;
    let opened = host.open::<S>(S::MIGRATIONS).await?;
    host.follow_elsewhere();
    let place = host.place(opened).await?;
    S::beside(&mut host).await?;
    let verifier = host.verifier();
    let routes = S::router(place)?.merge(document("/openapi.json", openapi_of::<S>));
    let router = layers(routes, verifier);
    let bound = server::bind(flags.port).await?;
    tracing::info!(service = S::CONSUMER, address = %bound.address, "ready");
    let mut running = host.run()?;
    let stop = async move { signals.next().await };
    tokio::select! {
        served = bound.serve(router, stop) => served?,
        ended = running.ended() => anyhow::bail!("the loop ended: {ended:?}"),
    }
    running.stop().await
}
