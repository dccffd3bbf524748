//! The report's `order()`: member, products and stock, coupon, points and the order itself, in
//! one transaction under the lock of its product list.

use std::sync::Arc;

use jiff::{Timestamp, tz::Offset};
use rusqlite::Connection;

use super::{Failure, Refusal};
use crate::locks::Locks;
use crate::pool::Pool;
use crate::repository::order::{Item, Order};
use crate::repository::{coupon, idempotency, member, order, point, product};

/// Places orders, and shows them.
#[derive(Clone)]
pub struct OrderService {
    pool: Pool,
    locks: Arc<Locks>,
}

/// What a member wants, and under which key.
pub(crate) struct Cart {
    pub member_id: i64,
    pub items: Vec<CartItem>,
    pub user_coupon_id: Option<i64>,
    pub scope: String,
    pub fingerprint: Vec<u8>,
}

pub(crate) struct CartItem {
    pub product_id: i64,
    pub quantity: i64,
}

/// An order that was placed, or had been placed under the same key.
pub(crate) struct Placed {
    pub order_id: i64,
    pub order: Order,
    pub items: Vec<Item>,
    pub replayed: bool,
}

impl OrderService {
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            locks: Arc::default(),
        }
    }

    pub(crate) async fn place(&self, cart: Cart) -> Result<Placed, Failure> {
        // Held over the commit: let go before it, the next one would read what is not there yet.
        let _held = self.locks.hold(cart.product_ids_as_string()).await;
        self.pool.write(move |db| cart.place(db, now())).await
    }

    pub(crate) async fn find(&self, order_id: i64, member_id: i64) -> Result<Placed, Failure> {
        let found = self.pool.read(move |db| find(db, order_id)).await?;
        let own = found.filter(|placed| placed.order.member_id == member_id);
        Ok(own.ok_or(Refusal::OrderNotFound)?)
    }
}

impl Cart {
    /// The report's lock key: the list as it came.
    fn product_ids_as_string(&self) -> String {
        let ids = self.items.iter().map(|item| item.product_id.to_string());
        ids.collect::<Vec<_>>().join(",")
    }

    fn place(&self, db: &Connection, at: Timestamp) -> Result<Placed, Failure> {
        if let Some(answered) = idempotency::find(db, &self.scope)? {
            return self.replay(db, &answered);
        }
        let status = member::status(db, self.member_id)?;
        if status.as_deref() != Some("ACTIVE") {
            return Err(Refusal::UserNotFound.into());
        }
        let items = self.deliver(db)?;
        let total_price = items
            .iter()
            .map(|item| item.unit_price * item.quantity)
            .sum();
        let order_id = order::next_id(db)?;
        let discount = self.use_coupon(db, order_id, total_price)?;
        let order = Order {
            order_number: order_number(order_id, at),
            member_id: self.member_id,
            user_coupon_id: self.user_coupon_id,
            total_price,
            discount,
            paid_price: total_price - discount,
            created_at: at.as_microsecond(),
        };
        pay(db, order_id, &order)?;
        order::insert(db, order_id, &order)?;
        for item in &items {
            order::insert_item(db, order_id, item)?;
            order::insert_sold(db, order_id, item, order.created_at)?;
        }
        idempotency::insert(db, &self.scope, &self.fingerprint, order_id)?;
        Ok(Placed {
            order_id,
            order,
            items,
            replayed: false,
        })
    }

    fn replay(&self, db: &Connection, answered: &idempotency::Answered) -> Result<Placed, Failure> {
        if answered.fingerprint != self.fingerprint {
            return Err(Refusal::IdempotencyKeyReused.into());
        }
        let found = find(db, answered.order_id)?.ok_or(Refusal::OrderNotFound)?;
        Ok(Placed {
            replayed: true,
            ..found
        })
    }

    /// Takes the stock of each item, and freezes its price.
    fn deliver(&self, db: &Connection) -> Result<Vec<Item>, Failure> {
        let mut items = Vec::with_capacity(self.items.len());
        for wanted in &self.items {
            let found = product::find(db, wanted.product_id)?.ok_or(Refusal::ProductNotOnSale)?;
            if found.status != "ON_SALE" {
                return Err(Refusal::ProductNotOnSale.into());
            }
            let left = product::stock(db, found.product_id)? - wanted.quantity;
            if left < 0 {
                return Err(Refusal::OutOfStock.into());
            }
            product::set_stock(db, found.product_id, left)?;
            items.push(Item {
                product_id: found.product_id,
                name: found.name,
                unit_price: found.price,
                quantity: wanted.quantity,
            });
        }
        Ok(items)
    }

    /// The discount of the coupon that was named.
    fn use_coupon(&self, db: &Connection, order_id: i64, total: i64) -> Result<i64, Failure> {
        let Some(user_coupon_id) = self.user_coupon_id else {
            return Ok(0);
        };
        let held = coupon::held(db, user_coupon_id)?.ok_or(Refusal::CouponNotOwned)?;
        if held.member_id != self.member_id {
            return Err(Refusal::CouponNotOwned.into());
        }
        if held.order_id.is_some() {
            return Err(Refusal::CouponAlreadyUsed.into());
        }
        coupon::set_used(db, user_coupon_id, order_id)?;
        Ok(held.discount.min(total))
    }
}

fn pay(db: &Connection, order_id: i64, order: &Order) -> Result<(), Failure> {
    let balance = point::balance(db, order.member_id)? - order.paid_price;
    if balance < 0 {
        return Err(Refusal::InsufficientPoint.into());
    }
    point::set_balance(db, order.member_id, balance)?;
    let moved = point::Movement {
        member_id: order.member_id,
        order_id,
        amount: -order.paid_price,
        balance,
        created_at: order.created_at,
    };
    Ok(point::insert(db, &moved)?)
}

fn find(db: &Connection, order_id: i64) -> Result<Option<Placed>, Failure> {
    let Some(order) = order::find(db, order_id)? else {
        return Ok(None);
    };
    let items = order::items(db, order_id)?;
    Ok(Some(Placed {
        order_id,
        order,
        items,
        replayed: false,
    }))
}

/// The day in Seoul and the order's id.
fn order_number(order_id: i64, at: Timestamp) -> String {
    let day = Offset::constant(9).to_datetime(at).strftime("%Y%m%d");
    format!("{day}-{order_id:010}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one clock of the monolith; what decides gets it as an argument"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
