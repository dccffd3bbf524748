//! Instants to the microsecond and days in Seoul. It never reads a clock: time comes as an
//! argument.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::ids::Parse;

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;
/// Korea has kept UTC+9 without summer time since 1988, so no time zone database is needed.
const SEOUL_US: i64 = 9 * HOUR_US;

/// Microseconds since 1970 UTC; RFC 3339 on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros_of(duration)))
    }

    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros_of(duration)))
    }

    /// How long after the other this is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn seoul_day(self) -> SeoulDay {
        // An i64 of microseconds holds some 107 million days.
        SeoulDay(self.0.saturating_add(SEOUL_US).div_euclid(DAY_US) as i32)
    }

    /// The start of its hour; Seoul is whole hours from UTC, so it is the hour of both.
    pub const fn hour_start(self) -> Self {
        Self(self.0.div_euclid(HOUR_US) * HOUR_US)
    }

    fn shown(self) -> jiff::Timestamp {
        let bound = if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        };
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(bound)
    }
}

fn micros_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Text that is no RFC 3339 time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time in RFC 3339")]
pub struct InvalidTimestamp;

/// What is finer than a microsecond is cut off.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        Ok(Self(parsed.as_microsecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.shown(), f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse::new("an RFC 3339 time"))
    }
}

/// A business day: from midnight to midnight in Seoul, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeoulDay(i32);

impl SeoulDay {
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    pub const fn days(self) -> i32 {
        self.0
    }

    /// The day of this year, month and day of the month, if the calendar has it.
    pub fn from_civil(year: i16, month: i8, day: i8) -> Option<Self> {
        let date = Date::new(year, month, day).ok()?;
        let since = date.duration_since(Date::constant(1970, 1, 1));
        i32::try_from(since.as_hours() / 24).ok().map(Self)
    }

    /// Year, month and day of the month.
    pub fn civil(self) -> (i16, i8, i8) {
        let date = self.date();
        (date.year(), date.month(), date.day())
    }

    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 as i64 * DAY_US - SEOUL_US)
    }

    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    fn date(self) -> Date {
        let noon = Timestamp(i64::from(self.0) * DAY_US + DAY_US / 2);
        jiff::tz::Offset::UTC.to_datetime(noon.shown()).date()
    }
}

/// Text that is no day of the calendar as YYYY-MM-DD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day as YYYY-MM-DD")]
pub struct InvalidDay;

impl FromStr for SeoulDay {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let digit = |(at, c): (usize, u8)| match at {
            4 | 7 => c == b'-',
            _ => c.is_ascii_digit(),
        };
        if text.len() != 10 || !text.bytes().enumerate().all(digit) {
            return Err(InvalidDay);
        }
        let number = |from: usize, to: usize| text[from..to].parse::<i16>();
        let (Ok(year), Ok(month), Ok(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
            return Err(InvalidDay);
        };
        match (i8::try_from(month), i8::try_from(day)) {
            (Ok(month), Ok(day)) => Self::from_civil(year, month, day).ok_or(InvalidDay),
            (_, _) => Err(InvalidDay),
        }
    }
}

impl fmt::Display for SeoulDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.date(), f)
    }
}

impl fmt::Debug for SeoulDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
