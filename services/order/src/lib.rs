//! Order: takes orders, follows their sagas and decides their ends. It alone says whether an
//! order is confirmed or cancelled; it holds no stock, no points and no coupons.

use contracts::envelope::{Event, ServiceName};
use db::{Failed, Store};
use runtime::{Accept, Decision, Moment, Service, Timer};

/// What it hears.
pub mod input;

/// What it knows.
pub mod domain;

/// What it does.
pub mod decide;

/// What it remembers.
pub mod store;

/// What guards its audit.
pub mod seal;

/// What it shows, and the read model of its lists.
pub mod view;

/// What it has heard of the shelves.
pub mod sold_out;

/// What it serves.
pub mod api;

pub use view::{OrderView, VIEW_MIGRATIONS};

/// The service, as the runtime sees it.
#[derive(Debug)]
pub struct Order;

/// Its tables, oldest step first.
pub const MIGRATIONS: db::Migrations = &[
    db::Migration {
        name: "V1__order",
        sql: include_str!("../migrations/sqlite/0001_order.sql"),
    },
    db::Migration {
        name: "V2__refund",
        sql: include_str!("../migrations/sqlite/0002_refund.sql"),
    },
    db::Migration {
        name: "V3__audit_seal",
        sql: include_str!("../migrations/sqlite/0003_audit_seal.sql"),
    },
    db::Migration {
        name: "V4__saga_event_log",
        sql: include_str!("../migrations/sqlite/0004_saga_event_log.sql"),
    },
    db::Migration {
        name: "V5__open_sagas",
        sql: include_str!("../migrations/sqlite/0005_open_sagas.sql"),
    },
];

impl Service for Order {
    const NAME: ServiceName = ServiceName::Order;
    type Input = input::Input;
    type Rows = store::Rows;
    type Reply = decide::Reply;

    fn accept(event: &Event) -> Accept<Self::Input> {
        input::accept(event)
    }

    fn ask(rows: &mut Self::Rows, input: &Self::Input) {
        store::ask(rows, input);
    }

    fn decide(rows: &mut Self::Rows, input: &Self::Input, at: &Moment) -> Decision<Self::Reply> {
        decide::decide(rows, input, at)
    }

    fn ask_close(rows: &mut Self::Rows, writer: i64) {
        rows.audit_head.ask(writer);
    }

    fn close(rows: &mut Self::Rows, at: &Moment) {
        seal::close(rows, at);
    }

    fn due(timer: Timer) -> Option<Self::Input> {
        Some(input::due(timer))
    }

    fn open_timers(store: &impl Store, from: i64) -> Result<Vec<Timer>, Failed> {
        store::open_timers(store, from)
    }

    fn sheds(input: &Self::Input) -> bool {
        input::sheds(input)
    }
}

impl boot::Hosted for Order {
    const MIGRATIONS: db::Migrations = MIGRATIONS;

    fn router(place: boot::Place<Self>) -> anyhow::Result<axum::Router> {
        Ok(api::router(place))
    }

    fn operations() -> Vec<platform_http::Operation> {
        api::operations()
    }

    async fn beside(host: &mut boot::Host) -> anyhow::Result<()> {
        let lists = host.open::<OrderView>(VIEW_MIGRATIONS).await?;
        host.place(lists).await?;
        Ok(())
    }
}
