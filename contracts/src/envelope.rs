//! What is wrapped around a fact. Ids, keys, topics and sagas are derived from the fact, so that
//! no two of them can disagree; how an event travels is the event log's matter.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::events::{self, Body, Fact, Kind, Undecodable};
use crate::ids::{Id, Parse, SagaId, UserId};
use crate::saga::{Direction, Step};
use crate::time::Timestamp;

/// A fact as it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The version of the aggregate that the fact made.
    pub sequence: i64,
    pub at: Timestamp,
    pub actor: Actor,
    pub trace: Trace,
    /// The event that was heard; absent for a command or a timer.
    pub cause: Option<EventId>,
    pub fact: Fact,
}

impl Event {
    pub fn id(&self) -> EventId {
        self.fact.id(self.sequence)
    }

    pub const fn kind(&self) -> Kind {
        self.fact.kind()
    }

    pub const fn key(&self) -> i64 {
        self.fact.key()
    }

    pub fn saga(&self) -> Option<SagaId> {
        self.fact.saga()
    }

    pub const fn topic(&self) -> &'static str {
        self.kind().publisher().topic()
    }

    /// What no column holds, as compact JSON: actor, trace, cause and content.
    pub fn encode_body(&self) -> String {
        let body = Body {
            actor: self.actor,
            trace: self.trace.clone(),
            cause: self.cause,
            content: &self.fact,
        };
        serde_json::to_string(&body).expect("bodies have string keys and no failing serializer")
    }

    /// Reads an event from its columns and its body.
    pub fn decode(
        kind: &str,
        version: u16,
        sequence: i64,
        at: Timestamp,
        body: &str,
    ) -> Result<Self, Undecodable> {
        let kind = Kind::from_name(kind).ok_or_else(|| Undecodable::UnknownKind(kind.into()))?;
        let Body {
            actor,
            trace,
            cause,
            content,
        } = events::decode_body(kind, version, body)?;
        Ok(Self {
            sequence,
            at,
            actor,
            trace,
            cause,
            fact: content,
        })
    }
}

/// The partition of a topic in which the events of a key stand, of so many. All topics of a shop
/// have the same number, so that a saga's events are in the same partition of each.
pub const fn partition_of(key: i64, partitions: i64) -> i64 {
    // Fibonacci hashing: ids that follow on each other are spread evenly.
    let spread = key.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed());
    (spread >> 32).rem_euclid(partitions)
}

/// The five services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ServiceName {
    User,
    Product,
    Order,
    Payment,
    Promotion,
}

impl ServiceName {
    pub const ALL: &[Self] = &[
        Self::User,
        Self::Product,
        Self::Order,
        Self::Payment,
        Self::Promotion,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Product => "product",
            Self::Order => "order",
            Self::Payment => "payment",
            Self::Promotion => "promotion",
        }
    }

    /// Where it publishes.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::User => "jangteo.user.events.v1",
            Self::Product => "jangteo.product.events.v1",
            Self::Order => "jangteo.order.events.v1",
            Self::Payment => "jangteo.payment.events.v1",
            Self::Promotion => "jangteo.promotion.events.v1",
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a service: user, product, order, payment or promotion")]
pub struct UnknownService;

impl FromStr for ServiceName {
    type Err = UnknownService;

    fn from_str(text: &str) -> Result<Self, UnknownService> {
        Self::ALL
            .iter()
            .find(|name| name.as_str() == text)
            .copied()
            .ok_or(UnknownService)
    }
}

/// Who asked for what led to a fact: `user:<id>`, `operator:<id>` or `system`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    User(UserId),
    Operator(UserId),
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Operator(id) => write!(f, "operator:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an actor: user:<id>, operator:<id> or system")]
pub struct InvalidActor;

impl FromStr for Actor {
    type Err = InvalidActor;

    fn from_str(text: &str) -> Result<Self, InvalidActor> {
        let id = |id: &str| id.parse().map_err(|_| InvalidActor);
        match text.split_once(':') {
            Some(("user", user)) => id(user).map(Self::User),
            Some(("operator", operator)) => id(operator).map(Self::Operator),
            None if text == "system" => Ok(Self::System),
            Some(_) | None => Err(InvalidActor),
        }
    }
}

/// The W3C `traceparent` of the request that began it all, as it came; one for a whole saga.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Trace(Option<Arc<str>>);

/// Text that is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent: 00-<32 hex>-<16 hex>-<2 hex>")]
pub struct InvalidTrace;

impl Trace {
    pub const NONE: Self = Self(None);

    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The 32 characters that name the trace.
    pub fn trace_id(&self) -> Option<&str> {
        self.as_str().map(|trace| &trace[3..35])
    }
}

impl FromStr for Trace {
    type Err = InvalidTrace;

    fn from_str(text: &str) -> Result<Self, InvalidTrace> {
        let chars = text.as_bytes();
        let well_formed = chars.len() == 55
            && chars.iter().enumerate().all(|(at, char)| match at {
                2 | 35 | 52 => *char == b'-',
                _ => matches!(char, b'0'..=b'9' | b'a'..=b'f'),
            });
        if well_formed {
            Ok(Self(Some(text.into())))
        } else {
            Err(InvalidTrace)
        }
    }
}

/// One effect has one id, whoever caused it and however often it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventId {
    /// `<saga id>:<step>:<do|undo>`, the same for a step's success and its failures.
    Step {
        saga: SagaId,
        step: Step,
        direction: Direction,
    },
    /// `<aggregate id>:<kind>:<version>`.
    Aggregate { key: i64, kind: Kind, sequence: i64 },
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step {
                saga,
                step,
                direction,
            } => {
                write!(f, "{saga}:{}:{}", step.slug(), direction.as_str())
            }
            Self::Aggregate {
                key,
                kind,
                sequence,
            } => {
                write!(f, "{}:{}:{sequence}", Id::<()>::new(*key), kind.name())
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an event id: <saga>:<step>:<do|undo> or <aggregate>:<kind>:<version>")]
pub struct InvalidEventId;

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        parse_event_id(text).ok_or(InvalidEventId)
    }
}

fn parse_event_id(text: &str) -> Option<EventId> {
    let (id, rest) = text.split_once(':')?;
    let (name, last) = rest.split_once(':')?;
    let saga: SagaId = id.parse().ok()?;
    match (Kind::from_name(name), Step::from_slug(name)) {
        (Some(kind), _) => Some(EventId::Aggregate {
            key: saga.get(),
            kind,
            sequence: last.parse().ok()?,
        }),
        (None, Some(step)) => Some(EventId::Step {
            saga,
            step,
            direction: Direction::from_word(last)?,
        }),
        (None, None) => None,
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse::new("an actor"))
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse::new("an event id"))
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_deref().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Trace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse::new("a traceparent"))
    }
}

#[cfg(test)]
mod tests;
