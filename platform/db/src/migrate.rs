//! Numbered migrations, expand then contract: an older binary refuses a newer schema.

use refinery::{Migration as Step, Runner};
use rusqlite::Connection;

use crate::OpenError;

/// One numbered step of a schema: `V<n>__<name>` and its SQL.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

/// The steps of one service, oldest first.
pub type Migrations = &'static [Migration];

const PLATFORM: Migrations = &[Migration {
    name: "V1__platform",
    sql: include_str!("../migrations/sqlite/0001_platform.sql"),
}];

/// Brings a file to the newest schema that this binary knows.
pub(crate) fn run(connection: &mut Connection, service: Migrations) -> Result<(), OpenError> {
    apply(connection, "platform_schema_history", PLATFORM)?;
    apply(connection, "schema_history", service)
}

fn apply(connection: &mut Connection, history: &str, steps: Migrations) -> Result<(), OpenError> {
    let mut known = Vec::with_capacity(steps.len());
    for step in steps {
        let step = Step::unapplied(step.name, step.sql);
        known.push(step.map_err(|error| OpenError::Migration(error.to_string()))?);
    }
    if known.is_empty() {
        return Ok(());
    }
    let mut runner = Runner::new(&known)
        .set_abort_divergent(true)
        .set_abort_missing(true);
    runner.set_migration_table_name(history);
    match runner.run(connection) {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.kind() {
            refinery::error::Kind::MissingVersion(missing) => OpenError::Newer {
                step: missing.to_string(),
            },
            _ => OpenError::Migration(error.to_string()),
        }),
    }
}
