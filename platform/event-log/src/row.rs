//! An event as its publisher commits it.

use contracts::envelope::Event;
use db::{Outbox, OutboxId};

/// The outbox row of an event.
pub fn outbox_row(id: OutboxId, event: &Event) -> Outbox {
    let kind = event.kind();
    Outbox {
        id,
        saga_id: event.saga(),
        key: event.key(),
        kind: kind.name().to_owned(),
        version: i64::from(kind.version()),
        sequence: event.sequence,
        at: event.at,
        body: event.encode_body(),
    }
}
