//! Numbered migrations, expand then contract: an older binary refuses a newer schema.

use refinery::{Migration as Step, Runner};
use rusqlite::Connection;

use crate::OpenError;
use crate::sqlite::refused;

/// One numbered step of a schema: `V<n>__<name>` and its SQL.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

/// The steps of one service, oldest first.
pub type Migrations = &'static [Migration];

const PLATFORM: Migrations = &[
    Migration {
        name: "V1__platform",
        sql: include_str!("../migrations/sqlite/0001_platform.sql"),
    },
    Migration {
        name: "V2__discarded",
        sql: include_str!("../migrations/sqlite/0002_discarded.sql"),
    },
    Migration {
        name: "V3__outbox_by_id",
        sql: include_str!("../migrations/sqlite/0003_outbox_by_id.sql"),
    },
];

const PLATFORM_HISTORY: &str = "platform_schema_history";
const SERVICE_HISTORY: &str = "schema_history";

/// Refuses a file that a newer binary wrote, before anything is done to it.
pub(crate) fn refuse_newer(connection: &Connection, service: Migrations) -> Result<(), OpenError> {
    for (history, known) in [(PLATFORM_HISTORY, PLATFORM), (SERVICE_HISTORY, service)] {
        let unknown = applied(connection, history)?
            .into_iter()
            .find(|step| known.iter().all(|known| known.name != step));
        if let Some(step) = unknown {
            return Err(OpenError::Newer { step });
        }
    }
    Ok(())
}

/// The names of the steps that stand, none when there is no history yet.
fn applied(connection: &Connection, history: &str) -> Result<Vec<String>, OpenError> {
    let known = "SELECT count(*) FROM sqlite_schema WHERE name = ?";
    let tables: i64 = connection
        .query_row(known, [history], |row| row.get(0))
        .map_err(refused)?;
    if tables == 0 {
        return Ok(Vec::new());
    }
    let steps = format!("SELECT 'V' || version || '__' || name FROM {history} ORDER BY version");
    let mut steps = connection.prepare(&steps).map_err(refused)?;
    let names = steps.query_map([], |row| row.get(0)).map_err(refused)?;
    names.collect::<Result<_, _>>().map_err(refused)
}

/// Brings a file to the newest schema that this binary knows.
pub(crate) fn run(connection: &mut Connection, service: Migrations) -> Result<(), OpenError> {
    apply(connection, PLATFORM_HISTORY, PLATFORM)?;
    apply(connection, SERVICE_HISTORY, service)
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
    // Grouped: a step and the note that it was taken are one transaction. Apart, a crash between
    // them would leave a file that no start can bring up to date.
    let mut runner = Runner::new(&known)
        .set_grouped(true)
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
