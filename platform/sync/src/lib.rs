//! What threads hand work over with: locks, counters, wake-ups, channels and time. It is what the
//! standard library and tokio have, under one name, so that `cargo xtask interleave` can put
//! shuttle's in its place: then each operation is a point where another thread may go first, and
//! the shipped hand-offs are tried in hundreds of thousands of orders. Nothing of it is ours.

#[cfg(feature = "shuttle")]
mod explored;

#[cfg(feature = "shuttle")]
pub use explored::{Mutex, MutexGuard, Notify, atomic, oneshot, time, watch};

#[cfg(not(feature = "shuttle"))]
pub use std::sync::{Mutex, MutexGuard, atomic};
#[cfg(not(feature = "shuttle"))]
pub use tokio::{
    sync::{Notify, oneshot, watch},
    time,
};
