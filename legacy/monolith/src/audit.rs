//! What must hold over the monolith's rows once it is at rest. Without it a benchmark would
//! count orders that never were.

use std::path::Path;

use anyhow::Context;
use rusqlite::{Connection, OpenFlags};

use crate::pool::MONOLITH_DATABASE;

/// What a database holds, and what is wrong with it.
#[derive(Debug)]
pub struct Audit {
    pub orders: i64,
    pub breaches: Vec<String>,
}

/// Each counts the rows at odds with what it says; 0 is right.
const RULES: [(&str, &str); 9] = [
    (
        "stock sold and stock left are the initial stock",
        "SELECT count(*) FROM product_stock AS stock LEFT JOIN (SELECT product_id, \
         sum(quantity) AS sold FROM order_item GROUP BY product_id) USING (product_id) \
         WHERE stock.quantity + coalesce(sold, 0) <> stock.initial OR stock.quantity < 0",
    ),
    (
        "a balance is the initial one and the sum of its history",
        "SELECT count(*) FROM point LEFT JOIN (SELECT member_id, sum(amount) AS moved \
         FROM point_history GROUP BY member_id) USING (member_id) \
         WHERE point.initial + coalesce(moved, 0) <> point.balance OR point.balance < 0",
    ),
    (
        "an order is paid once, what it costs",
        "SELECT count(*) FROM orders LEFT JOIN (SELECT order_id, count(*) AS times, \
         sum(amount) AS paid FROM point_history GROUP BY order_id) AS paid USING (order_id) \
         WHERE coalesce(times, 0) <> 1 OR paid.paid <> -orders.paid_price",
    ),
    (
        "every payment is an order's",
        "SELECT count(*) FROM point_history WHERE order_id NOT IN (SELECT order_id FROM orders)",
    ),
    (
        "an order costs what its items cost",
        "SELECT count(*) FROM orders LEFT JOIN (SELECT order_id, sum(unit_price * quantity) \
         AS price FROM order_item GROUP BY order_id) USING (order_id) \
         WHERE coalesce(price, -1) <> orders.total_price",
    ),
    (
        "every item is an order's",
        "SELECT count(*) FROM order_item WHERE order_id NOT IN (SELECT order_id FROM orders)",
    ),
    (
        "a coupon is used by the one order that names it",
        "SELECT count(*) FROM orders LEFT JOIN user_coupon USING (user_coupon_id) \
         WHERE orders.user_coupon_id IS NOT NULL AND (user_coupon.order_id IS NOT \
         orders.order_id OR user_coupon.member_id <> orders.member_id)",
    ),
    (
        "a coupon is issued as often as it counts, and not past its cap",
        "SELECT count(*) FROM coupon LEFT JOIN (SELECT coupon_id, count(*) AS held \
         FROM user_coupon GROUP BY coupon_id) USING (coupon_id) \
         WHERE issued_quantity <> coalesce(held, 0) OR issued_quantity > total_quantity",
    ),
    (
        "an order was made under one key",
        "SELECT count(*) FROM (SELECT orders.order_id FROM orders LEFT JOIN idempotency \
         USING (order_id) GROUP BY orders.order_id HAVING count(idempotency.scope) <> 1)",
    ),
];

/// Checks the database in a folder that no monolith runs on.
///
/// # Errors
/// When it cannot be read.
pub fn audit(folder: &Path) -> anyhow::Result<Audit> {
    let file = folder.join(MONOLITH_DATABASE);
    let opened = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let db = opened.with_context(|| file.display().to_string())?;
    let count = |question: &str| db.query_row(question, [], |row| row.get::<_, i64>(0));
    let mut breaches = Vec::new();
    for (says, question) in RULES {
        let at_odds = count(question)?;
        if at_odds > 0 {
            breaches.push(format!("{at_odds} rows break: {says}"));
        }
    }
    let whole: String = db.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if whole != "ok" {
        breaches.push(whole);
    }
    let orders = count("SELECT count(*) FROM orders")?;
    Ok(Audit { orders, breaches })
}
