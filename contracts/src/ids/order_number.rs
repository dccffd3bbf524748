//! The order number that people read out: the day in Seoul and ten characters. It is another
//! spelling of the order's id, so it needs no table, no index and no sequence.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{OrderId, Parse, TSID_EPOCH_MS, TSID_LOW_BITS, crockford};
use crate::time::SeoulDay;

/// `YYYYMMDD-XXXXXXXXXX`: after the day, 27 bits of milliseconds of that day and the id's low 22.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNumber(OrderId);

/// Text that is no order's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an order number: a day as YYYYMMDD, a hyphen, 10 characters")]
pub struct InvalidOrderNumber;

const CHARS: usize = 19;
const TAIL_CHARS: usize = 10;
const DAY_MS: i64 = 86_400_000;
const LOW_MASK: i64 = (1 << TSID_LOW_BITS) - 1;

impl OrderNumber {
    pub const fn of(id: OrderId) -> Self {
        Self(id)
    }

    pub const fn id(self) -> OrderId {
        self.0
    }

    fn write(self, buffer: &mut [u8; CHARS]) -> &str {
        let at = self.0.at();
        let day = at.seoul_day();
        let (year, month, day_of_month) = day.civil();
        let ms_of_day = at.millis() - day.start().millis();
        let tail = ms_of_day << TSID_LOW_BITS | (self.0.get() & LOW_MASK);

        let mut date = i64::from(year) * 10_000 + i64::from(month) * 100 + i64::from(day_of_month);
        for slot in buffer[..8].iter_mut().rev() {
            *slot = b'0' + (date % 10) as u8;
            date /= 10;
        }
        buffer[8] = b'-';
        let mut chars = [0; TAIL_CHARS];
        crockford::encode(tail.cast_unsigned(), &mut chars);
        buffer[9..].copy_from_slice(&chars);
        std::str::from_utf8(buffer).expect("digits and the alphabet are ASCII")
    }
}

impl From<OrderId> for OrderNumber {
    fn from(id: OrderId) -> Self {
        Self(id)
    }
}

impl FromStr for OrderNumber {
    type Err = InvalidOrderNumber;

    fn from_str(text: &str) -> Result<Self, InvalidOrderNumber> {
        parse(text).map(Self).ok_or(InvalidOrderNumber)
    }
}

fn parse(text: &str) -> Option<OrderId> {
    let chars: &[u8; CHARS] = text.as_bytes().try_into().ok()?;
    if chars[8] != b'-' || !chars[..8].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = |from: usize, to: usize| {
        chars[from..to]
            .iter()
            .fold(0_i16, |number, digit| number * 10 + i16::from(digit - b'0'))
    };
    let month = i8::try_from(digits(4, 6)).ok()?;
    let day_of_month = i8::try_from(digits(6, 8)).ok()?;
    let day = SeoulDay::from_civil(digits(0, 4), month, day_of_month)?;

    let tail = i64::try_from(crockford::decode(&chars[9..])?).ok()?;
    let ms_of_day = tail >> TSID_LOW_BITS;
    let ms = day.start().millis() + ms_of_day - TSID_EPOCH_MS;
    let in_range = (0..=i64::MAX >> TSID_LOW_BITS).contains(&ms) && ms_of_day < DAY_MS;
    let id = in_range.then_some(ms << TSID_LOW_BITS | (tail & LOW_MASK))?;
    (id > 0).then_some(OrderId::new(id))
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.write(&mut [0; CHARS]))
    }
}

impl fmt::Debug for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for OrderNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write(&mut [0; CHARS]))
    }
}

impl<'de> Deserialize<'de> for OrderNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse::new("an order number"))
    }
}
