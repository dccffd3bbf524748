//! A wish as the command of the service that it goes to.

use std::time::Duration;

use contracts::envelope::Actor;
use contracts::events::order::OrderLine;
use contracts::http::product::ProductChange;
use contracts::ids::{CouponId, OrderId, ProductId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;
use order::input::Requester;
use runtime::idempotency::KeyUse;

use super::Wish;
use crate::shop::Shop;

/// The one operator of the shop.
const OPERATOR: UserId = UserId::new(1);

/// One try.
pub(super) struct Sending {
    pub ticket: usize,
    pub key: KeyUse,
    /// The order that a cancellation or a refund is about.
    pub order: Option<OrderId>,
    pub now: Timestamp,
}

impl Sending {
    /// The id under which the wish would stand; none when nobody takes it.
    pub fn send(self, shop: &mut Shop, wish: Wish) -> Option<i64> {
        match wish {
            Wish::Place {
                user,
                lines,
                coupon,
                deadline,
            } => self.place(shop, (user, lines), coupon, deadline),
            Wish::Cancel { by, .. } => self.cancel(shop, by),
            Wish::Refund { by, lines, .. } => self.refund(shop, by, lines),
            Wish::Charge { user, amount } => self.charge(shop, user, amount),
            Wish::Issue { user, coupon } => self.issue(shop, user, coupon),
            Wish::Adjust { product, delta } => self.adjust(shop, product, delta),
            Wish::Change {
                product,
                price,
                discontinued,
            } => {
                let change = ProductChange {
                    price,
                    discontinued,
                    ..ProductChange::default()
                };
                let command = product::input::UpdateProduct {
                    product_id: product,
                    change,
                };
                let input = product::input::Input::UpdateProduct(command);
                let taken = shop
                    .product
                    .send(self.ticket, Actor::Operator(OPERATOR), input);
                taken.then_some(product.get())
            }
            Wish::Deactivate { user } => {
                let command = user::input::Deactivate { user_id: user };
                let input = user::input::Input::Deactivate(command);
                let taken = shop.user.send(self.ticket, Actor::User(user), input);
                taken.then_some(user.get())
            }
        }
    }

    fn place(
        self,
        shop: &mut Shop,
        (user_id, lines): (UserId, Vec<OrderLine>),
        user_coupon_id: Option<UserCouponId>,
        deadline: Duration,
    ) -> Option<i64> {
        let order_id = shop.order.next_id(self.now)?;
        let command = order::input::PlaceOrder {
            order_id,
            user_id,
            lines,
            user_coupon_id,
            key: self.key,
            deadline,
        };
        let input = order::input::Input::PlaceOrder(command);
        shop.order.send(self.ticket, Actor::User(user_id), input);
        Some(order_id.get())
    }

    fn cancel(self, shop: &mut Shop, by: Requester) -> Option<i64> {
        let order_id = self.order?;
        let key = self.key;
        let input = order::input::Input::Cancel(order::input::Cancel { order_id, by, key });
        let taken = shop.order.send(self.ticket, actor(by), input);
        taken.then_some(order_id.get())
    }

    fn refund(self, shop: &mut Shop, by: Requester, lines: Option<Vec<(u16, u32)>>) -> Option<i64> {
        let order_id = self.order?;
        let refund_id = shop.order.next_id(self.now)?;
        let pieces = |(line, pieces)| (line, Quantity::new(pieces));
        let refund = order::input::Refund {
            refund_id,
            order_id,
            by,
            lines: lines.map(|lines| lines.into_iter().map(pieces).collect()),
            reason: "변심".to_owned(),
            key: self.key,
        };
        let input = order::input::Input::Refund(refund);
        shop.order.send(self.ticket, actor(by), input);
        Some(refund_id.get())
    }

    fn charge(self, shop: &mut Shop, user_id: UserId, amount: Money) -> Option<i64> {
        let id = shop.payment.next_id(self.now)?;
        let command = payment::input::Charge {
            id,
            user_id,
            amount,
            key: self.key,
        };
        let input = payment::input::Input::Charge(command);
        shop.payment.send(self.ticket, Actor::User(user_id), input);
        Some(id.get())
    }

    fn issue(self, shop: &mut Shop, user_id: UserId, coupon_id: CouponId) -> Option<i64> {
        let user_coupon_id = shop.promotion.next_id(self.now)?;
        let command = promotion::input::IssueCoupon {
            user_coupon_id,
            coupon_id,
            user_id,
            key: self.key,
        };
        let input = promotion::input::Input::IssueCoupon(command);
        shop.promotion
            .send(self.ticket, Actor::User(user_id), input);
        Some(user_coupon_id.get())
    }

    fn adjust(self, shop: &mut Shop, product_id: ProductId, delta: i64) -> Option<i64> {
        let id = shop.product.next_id(self.now)?;
        let command = product::input::AdjustStock {
            id,
            product_id,
            delta,
            reason: "count".to_owned(),
            key: self.key,
        };
        let input = product::input::Input::AdjustStock(command);
        let operator = Actor::Operator(OPERATOR);
        shop.product.send(self.ticket, operator, input);
        Some(id.get())
    }
}

const fn actor(by: Requester) -> Actor {
    match by {
        Requester::Customer(user) => Actor::User(user),
        Requester::Operator => Actor::Operator(OPERATOR),
    }
}
