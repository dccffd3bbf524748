//! The read model of orders: a service of its own over its own file, fed by what Order says.
//! It decides nothing; an event that carries an older version of an order than it holds is
//! passed over, so that any order of arrival leads to the same rows.

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
pub const VIEW_MIGRATIONS: db::Migrations = &[db::Migration {
    name: "V1__order_view",
    sql: include_str!("../../migrations/sqlite/view/0001_order_view.sql"),
}];

/// The read model, as the runtime sees it.
#[derive(Debug)]
pub struct OrderView;

row! {
    /// One order as a list shows it.
    pub struct OrderSummary in "order_view" {
        key { pub user_id: UserId, pub order_id: OrderId }
        pub status: Status,
        pub failure_code: Option<Shown<Code>>,
        pub first_item_name: Option<String>,
        pub line_count: i64,
        pub total_price: Option<Money>,
        pub discount: Option<Money>,
        pub paid_price: Option<Money>,
        pub created_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub version: i64,
    }
}

rows! {
    pub struct ViewRows {
        pub orders: Table<OrderSummary>,
    }
}

impl Service for OrderView {
    const NAME: ServiceName = ServiceName::Order;
    const CONSUMER: &'static str = "order_view";
    type Input = OrderSummary;
    type Rows = ViewRows;
    type Reply = ();

    fn hears() -> Kinds {
        [
            Kind::OrderCreated,
            Kind::OrderConfirmed,
            Kind::OrderCancelled,
        ]
        .into_iter()
        .collect()
    }

    fn accept(event: &Event) -> Accept<OrderSummary> {
        match &event.fact {
            Fact::OrderCreated(created) => Accept::Hear(opened(created, event.sequence)),
            Fact::OrderConfirmed(said) => Accept::Hear(OrderSummary::from(&said.order)),
            Fact::OrderCancelled(said) => Accept::Hear(OrderSummary::from(&said.order)),
            Fact::UserRegistered(_)
            | Fact::UserDeactivated(_)
            | Fact::ProductChanged(_)
            | Fact::StockDeducted(_)
            | Fact::StockDeductionFailed(_)
            | Fact::StockRestored(_)
            | Fact::StockReturned(_)
            | Fact::RefundRequested(_)
            | Fact::OrderRefunded(_)
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

    fn ask(rows: &mut ViewRows, summary: &OrderSummary) {
        rows.orders.ask((summary.user_id, summary.order_id));
    }

    fn decide(rows: &mut ViewRows, summary: &OrderSummary, _at: &Moment) -> Decision<()> {
        let key = (summary.user_id, summary.order_id);
        if rows
            .orders
            .get(&key)
            .is_some_and(|known| known.version >= summary.version)
        {
            return Decision::repeat();
        }
        rows.orders.put(summary.clone());
        Decision::quiet()
    }
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
    let status = status.map(|status| Status::from(status) as i64);
    let before = wanted.after.map_or(i64::MAX, OrderId::get);
    let from = from.map_or(i64::MIN, Timestamp::micros);
    let to = to.map_or(i64::MAX, Timestamp::micros);
    let rows = i64::try_from(wanted.rows).unwrap_or(i64::MAX);
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(LIST)?;
        let user = wanted.user.get();
        let views = statement.query_map((user, before, status, from, to, rows), summary)?;
        views.collect()
    })
}

const LIST: &str = "
    SELECT order_id, status, failure_code, first_item_name, line_count,
           total_price, discount, paid_price, created_at, ended_at
    FROM order_view
    WHERE user_id = ?1 AND order_id < ?2 AND (?3 IS NULL OR status = ?3)
      AND created_at >= ?4 AND created_at < ?5
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
        currency: Money::CURRENCY.code.to_owned(),
        created_at: Timestamp::from_micros(row.get(8)?),
        ended_at: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_micros),
    })
}

fn opened(created: &OrderCreated, version: i64) -> OrderSummary {
    OrderSummary {
        user_id: created.user_id,
        order_id: created.order_id,
        status: OrderStatus::Pending.into(),
        failure_code: None,
        first_item_name: None,
        line_count: count(created.lines.len()),
        total_price: None,
        discount: None,
        paid_price: None,
        created_at: created.created_at,
        ended_at: None,
        version,
    }
}

impl From<&OrderDocument> for OrderSummary {
    fn from(order: &OrderDocument) -> Self {
        let first = order.lines.first().and_then(|line| line.name.as_deref());
        Self {
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
