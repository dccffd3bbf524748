//! Sales are counted in the hour of their confirmation, and a refund is taken from that same
//! hour, so that no window over whole hours turns negative.

use contracts::money::Quantity;
use contracts::time::Timestamp;

/// Microseconds of an hour. Seoul is whole hours from UTC, so its hours are these too.
const HOUR_MICROS: i64 = 3_600_000_000;

/// An hour, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(i64);

/// Whether pieces are counted or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Sold,
    TakenBack,
}

impl Hour {
    pub const fn of(at: Timestamp) -> Self {
        Self(at.micros().div_euclid(HOUR_MICROS))
    }

    pub const fn number(self) -> i64 {
        self.0
    }
}

impl Direction {
    /// The count after these pieces. A ranking is no ledger: past the range it stops at the end.
    pub fn count(self, before: i64, pieces: Quantity) -> i64 {
        let pieces = i64::from(pieces.get());
        match self {
            Self::Sold => before.saturating_add(pieces),
            Self::TakenBack => before.saturating_sub(pieces),
        }
    }
}
