//! Following one order's audit as it is written, through its server-sent events.

use std::time::Duration;

use anyhow::Context;
use contracts::http::Page;
use contracts::http::order::AuditEventView;
use contracts::http::saga::SagaStoryView;
use contracts::ids::{OrderId, SagaId};
use contracts::time::Timestamp;
use reqwest::Response;

use super::client::Client;
use super::language::{event_words, print, print_line};
use super::{Ended, Output};

/// A saga on this machine takes milliseconds.
const LONGEST: Duration = Duration::from_secs(20);

/// Prints what Order records of the order until its saga is at rest, and returns its story.
pub(super) async fn follow(
    shopper: &Client,
    operator: &Client,
    order_id: OrderId,
    told: Told,
) -> Result<SagaStoryView, Ended> {
    follow_on(shopper, order_id, 0, told).await?;
    operator.get(&format!("/api/v1/sagas/{order_id}")).await
}

/// As `follow`, however long it takes; by any id of a saga, an order's or a refund's.
pub(super) async fn watch(
    operator: &Client,
    saga: SagaId,
    output: Output,
) -> Result<SagaStoryView, Ended> {
    let path = format!("/api/v1/sagas/{saga}");
    let mut story: SagaStoryView = operator.get(&path).await?;
    let order_id = story.saga.order_id;
    let told = match output {
        Output::Table => Told::InWords,
        Output::Json => Told::AsJson,
    };
    let mut printed = Printed::new(0, told);
    loop {
        // The server ends a stream after minutes, and the next one goes on where it was.
        until_rest(operator, order_id, &mut printed).await?;
        story = operator.get(&path).await?;
        if story.saga.state.is_at_rest() {
            return Ok(story);
        }
    }
}

/// How many rows the audit of an order has.
pub(super) async fn seen(shopper: &Client, order_id: OrderId) -> Result<i64, Ended> {
    let path = format!("/api/v1/orders/{order_id}/events");
    let page: Page<AuditEventView> = shopper.get(&path).await?;
    Ok(page.items.last().map_or(0, |event| event.no))
}

/// Prints what comes after the rows already seen, until nothing of the order is under way.
pub(super) async fn follow_on(
    shopper: &Client,
    order_id: OrderId,
    seen: i64,
    told: Told,
) -> Result<(), Ended> {
    let mut printed = Printed::new(seen, told);
    let rest = until_rest(shopper, order_id, &mut printed);
    let followed = tokio::time::timeout(LONGEST, rest).await;
    followed.unwrap_or_else(|_| {
        Err(Ended::failed(
            &format!("{order_id}: 20초가 지나도 끝나지 않았어요 → jangteo saga show {order_id}"),
            &format!("{order_id} did not end within 20 seconds → jangteo saga show {order_id}"),
        ))
    })
}

/// How rows are told as they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    InWords,
    /// A document a line.
    AsJson,
    /// Not at all: the answer comes at the end.
    Silently,
}

/// What was told of an audit so far.
struct Printed {
    told: Told,
    /// The number of the last row.
    seen: i64,
    /// When the first row was written.
    begun: Option<Timestamp>,
}

impl Printed {
    fn new(seen: i64, told: Told) -> Self {
        Self {
            told,
            seen,
            begun: None,
        }
    }

    fn row(&mut self, event: &AuditEventView) -> Result<(), Ended> {
        self.seen = event.no;
        let begun = *self.begun.get_or_insert(event.at);
        match self.told {
            Told::Silently => {}
            Told::AsJson => print_line(event)?,
            Told::InWords => {
                let millis = event.at.since(begun).as_micros() as f64 / 1_000.0;
                let words = audit_words(&event.kind);
                print(&format!("  +{millis:>8.1}ms  {:<22} {words}", event.kind));
            }
        }
        Ok(())
    }
}

async fn until_rest(
    shopper: &Client,
    order_id: OrderId,
    printed: &mut Printed,
) -> Result<(), Ended> {
    let stream = shopper
        .stream(&format!("/api/v1/orders/{order_id}/events"))
        .await?;
    let mut events = Events {
        stream,
        pending: Vec::new(),
    };
    // The stream ends once the audit is whole.
    while let Some(event) = events.next().await? {
        if event.no <= printed.seen {
            continue;
        }
        printed.row(&event)?;
    }
    Ok(())
}

/// The audit's names are the report's: `STOCK_DEDUCTED` for `StockDeducted`.
fn audit_words(kind: &str) -> &'static str {
    let mut event = String::new();
    for word in kind.split('_') {
        let (first, rest) = word.split_at(word.len().min(1));
        event.push_str(first);
        event.push_str(&rest.to_ascii_lowercase());
    }
    event_words(&event)
}

struct Events {
    stream: Response,
    /// Bytes, because a chunk may end within a character.
    pending: Vec<u8>,
}

impl Events {
    /// The next event; `None` when the server ended the stream.
    async fn next(&mut self) -> Result<Option<AuditEventView>, Ended> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                let Some(data) = line.strip_prefix(b"data:") else {
                    continue;
                };
                let event = serde_json::from_slice(data);
                return Ok(Some(event.context("the stream sent something else")?));
            }
            let chunk = self.stream.chunk().await.context("the stream broke off")?;
            let Some(chunk) = chunk else { return Ok(None) };
            self.pending.extend_from_slice(&chunk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_names_are_told_in_the_words_of_their_events() {
        assert_eq!(audit_words("STOCK_DEDUCTED"), event_words("StockDeducted"));
        assert_eq!(
            audit_words("ORDER_CANCELLED"),
            event_words("OrderCancelled")
        );
    }
}
