//! Typed 64-bit ids (TSID: time, node, counter) and their 13-character wire form. Making a new id
//! is the writer's work, not done here: time and node are its own.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::time::Timestamp;

mod crockford;
mod order_number;

pub use order_number::{InvalidOrderNumber, OrderNumber};

/// 2024-01-01T00:00Z. An id is `(ms since then) << 22 | node (10 bits) << 12 | counter (12 bits)`.
pub const TSID_EPOCH_MS: i64 = 1_704_067_200_000;

/// Bits of an id below its milliseconds: node and counter.
pub const TSID_LOW_BITS: u32 = 22;

/// Characters of an id on the wire.
pub const ID_CHARS: usize = 13;

/// The id of an `Of`: a positive 64-bit number, a string on the wire.
pub struct Id<Of>(i64, PhantomData<fn() -> Of>);

impl<Of> Id<Of> {
    pub const fn new(id: i64) -> Self {
        Self(id, PhantomData)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    /// The same number, read as the id of something else.
    pub const fn cast<To>(self) -> Id<To> {
        Id::new(self.0)
    }

    /// The id made in this millisecond by this node, with this counter.
    pub const fn compose(ms: i64, node: u16, counter: u16) -> Self {
        let since_epoch = (ms - TSID_EPOCH_MS) << TSID_LOW_BITS;
        Self::new(since_epoch | ((node as i64 & 0x3ff) << 12) | (counter as i64 & 0xfff))
    }

    /// Not above any id made from then on: a time range is a range of ids.
    pub fn first_at(at: Timestamp) -> Self {
        let since_epoch = at.millis().saturating_sub(TSID_EPOCH_MS).max(0);
        Self::new(since_epoch.saturating_mul(1 << TSID_LOW_BITS))
    }

    /// When the id was made, to the millisecond.
    pub const fn at(self) -> Timestamp {
        Timestamp::from_millis((self.0 >> TSID_LOW_BITS) + TSID_EPOCH_MS)
    }
}

/// What documents call the id of such a thing, and one of them.
pub trait Named {
    const NAME: &'static str;
    const EXAMPLE: &'static str;
}

/// Names the things that have ids, their id types, and an id that documents show.
macro_rules! ids {
    ($($(#[$doc:meta])* $of:ident => $id:ident, $example:literal;)*) => {$(
        $(#[$doc])*
        pub enum $of {}
        #[doc = concat!("The id of a [`", stringify!($of), "`].")]
        pub type $id = Id<$of>;
        impl Named for $of {
            const NAME: &'static str = stringify!($id);
            const EXAMPLE: &'static str = $example;
        }
    )*};
}

ids! {
    /// A member of the shop.
    User => UserId, "048XRHY900407";
    /// Something on sale.
    Product => ProductId, "0496ZT6100801";
    /// An order; its id is also its saga's.
    Order => OrderId, "049824T900C00";
    /// A refund document of an order; its id is also its saga's.
    Refund => RefundId, "0498FW8S00C01";
    /// An order's saga, a refund's, or the one-step story of a command (charge, adjustment).
    Saga => SagaId, "049824T900C00";
    /// A coupon as the shop offers it.
    Coupon => CouponId, "04977EAH00M01";
    /// A coupon as one user holds it.
    UserCoupon => UserCouponId, "04981XFX00M18";
    /// A key that a program calls with.
    ApiKey => ApiKeyId, "04980000000K1";
}

impl From<OrderId> for SagaId {
    fn from(id: OrderId) -> Self {
        id.cast()
    }
}

impl From<RefundId> for SagaId {
    fn from(id: RefundId) -> Self {
        id.cast()
    }
}

/// Text that is not 13 characters of Crockford's base 32, or not a positive number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: 13 characters of 0-9 and A-Z without I, L, O and U")]
pub struct InvalidId;

impl<Of> FromStr for Id<Of> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let chars: &[u8; ID_CHARS] = text.as_bytes().try_into().map_err(|_| InvalidId)?;
        // Thirteen characters hold 65 bits; a first one above 7 is beyond a positive i64.
        let number = match crockford::value(chars[0]) {
            Some(first) if first < 8 => crockford::decode(chars),
            Some(_) | None => None,
        };
        match number.and_then(|number| i64::try_from(number).ok()) {
            Some(id) if id > 0 => Ok(Self::new(id)),
            Some(_) | None => Err(InvalidId),
        }
    }
}

impl<Of> fmt::Display for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(crockford::encode(
            self.0.cast_unsigned(),
            &mut [0; ID_CHARS],
        ))
    }
}

impl<Of> fmt::Debug for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<Of> Serialize for Id<Of> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut chars = [0; ID_CHARS];
        serializer.serialize_str(crockford::encode(self.0.cast_unsigned(), &mut chars))
    }
}

impl<'de, Of> Deserialize<'de> for Id<Of> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse::new("an id of 13 characters"))
    }
}

/// Reads a `T` from a string where it stands, without a copy of it.
pub(crate) struct Parse<T>(&'static str, PhantomData<fn() -> T>);

impl<T> Parse<T> {
    pub(crate) fn new(expected: &'static str) -> Self {
        Self(expected, PhantomData)
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parse<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

// Written out, because a derive would ask the same of `Of`, which is only a name.
impl<Of> Copy for Id<Of> {}

impl<Of> Clone for Id<Of> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Of> PartialEq for Id<Of> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<Of> Eq for Id<Of> {}

impl<Of> PartialOrd for Id<Of> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<Of> Ord for Id<Of> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<Of> Hash for Id<Of> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[cfg(test)]
mod tests;
