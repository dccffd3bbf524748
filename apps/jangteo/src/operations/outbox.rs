//! How far the event log is, and who is behind it. On the embedded log the outbox is the log.

use axum::extract::State;
use contracts::envelope::ServiceName;
use contracts::http::outbox::{ConsumerView, OutboxView};
use contracts::http::{Page, Role};
use platform_http::{Caller, Failure, Json, Routes};

use super::{Operations, docs};

pub(super) fn routes() -> Routes<Operations> {
    Routes::of(docs::TAG).get("/api/v1/outbox", list, docs::OUTBOX)
}

async fn list(
    State(operations): State<Operations>,
    caller: Caller,
) -> Result<Json<Page<OutboxView>>, Failure> {
    caller.require(Role::Operator)?;
    let topics = operations.places.topics.iter().map(|topic| {
        let next = topic.end();
        let consumers = topic
            .places()
            .into_iter()
            .map(|(consumer, at)| ConsumerView {
                consumer,
                next: at,
                behind: next - at,
            });
        let named = |name: &&ServiceName| name.topic() == topic.name();
        let service = ServiceName::ALL.iter().find(named);
        OutboxView {
            service: service
                .map_or(topic.name(), |name| name.as_str())
                .to_owned(),
            topic: topic.name().to_owned(),
            next,
            consumers: consumers.collect(),
        }
    });
    Ok(Json(Page {
        items: topics.collect(),
        next_cursor: None,
    }))
}
