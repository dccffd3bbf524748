//! The steps that the sagas are made of: their words, slugs and stored codes, and sets of them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// One row of the table: what one service does when it hears of something. The codes are stored;
/// they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Step {
    DeductStock = 1,
    ApplyCoupon = 2,
    PayPoints = 3,
    ConfirmOrder = 4,
    RecordStep = 5,
    CancelOrder = 6,
    RecordUndo = 7,
    ReturnStock = 8,
    ReturnCoupon = 9,
    ReturnPoints = 10,
    FinishRefund = 11,
    CloseUser = 12,
    Rank = 13,
    RememberStock = 14,
}

impl Step {
    pub const ALL: &[Self] = &[
        Self::DeductStock,
        Self::ApplyCoupon,
        Self::PayPoints,
        Self::ConfirmOrder,
        Self::RecordStep,
        Self::CancelOrder,
        Self::RecordUndo,
        Self::ReturnStock,
        Self::ReturnCoupon,
        Self::ReturnPoints,
        Self::FinishRefund,
        Self::CloseUser,
        Self::Rank,
        Self::RememberStock,
    ];

    /// As the table, metrics and spans call it.
    pub const fn words(self) -> &'static str {
        self.names().0
    }

    /// The words as one, for ids and URLs.
    pub const fn slug(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::DeductStock => ("deduct stock", "deduct-stock"),
            Self::ApplyCoupon => ("apply coupon", "apply-coupon"),
            Self::PayPoints => ("pay points", "pay-points"),
            Self::ConfirmOrder => ("confirm order", "confirm-order"),
            Self::RecordStep => ("record step", "record-step"),
            Self::CancelOrder => ("cancel order", "cancel-order"),
            Self::RecordUndo => ("record undo", "record-undo"),
            Self::ReturnStock => ("return stock", "return-stock"),
            Self::ReturnCoupon => ("return coupon", "return-coupon"),
            Self::ReturnPoints => ("return points", "return-points"),
            Self::FinishRefund => ("finish refund", "finish-refund"),
            Self::CloseUser => ("close user", "close-user"),
            Self::Rank => ("rank", "rank"),
            Self::RememberStock => ("remember stock", "remember-stock"),
        }
    }

    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().find(|step| step.code() == code).copied()
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().find(|step| step.slug() == slug).copied()
    }

    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL.iter().find(|step| step.words() == words).copied()
    }

    pub(super) fn named(words: &str) -> Self {
        Self::from_words(words)
            .unwrap_or_else(|| panic!("the table names an unknown step: {words}"))
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Slug;

        impl Visitor<'_> for Slug {
            type Value = Step;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a step's slug")
            }

            fn visit_str<E: Error>(self, slug: &str) -> Result<Step, E> {
                Step::from_slug(slug).ok_or_else(|| E::custom(format_args!("unknown step {slug}")))
            }
        }

        deserializer.deserialize_str(Slug)
    }
}

/// Whether a step is done or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Direction {
    Do = 1,
    Undo = 2,
}

impl Direction {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Do => "do",
            Self::Undo => "undo",
        }
    }

    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Do, Self::Undo]
            .into_iter()
            .find(|known| known.as_str() == word)
    }
}

/// A set of steps, stored as a mask, on the wire a list of slugs.
#[derive(Default, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Steps(u32);

impl Steps {
    pub const NONE: Self = Self(0);

    pub const fn of(steps: &[Step]) -> Self {
        let mut set = Self::NONE;
        let mut at = 0;
        while at < steps.len() {
            set = set.with(steps[at]);
            at += 1;
        }
        set
    }

    #[must_use]
    pub const fn with(self, step: Step) -> Self {
        Self(self.0 | 1 << step.code())
    }

    #[must_use]
    pub const fn without(self, step: Step) -> Self {
        Self(self.0 & !(1 << step.code()))
    }

    pub const fn contains(self, step: Step) -> bool {
        self.0 & 1 << step.code() != 0
    }

    /// Whether every step of the other set is in this one.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// For a column.
    pub const fn mask(self) -> u32 {
        self.0
    }

    /// None where the mask has bits that are no step's.
    pub fn from_mask(mask: u32) -> Option<Self> {
        Self::of(Step::ALL).covers(Self(mask)).then_some(Self(mask))
    }

    /// In the order of their codes.
    pub fn iter(self) -> impl Iterator<Item = Step> {
        Step::ALL
            .iter()
            .copied()
            .filter(move |step| self.contains(*step))
    }
}

impl FromIterator<Step> for Steps {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        steps.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Slugs;

        impl<'de> Visitor<'de> for Slugs {
            type Value = Steps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of step slugs")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Steps, A::Error> {
                let mut set = Steps::NONE;
                while let Some(step) = list.next_element()? {
                    set = set.with(step);
                }
                Ok(set)
            }
        }

        deserializer.deserialize_seq(Slugs)
    }
}
