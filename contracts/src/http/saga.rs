//! A saga as operators see it, with the part that one service keeps of it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::order::AuditEventView;
use crate::ids::{OrderId, OrderNumber, SagaId};
use crate::problem::Code;
use crate::saga::{Step, Steps};
use crate::time::Timestamp;

/// Where a saga stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SagaState {
    Running,
    Completed,
    /// Cancelled, with an undo owed.
    Compensating,
    Compensated,
}

/// What a saga is of.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SagaKind {
    Order,
    Refund,
}

/// The filter of GET /sagas and of GET /admin/v1/sagas.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSagas {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<SagaState>,
    /// Only those that began at least so many seconds ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u32>,
    /// Only those that wait for this step, or for its undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
}

/// One row of GET /sagas and of GET /admin/v1/sagas.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SagaView {
    /// The order's id, or the refund's.
    pub saga_id: SagaId,
    pub kind: SagaKind,
    pub order_id: OrderId,
    pub order_number: OrderNumber,
    pub state: SagaState,
    /// An event of it is set aside and waits for somebody.
    pub parked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_code: Option<Code>,
    /// What it waits for now: the next step, or those that somebody owes.
    pub waits_for: Steps,
    /// The steps whose undo somebody owes; a refund's returns.
    pub owed: Steps,
    /// Those that were heard of.
    pub acknowledged: Steps,
    pub created_at: Timestamp,
    /// Only an order has a deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensated_at: Option<Timestamp>,
}

/// GET /admin/v1/sagas/{id}.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SagaDetailView {
    #[serde(flatten)]
    pub saga: SagaView,
    /// The steps still ahead, if nothing fails.
    pub remaining: Steps,
    pub events: Vec<AuditEventView>,
}

impl SagaState {
    pub const ALL: [Self; 4] = [
        Self::Running,
        Self::Completed,
        Self::Compensating,
        Self::Compensated,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Compensating => "COMPENSATING",
            Self::Compensated => "COMPENSATED",
        }
    }

    /// Whether nothing more is to come.
    pub const fn is_at_rest(self) -> bool {
        match self {
            Self::Completed | Self::Compensated => true,
            Self::Running | Self::Compensating => false,
        }
    }
}

impl fmt::Display for SagaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a saga's state: RUNNING, COMPLETED, COMPENSATING or COMPENSATED")]
pub struct UnknownSagaState;

impl FromStr for SagaState {
    type Err = UnknownSagaState;

    fn from_str(text: &str) -> Result<Self, UnknownSagaState> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or(UnknownSagaState)
    }
}

/// POST /sagas/{id}/retry
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetriedView {
    /// How many events of the saga the log still has.
    pub events: usize,
    /// How often one of them was handed to a service that hears it.
    pub handed: usize,
    /// Whether the log still has the saga from its beginning.
    pub whole: bool,
    pub services: Vec<HandedView>,
}

/// What one service was given of a saga.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HandedView {
    pub service: String,
    pub events: usize,
    /// The key was parked there: it was taken up again, since its events stand in that queue.
    pub redriven: bool,
}

/// POST /sagas/{id}/resolve
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedView {
    /// The steps that are no longer waited for.
    pub steps: Steps,
}

/// GET /sagas/{id}: the saga over all services.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SagaStoryView {
    #[serde(flatten)]
    pub saga: SagaView,
    /// The steps still ahead, if nothing fails.
    pub remaining: Steps,
    /// What every service said of it, in the order of commit times.
    pub timeline: Vec<StoryEventView>,
}

/// One event of a saga, by who said it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoryEventView {
    pub at: Timestamp,
    pub service: String,
    pub event: String,
    /// The words of the saga table; none for what begins or ends a saga.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}
