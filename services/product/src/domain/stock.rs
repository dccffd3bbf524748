//! The shelf of one product. A level never goes below zero, and every change counts.

use contracts::money::Quantity;

use super::refusal::Refusal;

/// By hand a shelf is filled to this many pieces at most, far below where counting ends, so that
/// goods that come back always find room.
pub const FULL: i64 = 1_000_000_000_000;

/// How much is left, and how often that has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub quantity: i64,
    pub version: i64,
}

impl Level {
    /// A shelf that nothing was ever put on.
    pub const NEW: Self = Self {
        quantity: 0,
        version: 0,
    };

    /// What is left when these are taken; none when there are fewer.
    pub fn take(self, pieces: Quantity) -> Option<Self> {
        let left = self.quantity.checked_sub(i64::from(pieces.get()))?;
        (left >= 0).then(|| self.changed_to(left))
    }

    /// Goods that come back cannot be refused.
    #[must_use]
    pub fn put_back(self, pieces: Quantity) -> Self {
        self.changed_to(self.quantity.saturating_add(i64::from(pieces.get())))
    }

    /// Corrects the level by hand.
    pub fn adjust(self, delta: i64) -> Result<Self, Refusal> {
        match self.quantity.checked_add(delta) {
            Some(left) if left < 0 => Err(Refusal::BelowZero { left: self }),
            Some(left) if left <= FULL => Ok(self.changed_to(left)),
            Some(_) | None => Err(Refusal::ShelfFull),
        }
    }

    fn changed_to(self, quantity: i64) -> Self {
        Self {
            quantity,
            version: self.version + 1,
        }
    }
}
