//! Parked keys as operators see them: an event that could not be handled, and those behind it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::faults::Faults;
use crate::problem::Problem;
use crate::schema::TEXT;
use crate::time::Timestamp;

const REASON_MAX: usize = 200;

/// The filter of GET /dead-letters.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListDeadLetters {
    /// Who could not handle it: a service, or a read model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// One row of GET /dead-letters: a key that one service has set aside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterView {
    /// `<service>.<publisher>.<key>`
    pub id: String,
    /// Who could not handle it.
    pub service: String,
    /// Whose event it is.
    pub publisher: String,
    pub key: String,
    /// 0 when the key flows, and only what was discarded of it is left to tell.
    pub events: usize,
    /// The first of them.
    pub event: String,
    pub why: String,
    pub attempts: i64,
    /// When it is tried again; none when it waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    pub event_at: Timestamp,
    /// Whether it takes a step of a saga back: then it cannot be discarded.
    pub undo: bool,
}

/// GET /dead-letters/{id}
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterDetailView {
    #[serde(flatten)]
    pub letter: DeadLetterView,
    pub queue: Vec<ParkedEventView>,
    /// What was given up of this key, ever.
    pub discarded: Vec<DiscardedEventView>,
}

/// One event of a parked key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParkedEventView {
    pub no: i64,
    pub event: String,
    pub at: Timestamp,
    pub why: String,
    /// As it came.
    pub body: String,
}

/// An event that somebody gave up: the service never heard it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiscardedEventView {
    pub event: String,
    pub at: Timestamp,
    /// Why it had been parked.
    pub why: String,
    pub body: String,
    pub discarded_at: Timestamp,
    pub by: String,
    pub reason: String,
}

/// POST /dead-letters/{id}/discard, and POST /sagas/{id}/resolve
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithReason {
    #[schemars(length(min = 1, max = REASON_MAX), extend("pattern" = TEXT))]
    pub reason: String,
}

impl WithReason {
    pub fn validate(&self) -> Result<String, Problem> {
        let mut faults = Faults::default();
        let reason = faults.text("/reason", &self.reason, 1, REASON_MAX);
        faults.finish(Some(reason))
    }
}

/// What is left of a key after it was taken up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedrivenView {
    /// Events still set aside; 0 means that the key flows again.
    pub parked: usize,
}
