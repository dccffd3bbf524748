//! What a running loop tells about itself: counts and lag, read without stopping it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::saga::{self, Direction, Step};
use contracts::time::Timestamp;
use sync::atomic::AtomicI64;

const STEPS: usize = Step::ALL.len();
/// The most inputs of a batch that is counted under each; larger ones come after the last.
const SIZES: [usize; 6] = [1, 4, 16, 64, 256, 1_024];

/// Counters of one loop since it started.
#[derive(Debug, Default)]
pub struct Status {
    pub batches: AtomicU64,
    pub inputs: AtomicU64,
    /// Batches by how many inputs they had.
    sizes: [AtomicU64; SIZES.len() + 1],
    pub said: AtomicU64,
    /// Rows written for the inputs, events included; not the batch's own writer and positions.
    pub rows: AtomicU64,
    /// Inputs heard before, which the fence or a natural key absorbed.
    pub repeats: AtomicU64,
    pub parked: AtomicU64,
    /// Batches that were rolled back, whatever the reason.
    pub rollbacks: AtomicU64,
    /// How often the loop was opened again after a fault point struck.
    pub reopened: AtomicU64,
    /// Steps of the saga table that events led to here: done, then undone. Repeats do not count.
    steps: [[AtomicU64; 2]; STEPS],
    /// When the oldest unread event was committed; 0 when there is none.
    oldest_unread: AtomicI64,
    unread: AtomicI64,
    /// Keys that are set aside now.
    pub parked_keys: AtomicUsize,
    /// Topics that are not read now, because too much of them is set aside.
    pub paused: AtomicUsize,
    /// The size of the database's write-ahead log when the loop last looked.
    pub wal_bytes: AtomicU64,
}

/// How far a consumer is behind the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    pub messages: i64,
    pub micros: i64,
}

impl Status {
    pub fn lag(&self, now: Timestamp) -> Lag {
        let messages = self.unread.load(Ordering::Relaxed);
        // One number decides: the other may be of a moment before or after it.
        let micros = match self.oldest_unread.load(Ordering::Relaxed) {
            0 => 0,
            oldest => now.micros().saturating_sub(oldest).max(0),
        };
        Lag { messages, micros }
    }

    /// How many batches had at most so many inputs, and more than the bound before it; `None` for
    /// those above all bounds.
    pub fn sizes(&self) -> impl Iterator<Item = (Option<usize>, u64)> + '_ {
        let bounds = SIZES.into_iter().map(Some).chain([None]);
        let counts = self.sizes.iter().map(|count| count.load(Ordering::Relaxed));
        bounds.zip(counts)
    }

    pub(crate) fn sized(&self, inputs: usize) {
        let place = SIZES.iter().position(|bound| inputs <= *bound);
        add(&self.sizes[place.unwrap_or(SIZES.len())], 1);
    }

    /// The steps this loop has taken or taken back, in the order of the saga table's codes.
    pub fn steps(&self) -> impl Iterator<Item = (Step, Direction, u64)> + '_ {
        let counted = Step::ALL.iter().zip(&self.steps);
        counted
            .flat_map(|(step, [done, undone])| {
                [
                    (*step, Direction::Do, done),
                    (*step, Direction::Undo, undone),
                ]
            })
            .map(|(step, direction, count)| (step, direction, count.load(Ordering::Relaxed)))
            .filter(|(_, _, count)| *count > 0)
    }

    pub(crate) fn stepped(&self, service: ServiceName, heard: Kind) {
        let Some((step, direction)) = saga::step_on(service, heard) else {
            return;
        };
        let place = Step::ALL.iter().position(|known| *known == step);
        if let Some([done, undone]) = place.map(|place| &self.steps[place]) {
            let counter = match direction {
                Direction::Do => done,
                Direction::Undo => undone,
            };
            add(counter, 1);
        }
        tracing::trace!(
            service = service.as_str(),
            saga.step = step.words(),
            saga.direction = direction.as_str(),
            "decided"
        );
    }

    pub(crate) fn set_lag(&self, messages: i64, oldest: Option<Timestamp>) {
        let oldest = oldest.map_or(0, Timestamp::micros);
        self.oldest_unread.store(oldest, Ordering::Relaxed);
        self.unread
            .store(if oldest == 0 { 0 } else { messages }, Ordering::Relaxed);
    }

    pub(crate) fn set_parked(&self, keys: usize, paused: usize) {
        self.parked_keys.store(keys, Ordering::Relaxed);
        self.paused.store(paused, Ordering::Relaxed);
    }
}

pub(crate) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}
