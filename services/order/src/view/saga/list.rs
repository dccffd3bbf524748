//! The list of sagas, newest first, orders' and refunds' together. Those that wait for something
//! are found through small indexes, however old they are; the others are looked for among so
//! many rows at a time, and a page that ends there says where the next one goes on.

use contracts::http::saga::{SagaState, SagaView};
use contracts::ids::{OrderId, RefundId, SagaId};
use contracts::saga::Step;
use contracts::time::Timestamp;
use db::{Failed, Reader, Store, Writer};

use super::{of_order, of_refund};
use crate::store::{OrderRow, Refund};

/// How many orders one page looks at: this keeps a reader well under its 50 ms. No index holds
/// the states, which every order would pay for.
const MOST_SCANNED: i64 = 20_000;
/// How many sagas one page looks into for a step.
const MOST_OPENED: usize = 1_000;

/// Which sagas are wanted.
#[derive(Clone, Debug)]
pub struct WantedSagas {
    pub state: Option<SagaState>,
    /// Waited for by the saga.
    pub step: Option<Step>,
    /// Only those that began before.
    pub before: Option<Timestamp>,
    /// The last saga seen; the first page begins with the newest.
    pub after: Option<SagaId>,
    pub rows: usize,
}

/// A page of sagas.
#[derive(Debug)]
pub struct FoundSagas {
    pub views: Vec<SagaView>,
    /// Where the search ended when it had looked at enough: there may be more.
    pub stopped_at: Option<SagaId>,
}

/// A saga that may be wanted.
#[derive(Clone, Copy)]
enum Candidate {
    Order(OrderId),
    Refund(OrderId, RefundId),
}

impl Candidate {
    fn id(self) -> i64 {
        match self {
            Self::Order(id) => id.get(),
            Self::Refund(_, id) => id.get(),
        }
    }
}

/// Ids that were read: all there are down to `down_to`; where that is none, to the end.
struct Read<Id> {
    ids: Vec<Id>,
    down_to: Option<i64>,
}

impl<Id> Read<Id> {
    const NOTHING: Self = Self {
        ids: Vec::new(),
        down_to: None,
    };

    fn map<To>(self, into: impl Fn(Id) -> To) -> Read<To> {
        Read {
            ids: self.ids.into_iter().map(into).collect(),
            down_to: self.down_to,
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.ids.extend(other.ids);
        self.down_to = self.down_to.max(other.down_to);
        self
    }
}

/// Sagas before `after`, newest first.
pub fn sagas(reader: &Reader, wanted: &WantedSagas) -> Result<FoundSagas, Failed> {
    let after = wanted.after.map_or(i64::MAX, SagaId::get);
    let began = wanted.before.map(|at| SagaId::first_at(at).get());
    let mut search = Search {
        reader,
        wanted,
        below: after.min(began.unwrap_or(i64::MAX)),
        left: MOST_SCANNED,
    };
    let mut views = Vec::new();
    let mut opened = 0;
    loop {
        let Read { ids, down_to } = search.candidates()?;
        for candidate in &ids {
            views.extend(search.view(*candidate)?);
            if views.len() == wanted.rows {
                return Ok(FoundSagas {
                    views,
                    stopped_at: None,
                });
            }
        }
        opened += ids.len();
        match down_to {
            Some(down_to) if ids.len() >= wanted.rows && opened < MOST_OPENED => {
                search.below = down_to;
            }
            down_to => {
                let stopped_at = down_to.map(SagaId::new);
                return Ok(FoundSagas { views, stopped_at });
            }
        }
    }
}

struct Search<'r> {
    reader: &'r Reader,
    wanted: &'r WantedSagas,
    /// Only ids below this one are left.
    below: i64,
    /// How many orders may still be looked at.
    left: i64,
}

impl Search<'_> {
    fn wants(&self, state: SagaState) -> bool {
        // Only a saga under way waits for a step.
        let step = self.wanted.step.is_none() || !state.is_at_rest();
        step && self.wanted.state.is_none_or(|wanted| wanted == state)
    }

    /// As it stands now: it may have moved on since its id was read.
    fn view(&self, candidate: Candidate) -> Result<Option<SagaView>, Failed> {
        let reader = self.reader;
        let view = match candidate {
            Candidate::Order(id) => match reader.get::<OrderRow>(&id)? {
                Some(row) => of_order(reader, &row)?,
                None => return Ok(None),
            },
            Candidate::Refund(order_id, id) => match reader.get::<Refund>(&(order_id, id))? {
                Some(refund) => of_refund(reader, &refund)?,
                None => return Ok(None),
            },
        };
        let step = self.wanted.step;
        let waits = step.is_none_or(|step| view.waits_for.contains(step));
        Ok(Some(view).filter(|view| waits && self.wants(view.state)))
    }

    /// The next sagas that may be wanted, newest first.
    fn candidates(&mut self) -> Result<Read<Candidate>, Failed> {
        let rest = self.wants(SagaState::Completed) || self.wants(SagaState::Compensated);
        let orders = match rest {
            true => {
                let states = SagaState::ALL
                    .into_iter()
                    .filter(|state| self.wants(*state));
                let states: Vec<_> = states.collect();
                self.orders(0, &states)?
            }
            false => self.open_orders()?,
        };
        let refunds = match (
            self.wants(SagaState::Running),
            self.wants(SagaState::Completed),
        ) {
            (false, false) => Read::NOTHING,
            (true, false) => self.refunds(OPEN_REFUNDS)?,
            (_, true) => self.refunds(REFUNDS)?,
        };
        let orders = orders.map(|id| Candidate::Order(OrderId::new(id)));
        let refunds =
            refunds.map(|(order, id)| Candidate::Refund(OrderId::new(order), RefundId::new(id)));
        let Read { mut ids, down_to } = orders.and(refunds);
        ids.sort_by_key(|candidate| std::cmp::Reverse(candidate.id()));
        // Below that, one of the readings was not done.
        ids.retain(|candidate| down_to.is_none_or(|lowest| candidate.id() >= lowest));
        let more = ids.len() > self.wanted.rows;
        ids.truncate(self.wanted.rows);
        let last = ids.last().map(|last| last.id()).filter(|_| more);
        Ok(Read {
            ids,
            down_to: last.or(down_to),
        })
    }

    /// An open order has a deadline, so no order below the oldest open one is PENDING: the writer
    /// row says where that is. Those with an undo owed have an index of their own.
    fn open_orders(&mut self) -> Result<Read<i64>, Failed> {
        let mut found = Read::NOTHING;
        if self.wants(SagaState::Compensating) {
            found = found.and(self.compensating()?);
        }
        if self.wants(SagaState::Running) {
            let writers = self.reader.all::<Writer>()?;
            let oldest = writers.iter().map(|writer| writer.timers_from).min();
            found = found.and(self.orders(oldest.unwrap_or(0), &[SagaState::Running])?);
        }
        Ok(found)
    }

    fn compensating(&self) -> Result<Read<i64>, Failed> {
        let ids = self.reader.query(|connection| {
            let mut statement = connection.prepare_cached(COMPENSATING)?;
            let ids = statement.query_map((self.below, self.rows()), |row| row.get(0))?;
            ids.collect::<Result<Vec<_>, _>>()
        })?;
        Ok(self.read(ids, |id| *id))
    }

    /// Orders in these states from an id on, as far as this page looks.
    fn orders(&mut self, from: i64, states: &[SagaState]) -> Result<Read<i64>, Failed> {
        let mut found = Read::NOTHING;
        if self.left == 0 {
            found.down_to = Some(self.below);
            return Ok(found);
        }
        let scanned = self.reader.query(|connection| {
            let mut statement = connection.prepare_cached(ORDERS)?;
            let mut rows = statement.query((self.below, from, self.left))?;
            let mut scanned = 0;
            while let Some(row) = rows.next()? {
                scanned += 1;
                let (id, state) = (row.get(0)?, state(row.get(1)?, row.get(2)?));
                found.down_to = Some(id);
                if states.contains(&state) {
                    found.ids.push(id);
                    if found.ids.len() == self.wanted.rows {
                        return Ok(scanned);
                    }
                }
            }
            if scanned < self.left {
                found.down_to = None;
            }
            Ok(scanned)
        })?;
        self.left -= scanned;
        Ok(found)
    }

    fn refunds(&self, sql: &'static str) -> Result<Read<(i64, i64)>, Failed> {
        let ids = self.reader.query(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let bounds = (self.below, self.rows());
            let ids = statement.query_map(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
            ids.collect::<Result<Vec<_>, _>>()
        })?;
        Ok(self.read(ids, |(_, id)| *id))
    }

    /// What was asked for with a limit: when as much came, there may be more.
    fn read<Id>(&self, ids: Vec<Id>, id: impl Fn(&Id) -> i64) -> Read<Id> {
        let full = ids.len() >= self.wanted.rows;
        let down_to = ids.last().map(id).filter(|_| full);
        Read { ids, down_to }
    }

    fn rows(&self) -> i64 {
        i64::try_from(self.wanted.rows).unwrap_or(i64::MAX)
    }
}

fn state(status: i64, compensated: bool) -> SagaState {
    match (status, compensated) {
        (0, _) => SagaState::Running,
        (1, _) => SagaState::Completed,
        (_, false) => SagaState::Compensating,
        (_, true) => SagaState::Compensated,
    }
}

const ORDERS: &str = "
    SELECT order_id, status, compensated_at IS NOT NULL FROM orders
    WHERE order_id < ?1 AND order_id >= ?2
    ORDER BY order_id DESC LIMIT ?3";

/// The planner would rather walk the newest orders until it has met enough of these.
const COMPENSATING: &str = "
    SELECT order_id FROM orders INDEXED BY orders_compensating
    WHERE status = 2 AND compensated_at IS NULL AND order_id < ?1
    ORDER BY order_id DESC LIMIT ?2";

const REFUNDS: &str = "
    SELECT order_id, refund_id FROM refund
    WHERE refund_id < ?1 ORDER BY refund_id DESC LIMIT ?2";

const OPEN_REFUNDS: &str = "
    SELECT order_id, refund_id FROM refund INDEXED BY refund_open
    WHERE done_at IS NULL AND refund_id < ?1 ORDER BY refund_id DESC LIMIT ?2";

#[cfg(test)]
mod tests;
