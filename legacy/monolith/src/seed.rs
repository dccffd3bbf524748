//! What a fresh monolith holds: everything numbered from 1 in the order given.

use rusqlite::Connection;

use crate::pool::Pool;

/// Members, products and coupons to begin with.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// The points of each member.
    pub points: Vec<i64>,
    /// The price and stock of each product.
    pub products: Vec<(i64, i64)>,
    /// The discount and cap of each coupon.
    pub coupons: Vec<(i64, i64)>,
    /// Coupon and member of each coupon that is held from the beginning.
    pub held: Vec<(i64, i64)>,
}

/// Fills an empty database.
///
/// # Errors
/// When there is something in it, or it cannot be written.
pub async fn seed(pool: &Pool, seed: Seed) -> anyhow::Result<()> {
    let filled: rusqlite::Result<()> = pool.write(move |db| seed.fill(db)).await;
    Ok(filled?)
}

impl Seed {
    fn fill(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut member = db.prepare("INSERT INTO member VALUES (?1, '회원', 'ACTIVE')")?;
        let mut point = db.prepare("INSERT INTO point VALUES (?1, ?2, ?2)")?;
        for (member_id, balance) in (1..).zip(&self.points) {
            member.execute([member_id])?;
            point.execute([member_id, *balance])?;
        }
        let mut product = db.prepare("INSERT INTO product VALUES (?1, '상품', ?2, 'ON_SALE')")?;
        let mut stock = db.prepare("INSERT INTO product_stock VALUES (?1, ?2, ?2)")?;
        for (product_id, (price, quantity)) in (1..).zip(&self.products) {
            product.execute([product_id, *price])?;
            stock.execute([product_id, *quantity])?;
        }
        let mut coupon = db.prepare("INSERT INTO coupon VALUES (?1, '쿠폰', ?2, ?3, ?4)")?;
        for (coupon_id, (discount, total)) in (1..).zip(&self.coupons) {
            let given = self.held.iter().filter(|(held, _)| *held == coupon_id);
            let issued = i64::try_from(given.count()).expect("fewer than all members");
            coupon.execute([coupon_id, *discount, *total, issued])?;
        }
        let mut held = db.prepare("INSERT INTO user_coupon VALUES (?1, ?2, ?3, NULL)")?;
        for (user_coupon_id, (coupon_id, member_id)) in (1..).zip(&self.held) {
            held.execute([user_coupon_id, *coupon_id, *member_id])?;
        }
        Ok(())
    }
}
