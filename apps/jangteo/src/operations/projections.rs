//! Read models: how they stand, whether they say what the write side says, and rebuilding them.

use anyhow::Context as _;
use axum::extract::State;
use contracts::http::projection::{ProjectionCheckView, ProjectionRebuildView, ProjectionView};
use contracts::http::{Page, Role};
use contracts::problem::{Code, Problem};
use order::OrderView;
use order::view::{Checked, NotRebuilt, Rebuild, Rebuilt};
use platform_http::{Caller, Failure, Json, PathName, Routes};
use runtime::Service;

use super::{Operations, docs};

pub(super) fn routes() -> Routes<Operations> {
    let named = (
        "/api/v1/projections/{name}/check",
        "/api/v1/projections/{name}/rebuild",
    );
    Routes::of(docs::TAG)
        .get("/api/v1/projections", list, docs::PROJECTIONS)
        .post(named.0, check, docs::CHECK)
        .post(named.1, rebuild, docs::REBUILD)
}

async fn list(
    State(operations): State<Operations>,
    caller: Caller,
) -> Result<Json<Page<ProjectionView>>, Failure> {
    caller.require(Role::Operator)?;
    let rebuild = &operations.rebuild;
    let standing = rebuild
        .standing()
        .context("could not read the view's state")?;
    let lag = rebuild.handle.lag();
    let view = ProjectionView {
        name: OrderView::CONSUMER.to_owned(),
        generation: standing.live,
        building: standing.building,
        unread: lag.messages,
        lag_micros: lag.micros,
        rebuilt_at: standing.rebuilt_at,
    };
    Ok(Json(Page {
        items: vec![view],
        next_cursor: None,
    }))
}

async fn check(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(name): PathName,
) -> Result<Json<ProjectionCheckView>, Failure> {
    caller.require(Role::Operator)?;
    let view = operations.projection(&name)?;
    let checked = aside(async move { view.check().await }).await?;
    Ok(Json(checked_view(checked)))
}

async fn rebuild(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(name): PathName,
) -> Result<Json<ProjectionRebuildView>, Failure> {
    caller.require(Role::Operator)?;
    let view = operations.projection(&name)?;
    let rebuilt = aside(async move { view.rebuild().await }).await?;
    Ok(Json(rebuilt_view(rebuilt)))
}

/// Reads whole tables, so it runs beside the handlers.
async fn aside<T: Send + 'static>(
    work: impl Future<Output = Result<T, NotRebuilt>> + Send + 'static,
) -> Result<T, Failure> {
    let here = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || here.block_on(work)).await;
    match done.context("the work was broken off")? {
        Ok(done) => Ok(done),
        Err(NotRebuilt::Running | NotRebuilt::Superseded) => {
            let problem = Problem::new(Code::RequestInProgress).detail(
                "다른 재구성이 진행 중이에요",
                "another rebuild is under way",
            );
            Err(problem.into())
        }
        Err(failed @ (NotRebuilt::Failed(_) | NotRebuilt::Unanswered(_))) => {
            Err(Failure::internal(failed.into()))
        }
    }
}

fn checked_view(checked: Checked) -> ProjectionCheckView {
    ProjectionCheckView {
        rows: checked.rows,
        differing: checked.differing,
        orders: checked.orders,
        checksum: format!("{:016x}", checked.checksum),
        view_checksum: format!("{:016x}", checked.view_checksum),
    }
}

fn rebuilt_view(rebuilt: Rebuilt) -> ProjectionRebuildView {
    ProjectionRebuildView {
        generation: rebuilt.generation,
        switched: rebuilt.switched,
        mended: rebuilt.mended,
        check: checked_view(rebuilt.checked),
    }
}

impl Operations {
    fn projection(&self, name: &str) -> Result<Rebuild, Failure> {
        match name == OrderView::CONSUMER {
            true => Ok(self.rebuild.clone()),
            false => Err(Code::RouteNotFound.into()),
        }
    }

    pub(super) fn rebuild(places: &crate::shop::Places) -> Rebuild {
        Rebuild {
            orders: places.order.readers.clone(),
            view: places.order_view.readers.clone(),
            handle: places.order_view.handle.clone(),
            running: std::sync::Arc::default(),
        }
    }
}
