//! How a service runs: the one `Service` trait, the batch that carries it out, and the loop that
//! feeds it. It knows no business word, and nothing in it decides for a service.

mod batch;
mod deadlines;
mod decision;
mod faults;
mod forget;
mod handle;
mod ids;
mod inbox;
mod looping;
mod next_said;
mod open;
mod parking;
mod queues;
mod service;
mod status;
mod timers;

pub mod fence;
pub mod idempotency;

pub use batch::{Arrived, Batch, Done, Mark, Origin, Progress, run_batch};
pub use deadlines::Deadlines;
pub use decision::{Decision, Moment, Said};
pub use faults::{FaultPoint, UnknownFaultPoint};
pub use handle::{Handle, Observer, Paused, Unanswered, Watch};
pub use ids::Ids;
pub use looping::{Loop, Stopped};
pub use next_said::NextSaid;
pub use open::{OpenLoop, take_over};
pub use parking::{Discard, ParkedKey, Redrive};
pub use service::{Accept, Service};
pub use status::{Lag, Status};
pub use timers::{Timer, TimerChange};
