//! What services say: ids, money, time, the events with their versions, and the sagas that wire
//! them. Pure data with serde; it decides nothing, does no I/O and depends on no other crate of
//! ours.

/// The sagas, whole, as one table: open this first.
pub mod saga;

/// The facts, one file per publisher.
pub mod events;

/// What is wrapped around a fact: who said it, when, in which trace.
pub mod envelope;

/// 64-bit time-ordered ids and the order number.
pub mod ids;

/// Won and counts.
pub mod money;

/// Microseconds, and the business day in Seoul.
pub mod time;

/// Why a request is refused: the stable codes and their texts.
pub mod problem;

/// Requests and views of the HTTP API, a module per service.
pub mod http;

/// JSON Schemas of it all.
pub mod schema;

/// The AsyncAPI document: who says and hears which event, on which topic.
pub mod asyncapi;

#[cfg(test)]
mod golden;
