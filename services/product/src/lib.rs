//! Product: the catalogue, its prices, and the stock with its ledger. It takes and puts back
//! stock for orders it knows only by id; what an order is or costs in the end is not its matter.

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

/// What it shows.
pub mod view;

/// What it serves.
mod api;

/// The service, as the runtime sees it.
#[derive(Debug)]
pub struct Product;

/// Its tables, oldest step first.
pub const MIGRATIONS: db::Migrations = &[
    db::Migration {
        name: "V1__product",
        sql: include_str!("../migrations/sqlite/0001_product.sql"),
    },
    db::Migration {
        name: "V2__search_and_boards",
        sql: include_str!("../migrations/sqlite/0002_search_and_boards.sql"),
    },
    db::Migration {
        name: "V3__saga_event_log",
        sql: include_str!("../migrations/sqlite/0003_saga_event_log.sql"),
    },
];

impl Service for Product {
    const NAME: ServiceName = ServiceName::Product;
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

    fn due(timer: Timer) -> Option<Self::Input> {
        Some(input::due(timer))
    }

    /// Few are open, and those of old files are wherever their products are: all are read.
    fn open_timers(store: &impl Store, _from: i64) -> Result<Vec<Timer>, Failed> {
        store::open_timers(store)
    }
}

impl boot::Hosted for Product {
    const MIGRATIONS: db::Migrations = MIGRATIONS;

    fn router(place: boot::Place<Self>) -> anyhow::Result<axum::Router> {
        Ok(api::router(place))
    }

    fn operations() -> Vec<platform_http::Operation> {
        api::operations()
    }
}
