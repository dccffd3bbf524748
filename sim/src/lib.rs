//! The deterministic simulator: the five services over the production `run_batch`, a virtual
//! clock, and every fault that one seed wants. It knows neither threads nor a clock of its own,
//! and it does not run the loop, the SQL or the network around the batch.

/// One schedule, from its seed to the verdict: open this first.
pub mod world;

/// What the clients want.
pub mod workload;

/// What goes wrong.
pub mod faults;

/// How many instances each service has.
pub mod topology;

/// What must hold.
pub mod check;

/// What the schedules reach.
pub mod coverage;

/// Bugs put in on purpose, to show that the checkers see them.
pub mod planted;

/// The clients and what they were told.
pub mod clients;

/// The five services and the logs between them.
pub mod shop;

/// One service: its store, and what a running loop remembers.
pub mod node;

/// The logs.
pub mod topics;

/// What happened, as a hash and in words.
pub mod trace;

/// A failing schedule made small, and made again.
pub mod shrink;

/// Chance from a seed.
pub mod rng;

pub use shop::Backend;
pub use world::{Outcome, Plan, run};
