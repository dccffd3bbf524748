//! Sales are counted in the hour of their confirmation, and a refund is taken from that same
//! hour, so that no window over whole hours turns negative.

use contracts::money::Quantity;
use contracts::time::Timestamp;

/// Microseconds of an hour. Seoul is whole hours from UTC, so its hours are these too.
const HOUR_MICROS: i64 = 3_600_000_000;

/// Hours that Seoul is ahead of UTC.
const SEOUL: i64 = 9;

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

    pub const fn begins(self) -> Timestamp {
        Timestamp::from_micros(self.0 * HOUR_MICROS)
    }

    /// The first of the hours that make so many days with this one as the last.
    pub const fn days_back(self, days: i64) -> Self {
        Self(self.0 + 1 - 24 * days)
    }

    /// The first hour of this one's day in Seoul.
    pub const fn of_day(self) -> Self {
        Self((self.0 + SEOUL).div_euclid(24) * 24 - SEOUL)
    }

    /// The first hour of this one's week in Seoul, which begins on Monday.
    pub const fn of_week(self) -> Self {
        let day = (self.0 + SEOUL).div_euclid(24);
        // 1970 began on a Thursday.
        Self((day - (day + 3).rem_euclid(7)) * 24 - SEOUL)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(text: &str) -> Hour {
        Hour::of(text.parse().unwrap())
    }

    #[test]
    fn days_and_weeks_begin_at_midnight_in_seoul() {
        // A Monday, 08:00 in Seoul.
        let monday = hour("2026-11-22T23:00:00Z");
        assert_eq!(monday.of_day(), hour("2026-11-22T15:00:00Z"));
        assert_eq!(monday.of_week(), hour("2026-11-22T15:00:00Z"));
        // The Sunday before it, 23:59 in Seoul.
        let sunday = hour("2026-11-22T14:59:59Z");
        assert_eq!(sunday.of_day(), hour("2026-11-21T15:00:00Z"));
        assert_eq!(sunday.of_week(), hour("2026-11-15T15:00:00Z"));
    }

    #[test]
    fn three_days_are_seventy_two_hours_with_this_one() {
        let now = hour("2026-11-22T23:30:00Z");
        let first = now.days_back(3);
        assert_eq!(now.number() - first.number() + 1, 72);
        assert_eq!(first.begins(), "2026-11-20T00:00:00Z".parse().unwrap());
    }
}
