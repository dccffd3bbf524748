//! Read models as operators see them: how they stand, and what a check or a rebuild found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::OrderId;
use crate::time::Timestamp;

/// One row of GET /projections.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionView {
    pub name: String,
    /// The rows that lists read.
    pub generation: i64,
    /// The rows that a rebuild is filling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<i64>,
    /// Events it has not read.
    pub unread: i64,
    pub lag_micros: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuilt_at: Option<Timestamp>,
}

/// POST /projections/{name}/check
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionCheckView {
    pub rows: u64,
    pub differing: u64,
    /// The first of those that differ.
    pub orders: Vec<OrderId>,
    /// Over what the write side says, whatever the order of its rows.
    pub checksum: String,
    /// Over what the view shows.
    pub view_checksum: String,
}

/// POST /projections/{name}/rebuild
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionRebuildView {
    pub generation: i64,
    /// Whether lists read it: not when it differs from the write side.
    pub switched: bool,
    /// Rows that the generation before it showed otherwise.
    pub mended: u64,
    pub check: ProjectionCheckView,
}
