//! Time stands still: what waits for an event or for a time waits for the event alone. So a lost
//! wake-up, which a timer would heal and hide, is a deadlock here, and shuttle tells it.

use std::convert::Infallible;
use std::time::Duration;

pub use tokio::time::Instant;

/// Never times out.
pub async fn timeout<F: Future>(_: Duration, future: F) -> Result<F::Output, Infallible> {
    Ok(future.await)
}

/// Never times out.
pub async fn timeout_at<F: Future>(_: Instant, future: F) -> Result<F::Output, Infallible> {
    Ok(future.await)
}

/// Lets others go first, and has passed.
pub async fn sleep(_: Duration) {
    shuttle::future::yield_now().await;
}
