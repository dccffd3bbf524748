//! The faults of one schedule, by swarm: each kind is on in half of the schedules, at a rate of
//! its own, so that no kind always hides another; some schedules have none.

use crate::rng::Rng;

/// How likely each kind of fault is when it could happen, of 1,024; 0 where it is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// A crash with the batch decided and not committed: nothing of it stands.
    pub crash_before_commit: u32,
    /// A crash right after the commit: replies, timers and what was to be published are lost.
    pub crash_after_commit: u32,
    /// Some call of a transaction fails that would succeed when tried again.
    pub busy: u32,
    /// A commit whose outcome the loop does not learn: it stands, or it does not.
    pub unknown_commit: u32,
    /// The relay publishes, and dies before it marks that it has.
    pub publish_unmarked: u32,
    /// The relay is late.
    pub relay_late: u32,
    /// An old event comes once more, outside any position.
    pub echo: u32,
    /// A consumer's position is set back, as an operator could; at times all of them, to the
    /// beginning.
    pub rewind: u32,
    /// An instance that waits takes the writer over from one that runs on.
    pub lease_lost: u32,
    /// One is let in while a transaction is open, and commits first.
    pub overtaken: u32,
    /// The events of a key make their batches fail for good.
    pub poison: u32,
    /// A deadline fires before its time.
    pub hasty_deadline: u32,
    /// The shop goes back to a backup that was taken at some instant before.
    pub restore: u32,
    /// A service's clock jumps, by an hour and back.
    pub jump: u32,
    /// Each service's clock is up to ten minutes off.
    pub skew: bool,
}

/// A rate is a power of two up to this one's: one in two, and one in eight.
const OFTEN: usize = 9;
const SELDOM: usize = 7;
/// One in so many schedules has no fault but messages that overtake each other.
const CALM: usize = 8;

impl Faults {
    /// Nothing fails: the drain, and the set-up before it.
    pub const NONE: Self = Self {
        crash_before_commit: 0,
        crash_after_commit: 0,
        busy: 0,
        unknown_commit: 0,
        publish_unmarked: 0,
        relay_late: 0,
        echo: 0,
        rewind: 0,
        lease_lost: 0,
        overtaken: 0,
        poison: 0,
        hasty_deadline: 0,
        restore: 0,
        jump: 0,
        skew: false,
    };

    pub fn draw(rng: &mut Rng) -> Self {
        // The first choice is a calm one, so that a schedule shrinks to it.
        if rng.below(CALM) == 0 {
            return Self::NONE;
        }
        let mut rate = |highest: usize| {
            let on = rng.percent(50);
            let rate = 1 << rng.below(highest + 1);
            if on { rate } else { 0 }
        };
        Self {
            crash_before_commit: rate(SELDOM),
            crash_after_commit: rate(SELDOM),
            busy: rate(OFTEN),
            unknown_commit: rate(OFTEN),
            publish_unmarked: rate(OFTEN),
            relay_late: rate(OFTEN),
            echo: rate(OFTEN),
            rewind: rate(OFTEN),
            lease_lost: rate(OFTEN),
            overtaken: rate(SELDOM),
            poison: rate(OFTEN),
            hasty_deadline: rate(SELDOM),
            restore: rate(OFTEN),
            jump: rate(OFTEN),
            skew: rng.percent(50),
        }
    }
}
