//! Following one order's audit as it is written, through its server-sent events.

use std::time::Duration;

use anyhow::Context;
use contracts::http::Page;
use contracts::http::order::AuditEventView;
use contracts::http::saga::SagaStoryView;
use contracts::ids::{OrderId, SagaId};
use contracts::time::Timestamp;
use reqwest::Response;

use super::Ended;
use super::client::Client;
use super::language::{event_words, in_language, print};

/// A saga on this machine takes milliseconds.
const LONGEST: Duration = Duration::from_secs(20);

/// Prints what Order records of the order until its saga is at rest, and returns its story.
pub(super) async fn follow(
    shopper: &Client,
    operator: &Client,
    order_id: OrderId,
) -> Result<SagaStoryView, Ended> {
    follow_on(shopper, order_id, 0).await?;
    operator.get(&format!("/api/v1/sagas/{order_id}")).await
}

/// As `follow`, however long it takes; by any id of a saga, an order's or a refund's.
pub(super) async fn watch(operator: &Client, saga: SagaId) -> Result<SagaStoryView, Ended> {
    let path = format!("/api/v1/sagas/{saga}");
    let mut story: SagaStoryView = operator.get(&path).await?;
    let order_id = story.saga.order_id;
    let mut printed = Printed::default();
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
pub(super) async fn follow_on(shopper: &Client, order_id: OrderId, seen: i64) -> Result<(), Ended> {
    let mut printed = Printed { seen, begun: None };
    let rest = until_rest(shopper, order_id, &mut printed);
    let followed = tokio::time::timeout(LONGEST, rest).await;
    followed.unwrap_or_else(|_| {
        Err(Ended::Failed(anyhow::anyhow!(
            "{order_id}: {}",
            in_language(
                "20초가 지나도 끝나지 않았어요",
                "did not end within 20 seconds"
            )
        )))
    })
}

/// What was told of an audit so far.
#[derive(Default)]
struct Printed {
    /// The number of the last row.
    seen: i64,
    /// When the first row was written.
    begun: Option<Timestamp>,
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
        printed.seen = event.no;
        let begun = *printed.begun.get_or_insert(event.at);
        let millis = event.at.since(begun).as_micros() as f64 / 1_000.0;
        print(&format!(
            "  +{millis:>8.1}ms  {:<22} {}",
            event.kind,
            audit_words(&event.kind)
        ));
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
