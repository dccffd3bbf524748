//! Payment: every user's points, a balance and behind it a ledger that is only added to. It takes
//! part in both sagas and prices nothing: what an order costs comes with the event it hears.

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
pub mod api;

/// The service, as the runtime sees it.
#[derive(Debug)]
pub struct Payment;

/// Its tables, oldest step first.
pub const MIGRATIONS: db::Migrations = &[
    db::Migration {
        name: "V1__payment",
        sql: include_str!("../migrations/sqlite/0001_payment.sql"),
    },
    db::Migration {
        name: "V2__by_direction_and_order",
        sql: include_str!("../migrations/sqlite/0002_by_direction_and_order.sql"),
    },
    db::Migration {
        name: "V3__saga_event_log",
        sql: include_str!("../migrations/sqlite/0003_saga_event_log.sql"),
    },
    db::Migration {
        name: "V4__ledger_by_time",
        sql: include_str!("../migrations/sqlite/0004_ledger_by_time.sql"),
    },
];

impl Service for Payment {
    const NAME: ServiceName = ServiceName::Payment;
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

impl boot::Hosted for Payment {
    const MIGRATIONS: db::Migrations = MIGRATIONS;

    fn router(place: boot::Place<Self>) -> anyhow::Result<axum::Router> {
        Ok(api::router(place))
    }

    fn operations() -> Vec<platform_http::Operation> {
        api::operations()
    }
}
