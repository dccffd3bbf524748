//! A request's way through the gateway: which route it is, whether it may go there, whether
//! anybody is there, and what its caller is told in the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use contracts::problem::{Code, Problem};
use platform_http::{Dress, Failure, Verifier};
use tokio::time::Instant;

use crate::breaker::Outcome;
use crate::checks::{Checks, address, bounded};
use crate::gate::Gate;
use crate::headers::{self, Transport};
use crate::meters::Meters;
use crate::rate::Rate;
use crate::settings::{BadRoutes, Meant, Settings};
use crate::table::{Entry, Found, Table, Told};
use crate::upstream::{Client, Forwarded, Http, Unreached, Upstream, client};

/// A service that was out of reach is looked for again a second later.
const RETRY_SECONDS: u32 = 1;

/// A gateway before its services are there: what it counts can be handed to one of them.
pub struct Plan {
    settings: Settings,
    meters: Meters,
}

/// The gateway. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Way>);

struct Way {
    meters: Meters,
    /// In the order of the table's services, as the gates are.
    upstreams: Vec<Upstream>,
    checks: Checks,
    transport: Transport,
}

impl Plan {
    pub fn new(settings: Settings) -> Result<Plan, BadRoutes> {
        let table = Table::new(&settings)?;
        let gates = table.services.iter();
        let gates = gates.map(|name| Gate::new(name, &settings)).collect();
        let table = Arc::new(table);
        Ok(Plan {
            settings,
            meters: Meters { table, gates },
        })
    }

    /// Of the file that ships.
    pub fn shipped() -> Plan {
        Plan::new(Settings::shipped()).expect("a test compiles the shipped file")
    }

    pub fn meters(&self) -> Meters {
        self.meters.clone()
    }

    /// Every method and path, as people and tests are told.
    pub fn routes(&self) -> impl Iterator<Item = Told<'_>> {
        self.meters.table.told()
    }

    /// Whether everything it names is there, given the services of this process. `open` looks too;
    /// this is for whoever wants to know before anything is started.
    pub fn look(&self, in_process: &[&'static str]) -> Result<(), BadRoutes> {
        let routers = in_process.iter().map(|name| (*name, Router::new()));
        self.upstreams(routers.collect()).map(|_| ())
    }

    /// Opens the gateway over the services of this process and those that have an address.
    pub fn open(
        self,
        in_process: Vec<(&'static str, Router)>,
        verifier: Arc<Verifier>,
    ) -> Result<Gateway, BadRoutes> {
        let upstreams = self.upstreams(in_process)?;
        let Plan { settings, meters } = self;
        Ok(Gateway(Arc::new(Way {
            meters,
            upstreams,
            checks: Checks {
                verifier,
                rate: settings.rate_limit.as_ref().map(Rate::new),
                since: Instant::now(),
            },
            transport: match settings.tls {
                true => Transport::Tls,
                false => Transport::Plain,
            },
        })))
    }

    /// In the order of the table's services.
    fn upstreams(
        &self,
        in_process: Vec<(&'static str, Router)>,
    ) -> Result<Vec<Upstream>, BadRoutes> {
        let settings = &self.settings;
        let mut reached = Reached {
            settings,
            in_process: in_process.into_iter().collect(),
            client: client(),
        };
        // Those that have settings and no route are looked at too: their name may be mistyped.
        reached.known(settings.services.keys())?;
        let names = self.meters.table.services.iter();
        names.map(|name| reached.upstream(name)).collect()
    }
}

/// How services are reached.
struct Reached<'s> {
    settings: &'s Settings,
    in_process: BTreeMap<&'static str, Router>,
    client: Client,
}

impl Reached<'_> {
    fn known<'n>(&self, names: impl Iterator<Item = &'n String>) -> Result<(), BadRoutes> {
        for name in names {
            if self.url(name).is_none() && !self.in_process.contains_key(name.as_str()) {
                return Err(self.unknown(name));
            }
        }
        Ok(())
    }

    /// An address goes before what runs here.
    fn upstream(&mut self, name: &String) -> Result<Upstream, BadRoutes> {
        if let Some(url) = self.url(name) {
            let http = Http::new(url, self.client.clone());
            return http.map(Upstream::Http).map_err(|why| BadRoutes::Url {
                name: name.clone(),
                url: url.to_owned(),
                why,
            });
        }
        let routes = self.in_process.remove(name.as_str());
        let routes = routes.ok_or_else(|| self.unknown(name))?;
        Ok(Upstream::in_process(routes))
    }

    fn url(&self, name: &String) -> Option<&str> {
        self.settings.services.get(name)?.url.as_deref()
    }

    fn unknown(&self, name: &str) -> BadRoutes {
        BadRoutes::Service {
            name: name.to_owned(),
            meant: Meant::among(name, self.in_process.keys().copied()),
        }
    }
}

impl Gateway {
    /// Pages before everything else, with the headers that every answer has; what is no page is
    /// the gateway's.
    pub fn around(&self, pages: Router) -> Router {
        let transport = self.0.transport;
        let protected = move |mut response: Response| {
            headers::write(response.headers_mut(), transport);
            std::future::ready(response)
        };
        pages
            .layer(map_response(protected))
            .fallback_service(self.router())
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
        let gate = &self.meters.gates[entry.service];
        let upstream = &self.upstreams[entry.service];
        let until = Instant::now() + entry.first_byte;
        let turn = gate.enter().await;
        let turn = turn.map_err(|refused| refused.problem(&gate.service))?;
        let called = upstream.call(request, forwarded);
        let called = match entry.stream {
            true => Some(called.await),
            false => in_time(until, called).await,
        };
        match called {
            Some(Ok(response)) => {
                turn.tell(heard(upstream, response.status()));
                Ok(response)
            }
            Some(Err(Unreached::TooLarge)) => Err(Code::BodyTooLarge.into()),
            Some(Err(Unreached::Broken(why))) => {
                turn.tell(Outcome::Failed);
                tracing::warn!(service = &*gate.service, why, "a service did not answer");
                Err(out_of_reach(&gate.service).into())
            }
            None => {
                turn.tell(Outcome::Failed);
                tracing::warn!(service = &*gate.service, "an answer did not begin in time");
                Err(too_late(&gate.service).into())
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

fn out_of_reach(service: &str) -> Problem {
    Problem::unavailable(RETRY_SECONDS).detail(
        format!(
            "{service} 서비스에서 답을 받지 못했어요 → 같은 Idempotency-Key로 다시 보내 주세요"
        ),
        format!("{service} gave no answer; send it again with the same Idempotency-Key"),
    )
}

/// What was asked for may still happen: only the same key tells.
fn too_late(service: &str) -> Problem {
    Problem::new(Code::UpstreamTimeout).detail(
        format!("{service} 서비스의 답이 늦어요 → 같은 Idempotency-Key로 다시 보내 주세요"),
        format!("{service} took too long; send it again with the same Idempotency-Key"),
    )
}
