//! The shop before its services: the layered monolith of the report, with one database and one
//! transaction per order under a lock. The baseline of the benchmark and what a migration moves
//! away from; nothing of the product depends on it.

/// HTTP in, HTTP out.
mod controller;

/// What an order does, in one transaction.
mod service;

/// Rows, one statement each.
mod repository;

/// The lock around an order, keyed by its products.
mod locks;

/// Connections to the one database.
mod pool;

/// What a benchmark puts in before it begins, and proves afterwards.
mod audit;
mod seed;

pub use audit::{Audit, audit};
pub use controller::router;
pub use pool::{MONOLITH_DATABASE, Pool};
pub use seed::{Seed, seed};
pub use service::OrderService;
