//! The read model of orders: a service of its own over its own file, fed by what Order says.
//! It decides nothing; an event that carries an older version of an order than it holds is
//! passed over, so that any order of arrival leads to the same rows. While it is rebuilt, events
//! go to two generations of rows; lists read one of them.

use std::time::Duration;

use contracts::envelope::{Event, ServiceName};
use contracts::events::order::{OrderCreated, OrderDocument, OrderStatus};
use contracts::events::{Fact, Kind};
use contracts::http::order::{ListOrders, OrderSummaryView};
use contracts::ids::{OrderId, OrderNumber, UserId};
use contracts::money::Money;
use contracts::problem::Code;
use contracts::saga::Kinds;
use contracts::time::Timestamp;
use db::{Cell, Column, Failed, Reader, Table, row, rows};
use runtime::{Accept, Decision, Moment, Service};
use rusqlite::Row;

use crate::store::{Shown, Status};

/// The tables of `order_view.db`, oldest step first.
pub const VIEW_MIGRATIONS: db::Migrations = &[
    db::Migration {
        name: "V1__order_view",
        sql: include_str!("../../migrations/sqlite/view/0001_order_view.sql"),
    },
    db::Migration {
        name: "V2__generations",
        sql: include_str!("../../migrations/sqlite/view/0002_generations.sql"),
    },
    db::Migration {
        name: "V3__cancelled",
        sql: include_str!("../../migrations/sqlite/view/0003_cancelled.sql"),
    },
];

/// The read model, as the runtime sees it.
#[derive(Debug)]
pub struct OrderView;

row! {
    /// One order as a list shows it.
    pub struct OrderSummary in "order_summary" {
        key { pub generation: i64, pub user_id: UserId, pub order_id: OrderId }
        pub status: Status,
        pub failure_code: Option<Shown<Code>>,
        pub first_item_name: Option<String>,
        pub line_count: i64,
        pub total_price: Option<Money>,
        pub discount: Option<Money>,
        pub paid_price: Option<Money>,
        pub refunded_price: Option<Money>,
        pub created_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub version: i64,
    }
}

row! {
    /// Which generation lists read, and which one is being built.
    pub struct ViewState in "view_state" {
        key { pub id: i64 }
        pub live: i64,
        pub building: Option<i64>,
        /// The number of the newest generation: none is given twice.
        pub last: i64,
        pub rebuilt_at: Option<Timestamp>,
    }
}

rows! {
    pub struct ViewRows {
        pub state: Table<ViewState>,
        pub orders: Table<OrderSummary>,
    }
}

/// The one row of its state.
pub const STATE: i64 = 1;
/// Before anything was rebuilt.
pub const FIRST_GENERATION: i64 = 1;

/// What the read model hears: events, and the steps of a rebuild.
#[derive(Clone, Debug)]
pub enum ViewInput {
    /// An order as an event tells it; its generation is put in here.
    Told(OrderSummary),
    /// A generation is to be built. One that was being built is given up.
    Begin,
    /// Committed orders for the generation that is being built.
    Load {
        generation: i64,
        orders: Vec<OrderSummary>,
    },
    /// Lists read the generation from here on.
    Switch { generation: i64 },
    /// The generation that is being built is given up.
    GiveUp,
    /// Rows of generations that nobody reads.
    Sweep(Vec<(i64, UserId, OrderId)>),
}

/// What the sender of a step learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewReply {
    Begun {
        generation: i64,
    },
    Done,
    /// Another rebuild took its place.
    Superseded,
}

impl Service for OrderView {
    const NAME: ServiceName = ServiceName::Order;
    const CONSUMER: &'static str = "order_view";
    const IS_VIEW: bool = true;
    type Input = ViewInput;
    type Rows = ViewRows;
    type Reply = ViewReply;

    fn hears() -> Kinds {
        [
            Kind::OrderCreated,
            Kind::OrderConfirmed,
            Kind::OrderCancelled,
            Kind::RefundRequested,
            Kind::OrderRefunded,
        ]
        .into_iter()
        .collect()
    }

    fn accept(event: &Event) -> Accept<ViewInput> {
        let told = |order: &OrderDocument| Accept::Hear(ViewInput::Told(OrderSummary::from(order)));
        match &event.fact {
            Fact::OrderCreated(created) => {
                Accept::Hear(ViewInput::Told(opened(created, event.sequence)))
            }
            Fact::OrderConfirmed(said) => told(&said.order),
            Fact::OrderCancelled(said) => told(&said.order),
            Fact::RefundRequested(said) => told(&said.order),
            Fact::OrderRefunded(said) => told(&said.order),
            Fact::UserRegistered(_)
            | Fact::UserDeactivated(_)
            | Fact::ProductChanged(_)
            | Fact::StockDeducted(_)
            | Fact::StockDeductionFailed(_)
            | Fact::StockRestored(_)
            | Fact::StockReturned(_)
            | Fact::PointCharged(_)
            | Fact::PaymentCompleted(_)
            | Fact::PaymentFailed(_)
            | Fact::PaymentRefunded(_)
            | Fact::PointsReturned(_)
            | Fact::CouponIssued(_)
            | Fact::CouponApplied(_)
            | Fact::CouponRejected(_)
            | Fact::CouponRestored(_)
            | Fact::CouponReturned(_) => Accept::Ignore,
        }
    }

    fn ask(rows: &mut ViewRows, input: &ViewInput) {
        rows.state.ask(STATE);
        match input {
            ViewInput::Told(order) => {
                // The state comes with the first round; it says which rows are meant.
                for generation in generations(rows.state.peek(&STATE)) {
                    rows.orders.ask((generation, order.user_id, order.order_id));
                }
            }
            ViewInput::Load { generation, orders } => {
                for order in orders {
                    rows.orders
                        .ask((*generation, order.user_id, order.order_id));
                }
            }
            ViewInput::Sweep(keys) => keys.iter().for_each(|key| rows.orders.ask(*key)),
            ViewInput::Begin | ViewInput::Switch { .. } | ViewInput::GiveUp => {}
        }
    }

    fn decide(rows: &mut ViewRows, input: &ViewInput, at: &Moment) -> Decision<ViewReply> {
        match input {
            ViewInput::Told(order) => {
                let generations = generations(rows.state.get(&STATE));
                let newer = generations
                    .into_iter()
                    .filter(|generation| show(rows, *generation, order));
                match newer.count() {
                    0 => Decision::repeat(),
                    1.. => Decision::quiet(),
                }
            }
            ViewInput::Begin => begin(rows),
            ViewInput::Load { generation, orders } => {
                if !is_built(rows, *generation) {
                    return Decision::reply(ViewReply::Superseded);
                }
                for order in orders {
                    show(rows, *generation, order);
                }
                Decision::reply(ViewReply::Done)
            }
            ViewInput::Switch { generation } => {
                if !is_built(rows, *generation) {
                    return Decision::reply(ViewReply::Superseded);
                }
                let state = state(rows);
                rows.state.put(ViewState {
                    live: *generation,
                    building: None,
                    rebuilt_at: Some(at.now),
                    ..state
                });
                Decision::reply(ViewReply::Done)
            }
            ViewInput::GiveUp => {
                let state = state(rows);
                rows.state.put(ViewState {
                    building: None,
                    ..state
                });
                Decision::reply(ViewReply::Done)
            }
            ViewInput::Sweep(keys) => {
                let used = generations(rows.state.get(&STATE));
                for key in keys.iter().filter(|key| !used.contains(&key.0)) {
                    if rows.orders.get(key).is_some() {
                        rows.orders.remove(key);
                    }
                }
                Decision::reply(ViewReply::Done)
            }
        }
    }
}

fn begin(rows: &mut ViewRows) -> Decision<ViewReply> {
    let state = state(rows);
    let generation = state.last + 1;
    rows.state.put(ViewState {
        building: Some(generation),
        last: generation,
        ..state
    });
    Decision::reply(ViewReply::Begun { generation })
}

/// Before the first rebuild there is no row.
fn state(rows: &ViewRows) -> ViewState {
    rows.state.get(&STATE).cloned().unwrap_or(ViewState::FIRST)
}

impl ViewState {
    pub const FIRST: Self = Self {
        id: STATE,
        live: FIRST_GENERATION,
        building: None,
        last: FIRST_GENERATION,
        rebuilt_at: None,
    };
}

/// The generations that are kept up to date: the live one, and one that is being built.
fn generations(state: Option<&ViewState>) -> Vec<i64> {
    let live = state.map_or(FIRST_GENERATION, |state| state.live);
    let building = state.and_then(|state| state.building);
    [live].into_iter().chain(building).collect()
}

fn is_built(rows: &ViewRows, generation: i64) -> bool {
    state(rows).building == Some(generation)
}

/// Puts the order into a generation, unless that knows a version as new.
fn show(rows: &mut ViewRows, generation: i64, order: &OrderSummary) -> bool {
    let key = (generation, order.user_id, order.order_id);
    let known = rows.orders.get(&key).map(|known| known.version);
    if known.is_some_and(|known| known >= order.version) {
        return false;
    }
    rows.orders.put(OrderSummary {
        generation,
        ..order.clone()
    });
    true
}

/// Which part of a user's list is wanted.
#[derive(Debug)]
pub struct Wanted {
    pub user: UserId,
    pub filter: ListOrders,
    /// The last order seen; the first page begins with the newest.
    pub after: Option<OrderId>,
    pub rows: usize,
}

/// The user's orders, newest first: ids are ordered by time, so the key is order and cursor.
pub fn list(reader: &Reader, wanted: &Wanted) -> Result<Vec<OrderSummaryView>, Failed> {
    let ListOrders { status, from, to } = wanted.filter;
    let status = status.map(Status::from);
    let before = wanted.after.map_or(i64::MAX, OrderId::get);
    // Ids are ordered by time, so that a time range is one of keys, give or take a wait.
    let last = |to: Timestamp| OrderId::first_at(to.plus(LONGEST_WAIT)).get();
    let first = |from: Timestamp| OrderId::first_at(from.minus(LONGEST_WAIT)).get();
    let before = before.min(to.map_or(i64::MAX, last));
    let least = from.map_or(i64::MIN, first);
    let from = from.map_or(i64::MIN, Timestamp::micros);
    let to = to.map_or(i64::MAX, Timestamp::micros);
    let rows = i64::try_from(wanted.rows).unwrap_or(i64::MAX);
    let user = wanted.user.get();
    reader.query(|connection| match status {
        None => {
            let mut statement = connection.prepare_cached(LIST)?;
            let views = statement.query_map((user, before, least, from, to, rows), summary)?;
            views.collect()
        }
        Some(Status::Cancelled) => {
            let mut statement = connection.prepare_cached(LIST_OF_CANCELLED)?;
            let views = statement.query_map((user, before, least, from, to, rows), summary)?;
            views.collect()
        }
        Some(status @ (Status::Pending | Status::Completed)) => {
            let mut statement = connection.prepare_cached(LIST_OF_STATUS)?;
            let page = (user, before, least, from, to, rows, status as i64);
            let views = statement.query_map(page, summary)?;
            views.collect()
        }
    })
}

/// Longer than an order waits between its id and its time, whatever a clock does meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

pub(crate) const LIST: &str = "
    SELECT order_id, status, failure_code, first_item_name, line_count,
           total_price, discount, paid_price, refunded_price, created_at, ended_at
    FROM order_summary
    WHERE generation = coalesce((SELECT live FROM view_state WHERE id = 1), 1)
      AND user_id = ?1
      AND order_id < ?2 AND order_id >= ?3 AND created_at >= ?4 AND created_at < ?5
    ORDER BY order_id DESC
    LIMIT ?6";

/// Completed orders are most of a list, and open ones stand at its beginning: what has another
/// status is passed over.
pub(crate) const LIST_OF_STATUS: &str = "
    SELECT order_id, status, failure_code, first_item_name, line_count,
           total_price, discount, paid_price, refunded_price, created_at, ended_at
    FROM order_summary
    WHERE generation = coalesce((SELECT live FROM view_state WHERE id = 1), 1)
      AND user_id = ?1
      AND order_id < ?2 AND order_id >= ?3 AND created_at >= ?4 AND created_at < ?5
      AND status = ?7
    ORDER BY order_id DESC
    LIMIT ?6";

/// By an index of their own: the others of a user are not looked at.
pub(crate) const LIST_OF_CANCELLED: &str = "
    SELECT order_id, status, failure_code, first_item_name, line_count,
           total_price, discount, paid_price, refunded_price, created_at, ended_at
    FROM order_summary INDEXED BY order_summary_cancelled
    WHERE generation = coalesce((SELECT live FROM view_state WHERE id = 1), 1)
      AND user_id = ?1
      AND order_id < ?2 AND order_id >= ?3 AND created_at >= ?4 AND created_at < ?5
      AND status = 2
    ORDER BY order_id DESC
    LIMIT ?6";

fn summary(row: &Row<'_>) -> rusqlite::Result<OrderSummaryView> {
    let order_id = OrderId::new(row.get(0)?);
    let code: i64 = row.get(1)?;
    let status = <Status as Column>::read(Cell::Int(code))
        .ok_or(rusqlite::Error::IntegralValueOutOfRange(1, code))?;
    let money = |column| {
        row.get::<_, Option<i64>>(column)
            .map(|won| won.map(Money::new))
    };
    Ok(OrderSummaryView {
        order_id,
        order_number: OrderNumber::of(order_id),
        status: status.into(),
        failure_code: row
            .get::<_, Option<String>>(2)?
            .and_then(|code| code.parse().ok()),
        first_item_name: row.get(3)?,
        line_count: row.get(4)?,
        total_price: money(5)?,
        discount: money(6)?,
        paid_price: money(7)?,
        refunded_price: money(8)?,
        currency: Money::CURRENCY.code.to_owned(),
        created_at: Timestamp::from_micros(row.get(9)?),
        ended_at: row.get::<_, Option<i64>>(10)?.map(Timestamp::from_micros),
    })
}

/// Of a summary that is in no generation yet.
const UNPLACED: i64 = 0;

fn opened(created: &OrderCreated, version: i64) -> OrderSummary {
    OrderSummary {
        generation: UNPLACED,
        user_id: created.user_id,
        order_id: created.order_id,
        status: OrderStatus::Pending.into(),
        failure_code: None,
        first_item_name: None,
        line_count: count(created.lines.len()),
        total_price: None,
        discount: None,
        paid_price: None,
        refunded_price: None,
        created_at: created.created_at,
        ended_at: None,
        version,
    }
}

impl From<&OrderDocument> for OrderSummary {
    fn from(order: &OrderDocument) -> Self {
        let first = order.lines.first().and_then(|line| line.name.as_deref());
        Self {
            generation: UNPLACED,
            user_id: order.user_id,
            order_id: order.order_id,
            status: order.status.into(),
            failure_code: order
                .failure
                .as_ref()
                .map(|failure| Shown(failure.code.into())),
            first_item_name: first.map(str::to_owned),
            line_count: count(order.lines.len()),
            total_price: order.total_price,
            discount: order.discount,
            paid_price: order.paid_price,
            refunded_price: order.refunded_price,
            created_at: order.created_at,
            ended_at: order.ended_at,
            version: order.version,
        }
    }
}

fn count(lines: usize) -> i64 {
    i64::try_from(lines).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
