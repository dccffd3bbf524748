//! Sagas as operators see them: Order's own part, which is enough to know where each one stands.
//! A saga is an order's or a refund's, and its id is that one's.

use contracts::events::Kind;
use contracts::http::saga::{SagaDetailView, SagaKind, SagaState, SagaView};
use contracts::ids::{OrderId, RefundId, SagaId};
use contracts::saga::{self, Steps};
use db::{Failed, Parked, Reader, Store};
use rusqlite::OptionalExtension;

use super::events;
use crate::store::{OrderEvent, OrderRow, Refund};

mod list;

pub use list::{FoundSagas, WantedSagas, sagas};

/// The embedded log has one partition a topic.
const PART: i64 = 0;

/// One saga with its audit.
pub fn saga(reader: &Reader, saga_id: SagaId) -> Result<Option<SagaDetailView>, Failed> {
    let order_id: OrderId = saga_id.cast();
    if let Some(row) = reader.get::<OrderRow>(&order_id)? {
        return Ok(Some(SagaDetailView {
            saga: of_order(reader, &row)?,
            remaining: remaining(reader, &row)?,
            events: audit(reader, order_id, saga_id)?,
        }));
    }
    let Some(refund) = refund(reader, saga_id.cast())? else {
        return Ok(None);
    };
    Ok(Some(SagaDetailView {
        remaining: refund.missing(),
        events: audit(reader, refund.order_id, saga_id)?,
        saga: of_refund(reader, &refund)?,
    }))
}

fn audit(
    reader: &Reader,
    order_id: OrderId,
    saga_id: SagaId,
) -> Result<Vec<contracts::http::order::AuditEventView>, Failed> {
    let mut audit = events(reader, order_id, 0)?;
    audit.retain(|event| event.saga_id == saga_id);
    Ok(audit)
}

/// A refund by its own id.
fn refund(reader: &Reader, refund_id: RefundId) -> Result<Option<Refund>, Failed> {
    const ORDER_OF: &str = "SELECT order_id FROM refund WHERE refund_id = ?";
    let order_id: Option<i64> = reader.query(|connection| {
        let mut statement = connection.prepare_cached(ORDER_OF)?;
        statement
            .query_row([refund_id.get()], |row| row.get(0))
            .optional()
    })?;
    match order_id {
        Some(order_id) => reader.get::<Refund>(&(OrderId::new(order_id), refund_id)),
        None => Ok(None),
    }
}

fn of_order(store: &impl Store, row: &OrderRow) -> Result<SagaView, Failed> {
    let progress = row.progress();
    let state = progress.state();
    let waits_for = match state {
        SagaState::Running => remaining(store, row)?.iter().take(1).collect(),
        SagaState::Completed => Steps::NONE,
        SagaState::Compensating | SagaState::Compensated => progress.missing(),
    };
    Ok(SagaView {
        saga_id: row.order_id.into(),
        kind: SagaKind::Order,
        order_id: row.order_id,
        order_number: row.order_id.into(),
        state,
        parked: is_parked(store, row.order_id)?,
        failure_code: row.failure.as_ref().map(|failure| failure.0.code.into()),
        waits_for,
        owed: progress.owed,
        acknowledged: progress.acknowledged,
        created_at: row.created_at,
        expires_at: Some(row.expires_at),
        ended_at: row.ended_at,
        compensated_at: row.compensated_at,
    })
}

/// A refund was decided when it was asked for: it runs until every return is in.
fn of_refund(store: &impl Store, refund: &Refund) -> Result<SagaView, Failed> {
    Ok(SagaView {
        saga_id: refund.refund_id.into(),
        kind: SagaKind::Refund,
        order_id: refund.order_id,
        order_number: refund.order_id.into(),
        state: match refund.done_at {
            None => SagaState::Running,
            Some(_) => SagaState::Completed,
        },
        parked: is_parked(store, refund.order_id)?,
        failure_code: None,
        waits_for: refund.missing(),
        owed: refund.owed.0,
        acknowledged: refund.acknowledged.0,
        created_at: refund.requested_at,
        expires_at: None,
        ended_at: refund.done_at,
        compensated_at: None,
    })
}

/// The steps ahead of the furthest event heard; none once the order has ended.
fn remaining(store: &impl Store, row: &OrderRow) -> Result<Steps, Failed> {
    match row.progress().state() {
        SagaState::Running => {
            let heard = store.under::<OrderEvent, _>(row.order_id)?;
            let heard = heard.iter().filter_map(|event| event.kind.fact());
            Ok(least_ahead(heard))
        }
        SagaState::Completed | SagaState::Compensating | SagaState::Compensated => Ok(Steps::NONE),
    }
}

fn least_ahead(heard: impl Iterator<Item = Kind>) -> Steps {
    let ahead = heard.map(saga::remaining_steps);
    ahead.min_by_key(|steps| steps.len()).unwrap_or(Steps::NONE)
}

fn is_parked(store: &impl Store, order_id: OrderId) -> Result<bool, Failed> {
    // Each service that takes part can fail once: these are the topics Order hears sagas from.
    for kind in saga::failures().iter() {
        let topic = kind.publisher().topic().to_owned();
        if !store
            .under::<Parked, _>((topic, PART, order_id.get()))?
            .is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}
