//! Deadlines: the open timers of a loop, and what spares those that events still on their way would
//! settle: a grace after a start, and a gate that opens once the log was read as far as it went
//! when they came due. Pure, so that the simulator runs the very same.

use std::time::Duration;

use contracts::time::Timestamp;

use crate::timers::{Timer, TimerChange, Timers};

/// A timer found at start is not due before this long after it: an outage must not cancel what
/// its events, still unread by others, would complete.
const GRACE_AFTER_START: Duration = Duration::from_secs(10);
/// A timer this long overdue fires even when the log could not be read to its end.
const HARD_LIMIT: Duration = Duration::from_secs(30 * 60);

/// The open timers of one loop, behind their gate.
#[derive(Debug, Default)]
pub struct Deadlines {
    timers: Timers,
    gate: Option<Gate>,
}

/// The topics' ends at the moment when timers came due: they fire once those were passed.
#[derive(Debug)]
struct Gate {
    at: Timestamp,
    ends: Vec<i64>,
}

impl Deadlines {
    /// Of a loop that starts at `now` and finds these timers open.
    pub fn opened(open: Vec<Timer>, now: Timestamp) -> Self {
        let earliest = now.plus(GRACE_AFTER_START);
        let mut deadlines = Self::default();
        for Timer { due, key } in open {
            let due = due.max(earliest);
            deadlines.apply(TimerChange::Set(Timer { due, key }));
        }
        deadlines
    }

    /// At most `limit` timers that may fire at `now`: only after everything was read that the
    /// topics held when they came due. `ends` are the topics' ends now, and `has_passed` tells
    /// whether everything before such ends was read and committed. A timer stays open until it
    /// is decided.
    pub fn due(
        &mut self,
        now: Timestamp,
        limit: usize,
        ends: impl FnOnce() -> Vec<i64>,
        has_passed: impl FnOnce(&[i64]) -> bool,
    ) -> Vec<Timer> {
        if self.timers.next_due().is_none_or(|due| due > now) {
            self.gate = None;
            return Vec::new();
        }
        let gate = self.gate.take().unwrap_or_else(|| Gate {
            at: now,
            ends: ends(),
        });
        let until = match has_passed(&gate.ends) {
            true => gate.at,
            false => {
                self.gate = Some(gate);
                now.minus(HARD_LIMIT)
            }
        };
        self.timers.due(until, limit)
    }

    pub fn apply(&mut self, change: TimerChange) {
        self.timers.apply(change);
    }

    /// The timer was decided; a decision before it may have set the key's anew meanwhile.
    pub fn done(&mut self, timer: Timer) {
        self.timers.done(timer);
    }

    /// When a loop must look again. Timers behind a closed gate wait for the log, which wakes it.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.timers.next_due().filter(|_| self.gate.is_none())
    }

    /// The lowest key with an open timer: a start may begin its scan there.
    pub fn lowest_key(&self) -> Option<i64> {
        self.timers.by_key().next().map(|timer| timer.key)
    }

    /// All that are open, in the order of their keys.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = Timer> + '_ {
        self.timers.by_key()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn set(seconds: i64, key: i64) -> TimerChange {
        let due = at(seconds);
        TimerChange::Set(Timer { due, key })
    }

    fn keys(fired: &[Timer]) -> Vec<i64> {
        fired.iter().map(|timer| timer.key).collect()
    }

    #[test]
    fn the_gate_keeps_the_ends_it_saw_first() {
        let mut deadlines = Deadlines::default();
        deadlines.apply(set(60, 7));
        let due = deadlines.due(at(60), 9, || vec![5], |ends| ends[0] <= 4);
        assert_eq!((due, deadlines.next_due()), (Vec::new(), None));
        // The log grew meanwhile: what it held at the time is enough.
        deadlines.apply(set(61, 8));
        let due = deadlines.due(at(61), 9, || vec![9], |ends| ends[0] <= 5);
        assert_eq!(keys(&due), [7], "8 came due after the gate was set");
    }

    #[test]
    fn a_gate_that_stays_closed_is_passed_after_half_an_hour() {
        let mut deadlines = Deadlines::default();
        deadlines.apply(set(0, 7));
        let mut late = |seconds| deadlines.due(at(seconds), 9, || vec![5], |_| false);
        assert_eq!(late(30 * 60 - 1), []);
        assert_eq!(keys(&late(30 * 60)), [7]);
    }

    #[test]
    fn a_start_gives_what_it_finds_ten_seconds() {
        let open = vec![
            Timer { due: at(1), key: 7 },
            Timer {
                due: at(1_000),
                key: 8,
            },
        ];
        let mut deadlines = Deadlines::opened(open, at(600));
        let mut passed = |now| deadlines.due(now, 9, Vec::new, |_| true);
        assert_eq!(passed(at(600)), []);
        assert_eq!(keys(&passed(at(610))), [7]);
        assert_eq!(keys(&passed(at(1_000).plus(MINUTE))), [7, 8]);
    }
}
