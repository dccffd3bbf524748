//! The loops of a shop as operators see them, and killing one to watch it come back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One row of GET /loops.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoopView {
    /// The service, or the read model.
    pub name: String,
    pub batches: u64,
    pub inputs: u64,
    pub repeats: u64,
    pub parked: u64,
    pub rollbacks: u64,
    /// How often it was opened again after a fault point struck.
    pub reopened: u64,
    /// Events it has not read.
    pub unread: i64,
    pub lag_micros: i64,
}

/// POST /loops/{name}/kill
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KillLoop {
    /// before-commit, after-commit or after-publish.
    #[schemars(extend("enum" = ["before-commit", "after-commit", "after-publish"]))]
    pub point: String,
}
