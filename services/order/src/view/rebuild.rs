//! Rebuilding the read model while orders go on: a second generation of rows is filled from
//! Order's committed rows and from the events that come meanwhile, compared with the write side,
//! and only then read. Both sources carry whole orders with their versions and the highest wins,
//! so it does not matter in which order they arrive, as long as filling begins after the loop
//! knows of the generation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contracts::envelope::{Actor, Trace};
use contracts::ids::{OrderId, UserId};
use contracts::time::Timestamp;
use db::{Digest, Failed, Reader, Readers, Row, Store};
use runtime::{Handle, Unanswered};
use rusqlite::OptionalExtension;

use super::list::{OrderSummary, OrderView, STATE, ViewInput, ViewReply, ViewState};
use crate::store::OrderRow;

/// Orders of one read and of one batch: a reader's 50 ms are far away.
const PART: usize = 500;
/// How many differing orders are named.
const MOST_NAMED: usize = 10;
/// Orders that move while they are compared are looked at again, this often and this long.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const MOST_LOOKS: usize = 500;

/// What a rebuild works with.
#[derive(Clone)]
pub struct Rebuild {
    /// Of Order's own rows.
    pub orders: Arc<Readers>,
    /// Of the read model's.
    pub view: Arc<Readers>,
    pub handle: Handle<OrderView>,
    /// One rebuild at a time.
    pub running: Arc<AtomicBool>,
}

/// How the read model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub live: i64,
    pub building: Option<i64>,
    pub rebuilt_at: Option<Timestamp>,
}

/// What a comparison with the write side found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub rows: u64,
    pub differing: u64,
    /// The first of them.
    pub orders: Vec<OrderId>,
    /// Over all rows of the write side, whatever their order.
    pub checksum: u64,
    /// Over all rows of the view.
    pub view_checksum: u64,
}

/// What a rebuild did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    pub generation: i64,
    /// Whether lists read it now: not if it differs from the write side.
    pub switched: bool,
    pub checked: Checked,
    /// Orders that the generation before it showed otherwise.
    pub mended: u64,
}

/// Why a rebuild or a check could not be done.
#[derive(Debug, thiserror::Error)]
pub enum NotRebuilt {
    #[error("another rebuild is under way")]
    Running,
    #[error("another rebuild took its place")]
    Superseded,
    #[error(transparent)]
    Failed(#[from] Failed),
    #[error("the read model does not take it: {0:?}")]
    Unanswered(Unanswered),
}

impl Rebuild {
    pub fn standing(&self) -> Result<Standing, Failed> {
        let state = self.view.with(|reader| reader.get::<ViewState>(&STATE))?;
        let state = state.unwrap_or(ViewState::FIRST);
        Ok(Standing {
            live: state.live,
            building: state.building,
            rebuilt_at: state.rebuilt_at,
        })
    }

    /// Builds a new generation, compares it with the write side, and lets lists read it when
    /// they agree.
    pub async fn rebuild(&self) -> Result<Rebuilt, NotRebuilt> {
        let _one = One::hold(&self.running).ok_or(NotRebuilt::Running)?;
        let before = self.standing()?.live;
        let ViewReply::Begun { generation } = self.send(ViewInput::Begin).await? else {
            return Err(NotRebuilt::Superseded);
        };
        // Whatever is placed from here on comes as an event: chasing it would never end.
        let newest = self.orders.with(newest)?;
        let mut after = OrderId::new(0);
        while let Some(last) = self.load(generation, after, newest).await? {
            after = last;
        }
        let checked = self.compare(generation).await?;
        let mended = self.differences(before, generation)?;
        let switched = checked.differing == 0;
        let last = match switched {
            true => ViewInput::Switch { generation },
            false => ViewInput::GiveUp,
        };
        if self.send(last).await? == ViewReply::Superseded {
            return Err(NotRebuilt::Superseded);
        }
        self.sweep().await?;
        Ok(Rebuilt {
            generation,
            switched,
            checked,
            mended,
        })
    }

    /// Compares what lists read with the write side.
    pub async fn check(&self) -> Result<Checked, NotRebuilt> {
        let live = self.standing()?.live;
        self.compare(live).await
    }

    /// Gives up what a process that ended left half built.
    pub async fn tidy(&self) -> Result<(), NotRebuilt> {
        let _one = One::hold(&self.running).ok_or(NotRebuilt::Running)?;
        if self.standing()?.building.is_some() {
            self.send(ViewInput::GiveUp).await?;
        }
        self.sweep().await
    }

    /// Hands the next committed orders to the read model's loop; the last of them.
    async fn load(
        &self,
        generation: i64,
        after: OrderId,
        newest: OrderId,
    ) -> Result<Option<OrderId>, NotRebuilt> {
        let orders = self
            .orders
            .with(|reader| projection(reader, after, newest))?;
        let Some(last) = orders.last().map(|order| order.order_id) else {
            return Ok(None);
        };
        let input = ViewInput::Load { generation, orders };
        match self.send(input).await? {
            ViewReply::Done => Ok(Some(last)),
            ViewReply::Begun { .. } | ViewReply::Superseded => Err(NotRebuilt::Superseded),
        }
    }

    /// Order by order in both directions. What differs while orders go on is looked at again
    /// until it agrees or has stopped moving for long.
    async fn compare(&self, generation: i64) -> Result<Checked, NotRebuilt> {
        let newest = self.orders.with(newest)?;
        let mut sums = BTreeMap::new();
        let mut odd = Vec::new();
        let mut after = OrderId::new(0);
        loop {
            let orders = self
                .orders
                .with(|reader| projection(reader, after, newest))?;
            let Some(last) = orders.last() else { break };
            after = last.order_id;
            for order in orders {
                let shown = self.shown(generation, order.user_id, order.order_id)?;
                match shown.filter(|shown| is_same(shown, &order)) {
                    Some(shown) => drop(sums.insert(order.order_id, pair(&order, &shown))),
                    None => odd.push((order.user_id, order.order_id)),
                }
            }
        }
        odd.extend(self.strays(generation, newest)?);
        let mut looks = tokio::time::interval(LOOK_AGAIN);
        for _ in 0..MOST_LOOKS {
            if odd.is_empty() {
                break;
            }
            looks.tick().await;
            let mut left = Vec::new();
            for (user_id, order_id) in odd {
                match self.again(generation, user_id, order_id)? {
                    Some(sum) => drop(sums.insert(order_id, sum)),
                    None => left.push((user_id, order_id)),
                }
            }
            odd = left;
        }
        let total =
            |side: fn(&(u64, u64)) -> u64| sums.values().map(side).fold(0, u64::wrapping_add);
        Ok(Checked {
            rows: count(sums.len()) + count(odd.len()),
            differing: count(odd.len()),
            orders: odd.iter().map(|odd| odd.1).take(MOST_NAMED).collect(),
            checksum: total(|sum| sum.0),
            view_checksum: total(|sum| sum.1),
        })
    }

    /// Both sides of one order, if they agree.
    fn again(
        &self,
        generation: i64,
        user_id: UserId,
        order_id: OrderId,
    ) -> Result<Option<(u64, u64)>, Failed> {
        let order = self
            .orders
            .with(|reader| reader.get::<OrderRow>(&order_id))?;
        let order = order.map(|row| OrderSummary::from(&row.document()));
        let shown = self.shown(generation, user_id, order_id)?;
        Ok(match (order, shown) {
            (Some(order), Some(shown)) if is_same(&shown, &order) => Some(pair(&order, &shown)),
            (Some(_) | None, Some(_) | None) => None,
        })
    }

    fn shown(
        &self,
        generation: i64,
        user_id: UserId,
        order_id: OrderId,
    ) -> Result<Option<OrderSummary>, Failed> {
        let key = (generation, user_id, order_id);
        self.view.with(|reader| reader.get::<OrderSummary>(&key))
    }

    /// What the view shows of no order.
    fn strays(&self, generation: i64, newest: OrderId) -> Result<Vec<(UserId, OrderId)>, Failed> {
        let mut strays = Vec::new();
        self.each(generation, &mut |shown| {
            let order_id = shown.order_id;
            let known = |reader: &Reader| owner(reader, order_id);
            if order_id <= newest && self.orders.with(known)? != Some(shown.user_id) {
                strays.push((shown.user_id, order_id));
            }
            Ok(())
        })?;
        Ok(strays)
    }

    /// How many orders the older generation shows otherwise, or not at all, or alone.
    fn differences(&self, older: i64, newer: i64) -> Result<u64, Failed> {
        let (mut rows, mut known, mut differing) = (0, 0, 0);
        self.each(older, &mut |_| {
            known += 1;
            Ok(())
        })?;
        let mut common = 0;
        self.each(newer, &mut |new| {
            rows += 1;
            let old = self.shown(older, new.user_id, new.order_id)?;
            common += u64::from(old.is_some());
            // One that moved meanwhile is newer in one of them, and no mistake.
            let same = old.is_some_and(|old| old.version != new.version || is_same(&old, &new));
            differing += u64::from(!same);
            Ok(())
        })?;
        Ok(differing + u64::saturating_sub(known, common))
    }

    fn each(
        &self,
        generation: i64,
        visit: &mut dyn FnMut(OrderSummary) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let mut from = (generation, UserId::new(0), OrderId::new(0));
        loop {
            let page = self
                .view
                .with(|reader| reader.page_from::<OrderSummary>(&from, PART))?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            from = (
                generation,
                last.user_id,
                OrderId::new(last.order_id.get().saturating_add(1)),
            );
            page.into_iter().try_for_each(&mut *visit)?;
        }
    }

    /// Takes away the rows of generations that nobody reads, a few at a time.
    async fn sweep(&self) -> Result<(), NotRebuilt> {
        loop {
            let keys = self.view.with(unused)?;
            if keys.is_empty() {
                return Ok(());
            }
            self.send(ViewInput::Sweep(keys)).await?;
        }
    }

    async fn send(&self, input: ViewInput) -> Result<ViewReply, NotRebuilt> {
        let sent = self.handle.send(input, Actor::System, Trace::NONE).await;
        sent.map_err(NotRebuilt::Unanswered)
    }
}

/// The newest order committed so far.
fn newest(reader: &Reader) -> Result<OrderId, Failed> {
    let newest: Option<i64> = reader.query(|connection| {
        connection.query_row("SELECT max(order_id) FROM orders", [], |row| row.get(0))
    })?;
    Ok(OrderId::new(newest.unwrap_or(0)))
}

/// The next committed orders after one, as the view should show them.
fn projection(
    reader: &Reader,
    after: OrderId,
    newest: OrderId,
) -> Result<Vec<OrderSummary>, Failed> {
    let part = i64::try_from(PART).unwrap_or(i64::MAX);
    let ids: Vec<i64> = reader.query(|connection| {
        let mut statement = connection.prepare_cached(NEXT)?;
        let ids = statement.query_map((after.get(), newest.get(), part), |row| row.get(0))?;
        ids.collect()
    })?;
    let mut orders = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(row) = reader.get::<OrderRow>(&OrderId::new(id))? {
            orders.push(OrderSummary::from(&row.document()));
        }
    }
    Ok(orders)
}

const NEXT: &str = "
    SELECT order_id FROM orders WHERE order_id > ?1 AND order_id <= ?2
    ORDER BY order_id LIMIT ?3";

/// Whose an order is, without what it is of.
fn owner(reader: &Reader, order_id: OrderId) -> Result<Option<UserId>, Failed> {
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(OWNER)?;
        let user = statement.query_row([order_id.get()], |row| row.get(0));
        Ok(user.optional()?.map(UserId::new))
    })
}

const OWNER: &str = "SELECT user_id FROM orders WHERE order_id = ?1";

/// Rows of generations that are neither live nor being built.
fn unused(reader: &Reader) -> Result<Vec<(i64, UserId, OrderId)>, Failed> {
    let part = i64::try_from(PART).unwrap_or(i64::MAX);
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(UNUSED)?;
        let keys = statement.query_map([part], |row| {
            Ok((
                row.get(0)?,
                UserId::new(row.get(1)?),
                OrderId::new(row.get(2)?),
            ))
        })?;
        keys.collect()
    })
}

/// Two ranges of the key, so that the rows in use are not looked at.
const UNUSED: &str = "
    SELECT generation, user_id, order_id FROM order_summary
    WHERE generation < coalesce((SELECT live FROM view_state WHERE id = 1), 1)
    UNION ALL
    SELECT generation, user_id, order_id FROM order_summary
    WHERE generation > coalesce((SELECT live FROM view_state WHERE id = 1), 1)
      AND generation < (SELECT coalesce(building, last + 1) FROM view_state WHERE id = 1)
    LIMIT ?1";

/// Whether two summaries show the same, in whatever generations they stand.
fn is_same(one: &OrderSummary, other: &OrderSummary) -> bool {
    let generation = one.generation;
    *one == OrderSummary {
        generation,
        ..other.clone()
    }
}

fn pair(order: &OrderSummary, shown: &OrderSummary) -> (u64, u64) {
    (checksum(order), checksum(shown))
}

fn checksum(order: &OrderSummary) -> u64 {
    let mut digest = Digest::default();
    let placed = OrderSummary {
        generation: 0,
        ..order.clone()
    };
    placed.visit(&mut |cell| digest.cell(cell));
    digest.value()
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

/// Held while a rebuild runs.
struct One(Arc<AtomicBool>);

impl One {
    fn hold(running: &Arc<AtomicBool>) -> Option<Self> {
        let was_running = running.swap(true, Ordering::AcqRel);
        (!was_running).then(|| Self(Arc::clone(running)))
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
