//! Taking away rows that nobody needs any more, a few at every idle tick: events long read, keys
//! long answered, fences of sagas long over. Ledgers and audits are not touched.

use std::time::Duration;

use contracts::ids::SagaId;
use contracts::time::Timestamp;
use db::{Db, Failed, Fence, Forgotten, Idempotency, Outbox, OutboxId, System};

use crate::batch::Mark;
use crate::idempotency;

/// Rows looked at in one transaction: well under a millisecond.
const PART: usize = 512;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long the log keeps an event that every consumer has read.
const LOG_KEPT: Duration = DAY.saturating_mul(7);
/// A week longer than the log: what absorbs a repeat outlives it.
const FENCE_KEPT: Duration = DAY.saturating_mul(14);
/// After a look at all tables the next one begins this much later.
const REST: Duration = Duration::from_secs(600);

/// What must stay, besides what is young.
pub(crate) struct Kept {
    pub now: Timestamp,
    /// From where on some consumer needs the log; `None` when that is not known.
    pub log_from: Option<i64>,
    /// Whether fences stay: a parked step must still meet the undo that came before it.
    pub fences: bool,
}

/// Which table comes next, and behind which key.
#[derive(Debug)]
enum Place {
    Outbox(Option<OutboxId>),
    Idempotency(Option<String>),
    Fence(Option<(SagaId, i64)>),
    Resting(Timestamp),
}

/// How far the looking has come.
#[derive(Debug)]
pub(crate) struct Forgetting(Place);

impl Default for Forgetting {
    fn default() -> Self {
        Self(Place::Outbox(None))
    }
}

impl Forgetting {
    /// Looks at the next few rows and takes the old ones away; how many they were.
    pub async fn look(&mut self, db: &mut Db, mark: Mark, kept: &Kept) -> Result<usize, Failed> {
        if let Place::Resting(until) = &self.0 {
            if kept.now < *until {
                return Ok(0);
            }
            self.0 = Place::Outbox(None);
        }
        let mut system = System::default();
        system.writer.ask(mark.writer);
        let mut tx = db.begin().await?;
        tx.fetch(&mut system).await?;
        mark.check(system.writer.get(&mark.writer))?;
        let before = |long: Duration| kept.now.minus(long);
        let (removed, place) = match &self.0 {
            Place::Outbox(after) => {
                // The event before a consumer's place stays: it tells that the log is the same.
                let read = kept.log_from.unwrap_or(i64::MIN).saturating_sub(1);
                // Numbers ascend with time, but for a clock set back. Behind one that stays all
                // stay, so that the log never has a hole.
                let mut all_went = true;
                let old = |row: &Outbox| {
                    all_went &= row.id.seq() < read && row.at < before(LOG_KEPT);
                    all_went
                };
                let seen = tx.forget(after.as_ref(), PART, old).await?;
                let next = seen.next.filter(|_| all_went);
                let idempotency = || Place::Idempotency(None);
                let place = next.map_or_else(idempotency, |key| Place::Outbox(Some(key)));
                (seen.removed, place)
            }
            Place::Idempotency(after) => {
                let old = |row: &Idempotency| row.at < before(idempotency::KEPT);
                let Forgotten { removed, next } = tx.forget(after.as_ref(), PART, old).await?;
                let fence = || Place::Fence(None);
                let place = next.map_or_else(fence, |key| Place::Idempotency(Some(key)));
                (removed, place)
            }
            Place::Fence(after) => {
                let old = |row: &Fence| !kept.fences && row.at < before(FENCE_KEPT);
                let Forgotten { removed, next } = tx.forget(after.as_ref(), PART, old).await?;
                let rest = || Place::Resting(kept.now.plus(REST));
                let place = next.map_or_else(rest, |key| Place::Fence(Some(key)));
                (removed, place)
            }
            Place::Resting(_) => return Ok(0),
        };
        if removed > 0 {
            tx.commit().await?;
        }
        self.0 = place;
        Ok(removed)
    }
}
