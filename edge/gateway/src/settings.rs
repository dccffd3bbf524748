//! `routes.toml`: typed, with every key of the shipped file. What it says is checked here as far
//! as one value goes; whether routes agree with each other is the table's matter.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Deserialize;

mod refused;

pub use refused::BadRoutes;
pub(crate) use refused::Meant;

/// The file that ships.
const SHIPPED: &str = include_str!("../routes.toml");

/// How many of the latest answers a breaker can look at: the bits of its window.
const MOST_WINDOW: u32 = 128;

/// All of `routes.toml`.
#[derive(Clone, Default, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub(crate) tls: bool,
    pub(crate) limits: Limits,
    pub(crate) breaker: Breaker,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) routes: BTreeMap<String, Route>,
}

#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    pub(crate) first_byte_ms: u64,
    pub(crate) body_bytes: usize,
    pub(crate) under_way: u32,
    pub(crate) waiting: u32,
    pub(crate) wait_ms: u64,
}

#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Breaker {
    /// In percent.
    pub(crate) failure_rate: u32,
    pub(crate) window: u32,
    pub(crate) least: u32,
    pub(crate) open_ms: u64,
    pub(crate) probes: u32,
}

#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateLimit {
    pub(crate) per_second: u32,
    pub(crate) burst: u32,
}

#[derive(Clone, Default, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Service {
    /// In this process without it.
    pub(crate) url: Option<String>,
    pub(crate) under_way: Option<u32>,
    pub(crate) waiting: Option<u32>,
}

#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// `METHOD /path`, each.
    #[serde(rename = "match")]
    pub(crate) matches: Vec<String>,
    pub(crate) service: String,
    #[serde(default)]
    pub(crate) public: bool,
    #[serde(default)]
    pub(crate) key: bool,
    #[serde(default)]
    pub(crate) stream: bool,
    pub(crate) first_byte_ms: Option<u64>,
    pub(crate) body_bytes: Option<usize>,
}

impl Settings {
    /// The file that ships with the product.
    pub fn shipped() -> Settings {
        parsed(SHIPPED).expect("a test reads the shipped file")
    }

    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Settings, BadRoutes> {
        let mut settings = parsed(text).map_err(|error| BadRoutes::syntax(&error))?;
        if settings.routes.is_empty() {
            settings.routes = Settings::shipped().routes;
        }
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), BadRoutes> {
        let (limits, breaker) = (&self.limits, &self.breaker);
        positive("limits.first_byte_ms", limits.first_byte_ms)?;
        positive("limits.under_way", limits.under_way.into())?;
        within("breaker.failure_rate", breaker.failure_rate, 1..=100)?;
        within("breaker.window", breaker.window, 1..=MOST_WINDOW)?;
        within("breaker.least", breaker.least, 1..=breaker.window)?;
        within("breaker.probes", breaker.probes, 1..=u32::from(u16::MAX))?;
        positive("breaker.open_ms", breaker.open_ms)?;
        if let Some(rate) = &self.rate_limit {
            positive("rate_limit.per_second", rate.per_second.into())?;
            positive("rate_limit.burst", rate.burst.into())?;
        }
        for (name, service) in &self.services {
            if let Some(under_way) = service.under_way {
                positive(&format!("services.{name}.under_way"), under_way.into())?;
            }
        }
        for (name, route) in &self.routes {
            plain(&format!("routes.{name}.service"), &route.service)?;
            if let Some(first_byte_ms) = route.first_byte_ms {
                positive(&format!("routes.{name}.first_byte_ms"), first_byte_ms)?;
            }
        }
        Ok(())
    }
}

fn parsed(text: &str) -> Result<Settings, toml::de::Error> {
    toml::from_str(text)
}

fn positive(key: &str, value: u64) -> Result<(), BadRoutes> {
    if value > 0 {
        return Ok(());
    }
    Err(BadRoutes::Value {
        key: key.to_owned(),
        says: "must be at least 1".to_owned(),
    })
}

/// It goes into a header and into labels of metrics as it stands.
fn plain(key: &str, name: &str) -> Result<(), BadRoutes> {
    let mut chars = name.bytes();
    if !name.is_empty() && chars.all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c)) {
        return Ok(());
    }
    Err(BadRoutes::Value {
        key: key.to_owned(),
        says: "must be a name of letters, digits and dashes".to_owned(),
    })
}

fn within(key: &str, value: u32, range: RangeInclusive<u32>) -> Result<(), BadRoutes> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(BadRoutes::Value {
        key: key.to_owned(),
        says: format!("must be from {} to {}", range.start(), range.end()),
    })
}

impl Limits {
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_millis(self.wait_ms)
    }
}

impl Breaker {
    pub(crate) fn open(&self) -> Duration {
        Duration::from_millis(self.open_ms)
    }
}

/// What a file leaves out.
impl Default for Limits {
    fn default() -> Limits {
        Limits {
            first_byte_ms: 3_000,
            body_bytes: platform_http::DEFAULT_BODY_BYTES,
            under_way: 2_048,
            waiting: 2_048,
            wait_ms: 1_000,
        }
    }
}

impl Default for Breaker {
    fn default() -> Breaker {
        Breaker {
            failure_rate: 50,
            window: 100,
            least: 20,
            open_ms: 30_000,
            probes: 10,
        }
    }
}

#[cfg(test)]
mod tests;
