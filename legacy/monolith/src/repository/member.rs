//! Members.

use rusqlite::{Connection, OptionalExtension, Result};

/// The status of a member; none when there is no such member.
pub(crate) fn status(db: &Connection, member_id: i64) -> Result<Option<String>> {
    db.prepare_cached("SELECT status FROM member WHERE member_id = ?1")?
        .query_row([member_id], |row| row.get(0))
        .optional()
}
