//! Promotion: coupons as the shop offers them and as users hold them, issued first come, first
//! served, applied to orders and given back. It prices nothing and takes no payment.

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
pub mod api;

use contracts::envelope::{Event, ServiceName};
use runtime::{Accept, Decision, Moment, Service};

/// The service, as the runtime sees it.
#[derive(Debug)]
pub struct Promotion;

/// Its tables, oldest step first.
pub const MIGRATIONS: db::Migrations = &[
    db::Migration {
        name: "V1__promotion",
        sql: include_str!("../migrations/sqlite/0001_promotion.sql"),
    },
    db::Migration {
        name: "V2__changed_offers",
        sql: include_str!("../migrations/sqlite/0002_changed_offers.sql"),
    },
    db::Migration {
        name: "V3__saga_event_log",
        sql: include_str!("../migrations/sqlite/0003_saga_event_log.sql"),
    },
];

impl Service for Promotion {
    const NAME: ServiceName = ServiceName::Promotion;
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

impl boot::Hosted for Promotion {
    const MIGRATIONS: db::Migrations = MIGRATIONS;

    fn router(place: boot::Place<Self>) -> anyhow::Result<axum::Router> {
        Ok(api::router(place))
    }

    fn operations() -> Vec<platform_http::Operation> {
        api::operations()
    }
}
