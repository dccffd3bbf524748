//! Where requests go, one enum: a router in this process, which costs no hop, or a server
//! elsewhere. Both take a request whose path is the one its caller wrote.

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use futures::FutureExt;
use platform_http::{inner, panicked};
use tower::Service;

mod hops;
mod http;

pub(crate) use http::{Client, Forwarded, Http, Unreached, client};

/// One service, as the gateway reaches it.
pub(crate) enum Upstream {
    InProcess(Router),
    Http(Http),
}

impl Upstream {
    /// A service's bare routes: the gateway does for them what `layers` does elsewhere.
    pub(crate) fn in_process(routes: Router) -> Upstream {
        Upstream::InProcess(inner(routes))
    }

    pub(crate) async fn call(
        &self,
        request: Request,
        forwarded: &Forwarded<'_>,
    ) -> Result<Response, Unreached> {
        match self {
            Upstream::InProcess(router) => Ok(handled(router.clone(), request).await),
            Upstream::Http(http) => http.call(request, forwarded).await,
        }
    }
}

/// A panic is one request's, and not its service's.
async fn handled(mut router: Router, request: Request) -> Response {
    let answered = AssertUnwindSafe(router.call(request)).catch_unwind().await;
    match answered {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(payload) => panicked(payload),
    }
}
