//! A backup as the admin who asked for it sees it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// POST /backups
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupView {
    /// Within the shop's data folder.
    pub path: String,
    /// The moment that all files show.
    pub at: Timestamp,
    pub files: Vec<BackupFileView>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupFileView {
    pub name: String,
    pub bytes: u64,
}
