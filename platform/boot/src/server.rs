//! The HTTP server: one listener, drained on shutdown.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, anyhow};
use axum::Router;
use tokio::net::TcpListener;

/// A listener that is bound and not yet served.
pub struct Bound {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// Binds a port on the loopback address; 0 takes a free one.
///
/// # Errors
/// A port in use is named, with another to try.
pub async fn bind(port: u16) -> anyhow::Result<Bound> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow!(
            "port {port} is in use; choose another: jangteo dev --port {}",
            port.checked_add(10).unwrap_or(8090)
        ),
        _ => anyhow!("could not listen on port {port}: {error}"),
    })?;
    let address = listener
        .local_addr()
        .context("could not read the bound address")?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// Serves until `stop` resolves; requests under way are answered.
    pub async fn serve(
        self,
        router: Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        axum::serve(self.listener, router)
            .with_graceful_shutdown(stop)
            .await
            .context("the HTTP server failed")
    }
}
