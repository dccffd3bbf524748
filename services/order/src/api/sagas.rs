//! Where sagas stand, for operators: what Order alone can tell of them.

use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use contracts::http::saga::{ListSagas, SagaDetailView, SagaView};
use contracts::http::{Page, Role};
use contracts::ids::{self, SagaId};
use contracts::problem::Code;
use contracts::time::Timestamp;
use db::Readers;
use platform_http::{Caller, Failure, Json, Paging, PathId, Query};

use super::Api;
use crate::view::{self, FoundSagas, WantedSagas};

/// Goes into the cursors of the list.
const SAGAS: &str = "sagas";

/// A page of the list of sagas, whoever serves it.
pub fn saga_page(
    readers: &Readers,
    filter: ListSagas,
    paging: &Paging,
    now: Timestamp,
) -> Result<Page<SagaView>, Failure> {
    let age = filter.age.map(u64::from).map(Duration::from_secs);
    let wanted = WantedSagas {
        state: filter.state,
        step: filter.step,
        before: age.map(|age| now.minus(age)),
        after: paging.after(SAGAS)?,
        rows: paging.rows(),
    };
    let found = readers.with(|reader| view::sagas(reader, &wanted));
    let FoundSagas { views, stopped_at } = found.context("could not list sagas")?;
    Ok(match stopped_at {
        Some(stopped_at) => paging.unfinished(SAGAS, views, &stopped_at),
        None => paging.page(SAGAS, views, |view| view.saga_id),
    })
}

pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(filter): Query<ListSagas>,
    paging: Paging,
) -> Result<Json<Page<SagaView>>, Failure> {
    caller.require(Role::Operator)?;
    let page = saga_page(&api.readers, filter, &paging, api.handle.now())?;
    Ok(Json(page))
}

pub(super) async fn show(
    State(api): State<Api>,
    caller: Caller,
    PathId(id): PathId<ids::Order>,
) -> Result<Json<SagaDetailView>, Failure> {
    caller.require(Role::Operator)?;
    let saga_id: SagaId = id.cast();
    let read = api.readers.with(|reader| view::saga(reader, saga_id));
    let found = read.with_context(|| format!("could not read saga {saga_id}"))?;
    Ok(Json(found.ok_or(Code::OrderNotFound)?))
}
