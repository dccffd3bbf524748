use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use contracts::events::Kind;
use contracts::events::order::OrderStatus;
use contracts::time::Timestamp;
use order::Order;
use payment::Payment;
use product::Product;
use promotion::Promotion;
use serde_json::json;
use shop_tests::{Alone, Offer, TestShop, issue, offer};

use super::{PRICE, STOCK, now};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn hard_case_06_the_deadline_ends_what_is_open_and_leaves_what_has_ended() {
    static AHEAD: AtomicU64 = AtomicU64::new(0);
    fn clock() -> Timestamp {
        boot::now().plus(Duration::from_secs(AHEAD.load(Ordering::Relaxed)))
    }
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let folder = shop.end().await;
    let path = folder.path();

    let order = Alone::<Order>::start(path, clock).await;
    let stock = Alone::<Product>::start(path, clock).await;
    let coupons = Alone::<Promotion>::start(path, clock).await;
    let points = Alone::<Payment>::start(path, clock).await;
    let finished = order.order(buyer.id, &[product], None).await;
    order.all_are(OrderStatus::Completed, &[finished]).await;
    points.stop().await;
    let open = order.order(buyer.id, &[product], None).await;
    coupons.has_said(Kind::CouponApplied, &[open]).await;

    AHEAD.store(61, Ordering::Relaxed);
    order.all_are(OrderStatus::Cancelled, &[open]).await;
    assert_eq!(order.status(finished), OrderStatus::Completed);
    // The payment is asked for first and hears of the end afterwards.
    let points = Alone::<Payment>::start(path, clock).await;
    points.has_said(Kind::PaymentRefunded, &[open]).await;
    order.stop().await;
    stock.stop().await;
    coupons.stop().await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    assert_eq!(shop.order(&buyer, open).await["failure"]["code"], "EXPIRED");
    assert_eq!(shop.order(&buyer, finished).await["status"], "COMPLETED");
    assert_eq!((shop.balance(buyer.id), shop.left(product)), (9_000, 999));
    shop.end().await;
}

/// The deadline is long past when Order comes back, and the payment stands in the log.
#[tokio::test]
async fn hard_case_06_a_last_step_in_flight_is_read_before_the_deadline_counts() {
    fn late() -> Timestamp {
        boot::now().plus(10 * MINUTE)
    }
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let folder = shop.end().await;
    let path = folder.path();

    let order = Alone::<Order>::start(path, now).await;
    let id = order.order(buyer.id, &[product], None).await;
    order.stop().await;
    let stock = Alone::<Product>::start(path, now).await;
    let coupons = Alone::<Promotion>::start(path, now).await;
    let points = Alone::<Payment>::start(path, now).await;
    points.has_said(Kind::PaymentCompleted, &[id]).await;
    let order = Alone::<Order>::start(path, late).await;
    order.all_are(OrderStatus::Completed, &[id]).await;
    order.stop().await;
    stock.stop().await;
    coupons.stop().await;
    points.stop().await;
    TestShop::start_in(folder).await.end().await;
}

/// Product is ten minutes ahead of Order, Payment ten minutes behind it.
#[tokio::test]
async fn hard_case_20_clocks_ten_minutes_apart_change_nothing() {
    fn ahead() -> Timestamp {
        boot::now().plus(10 * MINUTE)
    }
    fn behind() -> Timestamp {
        boot::now().minus(10 * MINUTE)
    }
    let shop = TestShop::start().await;
    let (buyer, operator) = (shop.shopper().await, shop.operator().await);
    shop.charge(buyer.id, 1_500).await;
    let product = shop.product(PRICE, STOCK).await;
    let folder = shop.end().await;
    let path = folder.path();

    let order = Alone::<Order>::start(path, now).await;
    let stock = Alone::<Product>::start(path, ahead).await;
    let coupons = Alone::<Promotion>::start(path, ahead).await;
    let points = Alone::<Payment>::start(path, behind).await;
    // By Order's clock it is issued ten minutes after the order that uses it.
    let promotion = &coupons.place.handle;
    let coupon_id = offer(promotion, Offer::fixed(500)).await;
    let coupon = issue(promotion, coupon_id, buyer.id).await;
    let paid = order.order(buyer.id, &[product], Some(coupon)).await;
    order.all_are(OrderStatus::Completed, &[paid]).await;
    let plain = order.order(buyer.id, &[product], None).await;
    order.all_are(OrderStatus::Completed, &[plain]).await;
    let poor = order.order(buyer.id, &[product], None).await;
    order.all_are(OrderStatus::Cancelled, &[poor]).await;
    stock.has_said(Kind::StockRestored, &[poor]).await;
    order.stop().await;
    stock.stop().await;
    coupons.stop().await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    assert_eq!((shop.balance(buyer.id), shop.left(product)), (0, 998));
    // A saga's story is found although its events bear times far apart.
    for (id, events) in [(paid, 5), (plain, 5), (poor, 6)] {
        let story = shop
            .get(&format!("/api/v1/sagas/{id}"), &operator)
            .await
            .is(200);
        assert_eq!(
            story.body["timeline"].as_array().unwrap().len(),
            events,
            "{story:?}"
        );
    }
    shop.end().await;
}

/// All but Order are gone for five minutes, then everything starts again.
#[tokio::test]
async fn hard_case_23_an_outage_expires_nothing_that_can_still_complete() {
    fn later() -> Timestamp {
        boot::now().plus(5 * MINUTE)
    }
    let shop = TestShop::start().await;
    let (buyer, operator) = (shop.shopper().await, shop.operator().await);
    shop.charge(buyer.id, 20_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let folder = shop.end().await;
    let path = folder.path();

    let order = Alone::<Order>::start(path, now).await;
    let mut placed = Vec::new();
    for _ in 0..20 {
        placed.push(order.order(buyer.id, &[product], None).await);
    }
    order.stop().await;

    let order = Alone::<Order>::start(path, later).await;
    let stock = Alone::<Product>::start(path, later).await;
    let coupons = Alone::<Promotion>::start(path, later).await;
    let points = Alone::<Payment>::start(path, later).await;
    order.all_are(OrderStatus::Completed, &placed).await;
    order.stop().await;
    stock.stop().await;
    coupons.stop().await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    let cancelled = shop
        .get("/api/v1/sagas?state=COMPENSATED", &operator)
        .await
        .is(200);
    assert_eq!(cancelled.body["items"], json!([]));
    assert_eq!(shop.balance(buyer.id), 0);
    shop.end().await;
}
