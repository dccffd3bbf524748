//! Time-ordered 64-bit ids, made where a command is enqueued: milliseconds, the writer's number
//! as node, a counter.

use std::sync::atomic::{AtomicI64, Ordering};

use contracts::ids::{Id, TSID_EPOCH_MS};
use contracts::time::Timestamp;

const COUNTER_BITS: u32 = 12;
const NODE_BITS: u32 = 10;

/// Makes the ids of one writer; never goes back, whatever the clock does.
#[derive(Debug)]
pub struct Ids {
    node: i64,
    /// Milliseconds since the epoch of ids, then the counter.
    last: AtomicI64,
}

impl Ids {
    /// `floor_ms`: no id carries this Unix millisecond or an earlier one.
    pub fn new(node: i64, floor_ms: i64) -> Self {
        debug_assert!(
            (0..1 << NODE_BITS).contains(&node),
            "node {node} has ten bits"
        );
        let floor = (floor_ms - TSID_EPOCH_MS).max(0) + 1;
        Self {
            node,
            last: AtomicI64::new((floor << COUNTER_BITS) - 1),
        }
    }

    /// The next id. When the clock stands or goes back, the counter goes on, and past 4,095 ids
    /// the millisecond does.
    pub fn next<Of>(&self, now: Timestamp) -> Id<Of> {
        let clock = (now.micros() / 1000 - TSID_EPOCH_MS).max(0) << COUNTER_BITS;
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(clock.max(last + 1))
            })
            .expect("the closure always gives a value");
        let made = clock.max(last + 1);
        let (millis, counter) = (made >> COUNTER_BITS, made & ((1 << COUNTER_BITS) - 1));
        Id::new((millis << NODE_BITS | self.node) << COUNTER_BITS | counter)
    }

    /// The last Unix millisecond that an id may carry: what the writer row remembers.
    pub fn last_ms(&self) -> i64 {
        (self.last.load(Ordering::Relaxed) >> COUNTER_BITS) + TSID_EPOCH_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Thing {}

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_micros((TSID_EPOCH_MS + ms) * 1000)
    }

    #[test]
    fn ids_ascend_when_the_clock_stands_goes_back_and_jumps() {
        let ids = Ids::new(5, TSID_EPOCH_MS + 100);
        let mut last = 0;
        for ms in [200, 200, 150, 0, 200, 9_000, 8_000] {
            let id = ids.next::<Thing>(at(ms)).get();
            assert!(id > last, "{id} after {last}");
            last = id;
        }
    }

    #[test]
    fn no_id_carries_the_floor_or_an_earlier_millisecond() {
        let ids = Ids::new(0, TSID_EPOCH_MS + 1_000);
        assert!(ids.next::<Thing>(at(10)).at() > at(1_000));
    }

    #[test]
    fn five_thousand_ids_of_one_millisecond_differ() {
        let ids = Ids::new(1023, 0);
        let made: std::collections::BTreeSet<_> =
            (0..5_000).map(|_| ids.next::<Thing>(at(7)).get()).collect();
        assert_eq!(made.len(), 5_000);
        assert!(ids.last_ms() > TSID_EPOCH_MS + 7);
    }

    #[test]
    fn nodes_never_meet() {
        let (one, two) = (Ids::new(1, 0), Ids::new(2, 0));
        let both: std::collections::BTreeSet<_> = (0..10_000)
            .flat_map(|_| {
                [
                    one.next::<Thing>(at(7)).get(),
                    two.next::<Thing>(at(7)).get(),
                ]
            })
            .collect();
        assert_eq!(both.len(), 20_000);
    }
}
