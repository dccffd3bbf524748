//! What a caller is told when a command got no answer from its service's loop.

use anyhow::anyhow;
use contracts::problem::{Code, Problem};
use platform_http::Failure;
use runtime::Unanswered;

/// A batch takes milliseconds, a restart seconds: a second is soon enough for both.
const RETRY_AFTER_SECONDS: u32 = 1;

/// The failure that an API gives back for it.
pub fn unanswered(why: Unanswered) -> Failure {
    match why {
        Unanswered::InFlight => Code::RequestInProgress.into(),
        // After `Lost` the command may stand; the same key sent again tells.
        Unanswered::Behind | Unanswered::Full | Unanswered::Stopping | Unanswered::Lost => {
            Problem::unavailable(RETRY_AFTER_SECONDS).into()
        }
        Unanswered::Broken => Failure::internal(anyhow!(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_sent_again_says_when_and_what_broke_does_not() {
        let told = |why| {
            let failure = unanswered(why);
            (
                failure.problem().status,
                failure.problem().retry_after_seconds,
            )
        };
        assert_eq!(told(Unanswered::InFlight), (409, None));
        for why in [
            Unanswered::Behind,
            Unanswered::Full,
            Unanswered::Stopping,
            Unanswered::Lost,
        ] {
            assert_eq!(told(why), (503, Some(RETRY_AFTER_SECONDS)), "{why}");
        }
        assert_eq!(told(Unanswered::Broken), (500, None));
    }
}
