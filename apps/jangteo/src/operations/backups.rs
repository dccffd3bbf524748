//! Taking a backup of the running shop, into its own data folder.

use anyhow::Context as _;
use axum::extract::State;
use contracts::http::Role;
use contracts::http::backup::BackupView;
use platform_http::{Caller, Failure, Json, Routes};

use super::{Operations, broken_off, docs};
use crate::backup;

pub(super) fn routes() -> Routes<Operations> {
    Routes::of(docs::TAG).post("/api/v1/backups", create, docs::BACK_UP)
}

/// Named by its time: each is a folder of its own.
async fn create(
    State(operations): State<Operations>,
    caller: Caller,
) -> Result<Json<BackupView>, Failure> {
    caller.require(Role::Admin)?;
    let places = &operations.places;
    let at = places.order.handle.now();
    let name = at.to_string().replace([':', '.'], "-");
    let folder = places.order.folder.join(backup::FOLDER).join(&name);
    let made = backup::running(places, folder).await;
    let made = made
        .context("could not take a backup")
        .map_err(broken_off)?;
    tracing::info!(name, by = %caller.user, "took a backup");
    Ok(Json(made.shown(format!("{}/{name}", backup::FOLDER))))
}
