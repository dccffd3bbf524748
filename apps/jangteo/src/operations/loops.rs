//! The loops: what they count, and killing one at a named point. A shop in one process is a shop
//! to learn with; where services run alone, nobody serves this.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::StatusCode;
use contracts::http::loops::{KillLoop, LoopView};
use contracts::http::{Page, Role};
use contracts::problem::{Code, Fault, FieldError, Problem, Text};
use order::OrderView;
use platform_http::{Caller, Failure, Json, PathName, Routes};
use runtime::{FaultPoint, Service};

use super::{Operations, docs};
use crate::metrics;
use crate::shop::Places;

pub(super) fn routes() -> Routes<Operations> {
    Routes::of(docs::TAG)
        .get("/api/v1/loops", list, docs::LOOPS)
        .post("/api/v1/loops/{name}/kill", kill, docs::KILL)
}

async fn list(
    State(operations): State<Operations>,
    caller: Caller,
) -> Result<Json<Page<LoopView>>, Failure> {
    caller.require(Role::Operator)?;
    let now = operations.places.order.handle.now();
    let loops = metrics::loops(&operations.places);
    let items = loops.into_iter().map(|(name, status)| {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let lag = status.lag(now);
        LoopView {
            name: name.to_owned(),
            batches: count(&status.batches),
            inputs: count(&status.inputs),
            repeats: count(&status.repeats),
            parked: count(&status.parked),
            rollbacks: count(&status.rollbacks),
            reopened: count(&status.reopened),
            unread: lag.messages,
            lag_micros: lag.micros,
        }
    });
    Ok(Json(Page {
        items: items.collect(),
        next_cursor: None,
    }))
}

async fn kill(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(name): PathName,
    Json(body): Json<KillLoop>,
) -> Result<StatusCode, Failure> {
    caller.require(Role::Admin)?;
    let point = body.point.parse::<FaultPoint>().map_err(|_| {
        let message = Text::new(
            "before-commit, after-commit, after-publish 가운데 하나예요",
            "must be before-commit, after-commit or after-publish",
        );
        Problem::invalid(vec![FieldError::new("/point", Fault::Format, message)])
    })?;
    let killed = strike(&operations.places, &name, point);
    match killed {
        true => Ok(StatusCode::ACCEPTED),
        false => Err(Code::RouteNotFound.into()),
    }
}

/// Strikes with the loop's next batch. False where there is no such loop.
fn strike(places: &Places, name: &str, point: FaultPoint) -> bool {
    match name {
        user::User::CONSUMER => places.user.handle.fail_at(point),
        product::Product::CONSUMER => places.product.handle.fail_at(point),
        order::Order::CONSUMER => places.order.handle.fail_at(point),
        OrderView::CONSUMER => places.order_view.handle.fail_at(point),
        payment::Payment::CONSUMER => places.payment.handle.fail_at(point),
        promotion::Promotion::CONSUMER => places.promotion.handle.fail_at(point),
        _ => return false,
    }
    true
}
