//! The clock. Everything else is handed its time as data.

use std::time::{SystemTime, UNIX_EPOCH};

use contracts::time::Timestamp;

/// The system clock, in microseconds; 1970 when it stands before that.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the clock is read"
)]
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
