//! The same as shuttle explores it. Locks and atomics are shuttle's. Channels and wake-ups are
//! tokio's own, which work under any executor, with a point before each operation; what happens
//! within one of them is tokio's to test. The standard library's orderings are not explored:
//! shuttle takes every atomic for sequentially consistent.

pub use shuttle::sync::{Mutex, MutexGuard, atomic};

use atomic::{AtomicBool, Ordering};

pub mod oneshot;
pub mod time;
pub mod watch;

/// Another thread may go first here.
fn point() {
    // A test that failed is only to end.
    if !std::thread::panicking() {
        AtomicBool::new(false).load(Ordering::SeqCst);
    }
}

/// As tokio's.
#[derive(Debug, Default)]
pub struct Notify(tokio::sync::Notify);

impl Notify {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn notify_one(&self) {
        point();
        self.0.notify_one();
    }

    pub async fn notified(&self) {
        point();
        self.0.notified().await;
    }
}
