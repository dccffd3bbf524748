//! Given, when, then over the production `run_batch`: a world of committed rows, inputs decided
//! in batches, and the laws every step and every store must keep. A development dependency only.

mod conformance;
mod laws;
mod plan;
mod world;

pub use conformance::store_conformance;
pub use laws::step_laws;
pub use plan::plan;
pub use world::{Input, World, command, command_by, event, event_at, key};
