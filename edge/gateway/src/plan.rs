//! A gateway before it is opened: what `routes.toml` says, compiled, and where each service that it
//! names is reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use platform_http::Verifier;
use tokio::time::Instant;

use crate::checks::Checks;
use crate::headers::Transport;
use crate::meters::Meters;
use crate::rate::Rate;
use crate::settings::{BadRoutes, Meant, Settings};
use crate::table::{Table, Told};
use crate::turnstile::Turnstile;
use crate::upstream::{Client, Http, Upstream, client};
use crate::way::{Gateway, Way};

/// A gateway before its services are there: what it counts can be handed to one of them.
pub struct Plan {
    settings: Settings,
    meters: Meters,
}

impl Plan {
    pub fn new(settings: Settings) -> Result<Plan, BadRoutes> {
        let table = Table::new(&settings)?;
        let turnstiles = table.services.iter();
        let turnstiles = turnstiles
            .map(|name| Turnstile::new(name, &settings))
            .collect();
        let table = Arc::new(table);
        Ok(Plan {
            settings,
            meters: Meters { table, turnstiles },
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
        let names = self.meters.table.services.iter();
        let served_by = names.map(|name| HeaderValue::from_str(name));
        let served_by = served_by.collect::<Result<_, _>>();
        let Plan { settings, meters } = self;
        Ok(Gateway::new(Way {
            meters,
            upstreams,
            served_by: served_by.expect("the names of services are plain"),
            checks: Checks {
                verifier,
                rate: settings.rate_limit.as_ref().map(Rate::new),
                since: Instant::now(),
            },
            transport: match settings.tls {
                true => Transport::Tls,
                false => Transport::Plain,
            },
        }))
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
