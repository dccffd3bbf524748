//! What one completed order of two lines writes, half of them with a coupon: the row budget of
//! the design, in one table. Per-batch rows (writers, positions, the audit's seal) are not in it.

use std::sync::atomic::Ordering;

use db::Store;
use order::store::{AuditSeal, OrderEvent};
use runtime::Status;
use serde_json::json;
use shop_tests::{Offer, TestShop, cart};

/// Service, rows of an order without a coupon, rows of one with, and what they are.
const BUDGET: [(&str, u64, u64, &str); 4] = [
    (
        "order",
        12,
        12,
        "orders: one insert and one update; 5 order_event, 2 outbox, 1 idempotency, 2 order_item",
    ),
    (
        "product",
        8,
        8,
        "2 stock, 2 ledger, 1 outbox, 1 fence of the rank; the rank of each of the 2 products",
    ),
    (
        "promotion",
        2,
        2,
        "the user's coupon, or a fence where none is named; 1 outbox",
    ),
    ("payment", 3, 3, "1 point, 1 point_history, 1 outbox"),
];

/// The rows each of those services has written since it started.
fn written(shop: &TestShop) -> [u64; 4] {
    let places = &shop.places;
    let all: [&Status; 4] = [
        places.order.handle.status(),
        places.product.handle.status(),
        places.promotion.handle.status(),
        places.payment.handle.status(),
    ];
    all.map(|status| status.rows.load(Ordering::Relaxed))
}

#[tokio::test]
async fn an_order_of_two_lines_writes_what_the_budget_says() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let lines = [
        (shop.product(1_000, 100).await, 1),
        (shop.product(500, 100).await, 2),
    ];
    let coupon = shop.hand(Offer::fixed(300), buyer.id).await;
    // The first sale of a shop opens the ranking, which is one row for good.
    shop.place_with(&buyer, &lines, None, &[]).await.is(202);
    let mut found = Vec::new();
    for coupon in [None, Some(coupon)] {
        shop.rest().await;
        let before = written(&shop);
        shop.place_with(&buyer, &lines, coupon, &[]).await.is(202);
        shop.rest().await;
        let after = written(&shop);
        found.push([0, 1, 2, 3].map(|at| after[at] - before[at]));
    }
    let rows = BUDGET
        .iter()
        .enumerate()
        .map(|(at, (service, plain, with, what))| {
            let (was_plain, was_with) = (found[0][at], found[1][at]);
            format!(
                "{service}: {was_plain} of {plain}, {was_with} of {with} with a coupon ({what})"
            )
        });
    let report = rows.collect::<Vec<_>>().join("\n");
    let expected = [BUDGET.map(|row| row.1), BUDGET.map(|row| row.2)];
    assert_eq!(
        found, expected,
        "rows written of the rows budgeted:\n{report}"
    );
    shop.end().await;
}

/// Under a load the seals weigh little: many orders share a batch, and so its seal.
#[tokio::test]
async fn the_audit_is_sealed_once_a_batch() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 100).await;
    shop.rest().await;
    let status = shop.places.order.handle.status();
    let before = status.batches.load(Ordering::Relaxed);
    let orders = vec![cart(&[(product, 1)], None); 100];
    let body = json!({ "orders": orders });
    let path = "/api/v1/orders:batch";
    shop.post(path, &buyer, "k", &body).await.is(200);
    shop.rest().await;
    let batches = status.batches.load(Ordering::Relaxed) - before;
    let readers = &shop.places.order.readers;
    let audit = readers.with(|reader| reader.all::<OrderEvent>()).unwrap();
    let seals = readers.with(|reader| reader.all::<AuditSeal>()).unwrap();
    assert_eq!(audit.len(), 100 * 5);
    let seals = u64::try_from(seals.len()).unwrap();
    assert!((1..=batches).contains(&seals), "{seals} in {batches}");
    assert!(seals < 100, "{seals} seals of 100 orders' audit");
    shop.end().await;
}
