//! The goods, users, points and coupons that a shop begins with, all made through commands.

use std::time::Duration;

use contracts::envelope::{Actor, ServiceName};
use contracts::http::Role;
use contracts::http::promotion::{CouponTerms, Discount, ScopeView, Validity};
use contracts::http::user::Email;
use contracts::ids::{CouponId, ProductId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;
use runtime::idempotency::KeyUse;

use super::Shop;
use crate::node::Turn;
use crate::rng::Rng;

const HOUR: Duration = Duration::from_secs(3600);

/// What stands in the shop when the first client comes.
#[derive(Debug, Default)]
pub struct Stocked {
    pub users: Vec<UserId>,
    pub products: Vec<(ProductId, Money)>,
    pub coupons: Vec<CouponId>,
    /// Whose they are, and which.
    pub issued: Vec<(UserId, UserCouponId)>,
}

impl Shop {
    /// Starts every service and gives the shop its first users, goods, points and coupons, all
    /// through commands.
    pub fn stock_up(&mut self, rng: &mut Rng, now: Timestamp) -> Stocked {
        for service in ServiceName::ALL {
            self.start(*service, 0, now);
        }
        let stocked = Stocked {
            users: self.register(rng, now),
            products: self.fill(rng, now),
            coupons: self.offer(rng, now),
            issued: Vec::new(),
        };
        let issued = self.issue(rng, now, &stocked);
        self.charge(rng, now, &stocked.users);
        for service in ServiceName::ALL {
            self.turn(*service, &Turn::whole(), now);
        }
        self.user.answers.clear();
        self.product.answers.clear();
        self.payment.answers.clear();
        self.promotion.answers.clear();
        Stocked { issued, ..stocked }
    }

    fn register(&mut self, rng: &mut Rng, now: Timestamp) -> Vec<UserId> {
        let mut users = Vec::new();
        for number in 0..2 + rng.below(2) {
            let id = self.user.next_id(now).expect("it was just started");
            let email = Email::parse(&format!("user{number}@example.com"));
            let command = user::input::Register {
                id,
                email: email.expect("a plain address"),
                profile: user::domain::Profile {
                    name: format!("사용자 {number}"),
                    phone: None,
                    address: None,
                },
                password_hash: user::domain::PasswordHash::new("$argon2id$".to_owned()),
                role: Role::Shopper,
            };
            let input = user::input::Input::Register(command);
            self.user.send(0, Actor::System, input);
            users.push(id);
        }
        users
    }

    /// A few products of which there are fewer than will be wanted.
    fn fill(&mut self, rng: &mut Rng, now: Timestamp) -> Vec<(ProductId, Money)> {
        let mut products = Vec::new();
        for number in 0..2 + rng.below(3) {
            let id = self.product.next_id(now).expect("it was just started");
            let price = Money::new(rng.between(1, 20) * 250 + rng.between(0, 3));
            let stock = u32::try_from(rng.between(0, 14)).expect("small and not negative");
            let command = product::input::CreateProduct {
                id,
                name: format!("상품 {number}"),
                name_en: format!("Product {number}"),
                category: rng.pick(&["주방", "여행"]).to_owned(),
                price,
                stock: Quantity::new(stock),
                key: key("product", number),
            };
            let input = product::input::Input::CreateProduct(command);
            self.product.send(0, Actor::System, input);
            products.push((id, price));
        }
        products
    }

    fn offer(&mut self, rng: &mut Rng, now: Timestamp) -> Vec<CouponId> {
        let mut coupons = Vec::new();
        for number in 0..1 + rng.below(2) {
            let id = self.promotion.next_id(now).expect("it was just started");
            let command = promotion::input::CreateCoupon {
                id,
                terms: terms(rng, now),
                key: key("coupon", number),
            };
            let input = promotion::input::Input::CreateCoupon(Box::new(command));
            self.promotion.send(0, Actor::System, input);
            coupons.push(id);
        }
        coupons
    }

    fn issue(
        &mut self,
        rng: &mut Rng,
        now: Timestamp,
        stocked: &Stocked,
    ) -> Vec<(UserId, UserCouponId)> {
        let mut issued = Vec::new();
        for (number, &user_id) in stocked.users.iter().enumerate() {
            if rng.percent(70) {
                let id = self.promotion.next_id(now).expect("it was just started");
                let command = promotion::input::IssueCoupon {
                    user_coupon_id: id,
                    coupon_id: rng.pick(&stocked.coupons),
                    user_id,
                    key: key("issue", number),
                };
                let input = promotion::input::Input::IssueCoupon(command);
                self.promotion.send(0, Actor::User(user_id), input);
                issued.push((user_id, id));
            }
        }
        issued
    }

    /// Points near the price of an order.
    fn charge(&mut self, rng: &mut Rng, now: Timestamp, users: &[UserId]) {
        for (number, &user_id) in users.iter().enumerate() {
            let id = self.payment.next_id(now).expect("it was just started");
            let command = payment::input::Charge {
                id,
                user_id,
                amount: Money::new(rng.between(1_000, 40_000)),
                key: key("charge", number),
            };
            let input = payment::input::Input::Charge(command);
            self.payment.send(0, Actor::User(user_id), input);
        }
    }
}

fn terms(rng: &mut Rng, now: Timestamp) -> CouponTerms {
    let (from, to) = (now.minus(24 * HOUR), now.plus(24 * HOUR));
    let discount = match rng.percent(50) {
        true => Discount::Fixed(Money::new(rng.between(1, 3_000))),
        false => Discount::Rate {
            percent: rng.between(1, 100),
            max: rng.percent(50).then(|| Money::new(rng.between(1, 2_000))),
        },
    };
    // Some end in the midst of the schedule, on one clock before the other.
    let ends = match rng.percent(30) {
        true => now.plus(Duration::from_secs(60 + rng.below(600) as u64)),
        false => to,
    };
    CouponTerms {
        name: "쿠폰".to_owned(),
        discount,
        min_order_amount: Money::new(rng.pick(&[0, 0, 2_000])),
        scope: match rng.percent(30) {
            true => ScopeView {
                product_ids: Vec::new(),
                categories: vec!["주방".to_owned()],
            },
            false => ScopeView::default(),
        },
        total_quantity: rng.between(1, 3),
        issue_from: from,
        issue_to: to,
        validity: Validity::Between {
            from: None,
            to: ends,
        },
    }
}

/// The key of one of the shop's own first commands.
fn key(what: &str, number: usize) -> KeyUse {
    KeyUse {
        scope: format!("set-up {what} {number}"),
        fingerprint: vec![1],
    }
}
