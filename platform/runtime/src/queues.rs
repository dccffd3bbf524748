//! What a loop remembers of its parked keys, so that it asks no row of every event: how many
//! events each has, and when it is tried again. The rows themselves are the truth.

use std::collections::BTreeMap;

use contracts::time::Timestamp;
use db::Parked;

use crate::parking::{MOST_EVENTS_A_KEY, MOST_KEYS, ParkedKey};

/// The parked keys of one loop.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    /// As the rows are committed.
    parked: BTreeMap<ParkedKey, Queue>,
    /// As they will be after this turn, for the keys it set aside; dropped when it ends.
    ahead: BTreeMap<ParkedKey, Queue>,
}

/// The parked events of one key.
#[derive(Clone, Copy, Debug)]
struct Queue {
    events: usize,
    next_no: i64,
    /// When its first event is tried again; `None` for poison, which waits for a person.
    retry_at: Option<Timestamp>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            events: 0,
            next_no: 1,
            retry_at: None,
        }
    }
}

impl Queue {
    fn take(&mut self, row: &Parked) {
        if self.events == 0 {
            self.retry_at = row.waits.then_some(row.retry_at);
        }
        self.events += 1;
        self.next_no = self.next_no.max(row.no + 1);
    }
}

impl Queues {
    /// What a key has, or will have after this turn.
    fn of(&self, key: &ParkedKey) -> Option<Queue> {
        self.ahead
            .get(key)
            .or_else(|| self.parked.get(key))
            .copied()
    }

    /// The row that sets an event aside; it counts once `queued` notes it.
    pub fn set_aside(
        &mut self,
        key: &ParkedKey,
        row: impl FnOnce(&ParkedKey, i64) -> Parked,
    ) -> Parked {
        let mut queue = self.of(key).unwrap_or_default();
        let row = row(key, queue.next_no);
        tracing::error!(
            topic = row.topic,
            key = row.key,
            seq = row.seq,
            why = row.why,
            "parked"
        );
        queue.take(&row);
        self.ahead.insert(key.clone(), queue);
        row
    }

    /// The turn is over: what it set aside was noted as it was committed, or is not set aside.
    pub fn settled(&mut self) {
        self.ahead.clear();
    }

    /// Whether any key is set aside, as the rows are committed.
    pub fn has_parked(&self) -> bool {
        !self.parked.is_empty()
    }

    /// How many keys are set aside, as the rows are committed.
    pub fn len(&self) -> usize {
        self.parked.len()
    }

    /// The same, with what this turn sets aside.
    pub fn has_any(&self) -> bool {
        self.has_parked() || !self.ahead.is_empty()
    }

    pub fn holds(&self, key: &ParkedKey) -> bool {
        self.of(key).is_some()
    }

    /// Whether a key takes no further event.
    pub fn is_full(&self, key: &ParkedKey) -> bool {
        self.of(key)
            .is_some_and(|queue| queue.events >= MOST_EVENTS_A_KEY)
    }

    /// Notes a committed parked row, new or read at start; those of one key come in order.
    pub fn queued(&mut self, row: &Parked) {
        self.parked.entry(ParkedKey::of(row)).or_default().take(row);
    }

    /// Replaces what is known of a key by the rows it still has.
    pub fn requeue(&mut self, key: &ParkedKey, rows: &[Parked]) {
        self.parked.remove(key);
        for row in rows {
            self.queued(row);
        }
    }

    /// Keys whose waiting events are to be tried again.
    pub fn retries(&self, now: Timestamp) -> Vec<ParkedKey> {
        let due = self
            .parked
            .iter()
            .filter(|(_, queue)| queue.retry_at.is_some_and(|at| at <= now));
        due.map(|(key, _)| key.clone()).collect()
    }

    pub fn next_retry(&self) -> Option<Timestamp> {
        self.parked
            .values()
            .filter_map(|queue| queue.retry_at)
            .min()
    }

    /// Whether setting more events of a topic aside would go on without end.
    pub fn are_too_long(&self, topic: &str) -> bool {
        let queues = self.parked.iter().filter(|(key, _)| key.topic == topic);
        let lengths = queues.map(|(_, queue)| queue.events);
        let (keys, longest) = lengths.fold((0, 0), |(keys, longest), events| {
            (keys + 1, longest.max(events))
        });
        keys >= MOST_KEYS || longest >= MOST_EVENTS_A_KEY
    }
}
