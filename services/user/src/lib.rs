//! User: accounts, and the tokens that every other service knows its callers by. It hears nobody:
//! what becomes of a closed account's orders, points and coupons is their owners' matter.

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

/// Hashing and comparing, a few at a time.
pub mod passwords;

/// The service, as the runtime sees it.
#[derive(Debug)]
pub struct User;

/// Its tables, oldest step first.
pub const MIGRATIONS: db::Migrations = &[
    db::Migration {
        name: "V1__user",
        sql: include_str!("../migrations/sqlite/0001_user.sql"),
    },
    db::Migration {
        name: "V2__token_family",
        sql: include_str!("../migrations/sqlite/0002_token_family.sql"),
    },
    db::Migration {
        name: "V3__user_lists",
        sql: include_str!("../migrations/sqlite/0003_user_lists.sql"),
    },
    db::Migration {
        name: "V4__saga_event_log",
        sql: include_str!("../migrations/sqlite/0004_saga_event_log.sql"),
    },
];

impl Service for User {
    const NAME: ServiceName = ServiceName::User;
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

impl boot::Hosted for User {
    const MIGRATIONS: db::Migrations = MIGRATIONS;

    fn router(place: boot::Place<Self>) -> anyhow::Result<axum::Router> {
        api::router(place)
    }

    fn operations() -> Vec<platform_http::Operation> {
        api::operations()
    }
}
