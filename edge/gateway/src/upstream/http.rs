//! A server elsewhere, over HTTP/1.1: connections are kept and shared, bodies flow through as
//! they come, both ways.

use std::error::Error;
use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{HOST, HeaderName, HeaderValue};
use axum::http::uri::{Authority, PathAndQuery, Scheme, Uri};
use axum::http::{HeaderMap, Version};
use axum::response::Response;
use http_body_util::LengthLimitError;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use platform_http::Context;

use super::hops;
use crate::headers::Transport;

/// A machine that does not take a connection in that time is not there.
const CONNECT: Duration = Duration::from_secs(1);
/// Shorter than servers usually keep an idle connection, so that it is we who close it.
const IDLE: Duration = Duration::from_secs(20);
/// Connections to one service that are kept though nobody uses them.
const MOST_IDLE: usize = 64;

const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// One for all services: what it keeps is by address.
pub(crate) type Client = HyperClient<HttpConnector, Body>;

pub(crate) struct Http {
    authority: Authority,
    client: Client,
}

/// What the gateway says of a request that it passes on.
pub(crate) struct Forwarded<'f> {
    pub(crate) context: &'f Context,
    pub(crate) transport: Transport,
    /// Where it came from, when that is known.
    pub(crate) address: Option<IpAddr>,
}

/// A request without an answer.
#[derive(Debug)]
pub(crate) enum Unreached {
    /// Nobody answered, or not to the end of the headers.
    Broken(String),
    /// Its own body was longer than its caller may send.
    TooLarge,
}

pub(crate) fn client() -> Client {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT));
    HyperClient::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(MOST_IDLE)
        .build(connector)
}

impl Http {
    /// What is wrong with an address, if anything.
    pub(crate) fn new(url: &str, client: Client) -> Result<Http, &'static str> {
        let url: Uri = url.parse().map_err(|_| "is no address")?;
        let parts = url.into_parts();
        if parts.scheme != Some(Scheme::HTTP) {
            return Err("does not begin with http://");
        }
        let authority = parts.authority.ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("holds a name or password");
        }
        if parts.path_and_query.is_some_and(|path| path != "/") {
            return Err("holds a path, and paths are passed on as they come");
        }
        Ok(Http { authority, client })
    }

    pub(crate) async fn call(
        &self,
        request: Request,
        forwarded: &Forwarded<'_>,
    ) -> Result<Response, Unreached> {
        let sent = self
            .client
            .request(self.addressed(request, forwarded))
            .await;
        let mut response = sent.map_err(|error| unreached(&error))?;
        hops::strip_response(response.headers_mut());
        Ok(response.map(Body::new))
    }

    fn addressed(&self, request: Request, forwarded: &Forwarded<'_>) -> Request {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().cloned();
        let mut address = axum::http::uri::Parts::default();
        address.scheme = Some(Scheme::HTTP);
        address.authority = Some(self.authority.clone());
        address.path_and_query = Some(path.unwrap_or(PathAndQuery::from_static("/")));
        parts.uri = Uri::from_parts(address).expect("scheme, authority and path make an address");
        parts.version = Version::HTTP_11;
        parts.extensions.clear();
        hops::strip_request(&mut parts.headers);
        forwarded.write(&mut parts.headers);
        Request::from_parts(parts, body)
    }
}

impl Forwarded<'_> {
    fn write(&self, headers: &mut HeaderMap) {
        // The client writes the upstream's own in its place.
        if let Some(host) = headers.remove(HOST) {
            headers.insert(hops::FORWARDED_HOST, host);
        }
        let protocol = match self.transport {
            Transport::Plain => "http",
            Transport::Tls => "https",
        };
        headers.insert(hops::FORWARDED_PROTO, HeaderValue::from_static(protocol));
        let Context {
            trace,
            correlation_id,
            ..
        } = self.context;
        let address = self.address.map(|address| address.to_string());
        for (name, text) in [
            (hops::FORWARDED_FOR, address.as_deref()),
            (CORRELATION_ID, Some(&**correlation_id)),
            (TRACEPARENT, trace.as_str()),
        ] {
            if let Some(text) = text {
                let value = HeaderValue::from_str(text).expect("visible ASCII");
                headers.insert(name, value);
            }
        }
    }
}

/// The whole chain of causes: the client's own words say little more than that it failed.
fn unreached(error: &(dyn Error + 'static)) -> Unreached {
    let mut says = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Unreached::TooLarge;
        }
        write!(says, ": {error}").expect("a string takes it");
        cause = error.source();
    }
    Unreached::Broken(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_scheme_host_and_port() {
        for (url, expected) in [
            ("http://127.0.0.1:7001", Ok("127.0.0.1:7001")),
            ("http://order/", Ok("order")),
            ("http://[::1]:80", Ok("[::1]:80")),
            ("https://order", Err("does not begin with http://")),
            ("order:7001", Err("does not begin with http://")),
            ("", Err("is no address")),
            ("http://", Err("is no address")),
            ("http://user:secret@order", Err("holds a name or password")),
            (
                "http://order/api",
                Err("holds a path, and paths are passed on as they come"),
            ),
        ] {
            let http = Http::new(url, client());
            let found = http.as_ref().map(|http| http.authority.as_str());
            assert_eq!(found.map_err(|why| *why), expected, "{url}");
        }
    }
}
