//! The facts that services commit, as typed JSON contents, each with a kind and a major version.
//! Within a major a content only gains optional fields, so what a reader does not know it skips.

use std::fmt;

use schemars::{Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::envelope::{Actor, EventId, ServiceName, Trace};
use crate::ids::SagaId;
use crate::saga;

pub mod order;
pub mod payment;
pub mod product;
pub mod promotion;
pub mod user;

// The contents by name, whoever publishes them; what they are made of stays with its publisher.
pub use order::{OrderCancelled, OrderConfirmed, OrderCreated, OrderRefunded, RefundRequested};
pub use payment::{PaymentCompleted, PaymentFailed, PaymentRefunded, PointCharged, PointsReturned};
pub use product::{
    ProductChanged, StockDeducted, StockDeductionFailed, StockRestored, StockReturned,
};
pub use promotion::{CouponApplied, CouponIssued, CouponRejected, CouponRestored, CouponReturned};
pub use user::{UserDeactivated, UserRegistered};

/// Why stored or received text is no event of ours.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    #[error("unknown event kind {0}")]
    UnknownKind(Box<str>),
    #[error("unknown major version {version} of {kind}")]
    UnknownVersion { kind: Kind, version: u16 },
    #[error("malformed {kind}: {error}")]
    Malformed {
        kind: Kind,
        error: serde_json::Error,
    },
}

/// What an event's body column holds; kind, key, saga, sequence and time are columns beside it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Body<Content> {
    pub actor: Actor,
    #[serde(default, skip_serializing_if = "Trace::is_none")]
    pub trace: Trace,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<EventId>,
    pub content: Content,
}

impl<Content> Body<Content> {
    fn map<To>(self, into: impl FnOnce(Content) -> To) -> Body<To> {
        let Self {
            actor,
            trace,
            cause,
            content,
        } = self;
        Body {
            actor,
            trace,
            cause,
            content: into(content),
        }
    }
}

/// Says fact, kind, code, names and decoding of each event once. A macro, because seven lists of
/// 22 names kept by hand would drift apart without the compiler seeing it.
macro_rules! facts {
    ($($service:ident $topic:literal {
        $($name:ident = $code:literal $verb:literal),* $(,)?
    })*) => {
        /// A fact that a service committed: never refused, only heard.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Fact {
            $($($name($name),)*)*
        }

        /// A fact's kind: its name without its content. The codes are stored; they never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $($($name = $code,)*)*
        }

        impl Fact {
            pub const fn kind(&self) -> Kind {
                match self {
                    $($(Self::$name(_) => Kind::$name,)*)*
                }
            }
        }

        impl Kind {
            pub const ALL: &[Self] = &[$($(Self::$name,)*)*];

            pub const fn name(self) -> &'static str {
                match self {
                    $($(Self::$name => stringify!($name),)*)*
                }
            }

            /// The CloudEvents type, with the major version.
            pub const fn event_type(self) -> &'static str {
                match self {
                    $($(Self::$name => concat!("jangteo.", $topic, ".", $verb, ".v1"),)*)*
                }
            }

            /// The schema of its content.
            pub fn schema(self, generator: &mut SchemaGenerator) -> Schema {
                match self {
                    $($(Self::$name => generator.subschema_for::<$name>(),)*)*
                }
            }

            /// One as it is written, from the golden files.
            pub const fn sample(self) -> &'static str {
                match self {
                    $($(Self::$name => include_str!(
                        concat!("../golden/events/", stringify!($name), ".v1.json")
                    ),)*)*
                }
            }

            pub const fn publisher(self) -> ServiceName {
                match self {
                    $($(Self::$name => ServiceName::$service,)*)*
                }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($(stringify!($name) => Some(Self::$name),)*)*
                    _ => None,
                }
            }

            pub fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($($code => Some(Self::$name),)*)*
                    _ => None,
                }
            }
        }

        /// Reads a content of this kind and version.
        pub fn decode(kind: Kind, version: u16, body: &str) -> Result<Fact, Undecodable> {
            match kind {
                $($(Kind::$name => read(kind, version, body).map(Fact::$name),)*)*
            }
        }

        pub(crate) fn decode_body(
            kind: Kind,
            version: u16,
            body: &str,
        ) -> Result<Body<Fact>, Undecodable> {
            match kind {
                $($(Kind::$name => {
                    read::<Body<$name>>(kind, version, body).map(|body| body.map(Fact::$name))
                })*)*
            }
        }

        $($(impl From<$name> for Fact {
            fn from(content: $name) -> Self {
                Self::$name(content)
            }
        })*)*
    };
}

facts! {
    User "user" { UserRegistered = 1 "registered", UserDeactivated = 2 "deactivated" }
    Product "product" {
        ProductChanged = 10 "changed",
        StockDeducted = 11 "stock-deducted",
        StockDeductionFailed = 12 "stock-deduction-failed",
        StockRestored = 13 "stock-restored",
        StockReturned = 14 "stock-returned",
    }
    Order "order" {
        OrderCreated = 20 "created",
        OrderConfirmed = 21 "confirmed",
        OrderCancelled = 22 "cancelled",
        RefundRequested = 23 "refund-requested",
        OrderRefunded = 24 "refunded",
    }
    Payment "payment" {
        PointCharged = 30 "point-charged",
        PaymentCompleted = 31 "completed",
        PaymentFailed = 32 "failed",
        PaymentRefunded = 33 "refunded",
        PointsReturned = 34 "points-returned",
    }
    Promotion "promotion" {
        CouponIssued = 40 "coupon-issued",
        CouponApplied = 41 "coupon-applied",
        CouponRejected = 42 "coupon-rejected",
        CouponRestored = 43 "coupon-restored",
        CouponReturned = 44 "coupon-returned",
    }
}

fn read<Content: DeserializeOwned>(
    kind: Kind,
    version: u16,
    body: &str,
) -> Result<Content, Undecodable> {
    if version != kind.version() {
        return Err(Undecodable::UnknownVersion { kind, version });
    }
    serde_json::from_str(body).map_err(|error| Undecodable::Malformed { kind, error })
}

impl Fact {
    /// The partition key: the order's id for every event of a saga, else the own aggregate's.
    pub const fn key(&self) -> i64 {
        match self {
            Self::UserRegistered(said) => said.user_id.get(),
            Self::UserDeactivated(said) => said.user_id.get(),
            Self::ProductChanged(said) => said.product_id.get(),
            Self::StockDeducted(said) => said.order_id.get(),
            Self::StockDeductionFailed(said) => said.order_id.get(),
            Self::StockRestored(said) => said.order_id.get(),
            Self::StockReturned(said) => said.order_id.get(),
            Self::OrderCreated(said) => said.order_id.get(),
            Self::OrderConfirmed(said) => said.order.order_id.get(),
            Self::OrderCancelled(said) => said.order.order_id.get(),
            Self::RefundRequested(said) => said.order.order_id.get(),
            Self::OrderRefunded(said) => said.order.order_id.get(),
            Self::PointCharged(said) => said.user_id.get(),
            Self::PaymentCompleted(said) => said.order_id.get(),
            Self::PaymentFailed(said) => said.order_id.get(),
            Self::PaymentRefunded(said) => said.order_id.get(),
            Self::PointsReturned(said) => said.order_id.get(),
            Self::CouponIssued(said) => said.user_coupon_id.get(),
            Self::CouponApplied(said) => said.order_id.get(),
            Self::CouponRejected(said) => said.order_id.get(),
            Self::CouponRestored(said) => said.order_id.get(),
            Self::CouponReturned(said) => said.order_id.get(),
        }
    }

    /// The saga it belongs to: the order's, the refund's, or none.
    pub fn saga(&self) -> Option<SagaId> {
        match self {
            Self::UserRegistered(_)
            | Self::UserDeactivated(_)
            | Self::ProductChanged(_)
            | Self::PointCharged(_)
            | Self::CouponIssued(_) => None,
            Self::OrderCreated(_)
            | Self::OrderConfirmed(_)
            | Self::OrderCancelled(_)
            | Self::StockDeducted(_)
            | Self::StockDeductionFailed(_)
            | Self::StockRestored(_)
            | Self::PaymentCompleted(_)
            | Self::PaymentFailed(_)
            | Self::PaymentRefunded(_)
            | Self::CouponApplied(_)
            | Self::CouponRejected(_)
            | Self::CouponRestored(_) => Some(SagaId::new(self.key())),
            Self::RefundRequested(said) => Some(said.refund.refund_id.into()),
            Self::OrderRefunded(said) => Some(said.refund.refund_id.into()),
            Self::StockReturned(said) => Some(said.refund_id.into()),
            Self::PointsReturned(said) => Some(said.refund_id.into()),
            Self::CouponReturned(said) => Some(said.refund_id.into()),
        }
    }

    /// The same for one step of one saga whatever it answered, whatever caused it, however often.
    pub fn id(&self, sequence: i64) -> EventId {
        match (self.saga(), saga::fact_step(self.kind())) {
            (Some(saga), Some((step, direction))) => EventId::Step {
                saga,
                step,
                direction,
            },
            (Some(_) | None, _) => EventId::Aggregate {
                key: self.key(),
                kind: self.kind(),
                sequence,
            },
        }
    }

    /// The content alone, as compact JSON.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("contents have string keys and no failing serializer")
    }
}

impl Kind {
    /// The major version that this code writes, and the only one it reads.
    pub const fn version(self) -> u16 {
        1
    }

    pub const fn code(self) -> u8 {
        self as u8
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
pub mod samples;
#[cfg(test)]
mod tests;
