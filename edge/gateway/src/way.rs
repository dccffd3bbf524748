//! A request's way through the gateway: which route it is, whether it may go there, whether
//! anybody is there, and what its caller is told in the end.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use contracts::problem::{Code, Problem};
use platform_http::{Dress, Failure};
use tokio::time::Instant;

use crate::breaker::Outcome;
use crate::checks::{Checks, address, bounded};
use crate::headers::{self, Transport};
use crate::meters::Meters;
use crate::table::{Entry, Found};
use crate::upstream::{Forwarded, Unreached, Upstream};

/// Whoever moves a route from one service to another sees who answered.
const SERVED_BY: HeaderName = HeaderName::from_static("x-served-by");

/// A service that was out of reach is looked for again a second later.
const RETRY_SECONDS: u32 = 1;

/// The gateway. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Way>);

pub(crate) struct Way {
    pub(crate) meters: Meters,
    /// In the order of the table's services, as the turnstiles are.
    pub(crate) upstreams: Vec<Upstream>,
    /// Their names, as answers tell them.
    pub(crate) served_by: Vec<HeaderValue>,
    pub(crate) checks: Checks,
    pub(crate) transport: Transport,
}

impl Gateway {
    pub(crate) fn new(way: Way) -> Gateway {
        Gateway(Arc::new(way))
    }

    /// Everything that is served, as one router.
    pub fn router(&self) -> Router {
        let Gateway(way) = self.clone();
        Router::new().fallback(move |request: Request| Arc::clone(&way).serve(request))
    }
}

impl Way {
    async fn serve(self: Arc<Self>, mut request: Request) -> Response {
        let began = Instant::now();
        let dress = Dress::of(&mut request);
        let found = self
            .meters
            .table
            .find(request.method(), request.uri().path());
        let answered = self.answer(&found, request, &dress).await;
        let mut response = answered.unwrap_or_else(Failure::into_response);
        headers::write(response.headers_mut(), self.transport);
        dress.put_on(&mut response);
        let took = began.elapsed();
        headers::write_timing(response.headers_mut(), took);
        found.meter().count(response.status(), took);
        response
    }

    async fn answer(
        &self,
        found: &Found<'_>,
        mut request: Request,
        dress: &Dress,
    ) -> Result<Response, Failure> {
        let entry = match found {
            Found::Route(entry) => {
                self.checks.check(entry, &mut request)?;
                entry
            }
            Found::OtherMethod(entry, _) => {
                self.checks.hand_on(&mut request);
                entry
            }
            Found::Nothing(_) => return Err(Code::RouteNotFound.into()),
        };
        let forwarded = Forwarded {
            context: dress.context(),
            transport: self.transport,
            address: address(&request),
        };
        let request = bounded(entry, request).await?;
        self.call(entry, request, &forwarded).await
    }

    /// Asks the route's service, if it is to be asked, for as long as it may take.
    async fn call(
        &self,
        entry: &Entry,
        request: Request,
        forwarded: &Forwarded<'_>,
    ) -> Result<Response, Failure> {
        let turnstile = &self.meters.turnstiles[entry.service];
        let upstream = &self.upstreams[entry.service];
        let until = Instant::now() + entry.first_byte;
        let turn = turnstile.enter().await;
        let turn = turn.map_err(|refused| refused.problem(&turnstile.service))?;
        let called = upstream.call(request, forwarded);
        let called = match entry.stream {
            true => Some(called.await),
            false => in_time(until, called).await,
        };
        match called {
            Some(Ok(mut response)) => {
                turn.tell(heard(upstream, response.status()));
                let name = self.served_by[entry.service].clone();
                response.headers_mut().insert(SERVED_BY, name);
                Ok(response)
            }
            Some(Err(Unreached::TooLarge)) => Err(Code::BodyTooLarge.into()),
            Some(Err(Unreached::Broken(why))) => {
                turn.tell(Outcome::Failed);
                tracing::warn!(
                    service = &*turnstile.service,
                    why,
                    "a service did not answer"
                );
                Err(out_of_reach(&turnstile.service, entry.key).into())
            }
            None => {
                turn.tell(Outcome::Failed);
                tracing::warn!(
                    service = &*turnstile.service,
                    "an answer did not begin in time"
                );
                Err(too_late(&turnstile.service, entry.key).into())
            }
        }
    }
}

async fn in_time<T>(until: Instant, called: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout_at(until, called).await.ok()
}

/// A service that answers is there, whatever it says: a 500 is one request's bad luck, and a 503
/// with `Retry-After` is how it asks for less. A server between it and us says that it is not.
fn heard(upstream: &Upstream, status: StatusCode) -> Outcome {
    match (upstream, status) {
        (Upstream::Http(_), StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT) => {
            Outcome::Failed
        }
        (Upstream::Http(_) | Upstream::InProcess(_), _) => Outcome::Answered,
    }
}

fn out_of_reach(service: &str, keyed: bool) -> Problem {
    let (korean, english) = again(keyed);
    Problem::unavailable(RETRY_SECONDS).detail(
        format!("{service} 서비스에서 답을 받지 못했어요 → {korean}"),
        format!("{service} gave no answer; {english}"),
    )
}

fn too_late(service: &str, keyed: bool) -> Problem {
    let (korean, english) = again(keyed);
    Problem::new(Code::UpstreamTimeout).detail(
        format!("{service} 서비스의 답이 늦어요 → {korean}"),
        format!("{service} took too long; {english}"),
    )
}

/// What was asked for may have happened, or may still: only the same key tells.
fn again(keyed: bool) -> (&'static str, &'static str) {
    match keyed {
        true => (
            "같은 Idempotency-Key로 다시 보내 주세요",
            "send it again with the same Idempotency-Key",
        ),
        false => ("잠시 뒤에 다시 해 주세요", "try again in a moment"),
    }
}
