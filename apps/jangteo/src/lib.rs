//! The product: the whole shop in one process, and the operator's command line. It wires the
//! services together and decides nothing for any of them.

/// The five services, their loops and routes, started and stopped as one.
pub mod shop;

/// What a new shop begins with.
pub mod seed;

/// What operators ask of the whole shop: sagas over all services, invariants, health.
pub mod operations;

/// What the API and the events are, for programs and for people.
pub mod documents;

/// The invariants over the shop's databases.
pub mod check;

/// One cut over all databases, taken while the shop goes on.
pub mod backup;

/// What the loops count, for Prometheus.
pub mod metrics;

/// The command line.
pub mod cli;
