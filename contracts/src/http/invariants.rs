//! What a check of the invariants found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The filter of GET /invariants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckInvariants {
    /// Also what must hold only when nothing is under way.
    #[serde(default)]
    pub at_rest: bool,
}

/// GET /invariants
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvariantsView {
    pub checked: Vec<CheckedView>,
    pub violations: Vec<ViolationView>,
    /// What is still under way: with it, nothing was checked that needs rest.
    pub unrest: Vec<String>,
    /// What operators resolved by their word: passed over by the checks, and told.
    #[serde(default)]
    pub exceptions: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckedView {
    pub invariant: String,
    pub meaning: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ViolationView {
    pub invariant: String,
    pub subject: String,
    pub witness: String,
}
