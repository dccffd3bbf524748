//! The event log as operators see it: how far each publisher is, and each consumer behind it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One row of GET /outbox.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutboxView {
    pub service: String,
    pub topic: String,
    /// The number that the next event will have.
    pub next: i64,
    pub consumers: Vec<ConsumerView>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerView {
    pub consumer: String,
    /// The number it reads next, as its database holds it.
    pub next: i64,
    pub behind: i64,
}
