//! The audit of an order: as a list, or as an event stream that goes on while the saga does.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use contracts::http::Page;
use contracts::http::order::AuditEventView;
use contracts::ids::{self, OrderId};
use futures::Stream;
use futures::stream;
use platform_http::{Caller, Failure, Json, PathId};
use runtime::Watch;
use tokio::time::Instant;

use super::Api;
use crate::{Order, view};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// A stream ends here at the latest; its client comes back and goes on where it was. A saga is
/// over long before.
const LONGEST_STREAM: Duration = Duration::from_secs(300);

/// What is listed where no stream is asked for.
pub(super) type EventPage = Page<AuditEventView>;

pub(super) async fn events(
    State(api): State<Api>,
    caller: Caller,
    PathId(order_id): PathId<ids::Order>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    api.visible(order_id, caller)?;
    let last = last_event_id(&headers);
    if !wants_stream(&headers) {
        let items = api.audit(order_id, last)?;
        return Ok(Json(Page {
            items,
            next_cursor: None,
        })
        .into_response());
    }
    let follower = Follower::new(api, order_id, last);
    // Browsers come back after the end of a stream until they are told that there is no more.
    if follower.api.audit(order_id, last)?.is_empty() && follower.is_told()? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Sse::new(follower.stream())
        .keep_alive(KeepAlive::default())
        .into_response())
}

/// One reader of one order's audit.
struct Follower {
    api: Api,
    order_id: OrderId,
    /// The number of the last row taken up.
    last: i64,
    watch: Watch<Order>,
    ready: VecDeque<AuditEventView>,
    until: Instant,
}

impl Follower {
    /// The watch begins before the first read, so that nothing falls between.
    fn new(api: Api, order_id: OrderId, last: i64) -> Self {
        let watch = api.handle.watch(order_id.get());
        let until = Instant::now() + LONGEST_STREAM;
        Self {
            api,
            order_id,
            last,
            watch,
            ready: VecDeque::new(),
            until,
        }
    }

    fn is_told(&self) -> Result<bool, Failure> {
        let read = self
            .api
            .readers
            .with(|reader| view::is_told(reader, self.order_id));
        Ok(read.with_context(|| format!("could not read order {}", self.order_id))?)
    }

    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut follower| async move {
            let view = follower.next().await?;
            Some((Ok(told(&view)), follower))
        })
    }

    /// The next row; none when no more is to come, or when the client had better come again.
    async fn next(&mut self) -> Option<AuditEventView> {
        loop {
            if let Some(view) = self.ready.pop_front() {
                self.last = view.no;
                return Some(view);
            }
            // Looked at first: rows that came before it are all found below.
            let told = self.is_told().ok()?;
            self.ready
                .extend(self.api.audit(self.order_id, self.last).ok()?);
            if !self.ready.is_empty() {
                continue;
            }
            if told {
                return None;
            }
            tokio::time::timeout_at(self.until, self.watch.changed())
                .await
                .ok()?;
        }
    }
}

impl Api {
    fn audit(&self, order_id: OrderId, after: i64) -> Result<Vec<AuditEventView>, Failure> {
        let read = self
            .readers
            .with(|reader| view::events(reader, order_id, after));
        Ok(read.with_context(|| format!("could not read the audit of {order_id}"))?)
    }
}

fn told(view: &AuditEventView) -> Event {
    let data = serde_json::to_string(view).expect("a view has string keys and plain values");
    Event::default()
        .id(view.no.to_string())
        .event(&view.kind)
        .data(data)
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut ranges = accepted.flat_map(|value| value.split(','));
    ranges.any(|range| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("text/event-stream")
    })
}

/// What is no number is where no reader can have been: the stream begins at the start.
fn last_event_id(headers: &HeaderMap) -> i64 {
    let text = headers
        .get(LAST_EVENT_ID)
        .and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}
