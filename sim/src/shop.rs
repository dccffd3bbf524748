//! The five services of one schedule with the logs between them, and the goods they begin with.

use std::sync::LazyLock;

use contracts::envelope::{Actor, ServiceName};
use contracts::http::Role;
use contracts::http::promotion::{CouponTerms, Discount, ScopeView, Validity};
use contracts::http::user::Email;
use contracts::ids::{CouponId, ProductId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;
use db::{Db, Digest, Failed, Maps, Migrations, Rows, Sqlite, System};
use order::Order;
use payment::Payment;
use product::Product;
use promotion::Promotion;
use runtime::idempotency::KeyUse;
use user::User;

use crate::node::{Counted, Lane, Node, Told, Turn, heard_topics};
use crate::planted::Bug;
use crate::rng::Rng;
use crate::topics::Topics;

/// What the services keep their rows in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Maps,
    /// In memory, for parity.
    Sqlite,
}

pub struct Shop {
    pub user: Node<User>,
    pub product: Node<Product>,
    pub order: Node<Order>,
    pub payment: Node<Payment>,
    pub promotion: Node<Promotion>,
    pub topics: Topics,
}

/// What stands in the shop when the first client comes.
#[derive(Debug, Default)]
pub struct Stocked {
    pub users: Vec<UserId>,
    pub products: Vec<(ProductId, Money)>,
    pub coupons: Vec<CouponId>,
    /// Whose they are, and which.
    pub issued: Vec<(UserId, UserCouponId)>,
}

/// Calls one method on the node of a service: the nodes differ in type.
macro_rules! on_node {
    ($shop:expr, $service:expr, $node:ident => $call:expr) => {
        match $service {
            ServiceName::User => {
                let $node = &mut $shop.user;
                $call
            }
            ServiceName::Product => {
                let $node = &mut $shop.product;
                $call
            }
            ServiceName::Order => {
                let $node = &mut $shop.order;
                $call
            }
            ServiceName::Payment => {
                let $node = &mut $shop.payment;
                $call
            }
            ServiceName::Promotion => {
                let $node = &mut $shop.promotion;
                $call
            }
        }
    };
}

impl Shop {
    pub fn open(backend: Backend, bug: Option<Bug>) -> Self {
        Self {
            user: Node::new(open(backend, user::MIGRATIONS), bug),
            product: Node::new(open(backend, product::MIGRATIONS), bug),
            order: Node::new(open(backend, order::MIGRATIONS), bug),
            payment: Node::new(open(backend, payment::MIGRATIONS), bug),
            promotion: Node::new(open(backend, promotion::MIGRATIONS), bug),
            topics: Topics::default(),
        }
    }

    pub fn start(&mut self, service: ServiceName, now: Timestamp) {
        let topics = &self.topics;
        on_node!(self, service, node => node.start(topics, now));
    }

    pub fn crash(&mut self, service: ServiceName) {
        on_node!(self, service, node => node.crash());
    }

    pub fn is_up(&mut self, service: ServiceName) -> bool {
        on_node!(self, service, node => node.is_up())
    }

    pub fn skew(&mut self, service: ServiceName, micros: i64) {
        on_node!(self, service, node => node.skew_micros = micros);
    }

    pub fn turn(&mut self, service: ServiceName, turn: &Turn, now: Timestamp) -> Told {
        let topics = &mut self.topics;
        on_node!(self, service, node => node.turn(topics, turn, now))
    }

    pub fn wake_stale(&mut self, service: ServiceName, now: Timestamp) {
        let topics = &self.topics;
        on_node!(self, service, node => node.wake_stale(topics, now));
    }

    pub fn poison(&mut self, service: ServiceName, lane: Lane) {
        on_node!(self, service, node => node.poison(lane));
    }

    pub fn mend(&mut self, service: ServiceName) {
        on_node!(self, service, node => node.mend());
    }

    pub fn rewind(&mut self, service: ServiceName, topic: ServiceName, next: i64) -> bool {
        let topics = &self.topics;
        on_node!(self, service, node => node.rewind(topics, topic, next))
    }

    pub fn is_quiet(&mut self, service: ServiceName) -> bool {
        let topics = &self.topics;
        let sent = topics.of(service).sent;
        on_node!(self, service, node => node.is_quiet(topics) && node.outbox_end() == sent + 1)
    }

    pub fn counted(&mut self, service: ServiceName) -> Counted {
        on_node!(self, service, node => node.counted())
    }

    /// The publishers that a service listens to.
    pub fn heard(service: ServiceName) -> &'static [ServiceName] {
        static HEARD: LazyLock<[Vec<ServiceName>; 5]> = LazyLock::new(|| {
            [
                heard_topics::<User>().collect(),
                heard_topics::<Product>().collect(),
                heard_topics::<Order>().collect(),
                heard_topics::<Payment>().collect(),
                heard_topics::<Promotion>().collect(),
            ]
        });
        &HEARD[service as usize]
    }

    /// Starts anew who would not find out by itself that a position was set back.
    pub fn restart_rewound(&mut self, service: ServiceName, now: Timestamp) {
        let topics = &self.topics;
        on_node!(self, service, node => if node.is_rewound() {
            node.crash();
            node.start(topics, now);
        });
    }

    /// Publishes up to `most` events that the outbox has and the log does not. With `unmarked`
    /// the relay dies before it notes that it has; with `skips` its cursor passes an event.
    pub fn relay(&mut self, service: ServiceName, most: usize, relay: Relay) -> usize {
        let mut published = 0;
        let log = self.topics.of_mut(service);
        let mut seq = log.sent;
        while published < most {
            let found = on_node!(self, service, node => node.outbox(seq + 1));
            let Some(event) = found else { break };
            seq += 1;
            published += 1;
            let skipped = relay == Relay::Skips && published == 2;
            if !skipped {
                self.topics.of_mut(service).publish(seq, event);
            }
        }
        if relay != Relay::Unmarked {
            self.topics.of_mut(service).sent = seq;
        }
        published
    }

    /// The numbers of a service's outbox: from 1 to before this.
    pub fn outbox_end(&mut self, service: ServiceName) -> i64 {
        on_node!(self, service, node => node.outbox_end())
    }

    /// Hash of all rows of all services: equal when the same stands everywhere.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        hash(
            &self.user.db,
            &mut user::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.product.db,
            &mut product::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.order.db,
            &mut order::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.payment.db,
            &mut payment::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.promotion.db,
            &mut promotion::store::Rows::default(),
            &mut digest,
        );
        digest.value()
    }
}

/// How a relay ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relay {
    Marked,
    Unmarked,
    Skips,
}

impl Shop {
    /// Starts every service and gives the shop its first users, goods, points and coupons, all
    /// through commands.
    pub fn stock_up(&mut self, rng: &mut Rng, now: Timestamp) -> Stocked {
        for service in ServiceName::ALL {
            self.start(*service, now);
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
    let hour = std::time::Duration::from_secs(3600);
    let (from, to) = (now.minus(24 * hour), now.plus(24 * hour));
    let discount = match rng.percent(50) {
        true => Discount::Fixed(Money::new(rng.between(1, 3_000))),
        false => Discount::Rate {
            percent: rng.between(1, 100),
            max: rng.percent(50).then(|| Money::new(rng.between(1, 2_000))),
        },
    };
    // Some end in the midst of the schedule, on one clock before the other.
    let ends = match rng.percent(30) {
        true => now.plus(std::time::Duration::from_secs(60 + rng.word() % 600)),
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

fn open(backend: Backend, migrations: Migrations) -> Db {
    match backend {
        Backend::Maps => Db::Maps(Maps::default()),
        Backend::Sqlite => {
            let sqlite = Sqlite::in_memory(migrations);
            Db::Sqlite(sqlite.expect("a database in memory opens"))
        }
    }
}

fn hash(db: &Db, rows: &mut impl Rows, digest: &mut Digest) {
    let hashed: Result<(), Failed> = match db {
        Db::Sqlite(sqlite) => sqlite
            .digest(rows, digest)
            .and_then(|()| sqlite.digest(&mut System::default(), digest)),
        Db::MySql(never) => match *never {},
        Db::Maps(maps) => {
            maps.digest(rows, digest);
            maps.digest(&mut System::default(), digest);
            Ok(())
        }
    };
    hashed.expect("a store in memory can be read");
}
