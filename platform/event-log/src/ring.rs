//! The newest events of a topic in memory, as far back as a consumer has not committed them, so
//! that a consumer that keeps up decodes nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use contracts::envelope::Event;

/// How far behind a consumer may be and still find its events here: several batches of five
/// services, about 8 MiB when they are orders.
const CAPACITY: usize = 8_192;

/// A run of events without a gap, the last one being the topic's newest.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    events: VecDeque<Arc<Event>>,
    /// The number after the newest event.
    end: i64,
}

impl Ring {
    pub fn starting_at(end: i64) -> Self {
        Self {
            events: VecDeque::new(),
            end,
        }
    }

    pub fn end(&self) -> i64 {
        self.end
    }

    /// Notes an end that was read elsewhere; the events up to it are not in memory.
    pub fn end_at(&mut self, end: i64) {
        if end != self.end {
            self.events.clear();
            self.end = end;
        }
    }

    /// Adds events numbered from `end` on; a gap (another writer published) empties the ring.
    pub fn push(&mut self, events: &[(i64, Arc<Event>)]) {
        for (seq, event) in events {
            if *seq < self.end {
                continue;
            }
            if *seq > self.end {
                self.events.clear();
            }
            if self.events.len() == CAPACITY {
                self.events.pop_front();
            }
            self.events.push_back(Arc::clone(event));
            self.end = seq + 1;
        }
    }

    /// Takes out the events below `next`, which nobody will ask for.
    pub fn take_before(&mut self, next: i64) -> Vec<Arc<Event>> {
        let first = self.end - i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let count = usize::try_from(next - first).unwrap_or(0);
        self.events.drain(..count.min(self.events.len())).collect()
    }

    /// Up to `limit` events from `next` on, or `None` when the ring no longer reaches so far back.
    pub fn from(&self, next: i64, limit: usize) -> Option<Vec<(i64, Arc<Event>)>> {
        if next >= self.end {
            return Some(Vec::new());
        }
        let first = self.end - i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from(next - first).ok()?;
        let newer = self.events.iter().skip(skip).take(limit);
        Some((next..).zip(newer.map(Arc::clone)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::envelope::{Actor, Trace};
    use contracts::events::{Fact, UserDeactivated};
    use contracts::ids::UserId;
    use contracts::time::Timestamp;

    fn event(seq: i64) -> (i64, Arc<Event>) {
        let at = Timestamp::from_micros(seq);
        let user_id = UserId::new(seq);
        let fact = Fact::UserDeactivated(UserDeactivated { user_id, at });
        let (actor, trace) = (Actor::System, Trace::NONE);
        (
            seq,
            Arc::new(Event {
                sequence: 1,
                at,
                actor,
                trace,
                cause: None,
                fact,
            }),
        )
    }

    fn numbers(ring: &Ring, next: i64, limit: usize) -> Option<Vec<i64>> {
        ring.from(next, limit)
            .map(|events| events.iter().map(|(seq, _)| *seq).collect())
    }

    #[test]
    fn a_consumer_that_keeps_up_reads_from_memory() {
        let mut ring = Ring::starting_at(5);
        ring.push(&[event(5), event(6), event(7)]);
        assert_eq!(numbers(&ring, 6, 9), Some(vec![6, 7]));
        assert_eq!(numbers(&ring, 5, 2), Some(vec![5, 6]));
        assert_eq!(numbers(&ring, 8, 9), Some(vec![]));
    }

    #[test]
    fn what_the_ring_has_forgotten_is_not_made_up() {
        let mut ring = Ring::starting_at(5);
        ring.push(&[event(5)]);
        assert_eq!(numbers(&ring, 4, 9), None);
        ring.push(&[event(9)]);
        assert_eq!(numbers(&ring, 6, 9), None, "a gap");
        assert_eq!(numbers(&ring, 9, 9), Some(vec![9]));
    }

    #[test]
    fn the_oldest_go_first_when_it_is_full() {
        let mut ring = Ring::starting_at(1);
        let last = i64::try_from(CAPACITY).expect("a small number") + 1;
        for seq in 1..=last {
            ring.push(&[event(seq)]);
        }
        assert_eq!(numbers(&ring, 1, 1), None);
        assert_eq!(numbers(&ring, 2, 1), Some(vec![2]));
    }

    #[test]
    fn what_is_taken_out_is_all_below_a_number_and_nothing_else() {
        let mut ring = Ring::starting_at(5);
        ring.push(&[event(5), event(6), event(7)]);
        assert_eq!(ring.take_before(5).len(), 0);
        assert_eq!(ring.take_before(3).len(), 0, "gone long ago");
        assert_eq!(ring.take_before(7).len(), 2);
        assert_eq!(numbers(&ring, 6, 9), None);
        assert_eq!(numbers(&ring, 7, 9), Some(vec![7]));
        assert_eq!(ring.take_before(99).len(), 1, "more than it has");
        assert_eq!(numbers(&ring, 8, 9), Some(vec![]));
        ring.push(&[event(8)]);
        assert_eq!(numbers(&ring, 8, 9), Some(vec![8]));
    }
}
