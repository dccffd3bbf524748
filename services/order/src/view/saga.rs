//! Sagas as operators see them: Order's own part, which is enough to know where each one stands.

use contracts::events::Kind;
use contracts::http::saga::{SagaDetailView, SagaState, SagaView};
use contracts::ids::OrderId;
use contracts::saga::{self, Steps};
use db::{Failed, Parked, Reader, Store};

use super::events;
use crate::store::{OrderEvent, OrderRow};

/// How many of the newest orders a list looks through. Without an index on the state, which the
/// write path would pay for, this keeps a reader well under its 50 ms.
const NEWEST: i64 = 20_000;

/// Which sagas are wanted.
#[derive(Debug)]
pub struct WantedSagas {
    pub state: Option<SagaState>,
    /// The last saga seen; the first page begins with the newest.
    pub after: Option<OrderId>,
    pub rows: usize,
}

/// Sagas in a state, newest first, among the newest orders before `after`.
pub fn sagas(reader: &Reader, wanted: &WantedSagas) -> Result<Vec<SagaView>, Failed> {
    let before = wanted.after.map_or(i64::MAX, OrderId::get);
    let state = wanted.state.map(SagaState::as_str);
    let rows = i64::try_from(wanted.rows).unwrap_or(i64::MAX);
    let ids: Vec<i64> = reader.query(|connection| {
        let mut statement = connection.prepare_cached(LIST)?;
        let ids = statement.query_map((before, state, rows, NEWEST), |row| row.get(0))?;
        ids.collect()
    })?;
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(row) = reader.get::<OrderRow>(&OrderId::new(id))? {
            views.push(view(reader, &row)?);
        }
    }
    Ok(views)
}

const LIST: &str = "
    SELECT order_id FROM (
        SELECT order_id,
               CASE WHEN status = 0 THEN 'RUNNING'
                    WHEN status = 1 THEN 'COMPLETED'
                    WHEN compensated_at IS NULL THEN 'COMPENSATING'
                    ELSE 'COMPENSATED' END AS state
        FROM orders WHERE order_id < ?1 ORDER BY order_id DESC LIMIT ?4
    )
    WHERE ?2 IS NULL OR state = ?2
    ORDER BY order_id DESC
    LIMIT ?3";

/// One saga with its audit.
pub fn saga(reader: &Reader, order_id: OrderId) -> Result<Option<SagaDetailView>, Failed> {
    let Some(row) = reader.get::<OrderRow>(&order_id)? else {
        return Ok(None);
    };
    let heard = reader.under::<OrderEvent, _>(order_id)?;
    Ok(Some(SagaDetailView {
        saga: view(reader, &row)?,
        remaining: remaining(&row, heard.iter().filter_map(|event| event.kind.fact())),
        events: events(reader, order_id, 0)?,
    }))
}

fn view(store: &impl Store, row: &OrderRow) -> Result<SagaView, Failed> {
    let progress = row.progress();
    Ok(SagaView {
        saga_id: row.order_id.into(),
        order_number: row.order_id.into(),
        state: progress.state(),
        parked: is_parked(store, row.order_id)?,
        failure_code: row.failure.as_ref().map(|failure| failure.0.code.into()),
        owed: progress.owed,
        acknowledged: progress.acknowledged,
        created_at: row.created_at,
        expires_at: row.expires_at,
        ended_at: row.ended_at,
        compensated_at: row.compensated_at,
    })
}

/// The steps ahead of the furthest event heard; none once the order has ended.
fn remaining(row: &OrderRow, heard: impl Iterator<Item = Kind>) -> Steps {
    match row.progress().state() {
        SagaState::Running => {
            let ahead = heard.map(saga::remaining_steps);
            ahead.min_by_key(|steps| steps.len()).unwrap_or(Steps::NONE)
        }
        SagaState::Completed | SagaState::Compensating | SagaState::Compensated => Steps::NONE,
    }
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

/// The embedded log has one partition a topic.
const PART: i64 = 0;
