//! A small shop that lived through every kind of end: five services and the view over maps,
//! their events carried by hand until nothing is left to hear.

use std::collections::VecDeque;
use std::time::Duration;

use contracts::envelope::{Actor, ServiceName};
use contracts::events::Fact;
use contracts::events::order::OrderLine;
use contracts::http::Role;
use contracts::http::promotion::{CouponTerms, Discount, ScopeView, Validity};
use contracts::http::user::Email;
use contracts::ids::{CouponId, OrderId, ProductId, RefundId, SagaId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::saga;
use contracts::time::Timestamp;
use db::{Consumed, Maps, Writer};
use order::Order;
use order::input::Requester;
use order::view::OrderView;
use payment::Payment;
use product::Product;
use promotion::Promotion;
use testkit::{World, key};
use user::User;

use crate::{Facts, Shop, Violation, check_always, check_at_rest, unrest};

/// Has points and coupons.
pub const RICH: UserId = UserId::new(101);
/// Has nothing.
pub const POOR: UserId = UserId::new(102);
/// Has left.
pub const GONE: UserId = UserId::new(103);

pub const TEA: ProductId = ProductId::new(201);
pub const CUP: ProductId = ProductId::new(202);
/// Costs nothing.
pub const LEAFLET: ProductId = ProductId::new(203);

pub const WELCOME: CouponId = CouponId::new(301);
pub const SPRING: CouponId = CouponId::new(302);
/// Good for a day.
pub const SHORT: CouponId = CouponId::new(303);

/// RICH's pieces of the three.
pub const HELD: UserCouponId = UserCouponId::new(401);
pub const FREED: UserCouponId = UserCouponId::new(402);
pub const LATE: UserCouponId = UserCouponId::new(403);

/// COMPLETED: two teas and a cup, with HELD.
pub const WITH_COUPON: OrderId = OrderId::new(501);
/// COMPLETED: a tea.
pub const PLAIN: OrderId = OrderId::new(502);
/// COMPLETED: a leaflet.
pub const FREE: OrderId = OrderId::new(503);
/// CANCELLED: too many cups.
pub const SHORT_OF_STOCK: OrderId = OrderId::new(504);
/// CANCELLED: HELD once more.
pub const COUPON_USED: OrderId = OrderId::new(505);
/// CANCELLED: a tea that POOR cannot pay.
pub const UNPAID: OrderId = OrderId::new(506);
/// CANCELLED by the customer when everything was done: two cups, with FREED.
pub const REGRETTED: OrderId = OrderId::new(507);
/// CANCELLED by the customer before anybody heard of it.
pub const AT_ONCE: OrderId = OrderId::new(508);
/// CANCELLED like REGRETTED, with LATE, given back after its last day.
pub const OVERDUE: OrderId = OrderId::new(509);

/// COMPLETED: two teas and one more with FREED, and given back whole by WHOLE.
pub const REFUNDED: OrderId = OrderId::new(510);
pub const WHOLE: RefundId = RefundId::new(801);
/// COMPLETED: three teas, of which two came back one by one.
pub const PARTLY: OrderId = OrderId::new(511);
pub const FIRST_PART: RefundId = RefundId::new(802);
pub const SECOND_PART: RefundId = RefundId::new(803);

/// The committed rows of the shop, to be spoiled.
#[derive(Clone)]
pub struct Rows {
    pub user: Maps,
    pub product: Maps,
    pub order: Maps,
    pub payment: Maps,
    pub promotion: Maps,
    pub order_view: Maps,
}

impl Rows {
    fn shop(&self) -> Shop<'_, Maps> {
        Shop {
            user: &self.user,
            product: &self.product,
            order: &self.order,
            payment: &self.payment,
            promotion: &self.promotion,
            order_view: Some(&self.order_view),
            partitions: 1,
        }
    }

    pub fn facts(&self) -> Facts {
        Facts::load(&self.shop()).unwrap()
    }

    pub fn facts_running(&self) -> Facts {
        Facts::load_running(&self.shop()).unwrap()
    }

    pub fn violations(&self) -> Vec<Violation> {
        let facts = self.facts();
        let mut found = check_always(&facts);
        found.extend(check_at_rest(&facts));
        found
    }

    pub fn unrest(&self) -> Vec<String> {
        unrest(&self.facts())
    }

    pub fn maps(&mut self, service: ServiceName) -> &mut Maps {
        match service {
            ServiceName::User => &mut self.user,
            ServiceName::Product => &mut self.product,
            ServiceName::Order => &mut self.order,
            ServiceName::Payment => &mut self.payment,
            ServiceName::Promotion => &mut self.promotion,
        }
    }

    /// Where every consumer is once it has read everything.
    fn read_to_the_end(&mut self, now: Timestamp) {
        for publisher in ServiceName::ALL {
            let writers = self.maps(*publisher).table_mut::<Writer>();
            let next = writers.values().map(|writer| writer.next_seq).max();
            let topic = publisher.topic().to_owned();
            let place = |consumer: &str| Consumed {
                consumer: consumer.to_owned(),
                topic: topic.clone(),
                part: 0,
                next: next.unwrap_or(1),
                last_id: String::new(),
                at: now,
            };
            for consumer in ServiceName::ALL {
                let hears = saga::hears(*consumer);
                if hears.iter().any(|kind| kind.publisher() == *publisher) {
                    put(self.maps(*consumer), place(consumer.as_str()));
                }
            }
            if *publisher == ServiceName::Order {
                put(&mut self.order_view, place("order_view"));
            }
        }
    }
}

/// Puts a committed row.
pub fn put<R: db::Row>(maps: &mut Maps, row: R) {
    maps.table_mut().insert(row.key(), row);
}

#[derive(Default)]
pub struct Worlds {
    user: World<User>,
    product: World<Product>,
    pub order: World<Order>,
    payment: World<Payment>,
    promotion: World<Promotion>,
    order_view: World<OrderView>,
    waiting: VecDeque<Fact>,
    /// How many facts of each service were put in the queue.
    queued: [usize; 5],
}

impl Worlds {
    fn queue(&mut self) {
        let said = [
            self.user.said(),
            self.product.said(),
            self.order.said(),
            self.payment.said(),
            self.promotion.said(),
        ];
        for (said, queued) in said.into_iter().zip(&mut self.queued) {
            self.waiting.extend(said[*queued..].iter().cloned());
            *queued = said.len();
        }
    }

    /// Brings events to everybody, up to one that `until` holds back.
    fn carry(&mut self, until: impl Fn(&Fact) -> bool) {
        self.queue();
        while let Some(fact) = self.waiting.front().cloned() {
            if until(&fact) {
                return;
            }
            self.waiting.pop_front();
            self.hear(fact);
            self.queue();
        }
    }

    pub fn carry_all(&mut self) {
        self.carry(|_| false);
    }

    pub fn hear(&mut self, fact: Fact) {
        self.user.hear(fact.clone());
        self.product.hear(fact.clone());
        self.order.hear(fact.clone());
        self.payment.hear(fact.clone());
        self.promotion.hear(fact.clone());
        self.order_view.hear(fact);
    }

    fn advance(&mut self, duration: Duration) {
        self.user.advance(duration);
        self.product.advance(duration);
        self.order.advance(duration);
        self.payment.advance(duration);
        self.promotion.advance(duration);
        self.order_view.advance(duration);
    }

    fn register(&mut self, id: UserId, email: &str) {
        self.user
            .send(user::input::Input::Register(user::input::Register {
                id,
                email: Email::parse(email).unwrap(),
                profile: user::domain::Profile {
                    name: "김하늘".to_owned(),
                    phone: None,
                    address: None,
                },
                password_hash: user::domain::PasswordHash::new("hash".to_owned()),
                role: Role::Shopper,
            }));
    }

    fn create(&mut self, id: ProductId, price: i64, stock: u32) {
        let create = product::input::CreateProduct {
            id,
            name: "상품".to_owned(),
            name_en: "goods".to_owned(),
            category: "kitchen".to_owned(),
            price: Money::new(price),
            stock: Quantity::new(stock),
            key: key(&format!("{GONE} /api/v1/products {id}")),
        };
        self.product
            .send(product::input::Input::CreateProduct(create));
    }

    fn adjust(&mut self, id: ProductId, delta: i64) {
        let adjust = product::input::AdjustStock {
            id: SagaId::new(601),
            product_id: id,
            delta,
            reason: "counted".to_owned(),
            key: key(&format!(
                "{GONE} /api/v1/products/{{id}}/stock-adjustments 1"
            )),
        };
        self.product
            .send(product::input::Input::AdjustStock(adjust));
    }

    fn charge(&mut self, id: i64, user_id: UserId, amount: i64) {
        let charge = payment::input::Charge {
            id: SagaId::new(id),
            user_id,
            amount: Money::new(amount),
            key: key(&format!("{user_id} /api/v1/points/me/charge {id}")),
        };
        self.payment.send(payment::input::Input::Charge(charge));
    }

    /// Offers a coupon and issues RICH a piece of it.
    fn offer(&mut self, id: CouponId, held: UserCouponId, days: u16) {
        let now = self.promotion.now;
        let create = promotion::input::CreateCoupon {
            id,
            terms: CouponTerms {
                name: "환영".to_owned(),
                discount: Discount::Fixed(Money::new(3_000)),
                min_order_amount: Money::ZERO,
                scope: ScopeView::default(),
                total_quantity: 10,
                issue_from: now,
                issue_to: now.plus(Duration::from_secs(3600)),
                validity: Validity::Days(days.into()),
            },
            key: key(&format!("{GONE} /api/v1/coupons {id}")),
        };
        self.promotion
            .send(promotion::input::Input::CreateCoupon(Box::new(create)));
        self.promotion.send(promotion::input::Input::IssueCoupon(
            promotion::input::IssueCoupon {
                user_coupon_id: held,
                coupon_id: id,
                user_id: RICH,
                key: key(&format!("{RICH} /api/v1/coupons/{{id}}/issue {id}")),
            },
        ));
    }

    fn place(
        &mut self,
        order_id: OrderId,
        user_id: UserId,
        lines: &[(ProductId, u32)],
        coupon: Option<UserCouponId>,
    ) {
        let line = |(line, &(product_id, pieces)): (u16, &(ProductId, u32))| OrderLine {
            line,
            product_id,
            quantity: Quantity::new(pieces),
            expected_unit_price: None,
        };
        let place = order::input::PlaceOrder {
            order_id,
            user_id,
            lines: (1..).zip(lines).map(line).collect(),
            user_coupon_id: coupon,
            key: key(&format!("{user_id} /api/v1/orders {order_id}")),
            deadline: Duration::from_secs(60),
        };
        let input = order::input::Input::PlaceOrder(place);
        self.order.send_as(Actor::User(user_id), input);
    }

    fn cancel(&mut self, order_id: OrderId) {
        let cancel = order::input::Cancel {
            order_id,
            by: Requester::Customer(RICH),
            key: key(&format!("{RICH} /api/v1/orders/{{id}}/cancel {order_id}")),
        };
        let input = order::input::Input::Cancel(cancel);
        self.order.send_as(Actor::User(RICH), input);
    }

    /// Places an order of RICH's that is cancelled while Payment's word is on its way.
    fn regret(&mut self, order_id: OrderId, coupon: UserCouponId, pause: Duration) {
        self.place(order_id, RICH, &[(CUP, 2)], Some(coupon));
        self.carry(|fact| matches!(fact, Fact::PaymentCompleted(_)));
        self.advance(pause);
        self.cancel(order_id);
        self.carry_all();
    }

    fn refund(&mut self, order_id: OrderId, refund_id: RefundId, pieces: Option<u32>) {
        let refund = order::input::Refund {
            refund_id,
            order_id,
            by: Requester::Customer(RICH),
            lines: pieces.map(|pieces| [(1, Quantity::new(pieces))].into()),
            reason: "변심".to_owned(),
            key: key(&format!("{RICH} /api/v1/orders/{{id}}/refunds {refund_id}")),
        };
        let input = order::input::Input::Refund(refund);
        self.order.send_as(Actor::User(RICH), input);
    }

    pub fn rows(&mut self) -> Rows {
        let mut rows = Rows {
            user: self.user.maps_mut().clone(),
            product: self.product.maps_mut().clone(),
            order: self.order.maps_mut().clone(),
            payment: self.payment.maps_mut().clone(),
            promotion: self.promotion.maps_mut().clone(),
            order_view: self.order_view.maps_mut().clone(),
        };
        rows.read_to_the_end(self.order.now);
        rows
    }
}

/// The worlds after all of it, at rest.
pub fn worlds() -> Worlds {
    let mut worlds = Worlds::default();
    worlds.register(RICH, "rich@demo.kr");
    worlds.register(POOR, "poor@demo.kr");
    worlds.register(GONE, "gone@demo.kr");
    worlds.create(TEA, 10_000, 20);
    worlds.create(CUP, 5_000, 10);
    worlds.create(LEAFLET, 0, 5);
    worlds.adjust(TEA, -3);
    worlds.charge(701, RICH, 100_000);
    worlds.charge(702, RICH, 20_000);
    worlds.charge(703, POOR, 1_000);
    worlds.offer(WELCOME, HELD, 30);
    worlds.offer(SPRING, FREED, 30);
    worlds.offer(SHORT, LATE, 1);
    worlds.carry_all();
    worlds.place(WITH_COUPON, RICH, &[(TEA, 2), (CUP, 1)], Some(HELD));
    worlds.place(PLAIN, RICH, &[(TEA, 1)], None);
    worlds.place(FREE, RICH, &[(LEAFLET, 1)], None);
    worlds.carry_all();
    worlds.place(SHORT_OF_STOCK, RICH, &[(TEA, 1), (CUP, 50)], None);
    worlds.place(COUPON_USED, RICH, &[(TEA, 1)], Some(HELD));
    worlds.place(UNPAID, POOR, &[(TEA, 1)], None);
    worlds.carry_all();
    worlds.regret(REGRETTED, FREED, Duration::ZERO);
    worlds.place(AT_ONCE, RICH, &[(TEA, 1)], None);
    worlds.cancel(AT_ONCE);
    worlds.carry_all();
    worlds.place(REFUNDED, RICH, &[(TEA, 2), (TEA, 1)], Some(FREED));
    worlds.place(PARTLY, RICH, &[(TEA, 3)], None);
    worlds.carry_all();
    worlds.refund(REFUNDED, WHOLE, None);
    worlds.refund(PARTLY, FIRST_PART, Some(1));
    worlds.refund(PARTLY, SECOND_PART, Some(1));
    worlds.carry_all();
    worlds.regret(OVERDUE, LATE, Duration::from_secs(2 * 24 * 3600));
    let leave = user::input::Deactivate { user_id: GONE };
    worlds.user.send(user::input::Input::Deactivate(leave));
    worlds.carry_all();
    worlds
}

/// A healthy shop's rows, at rest.
pub fn healthy() -> Rows {
    worlds().rows()
}
