//! Products, their stock, and what sold.

use rusqlite::{Connection, OptionalExtension, Result};

pub(crate) struct Product {
    pub product_id: i64,
    pub name: String,
    pub price: i64,
    pub status: String,
}

pub(crate) fn find(db: &Connection, product_id: i64) -> Result<Option<Product>> {
    db.prepare_cached("SELECT name, price, status FROM product WHERE product_id = ?1")?
        .query_row([product_id], |row| {
            Ok(Product {
                product_id,
                name: row.get(0)?,
                price: row.get(1)?,
                status: row.get(2)?,
            })
        })
        .optional()
}

/// How many pieces are left.
pub(crate) fn stock(db: &Connection, product_id: i64) -> Result<i64> {
    db.prepare_cached("SELECT quantity FROM product_stock WHERE product_id = ?1")?
        .query_row([product_id], |row| row.get(0))
}

pub(crate) fn set_stock(db: &Connection, product_id: i64, quantity: i64) -> Result<()> {
    let mut update =
        db.prepare_cached("UPDATE product_stock SET quantity = ?2 WHERE product_id = ?1")?;
    update.execute([product_id, quantity]).map(drop)
}

/// What sold best since a time: product and pieces.
pub(crate) fn top(db: &Connection, since: i64, limit: i64) -> Result<Vec<(i64, i64)>> {
    let mut select = db.prepare_cached(
        "SELECT product_id, sum(quantity) AS sold FROM order_product_history \
         WHERE created_at >= ?1 GROUP BY product_id ORDER BY sold DESC, product_id LIMIT ?2",
    )?;
    let rows = select.query_map([since, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
