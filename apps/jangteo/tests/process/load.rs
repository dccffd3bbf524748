//! Clients that order, cancel, give back, charge, take coupons and restock without pause, until
//! nobody answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::journal::{Asked, Journal, What};
use crate::caller::{Caller, Request};

const MEMBERS: usize = 16;
/// Fewer pieces than members, so that not everybody gets one.
const PIECES: i64 = 10;
/// Few, so that they sell out, and cheap, so that points are not what always runs out first.
const PRODUCTS: usize = 6;

/// The members that shop, who restocks, and what they reach for.
#[derive(Clone)]
pub struct Crowd {
    pub members: Vec<Member>,
    /// Comes after the members where they are counted.
    pub operator: Caller,
    pub products: Vec<String>,
    /// Offered while this crowd shops.
    pub offers: Vec<String>,
    /// Whether a failure of the shop is met with patience: its outcome is unknown.
    pub is_patient: bool,
}

#[derive(Clone)]
pub struct Member {
    pub caller: Caller,
    /// Used up or not: an order may name one that is gone.
    pub coupons: Vec<String>,
}

impl Crowd {
    pub async fn gather(url: &str) -> Self {
        let operator = Caller::log_in(url, jangteo::seed::ONCALL).await;
        let mut members = Vec::new();
        for number in 1..=MEMBERS {
            let caller = Caller::log_in(url, &format!("member{number:02}@demo")).await;
            let coupons = ids(
                &caller.all("/api/v1/users/me/coupons").await,
                "userCouponId",
            );
            members.push(Member { caller, coupons });
        }
        let mut goods = operator.all("/api/v1/products").await;
        goods.sort_by_key(|product| product["price"].as_i64());
        goods.truncate(PRODUCTS);
        let products = ids(&goods, "id");
        Self {
            members,
            operator,
            products,
            offers: Vec::new(),
            is_patient: false,
        }
    }

    /// Offers one more coupon, of which there are not enough for all.
    pub async fn offer(&mut self, cycle: u32) {
        let body = json!({
            "name": format!("선착순 {cycle}"), "discount": "FIXED", "value": 500,
            "minOrderAmount": 0, "totalQuantity": PIECES, "validDays": 30,
            "issueFrom": "2024-01-01T00:00:00Z", "issueTo": "2100-01-01T00:00:00Z",
        });
        let request = Request {
            path: "/api/v1/coupons".to_owned(),
            key: format!("offer-{cycle}"),
            body,
            wait: false,
        };
        let made = self.operator.send(&request).await.expect("the shop runs");
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        self.offers
            .push(made.body["id"].as_str().expect("an id").to_owned());
    }

    /// The same people, logged in anew.
    pub async fn again(mut self) -> Self {
        for member in &mut self.members {
            member.caller = member.caller.again().await.expect("the shop runs");
        }
        self.operator = self.operator.again().await.expect("the shop runs");
        self
    }

    /// The same people at a shop that was started again.
    pub fn at(&self, url: &str) -> Self {
        let member = |member: &Member| Member {
            caller: member.caller.at(url),
            coupons: member.coupons.clone(),
        };
        Self {
            members: self.members.iter().map(member).collect(),
            operator: self.operator.at(url),
            products: self.products.clone(),
            offers: self.offers.clone(),
            is_patient: self.is_patient,
        }
    }

    pub fn callers(&self) -> impl Iterator<Item = &Caller> {
        self.members
            .iter()
            .map(|member| &member.caller)
            .chain([&self.operator])
    }
}

fn ids(items: &[Value], name: &str) -> Vec<String> {
    items
        .iter()
        .map(|item| item[name].as_str().expect("an id").to_owned())
        .collect()
}

/// One client for each member; each answer is told to `answered`.
pub fn start(
    crowd: &Arc<Crowd>,
    seed: u64,
    answered: &UnboundedSender<()>,
) -> Vec<JoinHandle<Journal>> {
    let client = |who: usize| {
        let client = Client {
            crowd: Arc::clone(crowd),
            who,
            chance: StdRng::seed_from_u64(seed.wrapping_add(who as u64)),
            seed,
            renewed: BTreeMap::new(),
            orders: Vec::new(),
            held: crowd.members[who].coupons.clone(),
            journal: Journal::default(),
        };
        tokio::spawn(client.run(answered.clone()))
    };
    (0..crowd.members.len()).map(client).collect()
}

struct Client {
    crowd: Arc<Crowd>,
    who: usize,
    chance: StdRng,
    seed: u64,
    /// Who had to log in again, as the crowd counts them.
    renewed: BTreeMap<usize, Caller>,
    /// Its own, the newest last.
    orders: Vec<String>,
    /// Coupons, used up or not.
    held: Vec<String>,
    journal: Journal,
}

impl Client {
    async fn run(mut self, answered: UnboundedSender<()>) -> Journal {
        loop {
            let mut asked = self.think();
            let sent = self.caller(asked.who).send(&asked.request).await;
            let Ok(answer) = sent else {
                // Killed. Whether it still did this is what the next start will tell.
                self.journal.asked.push(asked);
                return self.journal;
            };
            if answer.status == StatusCode::UNAUTHORIZED {
                // Its token ran out, so nothing was asked: the clock was moved.
                let Ok(renewed) = self.caller(asked.who).again().await else {
                    return self.journal;
                };
                self.renewed.insert(asked.who, renewed);
                continue;
            }
            let failed = answer.status.is_server_error();
            let open = answer.is_open() || (failed && self.crowd.is_patient);
            assert!(open || !failed, "{asked:?}: {answer:?}");
            assert!(!answer.replayed, "a fresh key: {asked:?}: {answer:?}");
            if let (What::Place { .. }, Some(order)) =
                (&asked.what, answer.body["orderId"].as_str())
            {
                self.orders.push(order.to_owned());
            }
            if let (What::Issue { .. }, Some(coupon)) =
                (&asked.what, answer.body["userCouponId"].as_str())
            {
                self.held.push(coupon.to_owned());
            }
            if !open {
                asked.answer = Some(answer);
                // Nobody counts any more once the kill is under way.
                let _uncounted = answered.send(());
            }
            self.journal.asked.push(asked);
        }
    }

    fn caller(&self, who: usize) -> &Caller {
        let first = || self.crowd.callers().nth(who);
        let caller = self.renewed.get(&who).or_else(first);
        caller.expect("one of the crowd")
    }

    fn think(&mut self) -> Asked {
        let (who, number) = (self.who, self.journal.asked.len());
        let (what, path, body) = match self.chance.random_range(0..100) {
            0..60 => self.cart(),
            60..70 => self.give_back(),
            70..76 => self.take_coupon(),
            76..85 => {
                let amount = self.chance.random_range(10_000..60_000);
                let body = json!({ "amount": amount });
                (
                    What::Charge { amount },
                    "/api/v1/points/me/charge".to_owned(),
                    body,
                )
            }
            85..95 => match self.orders.last() {
                Some(order) => {
                    let path = format!("/api/v1/orders/{order}/cancel");
                    (
                        What::Cancel {
                            order: order.clone(),
                        },
                        path,
                        json!({}),
                    )
                }
                None => self.cart(),
            },
            _ => {
                let product = self.product();
                let delta = self.chance.random_range(1..20);
                let path = format!("/api/v1/products/{product}/stock-adjustments");
                let body = json!({ "delta": delta, "reason": "입고" });
                (What::Adjust { product, delta }, path, body)
            }
        };
        let places = matches!(what, What::Place { .. });
        let who = match what {
            What::Adjust { .. } => self.crowd.members.len(),
            What::Place { .. }
            | What::Charge { .. }
            | What::Cancel { .. }
            | What::Issue { .. }
            | What::Refund { .. } => who,
        };
        let key = format!("{}-{}-{number}", self.seed, self.who);
        let wait = places && self.chance.random_bool(0.3);
        let request = Request {
            path,
            key,
            body,
            wait,
        };
        Asked {
            who,
            what,
            request,
            answer: None,
            order: None,
        }
    }

    fn cart(&mut self) -> (What, String, Value) {
        let lines = self.chance.random_range(1..=3);
        let items: Vec<_> = (0..lines)
            .map(|_| {
                let quantity = self.chance.random_range(1..=3);
                json!({ "productId": self.product(), "quantity": quantity })
            })
            .collect();
        let mut body = json!({ "items": items });
        let coupon = match self.chance.random_bool(0.2) {
            true => self.held.choose(&mut self.chance).cloned(),
            false => None,
        };
        if let Some(coupon) = &coupon {
            body["userCouponId"] = json!(coupon);
        }
        (What::Place { coupon }, "/api/v1/orders".to_owned(), body)
    }

    /// An order that may be open still, cancelled, or given back before.
    fn give_back(&mut self) -> (What, String, Value) {
        let Some(order) = self.orders.choose(&mut self.chance).cloned() else {
            return self.cart();
        };
        let path = format!("/api/v1/orders/{order}/refunds");
        let mut body = json!({ "reason": "변심" });
        if self.chance.random_bool(0.6) {
            body["items"] = json!([{ "orderItemId": format!("{order}-1"), "quantity": 1 }]);
        }
        (What::Refund { order }, path, body)
    }

    fn take_coupon(&mut self) -> (What, String, Value) {
        let Some(coupon) = self.crowd.offers.choose(&mut self.chance).cloned() else {
            return self.cart();
        };
        let path = format!("/api/v1/coupons/{coupon}/issue");
        (What::Issue { coupon }, path, json!({}))
    }

    fn product(&mut self) -> String {
        self.crowd
            .products
            .choose(&mut self.chance)
            .expect("there are some")
            .clone()
    }
}
