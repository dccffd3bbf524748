//! Does what the clients were told add up with what the shop shows them in the end?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use reqwest::StatusCode;
use serde_json::Value;

use super::journal::{Asked, Journal, What};
use super::load::Crowd;

const FIRST_POINTS: i64 = 100_000;
const FIRST_STOCK: i64 = 100;

/// What came of it all.
#[derive(Debug, Default)]
pub struct Totals {
    asked: usize,
    completed: usize,
    /// By failure code.
    cancelled: BTreeMap<String, usize>,
    with_coupon: usize,
    charges: usize,
    restocks: usize,
    issued: usize,
    refunds: usize,
}

impl Totals {
    pub fn orders(&self) -> usize {
        self.completed + self.cancelled.values().sum::<usize>()
    }

    /// Every way an order can go must have been gone.
    pub fn assert_worth_it(&self, least: usize) {
        assert!(
            self.orders() >= least,
            "only {} orders: {self}",
            self.orders()
        );
        assert!(self.completed > 0 && self.with_coupon > 0, "{self}");
        assert!(self.charges > 0 && self.restocks > 0, "{self}");
        assert!(self.issued > 0 && self.refunds > 0, "{self}");
        for code in ["OUT_OF_STOCK", "INSUFFICIENT_POINT", "USER_CANCELLED"] {
            assert!(
                self.cancelled.contains_key(code),
                "no order ended with {code}: {self}"
            );
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            asked,
            completed,
            cancelled,
            with_coupon,
            charges,
            restocks,
            issued,
            refunds,
        } = self;
        write!(
            f,
            "{asked} requests; {} orders acknowledged: {completed} completed ({with_coupon} with a \
             coupon), cancelled {cancelled:?}; {charges} charges, {restocks} restocks, \
             {issued} coupons issued, {refunds} refunds",
            self.orders()
        )
    }
}

/// What the clients believe, order by order.
#[derive(Default)]
struct Books {
    totals: Totals,
    orders: BTreeMap<String, Value>,
    balances: Vec<i64>,
    stock: BTreeMap<String, i64>,
    /// Coupons by the completed order that named them.
    coupons: BTreeMap<String, String>,
    /// The refunds answered for, by order, with their amounts.
    refunds: BTreeMap<String, BTreeMap<String, i64>>,
    /// The numbers of the pieces issued, by coupon.
    numbers: BTreeMap<String, BTreeSet<i64>>,
}

/// Reads back every order that was acknowledged, and holds balances, stock and coupons against
/// the sum of all that was answered.
pub async fn reckon(journal: &Journal, crowd: &Crowd) -> Totals {
    let mut books = Books {
        balances: vec![FIRST_POINTS; crowd.members.len()],
        ..Books::default()
    };
    let keys: BTreeSet<_> = journal
        .asked
        .iter()
        .map(|asked| &asked.request.key)
        .collect();
    assert_eq!(
        keys.len(),
        journal.asked.len(),
        "each key was used for one thing"
    );
    books.totals.asked = keys.len();
    for asked in &journal.asked {
        books.enter(asked, crowd).await;
    }
    for asked in &journal.asked {
        books.check_cancel(asked);
    }
    books.check_refunds();
    books.check_offers(crowd).await;
    for (member, expected) in crowd.members.iter().zip(&books.balances) {
        let points = member.caller.get("/api/v1/points/me").await;
        assert_eq!(
            points["balance"],
            *expected,
            "the points of {:?}",
            member.coupons.first()
        );
        for coupon in member.caller.all("/api/v1/users/me/coupons").await {
            let id = coupon["userCouponId"].as_str().expect("an id");
            let used_by = coupon["orderId"].as_str();
            assert_eq!(
                used_by,
                books.coupons.get(id).map(String::as_str),
                "{coupon}"
            );
        }
    }
    for product in &crowd.products {
        let shown = crowd
            .operator
            .get(&format!("/api/v1/products/{product}"))
            .await;
        let moved = books.stock.get(product).copied().unwrap_or(0);
        assert_eq!(shown["availableQuantity"], FIRST_STOCK + moved, "{shown}");
    }
    books.totals
}

impl Books {
    async fn enter(&mut self, asked: &Asked, crowd: &Crowd) {
        let answer = asked.answer.as_ref().expect("every outcome is known");
        match &asked.what {
            What::Place { coupon } => {
                if let Some(order) = &asked.order {
                    let owner = &crowd.members[asked.who].caller;
                    let shown = owner.get(&format!("/api/v1/orders/{order}")).await;
                    self.enter_order(asked, order, coupon.as_deref(), shown);
                }
            }
            What::Charge { amount } if answer.status.is_success() => {
                self.balances[asked.who] += amount;
                self.totals.charges += 1;
            }
            What::Adjust { product, delta } if answer.status.is_success() => {
                *self.stock.entry(product.clone()).or_default() += delta;
                self.totals.restocks += 1;
            }
            What::Refund { order } if answer.status.is_success() => {
                let id = answer.body["refundId"].as_str().expect("an id").to_owned();
                let amount = answer.body["amount"].as_i64().expect("an amount");
                let known = self.refunds.entry(order.clone()).or_default();
                assert_eq!(known.insert(id, amount), None, "two keys made one refund");
                self.balances[asked.who] += amount;
                self.totals.refunds += 1;
            }
            What::Issue { coupon } if answer.status.is_success() => {
                let number = answer.body["sequenceNo"].as_i64().expect("a number");
                let numbers = self.numbers.entry(coupon.clone()).or_default();
                assert!(numbers.insert(number), "number {number} went out twice");
                self.totals.issued += 1;
            }
            What::Charge { .. }
            | What::Adjust { .. }
            | What::Cancel { .. }
            | What::Refund { .. }
            | What::Issue { .. } => {}
        }
    }

    fn enter_order(&mut self, asked: &Asked, order: &str, coupon: Option<&str>, shown: Value) {
        let answer = asked.answer.as_ref().expect("every outcome is known");
        let known = self.orders.insert(order.to_owned(), shown.clone());
        assert_eq!(known, None, "no two keys made one order");
        assert_eq!(
            cart(&shown["items"]),
            cart(&asked.request.body["items"]),
            "{asked:?}"
        );
        match shown["status"].as_str() {
            Some("COMPLETED") => {
                self.totals.completed += 1;
                self.balances[asked.who] -= shown["paidPrice"].as_i64().expect("a price");
                for (product, quantity) in cart(&shown["items"]) {
                    *self.stock.entry(product.to_owned()).or_default() -= quantity;
                }
                for (product, quantity) in came_back(&shown) {
                    *self.stock.entry(product.to_owned()).or_default() += quantity;
                }
                self.totals.with_coupon += usize::from(coupon.is_some());
                if let Some(coupon) = coupon.filter(|_| !is_given_back_at_once(&shown)) {
                    let other = self.coupons.insert(coupon.to_owned(), order.to_owned());
                    assert_eq!(other, None, "{coupon} was used twice");
                }
                let open_then = [StatusCode::CREATED, StatusCode::ACCEPTED];
                assert!(
                    open_then.contains(&answer.status),
                    "it was told otherwise: {asked:?}"
                );
            }
            Some("CANCELLED") => {
                let code = shown["failure"]["code"].as_str().expect("a code");
                *self.totals.cancelled.entry(code.to_owned()).or_default() += 1;
                assert_ne!(
                    answer.status,
                    StatusCode::CREATED,
                    "it was told otherwise: {asked:?}"
                );
            }
            _ => panic!("it never ended: {shown}"),
        }
    }

    /// Every refund that was answered is there, once and done, and no other.
    fn check_refunds(&self) {
        for (order, shown) in &self.orders {
            let refunds = shown["refunds"].as_array().expect("refunds").iter();
            let shown: BTreeMap<String, i64> = refunds
                .map(|refund| {
                    assert_eq!(refund["status"], "DONE", "{refund}");
                    let id = refund["refundId"].as_str().expect("an id").to_owned();
                    (id, refund["amount"].as_i64().expect("an amount"))
                })
                .collect();
            let answered = self.refunds.get(order).cloned().unwrap_or_default();
            assert_eq!(shown, answered, "the refunds of {order}");
        }
    }

    /// First come, first served: numbers without gaps, none past the last.
    async fn check_offers(&self, crowd: &Crowd) {
        for offer in &crowd.offers {
            let numbers = self.numbers.get(offer).cloned().unwrap_or_default();
            let count = i64::try_from(numbers.len()).expect("a small number");
            let dense: BTreeSet<i64> = (1..=count).collect();
            assert_eq!(numbers, dense, "the pieces of {offer}");
            let path = format!("/api/v1/coupons/{offer}");
            let shown = crowd.operator.get(&path).await;
            let remaining = shown["totalQuantity"].as_i64().expect("a number") - count;
            assert_eq!(shown["remaining"], remaining, "{shown}");
        }
    }

    /// A cancel that was answered well stands.
    fn check_cancel(&self, asked: &Asked) {
        let answer = asked.answer.as_ref().expect("every outcome is known");
        if let What::Cancel { order } = &asked.what {
            let shown = &self.orders[order];
            if answer.status == StatusCode::OK {
                assert_eq!(shown["status"], "CANCELLED", "{asked:?}");
            } else {
                assert_eq!(answer.code(), "ORDER_NOT_CANCELLABLE", "{asked:?}");
            }
        }
    }
}

/// Whether one refund took the whole order back, and its coupon with it.
fn is_given_back_at_once(order: &Value) -> bool {
    let whole: i64 = cart(&order["items"]).iter().map(|line| line.1).sum();
    let mut refunds = order["refunds"].as_array().expect("refunds").iter();
    refunds.any(|refund| pieces(refund) == whole)
}

fn pieces(refund: &Value) -> i64 {
    let items = refund["items"].as_array().expect("items").iter();
    items.filter_map(|item| item["quantity"].as_i64()).sum()
}

/// Products and pieces, refund by refund.
fn came_back(order: &Value) -> Vec<(&str, i64)> {
    let items = order["items"].as_array().expect("items");
    let product = |item_id: &Value| {
        let bought = items.iter().find(|item| item["orderItemId"] == *item_id);
        bought
            .and_then(|item| item["productId"].as_str())
            .expect("an item of the order")
    };
    let refunds = order["refunds"].as_array().expect("refunds").iter();
    let items = refunds.flat_map(|refund| refund["items"].as_array().expect("items"));
    items
        .map(|item| {
            let quantity = item["quantity"].as_i64().expect("a quantity");
            (product(&item["orderItemId"]), quantity)
        })
        .collect()
}

/// Products and quantities, line by line.
fn cart(items: &Value) -> Vec<(&str, i64)> {
    let items = items.as_array().expect("items").iter();
    items
        .filter_map(|item| Some((item["productId"].as_str()?, item["quantity"].as_i64()?)))
        .collect()
}
