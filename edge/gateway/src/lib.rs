//! The one door of the shop: where a request goes, whether it may, and what its caller is told
//! when nobody answers. It knows services by name, from `routes.toml`, and nothing of what they
//! decide.

/// `routes.toml`: what may be set, read and checked.
mod settings;

/// Which route a method and a path are.
mod table;

/// What is asked of a request before it goes anywhere.
mod checks;

/// Where requests go: a router in this process, or a server elsewhere.
mod upstream;

/// Who is let through to one service, and when.
mod turnstile;

/// When a service is left alone for a while.
mod breaker;

/// How often one caller may come.
mod rate;

/// What browsers are told with every answer.
mod headers;

/// What is counted, for Prometheus.
mod meters;

/// A gateway before it is opened.
mod plan;

/// A request's way through all of it.
mod way;

pub use meters::Meters;
pub use plan::Plan;
pub use settings::{BadRoutes, Settings};
pub use table::Told;
pub use way::Gateway;
