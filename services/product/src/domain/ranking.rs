//! Sales are counted in the hour of their confirmation, and a refund is taken from that same
//! hour, so that no window over whole hours turns negative. Hours that are a week past are counted
//! by the day, in Seoul, and days past a year not at all.

use std::time::Duration;

use contracts::http::product::{Board, TopProducts, TopWindow};
use contracts::money::Quantity;
use contracts::time::{SeoulDay, Timestamp};

/// Microseconds of an hour. Seoul is whole hours from UTC, so its hours are these too.
const HOUR_MICROS: i64 = 3_600_000_000;
const HOUR: Duration = Duration::from_secs(3_600);
const DAY_HOURS: i64 = 24;

/// For how long after its end a day is counted by the hour: longer than any window over hours.
const HOURS_KEPT: Duration = Duration::from_secs(8 * 24 * 3_600);
/// For how many days after a day it is counted at all.
const DAYS_KEPT: i32 = TopProducts::DAYS_MAX as i32;

/// An hour, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(i64);

/// Whether pieces are counted or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Sold,
    TakenBack,
}

/// What a ranking is over, with its last hour or day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    Hours { first: Hour, last: Hour },
    Days { first: SeoulDay, last: SeoulDay },
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

    pub fn ends(self) -> Timestamp {
        self.begins().plus(HOUR)
    }

    /// The day in Seoul that it belongs to.
    pub fn day(self) -> SeoulDay {
        self.begins().seoul_day()
    }

    /// The hours of a day in Seoul.
    pub fn all_of(day: SeoulDay) -> impl Iterator<Item = Self> {
        let first = Self::of(day.start()).0;
        (first..first + DAY_HOURS).map(Self)
    }
}

impl Window {
    pub fn of(asked: TopWindow, now: Timestamp) -> Self {
        let (this_hour, today) = (Hour::of(now), now.seoul_day());
        match asked {
            TopWindow::Hours { days } => Self::Hours {
                first: Hour(this_hour.0 + 1 - DAY_HOURS * days),
                last: this_hour,
            },
            TopWindow::Days { days } => Self::Days {
                first: before(today, i32::try_from(days - 1).unwrap_or(DAYS_KEPT)),
                last: today,
            },
            TopWindow::Board { board, day } => {
                let first = match board {
                    Board::Daily => day,
                    // 1970 began on a Thursday, three days after a Monday.
                    Board::Weekly => before(day, (day.days() + 3).rem_euclid(7)),
                };
                let last = match board {
                    Board::Daily => day,
                    Board::Weekly => before(first, -6),
                };
                Self::Days { first, last }
            }
        }
    }

    pub fn begins(self) -> Timestamp {
        match self {
            Self::Hours { first, .. } => first.begins(),
            Self::Days { first, .. } => first.start(),
        }
    }

    pub fn ends(self) -> Timestamp {
        match self {
            Self::Hours { last, .. } => last.ends(),
            Self::Days { last, .. } => last.next().start(),
        }
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

/// When the hours of a day become its day.
pub fn folds_at(day: SeoulDay) -> Timestamp {
    day.next().start().plus(HOURS_KEPT)
}

/// The day that nobody is shown any more once `day` comes.
pub fn forgotten_on(day: SeoulDay) -> SeoulDay {
    before(day, DAYS_KEPT)
}

fn before(day: SeoulDay, days: i32) -> SeoulDay {
    SeoulDay::from_days(day.days().saturating_sub(days))
}

#[cfg(test)]
mod tests;
