//! Timers: inputs that come due. They are kept in memory and read again from the rows at start,
//! so that setting one costs no write.

use std::collections::{BTreeMap, BTreeSet};

use contracts::time::Timestamp;

/// One open timer: at most one per key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    pub due: Timestamp,
    pub key: i64,
}

/// What a decision does to the timer of a key, once its batch is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerChange {
    Set(Timer),
    Clear { key: i64 },
}

/// The open timers of one loop.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    by_due: BTreeSet<Timer>,
    by_key: BTreeMap<i64, Timestamp>,
}

impl Timers {
    pub fn apply(&mut self, change: TimerChange) {
        match change {
            TimerChange::Set(timer) => {
                self.clear(timer.key);
                self.by_key.insert(timer.key, timer.due);
                self.by_due.insert(timer);
            }
            TimerChange::Clear { key } => self.clear(key),
        }
    }

    fn clear(&mut self, key: i64) {
        if let Some(due) = self.by_key.remove(&key) {
            self.by_due.remove(&Timer { due, key });
        }
    }

    /// The timer was decided; a decision before it may have set the key's anew meanwhile.
    pub fn done(&mut self, timer: Timer) {
        if self.by_due.contains(&timer) {
            self.clear(timer.key);
        }
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.by_due.first().map(|timer| timer.due)
    }

    /// Timers due by `now`, at most `limit`. They stay open until they are decided.
    pub fn due(&self, now: Timestamp, limit: usize) -> Vec<Timer> {
        self.by_due
            .iter()
            .take_while(|timer| timer.due <= now)
            .take(limit)
            .copied()
            .collect()
    }

    /// In the order of their keys.
    pub fn by_key(&self) -> impl DoubleEndedIterator<Item = Timer> + '_ {
        let open = self.by_key.iter();
        open.map(|(&key, &due)| Timer { due, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timer(due: i64, key: i64) -> Timer {
        Timer {
            due: Timestamp::from_micros(due),
            key,
        }
    }

    #[test]
    fn a_key_has_one_timer_and_the_last_one_set_counts() {
        let mut timers = Timers::default();
        timers.apply(TimerChange::Set(timer(10, 7)));
        timers.apply(TimerChange::Set(timer(20, 7)));
        timers.apply(TimerChange::Set(timer(15, 8)));
        assert_eq!(timers.due(Timestamp::from_micros(15), 9), [timer(15, 8)]);
        assert_eq!(timers.by_key().next(), Some(timer(20, 7)));
        timers.apply(TimerChange::Clear { key: 7 });
        assert_eq!(timers.due(Timestamp::from_micros(99), 9), [timer(15, 8)]);
        assert_eq!(timers.next_due(), Some(Timestamp::from_micros(15)));
    }
}
