//! What threads hand work over with: locks, counters, wake-ups, channels and time. It is what the
//! standard library and tokio have, under one name. Nothing of it is ours.

pub use std::sync::{Mutex, MutexGuard, atomic};
pub use tokio::{
    sync::{Notify, oneshot, watch},
    time,
};
