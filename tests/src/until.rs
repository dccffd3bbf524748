//! Waiting on a condition: looked at again and again, and given up long after it should hold.

use std::time::Duration;

/// Far longer than anything here takes; a test that meets it has hung.
pub const LONGEST: Duration = Duration::from_secs(30);
/// How often a condition is looked at.
pub(crate) const LOOK: Duration = Duration::from_millis(5);

/// Returns once the condition holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let mut tick = tokio::time::interval(LOOK);
    let holds = async {
        while !condition() {
            tick.tick().await;
        }
    };
    let waited = tokio::time::timeout(LONGEST, holds).await;
    assert!(waited.is_ok(), "waited in vain: {what}");
}
