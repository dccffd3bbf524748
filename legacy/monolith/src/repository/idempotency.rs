//! Keys that were answered.

use rusqlite::{Connection, OptionalExtension, Result, params};

pub(crate) struct Answered {
    pub fingerprint: Vec<u8>,
    pub order_id: i64,
}

pub(crate) fn find(db: &Connection, scope: &str) -> Result<Option<Answered>> {
    db.prepare_cached("SELECT fingerprint, order_id FROM idempotency WHERE scope = ?1")?
        .query_row([scope], |row| {
            Ok(Answered {
                fingerprint: row.get(0)?,
                order_id: row.get(1)?,
            })
        })
        .optional()
}

pub(crate) fn insert(
    db: &Connection,
    scope: &str,
    fingerprint: &[u8],
    order_id: i64,
) -> Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO idempotency (scope, fingerprint, order_id) VALUES (?1, ?2, ?3)",
    )?;
    insert
        .execute(params![scope, fingerprint, order_id])
        .map(drop)
}
