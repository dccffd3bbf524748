//! What operators ask of the whole shop. The merge over services lives here as long as they run
//! in one process; each service answers for its own rows.

use std::sync::atomic::Ordering;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use contracts::envelope::Event;
use contracts::events::Fact;
use contracts::events::order::FailureCode;
use contracts::http::invariants::{CheckInvariants, CheckedView, InvariantsView, ViolationView};
use contracts::http::saga::{ListSagas, SagaDetailView, SagaStoryView, SagaView, StoryEventView};
use contracts::http::{Page, Role};
use contracts::ids::{self, SagaId};
use contracts::problem::{Code, Problem};
use contracts::saga::{self, Direction};
use gateway::Meters;
use order::view::{self, Rebuild};
use platform_http::{Caller, Failure, Json, Operation, Paging, PathId, Query, Routes};

use crate::check::{self, Checked};
use crate::documents;
use crate::shop::Places;

mod backups;
mod dead_letters;
mod docs;
mod loops;
mod outbox;
mod projections;
mod sagas;

/// How far two services' clocks may be apart when a saga's events are looked for.
const CLOCK_SKEW: std::time::Duration = std::time::Duration::from_secs(10 * 60);

/// What the handlers work with.
#[derive(Clone)]
pub struct Operations {
    places: Places,
    gateway: Meters,
    pub(crate) rebuild: Rebuild,
}

impl Operations {
    pub fn new(places: Places, gateway: Meters) -> Self {
        let rebuild = Self::rebuild(&places);
        Self {
            places,
            gateway,
            rebuild,
        }
    }
}

/// The operators' routes, and the documents of all of the shop's.
pub fn router(operations: Operations) -> Router {
    let documents = documents::router();
    routes().with_state(operations).merge(documents)
}

/// What is served, each with its documentation.
pub fn documented() -> Vec<Operation> {
    routes().operations()
}

fn routes() -> Routes<Operations> {
    Routes::of(docs::TAG)
        .get("/api/v1/sagas", sagas, docs::SAGAS)
        .get("/api/v1/sagas/{id}", story, docs::STORY)
        .merge(sagas::routes())
        .merge(dead_letters::routes())
        .merge(outbox::routes())
        .merge(projections::routes())
        .merge(loops::routes())
        .merge(backups::routes())
        .get("/api/v1/invariants", invariants, docs::INVARIANTS)
        .get("/metrics", metrics, docs::METRICS)
        .get("/health/live", live, docs::LIVE)
        .get("/health/ready", ready, docs::READY)
}

/// Alive means that this process answers; it looks at nothing outside it.
async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Ready means that the databases answer and every topic is read; the loops' end ends the process.
async fn ready(State(operations): State<Operations>) -> Result<StatusCode, Failure> {
    let loops = crate::metrics::loops(&operations.places).into_iter();
    let paused = loops.filter(|(_, status)| status.paused.load(Ordering::Relaxed) > 0);
    if let Some((name, _)) = paused.last() {
        let problem = Problem::new(Code::UpstreamUnavailable).detail(
            format!("{name}: 멈춘 이벤트가 너무 많아 더 읽지 않아요 → jangteo dlq list"),
            format!("{name} reads no further: too much is parked; see jangteo dlq list"),
        );
        return Err(problem.into());
    }
    let readers = &operations.places.order.readers;
    let read = readers
        .with(|reader| reader.query(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))));
    read.context("the order database does not answer")?;
    Ok(StatusCode::NO_CONTENT)
}

/// Prometheus text. Only what is on this machine can reach the port it is served on.
async fn metrics(State(operations): State<Operations>) -> Response {
    let text = crate::metrics::text(&operations.places) + &operations.gateway.text();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

async fn sagas(
    State(operations): State<Operations>,
    caller: Caller,
    Query(filter): Query<ListSagas>,
    paging: Paging,
) -> Result<Json<Page<SagaView>>, Failure> {
    caller.require(Role::Operator)?;
    let order = &operations.places.order;
    let mut page = order::api::saga_page(&order.readers, filter, &paging, order.handle.now())?;
    for saga in &mut page.items {
        saga.parked = is_parked(&operations.places, saga)?;
    }
    Ok(Json(page))
}

async fn story(
    State(operations): State<Operations>,
    caller: Caller,
    PathId(id): PathId<ids::Order>,
) -> Result<Json<SagaStoryView>, Failure> {
    caller.require(Role::Operator)?;
    let saga_id: SagaId = id.cast();
    let places = &operations.places;
    let read = places
        .order
        .readers
        .with(|reader| view::saga(reader, saga_id));
    let found = read.with_context(|| format!("could not read saga {saga_id}"))?;
    let SagaDetailView {
        mut saga,
        remaining,
        ..
    } = found.ok_or(Code::OrderNotFound)?;
    saga.parked = is_parked(places, &saga)?;
    let timeline = timeline(places, saga_id)
        .with_context(|| format!("could not read the events of saga {saga_id}"))?;
    Ok(Json(SagaStoryView {
        saga,
        remaining,
        timeline,
    }))
}

/// Order knows what it has set aside itself; the others are asked.
fn is_parked(places: &Places, saga: &SagaView) -> Result<bool, Failure> {
    let aside = places.sets_aside(saga.order_id);
    let aside = aside.context("could not read what is parked")?;
    Ok(saga.parked || aside)
}

/// What the outboxes still hold of a saga. Commit times of one service ascend; between services
/// they may be as far apart as their clocks.
fn timeline(places: &Places, saga_id: SagaId) -> Result<Vec<StoryEventView>, db::Failed> {
    let from = saga_id.at().minus(CLOCK_SKEW);
    let mut events = Vec::new();
    for topic in places.topics.iter() {
        events.extend(topic.of_saga(saga_id, from)?);
    }
    events.sort_by_key(|event| event.at);
    Ok(events.iter().map(told).collect())
}

fn told(event: &Event) -> StoryEventView {
    let kind = event.kind();
    let step = saga::fact_step(kind);
    StoryEventView {
        at: event.at,
        service: kind.publisher().as_str().to_owned(),
        event: kind.name().to_owned(),
        step: step.map(|(step, _)| step.words().to_owned()),
        undo: step.is_some_and(|(_, direction)| direction == Direction::Undo),
        code: code(&event.fact),
    }
}

fn code(fact: &Fact) -> Option<Code> {
    let code: Option<FailureCode> = match fact {
        Fact::StockDeductionFailed(failed) => failed.code().map(Into::into),
        Fact::CouponRejected(rejected) => Some(rejected.code.into()),
        Fact::PaymentFailed(failed) => Some(failed.code.into()),
        Fact::OrderCancelled(cancelled) => {
            cancelled.order.failure.as_ref().map(|failure| failure.code)
        }
        Fact::UserRegistered(_)
        | Fact::UserDeactivated(_)
        | Fact::ProductChanged(_)
        | Fact::StockDeducted(_)
        | Fact::StockRestored(_)
        | Fact::StockReturned(_)
        | Fact::OrderCreated(_)
        | Fact::OrderConfirmed(_)
        | Fact::RefundRequested(_)
        | Fact::OrderRefunded(_)
        | Fact::PointCharged(_)
        | Fact::PaymentCompleted(_)
        | Fact::PaymentRefunded(_)
        | Fact::PointsReturned(_)
        | Fact::CouponIssued(_)
        | Fact::CouponApplied(_)
        | Fact::CouponRestored(_)
        | Fact::CouponReturned(_) => None,
    };
    code.map(Code::from)
}

/// Reads whole tables, so it runs beside the handlers.
async fn invariants(
    State(operations): State<Operations>,
    caller: Caller,
    Query(asked): Query<CheckInvariants>,
) -> Result<Json<InvariantsView>, Failure> {
    caller.require(Role::Operator)?;
    let places = operations.places;
    let checked = tokio::task::spawn_blocking(move || check::running(&places, asked.at_rest));
    let checked = checked.await.context("the check was broken off")?;
    let checked = checked.context("could not check the invariants");
    Ok(Json(shown(checked.map_err(broken_off)?)))
}

/// A long reader gave up for the writers' sake: not a fault, and it may be asked again.
fn broken_off(error: anyhow::Error) -> Failure {
    let Some(db::Failed::Transient(why)) = error.downcast_ref::<db::Failed>() else {
        return error.into();
    };
    tracing::warn!(why, "a check or a backup was broken off");
    let problem = Problem::new(Code::UpstreamUnavailable).detail(
        format!("중간에 그만뒀어요: {why} → 덜 바쁠 때 다시 해 보세요"),
        format!("broken off: {why}; try again when the shop is less busy"),
    );
    problem.into()
}

pub(crate) fn shown(checked: Checked) -> InvariantsView {
    let meanings = checked
        .checked
        .into_iter()
        .map(|(invariant, meaning)| CheckedView {
            invariant: invariant.to_owned(),
            meaning: meaning.to_owned(),
        });
    let violations = checked
        .violations
        .into_iter()
        .map(|violation| ViolationView {
            invariant: violation.invariant.to_owned(),
            subject: violation.subject,
            witness: violation.witness,
        });
    InvariantsView {
        checked: meanings.collect(),
        violations: violations.collect(),
        unrest: checked.unrest,
        exceptions: checked.exceptions,
    }
}
