//! What is asked of a request before it goes anywhere: who calls, with which key, how often, and
//! how much comes with it. In that order, so that nobody is told more than they may know.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request};
use contracts::problem::{Code, Problem};
use http_body_util::Limited;
use platform_http::{Caller, Failure, IdempotencyKey, Verifier, read_whole};
use tokio::time::Instant;

use crate::rate::{Key, Rate};
use crate::table::Entry;

pub(crate) struct Checks {
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) rate: Option<Rate>,
    /// What the rates' time is counted from.
    pub(crate) since: Instant,
}

impl Checks {
    /// Whether a request may go on. Who calls is written into it: in this process nobody looks
    /// at the token again.
    pub(crate) fn check(&self, entry: &Entry, request: &mut Request) -> Result<(), Failure> {
        let address = address(request);
        if entry.public {
            self.count(None, address)?;
            // Its handler may yet ask who calls.
            self.hand_on(request);
        } else {
            let caller = Caller::verified(request.headers(), &self.verifier);
            self.count(caller.as_ref().ok(), address)?;
            request.extensions_mut().insert(caller?);
        }
        if entry.key {
            IdempotencyKey::look(request.headers())?;
        }
        Ok(())
    }

    /// What a handler needs to check for itself.
    pub(crate) fn hand_on(&self, request: &mut Request) {
        let verifier = Arc::clone(&self.verifier);
        request.extensions_mut().insert(verifier);
    }

    /// Members have a share each, and whoever is none shares that of their address.
    fn count(&self, caller: Option<&Caller>, address: Option<IpAddr>) -> Result<(), Failure> {
        let Some(rate) = &self.rate else {
            return Ok(());
        };
        let key = match (caller, address) {
            (Some(caller), _) => Key::User(caller.user),
            (None, Some(address)) => Key::of(address),
            (None, None) => return Ok(()),
        };
        rate.take(key, self.since.elapsed()).map_err(|wait| {
            let seconds = wait.as_millis().div_ceil(1_000);
            let problem = Problem {
                retry_after_seconds: Some(u32::try_from(seconds).unwrap_or(u32::MAX).max(1)),
                ..Problem::new(Code::RateLimited)
            };
            problem.into()
        })
    }
}

/// The request with its whole body, so that its service waits for no slow caller; one that is
/// passed on as it comes is cut off at the limit.
pub(crate) async fn bounded(entry: &Entry, request: Request) -> Result<Request, Failure> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let body = match entry.stream {
        true => Body::new(Limited::new(body, entry.body_bytes)),
        false => Body::from(read_whole(&parts.headers, body, entry.body_bytes).await?),
    };
    Ok(Request::from_parts(parts, body))
}

pub(crate) fn address(request: &Request) -> Option<IpAddr> {
    let peer: Option<&ConnectInfo<SocketAddr>> = request.extensions().get();
    peer.map(|ConnectInfo(peer)| peer.ip())
}
