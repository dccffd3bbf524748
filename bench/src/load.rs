//! Orders over HTTP/1.1: keep-alive connections without pipelining, requests written as bytes,
//! answers read as far as they are needed. All of it on one thread.

mod closed;
mod counters;
mod governor;
mod open;
mod request;
mod tally;
mod wire;

pub use closed::{Closed, Passed, Until};
pub use counters::{Counters, Sizes};
pub use open::{Open, Step};
pub use request::{Mix, Shoppers};
pub use tally::Tally;
pub use wire::Wire;
