//! Points, and their history.

use rusqlite::{Connection, OptionalExtension, Result};

/// A row of the history.
pub(crate) struct Movement {
    pub member_id: i64,
    pub order_id: i64,
    pub amount: i64,
    pub balance: i64,
    pub created_at: i64,
}

pub(crate) fn balance(db: &Connection, member_id: i64) -> Result<i64> {
    let balance = db
        .prepare_cached("SELECT balance FROM point WHERE member_id = ?1")?
        .query_row([member_id], |row| row.get(0))
        .optional()?;
    Ok(balance.unwrap_or(0))
}

pub(crate) fn set_balance(db: &Connection, member_id: i64, balance: i64) -> Result<()> {
    let mut update = db.prepare_cached("UPDATE point SET balance = ?2 WHERE member_id = ?1")?;
    update.execute([member_id, balance]).map(drop)
}

pub(crate) fn insert(db: &Connection, moved: &Movement) -> Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO point_history (member_id, order_id, amount, balance, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let Movement {
        member_id,
        order_id,
        amount,
        balance,
        created_at,
    } = *moved;
    let values = [member_id, order_id, amount, balance, created_at];
    insert.execute(values).map(drop)
}
