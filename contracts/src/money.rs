//! Money in minor units and counts of goods. All arithmetic is checked; rounding rules belong to
//! the services that own them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency and how many decimal digits its minor unit stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    pub code: &'static str,
    pub exponent: u8,
}

/// The won has no minor unit: an amount is whole won.
pub const KRW: Currency = Currency {
    code: "KRW",
    exponent: 0,
};

/// An amount of won; negative where it is a change.
#[derive(
    Debug,
    Default,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
#[schemars(example = 12_500)]
pub struct Money(i64);

impl Money {
    pub const ZERO: Self = Self(0);
    pub const CURRENCY: Currency = KRW;

    pub const fn new(won: i64) -> Self {
        Self(won)
    }

    pub const fn won(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    pub fn checked_mul(self, quantity: Quantity) -> Option<Self> {
        self.0.checked_mul(i64::from(quantity.get())).map(Self)
    }

    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// The sum, or none where it leaves the range.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// The bare number; the currency is said beside it.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How many pieces of a product. Lines of one product add up, so a sum may pass the line's limit.
#[derive(
    Debug,
    Default,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
#[schemars(example = 2)]
pub struct Quantity(u32);

impl Quantity {
    /// The most that one line of an order may ask for.
    pub const MAX_PER_LINE: u32 = 999;

    pub const fn new(pieces: u32) -> Self {
        Self(pieces)
    }

    /// What a line may ask for: 1 to 999.
    pub fn of_line(pieces: u32) -> Option<Self> {
        (1..=Self::MAX_PER_LINE)
            .contains(&pieces)
            .then_some(Self(pieces))
    }

    pub const fn get(self) -> u32 {
        self.0
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests;
