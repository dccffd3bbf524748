//! What is asked for: carts drawn from a seed, written as the bytes of a request.

use std::io::Write;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::population::{FLASH, HOT, Population, SOLD_OUT, Spec};

/// Which carts are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Every buyer once, looking for an order that is not there: their tokens are checked.
    Arrive,
    /// W1: two products out of all, every second cart with a coupon.
    Uniform,
    /// W2: the same, one of the two always the hot one.
    Hot,
    /// W3: one piece of what there is little of.
    Flash,
    /// W4: as uniform, but one in ten is short of stock, one in ten of points, one in twenty
    /// brings a coupon of somebody else, and one in a hundred is sent again.
    Failing,
    /// W5: a coupon of which there are too few.
    Rush,
    /// W6: one order among twenty requests, the others look at products, rankings and orders.
    Browse,
}

/// The request of one shopper.
#[derive(Debug)]
pub struct Wanted {
    pub bytes: Vec<u8>,
    pub buyer: usize,
    /// Whether the same bytes are to be sent a second time.
    pub twice: bool,
}

/// Of a buyer's coupons, one stays unused: others bring it where they must not.
const NOT_THEIRS_TO_USE: usize = 1;

/// Draws what shoppers want.
pub struct Shoppers {
    population: Population,
    spec: Spec,
    chance: StdRng,
    /// Coupons of each buyer that were not used yet.
    unused: Vec<usize>,
    /// How many of them a buyer keeps.
    spared: usize,
    /// The last order of each buyer, to look at.
    seen: Vec<Option<String>>,
    keys: u64,
    arrived: usize,
    rushed: usize,
    missed_coupons: u64,
    wait: bool,
}

impl Shoppers {
    pub fn new(population: Population, spec: Spec) -> Self {
        let buyers = population.buyers.len();
        Self {
            unused: population
                .buyers
                .iter()
                .map(|it| it.coupons.len())
                .collect(),
            spared: NOT_THEIRS_TO_USE,
            population,
            spec,
            chance: StdRng::seed_from_u64(7),
            seen: vec![None; buyers],
            keys: 0,
            arrived: 0,
            rushed: 0,
            missed_coupons: 0,
            wait: true,
        }
    }

    /// Whether shoppers wait for the end of their order, or go once it is accepted.
    pub fn waiting(&mut self, wait: bool) {
        self.wait = wait;
    }

    /// From now on every buyer keeps this share of the coupons for later.
    pub fn spare_coupons(&mut self, share: f64) {
        let spared = self.spec.coupons as f64 * share;
        self.spared = (spared as usize).max(NOT_THEIRS_TO_USE);
    }

    pub fn buyers(&self) -> usize {
        self.population.buyers.len()
    }

    /// Carts that were to have a coupon whose buyer had none left.
    pub fn missed_coupons(&self) -> u64 {
        self.missed_coupons
    }

    pub fn draw(&mut self, mix: Mix) -> Wanted {
        match mix {
            Mix::Arrive => self.arrive(),
            Mix::Uniform => self.uniform(None),
            Mix::Hot => self.uniform(Some(HOT)),
            Mix::Flash => self.flash(),
            Mix::Failing => self.failing(),
            Mix::Rush => self.rush(),
            Mix::Browse => self.browse(),
        }
    }

    /// An order that a buyer may look at later.
    pub fn saw(&mut self, buyer: usize, order: &str) {
        self.seen[buyer] = Some(order.to_owned());
    }

    /// Many orders of one buyer in one request.
    pub fn batch(&mut self, orders: usize) -> Wanted {
        let buyer = self.buyer();
        let carts: Vec<_> = (0..orders)
            .map(|_| cart(&self.two_products(None), self.coupon(buyer)))
            .collect();
        let body = format!(r#"{{"orders":[{}]}}"#, carts.join(","));
        self.post("/api/v1/orders:batch", buyer, &body)
    }

    /// Looks at an order of a buyer.
    pub fn look(&self, buyer: usize, order: &str) -> Vec<u8> {
        self.get(&format!("/api/v1/orders/{order}"), buyer)
    }

    fn uniform(&mut self, hot: Option<usize>) -> Wanted {
        let buyer = self.buyer();
        let products = self.two_products(hot);
        let coupon = self.coupon(buyer);
        self.order(buyer, &cart(&products, coupon))
    }

    fn flash(&mut self) -> Wanted {
        let buyer = self.buyer();
        let cart = cart(&[self.population.products[FLASH].clone()], None);
        self.order(buyer, &cart)
    }

    fn failing(&mut self) -> Wanted {
        let buyers = self.population.buyers.len();
        let (buyer, mut products) = (self.buyer(), self.two_products(None));
        match self.chance.random_range(0..100) {
            0..10 => {
                products[1].clone_from(&self.population.products[SOLD_OUT]);
                self.order(buyer, &cart(&products, None))
            }
            10..20 => {
                let poor = buyers - 1 - self.chance.random_range(0..self.spec.poor);
                self.order(poor, &cart(&products, None))
            }
            20..25 => {
                let other = (buyer + 1) % (buyers - self.spec.poor);
                let coupon = self.population.buyers[other].coupons.first().cloned();
                self.order(buyer, &cart(&products, coupon))
            }
            25 => Wanted {
                twice: true,
                ..self.order(buyer, &cart(&products, None))
            },
            _ => {
                let coupon = self.coupon(buyer);
                self.order(buyer, &cart(&products, coupon))
            }
        }
    }

    /// Every buyer once, and then every buyer again.
    fn rush(&mut self) -> Wanted {
        let buyer = self.rushed % self.population.buyers.len();
        self.rushed += 1;
        let path = format!("/api/v1/coupons/{}/issue", self.population.rush);
        self.post(&path, buyer, "{}")
    }

    fn arrive(&mut self) -> Wanted {
        let buyer = self.arrived % self.population.buyers.len();
        self.arrived += 1;
        Wanted {
            bytes: self.get("/api/v1/orders/0000000000001", buyer),
            buyer,
            twice: false,
        }
    }

    fn browse(&mut self) -> Wanted {
        let buyer = self.buyer();
        let path = match (self.chance.random_range(0..100), &self.seen[buyer]) {
            (0..5, _) => return self.uniform(None),
            (5..15, _) => "/api/v1/products/top".to_owned(),
            (15..35, Some(order)) => format!("/api/v1/orders/{order}"),
            (_, _) => {
                let place = self.chance.random_range(0..self.population.products.len());
                format!("/api/v1/products/{}", self.population.products[place])
            }
        };
        Wanted {
            bytes: self.get(&path, buyer),
            buyer,
            twice: false,
        }
    }

    /// Anybody who has points.
    fn buyer(&mut self) -> usize {
        let rich = self.population.buyers.len() - self.spec.poor;
        self.chance.random_range(0..rich)
    }

    /// Of those that are like all others.
    fn two_products(&mut self, first: Option<usize>) -> [String; 2] {
        let products = &self.population.products;
        let others = SOLD_OUT + 1..products.len();
        let first = first.unwrap_or_else(|| self.chance.random_range(others.clone()));
        let mut second = self.chance.random_range(others.clone());
        if second == first {
            second = if second + 1 < others.end {
                second + 1
            } else {
                others.start
            };
        }
        [products[first].clone(), products[second].clone()]
    }

    /// Every second cart has one, as long as its buyer has any.
    fn coupon(&mut self, buyer: usize) -> Option<String> {
        if self.chance.random_bool(0.5) {
            return None;
        }
        if self.unused[buyer] <= self.spared {
            self.missed_coupons += 1;
            return None;
        }
        self.unused[buyer] -= 1;
        Some(self.population.buyers[buyer].coupons[self.unused[buyer]].clone())
    }

    fn order(&mut self, buyer: usize, cart: &str) -> Wanted {
        self.post("/api/v1/orders", buyer, cart)
    }

    fn post(&mut self, path: &str, buyer: usize, body: &str) -> Wanted {
        self.keys += 1;
        let mut bytes = Vec::with_capacity(900);
        let token = &self.population.buyers[buyer].token;
        let prefer = if self.wait { "prefer: wait=3\r\n" } else { "" };
        write!(
            bytes,
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             idempotency-key: bench-{:012}\r\ncontent-type: application/json\r\n{prefer}\
             content-length: {}\r\n\r\n{body}",
            self.keys,
            body.len()
        )
        .expect("memory takes it");
        Wanted {
            bytes,
            buyer,
            twice: false,
        }
    }

    fn get(&self, path: &str, buyer: usize) -> Vec<u8> {
        let token = &self.population.buyers[buyer].token;
        let text = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        text.into_bytes()
    }
}

fn cart(products: &[String], coupon: Option<String>) -> String {
    let items = products
        .iter()
        .map(|id| format!(r#"{{"productId":"{id}","quantity":1}}"#));
    let items = items.collect::<Vec<_>>().join(",");
    match coupon {
        Some(coupon) => format!(r#"{{"items":[{items}],"userCouponId":"{coupon}"}}"#),
        None => format!(r#"{{"items":[{items}]}}"#),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Buyer;

    fn shoppers() -> Shoppers {
        let spec = Spec::quick();
        let buyer = |nth: usize| Buyer {
            token: format!("t{nth}"),
            coupons: (0..spec.coupons).map(|it| format!("c{nth}-{it}")).collect(),
        };
        let population = Population {
            buyers: (0..spec.buyers).map(buyer).collect(),
            products: (0..spec.products).map(|it| format!("p{it}")).collect(),
            rush: "r".to_owned(),
        };
        Shoppers::new(population, spec)
    }

    fn parts(wanted: &Wanted) -> (&str, &str) {
        let text = std::str::from_utf8(&wanted.bytes).unwrap();
        text.split_once("\r\n\r\n").unwrap()
    }

    #[test]
    fn a_request_says_how_long_its_body_is_and_has_a_key_of_its_own() {
        let mut shoppers = shoppers();
        let mut keys = std::collections::BTreeSet::new();
        for mix in [Mix::Uniform, Mix::Hot, Mix::Flash, Mix::Failing, Mix::Rush] {
            for _ in 0..100 {
                let wanted = shoppers.draw(mix);
                let (head, body) = parts(&wanted);
                assert!(head.ends_with(&format!("content-length: {}", body.len())));
                let key = head
                    .lines()
                    .find(|line| line.starts_with("idempotency-key"));
                assert!(keys.insert(key.unwrap().to_owned()));
            }
        }
    }

    #[test]
    fn no_coupon_is_used_twice_and_half_of_the_carts_have_one() {
        let mut shoppers = shoppers();
        let mut used = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            let wanted = shoppers.draw(Mix::Uniform);
            let (_, body) = parts(&wanted);
            if let Some((_, coupon)) = body.split_once("userCouponId") {
                assert!(used.insert(coupon.to_owned()), "{body}");
            }
        }
        assert!((400..600).contains(&used.len()), "{}", used.len());
    }

    #[test]
    fn coupons_that_are_spared_are_used_later() {
        let mut shoppers = shoppers();
        let held = shoppers.buyers() * shoppers.spec.coupons;
        shoppers.spare_coupons(0.5);
        (0..20_000).for_each(|_| drop(shoppers.draw(Mix::Uniform)));
        let unused: usize = shoppers.unused.iter().sum();
        let poor = shoppers.spec.poor * shoppers.spec.coupons;
        assert_eq!(unused, (held - poor) / 2 + poor);
        shoppers.spare_coupons(0.0);
        (0..20_000).for_each(|_| drop(shoppers.draw(Mix::Uniform)));
        let kept = shoppers.buyers() - shoppers.spec.poor;
        assert_eq!(shoppers.unused.iter().sum::<usize>(), kept + poor);
    }

    #[test]
    fn a_hot_cart_has_the_hot_product_and_another() {
        let mut shoppers = shoppers();
        for _ in 0..100 {
            let wanted = shoppers.draw(Mix::Hot);
            let (_, body) = parts(&wanted);
            assert!(
                body.starts_with(r#"{"items":[{"productId":"p0","#),
                "{body}"
            );
            assert_eq!(body.matches("productId").count(), 2);
            assert_eq!(body.matches(r#""p0""#).count(), 1);
        }
    }

    #[test]
    fn some_orders_fail_and_some_are_sent_twice() {
        let mut shoppers = shoppers();
        let drawn: Vec<_> = (0..2_000).map(|_| shoppers.draw(Mix::Failing)).collect();
        let share = |is: &dyn Fn(&Wanted) -> bool| drawn.iter().filter(|it| is(it)).count();
        assert!((5..50).contains(&share(&|it| it.twice)));
        assert!((140..260).contains(&share(&|it| parts(it).1.contains(r#""p2""#))));
        let first_poor = shoppers.population.buyers.len() - shoppers.spec.poor;
        assert!((140..260).contains(&share(&|it| it.buyer >= first_poor)));
    }
}
