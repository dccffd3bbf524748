//! The HTTP server: one listener, drained on shutdown.

use std::future::Future;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;

/// How many further ports are tried for the one that a refusal names.
const OTHERS: u16 = 5;
const BETWEEN_OTHERS: u16 = 10;

/// A listener that is bound and not yet served.
pub struct Bound {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// Why a port is not listened on.
#[derive(Debug, thiserror::Error)]
pub enum Unbound {
    #[error("port {port} is in use; choose another: jangteo dev --port {other}")]
    InUse { port: u16, other: u16 },
    #[error("could not listen on port {port}: {error}")]
    Io { port: u16, error: std::io::Error },
}

/// Binds a port on the loopback address; 0 takes a free one.
///
/// # Errors
/// A port in use is named, with a free one to try.
pub async fn bind(port: u16) -> Result<Bound, Unbound> {
    let refused = |error| Unbound::Io { port, error };
    let listener = match listen(port).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let other = free_near(port).await;
            return Err(Unbound::InUse { port, other });
        }
        Err(error) => return Err(refused(error)),
    };
    let address = listener.local_addr().map_err(refused)?;
    Ok(Bound { listener, address })
}

async fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// A free port that reads like the wanted one; 0, which takes any, when none near it is.
async fn free_near(port: u16) -> u16 {
    for nth in 1..=OTHERS {
        let Some(other) = port.checked_add(nth * BETWEEN_OTHERS) else {
            break;
        };
        if listen(other).await.is_ok() {
            return other;
        }
    }
    0
}

impl Bound {
    /// Serves until `stop` resolves; requests under way are answered. Each request says where it
    /// comes from.
    pub async fn serve(
        self,
        router: Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(self.listener, service)
            .with_graceful_shutdown(stop)
            .await
            .context("the HTTP server failed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_with_one_that_can_be_bound() {
        let taken = bind(0).await.expect("some port is free");
        let wanted = taken.address.port();
        let refused = bind(wanted).await.err().expect("it is in use");
        let Unbound::InUse { port, other } = refused else {
            panic!("{refused}");
        };
        assert_eq!(port, wanted);
        bind(other).await.expect("the other one is free");
    }
}
