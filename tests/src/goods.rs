//! What a shop sells and what its members hold, put there by the services' own commands.

use std::time::Duration;

use contracts::envelope::{Actor, Trace};
use contracts::http::promotion::{CouponTerms, Discount, ScopeView, Validity};
use contracts::ids::{CouponId, ProductId, SagaId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use db::Store;
use payment::Payment;
use payment::store::Point;
use product::Product;
use product::store::Stock;
use promotion::Promotion;
use promotion::store::UserCoupon;
use runtime::Handle;
use runtime::idempotency::KeyUse;

use crate::TestShop;

const DAY: Duration = Duration::from_secs(86_400);
/// The most that one charge may add.
const CHARGE_MAX: i64 = 1_000_000;

/// What a coupon of a test is: issued now, good for a month, for everything unless scoped.
#[derive(Clone, Debug)]
pub struct Offer {
    pub discount: Discount,
    pub minimum: i64,
    pub total: i64,
    pub scope: ScopeView,
    pub validity: Validity,
}

impl Offer {
    pub fn fixed(won: i64) -> Self {
        Self {
            discount: Discount::Fixed(Money::new(won)),
            minimum: 0,
            total: 1_000,
            scope: ScopeView::default(),
            validity: Validity::Days(30),
        }
    }

    pub fn percent(percent: i64, max: Option<i64>) -> Self {
        let max = max.map(Money::new);
        Self {
            discount: Discount::Rate { percent, max },
            ..Self::fixed(0)
        }
    }
}

/// Puts a product on the shelf.
pub async fn add_product(handle: &Handle<Product>, price: i64, stock: u32) -> ProductId {
    let id: ProductId = handle.next_id();
    add_product_as(handle, id, price, stock).await;
    id
}

async fn add_product_as(handle: &Handle<Product>, id: ProductId, price: i64, stock: u32) {
    let input = product::input::Input::CreateProduct(product::input::CreateProduct {
        id,
        name: "머그컵".to_owned(),
        name_en: "mug".to_owned(),
        category: "주방".to_owned(),
        price: Money::new(price),
        stock: Quantity::new(stock),
        key: key("product", id.get()),
    });
    let reply = handle.send(input, Actor::System, Trace::NONE).await;
    let created = matches!(reply, Ok(product::decide::Reply::Created { .. }));
    assert!(created, "{reply:?}");
}

/// Charges in as many pieces as it takes.
pub async fn charge(handle: &Handle<Payment>, user_id: UserId, amount: i64) {
    let mut left = amount;
    while left > 0 {
        let piece = left.min(CHARGE_MAX);
        let id: SagaId = handle.next_id();
        let input = payment::input::Input::Charge(payment::input::Charge {
            id,
            user_id,
            amount: Money::new(piece),
            key: key("charge", id.get()),
        });
        let reply = handle.send(input, Actor::System, Trace::NONE).await;
        let charged = matches!(reply, Ok(payment::decide::Reply::Charged(_)));
        assert!(charged, "{reply:?}");
        left -= piece;
    }
}

/// Offers a coupon.
pub async fn offer(handle: &Handle<Promotion>, offer: Offer) -> CouponId {
    let id: CouponId = handle.next_id();
    offer_as(handle, id, offer).await;
    id
}

async fn offer_as(handle: &Handle<Promotion>, id: CouponId, offer: Offer) {
    let now = handle.now();
    let terms = CouponTerms {
        name: "시험 쿠폰".to_owned(),
        discount: offer.discount,
        min_order_amount: Money::new(offer.minimum),
        scope: offer.scope,
        total_quantity: offer.total,
        issue_from: now.minus(DAY),
        issue_to: now.plus(DAY),
        validity: offer.validity,
    };
    let key = key("coupon", id.get());
    let command = promotion::input::CreateCoupon { id, terms, key };
    let input = promotion::input::Input::CreateCoupon(Box::new(command));
    let reply = handle.send(input, Actor::System, Trace::NONE).await;
    let created = matches!(reply, Ok(promotion::decide::Reply::Created { .. }));
    assert!(created, "{reply:?}");
}

/// Issues a piece of a coupon to somebody.
pub async fn issue(
    handle: &Handle<Promotion>,
    coupon_id: CouponId,
    user_id: UserId,
) -> UserCouponId {
    let user_coupon_id: UserCouponId = handle.next_id();
    issue_as(handle, user_coupon_id, coupon_id, user_id).await;
    user_coupon_id
}

async fn issue_as(
    handle: &Handle<Promotion>,
    user_coupon_id: UserCouponId,
    coupon_id: CouponId,
    user_id: UserId,
) {
    let input = promotion::input::Input::IssueCoupon(promotion::input::IssueCoupon {
        user_coupon_id,
        coupon_id,
        user_id,
        key: key("issue", user_coupon_id.get()),
    });
    let reply = handle.send(input, Actor::System, Trace::NONE).await;
    let issued = matches!(reply, Ok(promotion::decide::Reply::Issued { .. }));
    assert!(issued, "{reply:?}");
}

impl TestShop {
    pub async fn product(&self, price: i64, stock: u32) -> ProductId {
        add_product(&self.places.product.handle, price, stock).await
    }

    /// The same under an id that somebody else chose.
    pub async fn product_as(&self, id: ProductId, price: i64, stock: u32) {
        add_product_as(&self.places.product.handle, id, price, stock).await;
    }

    pub async fn coupon_as(&self, id: CouponId, wanted: Offer) {
        offer_as(&self.places.promotion.handle, id, wanted).await;
    }

    pub async fn issue_as(&self, id: UserCouponId, coupon_id: CouponId, user_id: UserId) {
        issue_as(&self.places.promotion.handle, id, coupon_id, user_id).await;
    }

    pub async fn charge(&self, user_id: UserId, amount: i64) {
        charge(&self.places.payment.handle, user_id, amount).await;
    }

    pub async fn coupon(&self, wanted: Offer) -> CouponId {
        offer(&self.places.promotion.handle, wanted).await
    }

    pub async fn issue(&self, coupon_id: CouponId, user_id: UserId) -> UserCouponId {
        issue(&self.places.promotion.handle, coupon_id, user_id).await
    }

    /// A fresh coupon of this kind in somebody's hands.
    pub async fn hand(&self, wanted: Offer, user_id: UserId) -> UserCouponId {
        let coupon_id = self.coupon(wanted).await;
        self.issue(coupon_id, user_id).await
    }

    /// How many pieces are left.
    pub fn left(&self, product_id: ProductId) -> i64 {
        let readers = &self.places.product.readers;
        let row = readers.with(|reader| reader.get::<Stock>(&product_id));
        row.expect("the stock can be read")
            .expect("there is a stock")
            .quantity
    }

    /// How many points somebody holds.
    pub fn balance(&self, user_id: UserId) -> i64 {
        let readers = &self.places.payment.readers;
        let row = readers.with(|reader| reader.get::<Point>(&user_id));
        let row = row.expect("the balance can be read");
        row.map_or(0, |point| point.balance.won())
    }

    /// Somebody's coupon.
    pub fn held(&self, user_id: UserId, id: UserCouponId) -> UserCoupon {
        let readers = &self.places.promotion.readers;
        let row = readers.with(|reader| reader.get::<UserCoupon>(&(user_id, id)));
        row.expect("the coupon can be read").expect("there is one")
    }
}

pub(crate) fn key(what: &str, id: i64) -> KeyUse {
    KeyUse {
        scope: format!("test:{what}:{id}"),
        fingerprint: b"test".to_vec(),
    }
}
