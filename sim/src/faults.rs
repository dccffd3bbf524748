//! The faults of one schedule. Each kind is on in half of the schedules, at a rate of its own, so
//! that no kind always hides another.

use crate::rng::Rng;

/// How likely each kind of fault is when it could happen, in percent; 0 where it is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// A crash with the batch decided and not committed: nothing of it stands.
    pub crash_before_commit: u32,
    /// A crash right after the commit: replies, timers and what was to be published are lost.
    pub crash_after_commit: u32,
    /// The store refuses a transaction that would succeed when tried again.
    pub busy: u32,
    /// The relay publishes, and dies before it marks that it has.
    pub publish_unmarked: u32,
    /// The relay is late.
    pub relay_late: u32,
    /// An old event comes once more, outside any position.
    pub echo: u32,
    /// A consumer's position is set back, as an operator could.
    pub rewind: u32,
    /// A writer that was taken over from wakes up and goes on.
    pub stale_writer: u32,
    /// An event makes its batch fail for good.
    pub poison: u32,
    /// A deadline fires before its time.
    pub hasty_deadline: u32,
    /// The shop goes back to a backup that was taken at some instant before.
    pub restore: u32,
    /// Each service's clock is up to ten minutes off.
    pub skew: bool,
}

/// From rare to all the time.
const RATES: [u32; 4] = [3, 8, 20, 50];

impl Faults {
    /// Nothing fails: the drain, and the set-up before it.
    pub const NONE: Self = Self {
        crash_before_commit: 0,
        crash_after_commit: 0,
        busy: 0,
        publish_unmarked: 0,
        relay_late: 0,
        echo: 0,
        rewind: 0,
        stale_writer: 0,
        poison: 0,
        hasty_deadline: 0,
        restore: 0,
        skew: false,
    };

    pub fn draw(rng: &mut Rng) -> Self {
        let mut rate = || {
            let on = rng.percent(50);
            let rate = rng.pick(&RATES);
            if on { rate } else { 0 }
        };
        Self {
            crash_before_commit: rate() / 2,
            crash_after_commit: rate() / 2,
            busy: rate(),
            publish_unmarked: rate(),
            relay_late: rate(),
            echo: rate(),
            rewind: rate(),
            stale_writer: rate(),
            poison: rate(),
            hasty_deadline: rate() / 4,
            restore: rate() / 2,
            skew: rng.percent(50),
        }
    }
}
