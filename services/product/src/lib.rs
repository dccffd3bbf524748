//! Product: the catalogue, its prices, and the stock with its ledger. It takes and puts back
//! stock for orders it knows only by id; what an order is or costs in the end is not its matter.

use contracts::envelope::{Event, ServiceName};
use runtime::{Accept, Decision, Moment, Service};

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
pub const MIGRATIONS: db::Migrations = &[db::Migration {
    name: "V1__product",
    sql: include_str!("../migrations/sqlite/0001_product.sql"),
}];

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
}

impl boot::Hosted for Product {
    const MIGRATIONS: db::Migrations = MIGRATIONS;

    fn router(place: boot::Place<Self>) -> anyhow::Result<axum::Router> {
        Ok(api::router(place))
    }
}
