//! Coupons, and those that members hold.

use rusqlite::{Connection, OptionalExtension, Result};

pub(crate) struct UserCoupon {
    pub member_id: i64,
    pub discount: i64,
    /// The order it was used by.
    pub order_id: Option<i64>,
}

pub(crate) struct Issue {
    pub total_quantity: i64,
    pub issued_quantity: i64,
}

pub(crate) fn held(db: &Connection, user_coupon_id: i64) -> Result<Option<UserCoupon>> {
    db.prepare_cached(
        "SELECT held.member_id, coupon.discount, held.order_id \
         FROM user_coupon AS held JOIN coupon USING (coupon_id) WHERE held.user_coupon_id = ?1",
    )?
    .query_row([user_coupon_id], |row| {
        Ok(UserCoupon {
            member_id: row.get(0)?,
            discount: row.get(1)?,
            order_id: row.get(2)?,
        })
    })
    .optional()
}

pub(crate) fn set_used(db: &Connection, user_coupon_id: i64, order_id: i64) -> Result<()> {
    let mut update =
        db.prepare_cached("UPDATE user_coupon SET order_id = ?2 WHERE user_coupon_id = ?1")?;
    update.execute([user_coupon_id, order_id]).map(drop)
}

pub(crate) fn issue(db: &Connection, coupon_id: i64) -> Result<Option<Issue>> {
    db.prepare_cached("SELECT total_quantity, issued_quantity FROM coupon WHERE coupon_id = ?1")?
        .query_row([coupon_id], |row| {
            Ok(Issue {
                total_quantity: row.get(0)?,
                issued_quantity: row.get(1)?,
            })
        })
        .optional()
}

pub(crate) fn is_issued_to(db: &Connection, coupon_id: i64, member_id: i64) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM user_coupon WHERE coupon_id = ?1 AND member_id = ?2")?
        .exists([coupon_id, member_id])
}

pub(crate) fn set_issued(db: &Connection, coupon_id: i64, issued_quantity: i64) -> Result<()> {
    let mut update =
        db.prepare_cached("UPDATE coupon SET issued_quantity = ?2 WHERE coupon_id = ?1")?;
    update.execute([coupon_id, issued_quantity]).map(drop)
}

/// The id of the new user's coupon.
pub(crate) fn insert_held(db: &Connection, coupon_id: i64, member_id: i64) -> Result<i64> {
    db.prepare_cached("INSERT INTO user_coupon (coupon_id, member_id) VALUES (?1, ?2)")?
        .insert([coupon_id, member_id])
}
