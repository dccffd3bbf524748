//! Orders, their items, and which products they sold.

use rusqlite::{Connection, OptionalExtension, Result, params};

pub(crate) struct Order {
    pub order_number: String,
    pub member_id: i64,
    pub user_coupon_id: Option<i64>,
    pub total_price: i64,
    pub discount: i64,
    pub paid_price: i64,
    pub created_at: i64,
}

pub(crate) struct Item {
    pub product_id: i64,
    pub name: String,
    pub unit_price: i64,
    pub quantity: i64,
}

/// What every completed order is; a refused one leaves no row.
pub(crate) const COMPLETED: &str = "COMPLETED";

/// The id that the next order gets, as long as this transaction is the one that writes.
pub(crate) fn next_id(db: &Connection) -> Result<i64> {
    db.prepare_cached("SELECT coalesce(max(order_id), 0) + 1 FROM orders")?
        .query_row([], |row| row.get(0))
}

pub(crate) fn insert(db: &Connection, order_id: i64, order: &Order) -> Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO orders (order_id, order_number, member_id, user_coupon_id, status, \
         total_price, discount, paid_price, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let values = params![
        order_id,
        order.order_number,
        order.member_id,
        order.user_coupon_id,
        COMPLETED,
        order.total_price,
        order.discount,
        order.paid_price,
        order.created_at,
    ];
    insert.execute(values).map(drop)
}

pub(crate) fn insert_item(db: &Connection, order_id: i64, item: &Item) -> Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO order_item (order_id, product_id, name, unit_price, quantity) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let Item {
        product_id,
        name,
        unit_price,
        quantity,
    } = item;
    let values = params![order_id, product_id, name, unit_price, quantity];
    insert.execute(values).map(drop)
}

pub(crate) fn insert_sold(
    db: &Connection,
    order_id: i64,
    item: &Item,
    created_at: i64,
) -> Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO order_product_history (order_id, product_id, quantity, created_at) \
         VALUES (?1, ?2, ?3, ?4)",
    )?;
    let values = [order_id, item.product_id, item.quantity, created_at];
    insert.execute(values).map(drop)
}

pub(crate) fn find(db: &Connection, order_id: i64) -> Result<Option<Order>> {
    db.prepare_cached(
        "SELECT order_number, member_id, user_coupon_id, total_price, discount, paid_price, \
         created_at FROM orders WHERE order_id = ?1",
    )?
    .query_row([order_id], |row| {
        Ok(Order {
            order_number: row.get(0)?,
            member_id: row.get(1)?,
            user_coupon_id: row.get(2)?,
            total_price: row.get(3)?,
            discount: row.get(4)?,
            paid_price: row.get(5)?,
            created_at: row.get(6)?,
        })
    })
    .optional()
}

pub(crate) fn items(db: &Connection, order_id: i64) -> Result<Vec<Item>> {
    let mut select = db.prepare_cached(
        "SELECT product_id, name, unit_price, quantity FROM order_item WHERE order_id = ?1",
    )?;
    let rows = select.query_map([order_id], |row| {
        Ok(Item {
            product_id: row.get(0)?,
            name: row.get(1)?,
            unit_price: row.get(2)?,
            quantity: row.get(3)?,
        })
    })?;
    rows.collect()
}
