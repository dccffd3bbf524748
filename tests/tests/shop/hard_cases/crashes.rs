use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::OrderId;
use db::{Db, Sqlite};
use order::Order;
use order::decide::Reply;
use payment::Payment;
use product::Product;
use promotion::Promotion;
use runtime::{Stopped, take_over};
use serde_json::json;
use shop_tests::{Alone, Offer, TestShop};

use super::{PRICE, STOCK, now, writer_of};

const ORDERS: usize = 5;

/// The whole shop is gone after each step in turn, with its events committed and read by nobody.
#[tokio::test]
async fn hard_case_13_sagas_left_after_any_step_go_on_where_they_were() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 3 * 5 * PRICE).await;
    let product = shop.product(PRICE, STOCK).await;
    let folder = shop.end().await;
    let path = folder.path();

    // Each round leaves its orders one step further than the rounds before left theirs.
    let mut placed: Vec<OrderId> = Vec::new();
    for steps in (0..3).rev() {
        let order = Alone::<Order>::start(path, now).await;
        let mut new = Vec::new();
        for _ in 0..ORDERS {
            new.push(order.order(buyer.id, &[product], None).await);
        }
        order.stop().await;
        if steps > 0 {
            let stock = Alone::<Product>::start(path, now).await;
            stock.has_said(Kind::StockDeducted, &new).await;
            stock.stop().await;
        }
        if steps > 1 {
            let coupons = Alone::<Promotion>::start(path, now).await;
            coupons.has_said(Kind::CouponApplied, &new).await;
            coupons.stop().await;
        }
        placed.extend(new);
    }
    let points = Alone::<Payment>::start(path, now).await;
    points
        .has_said(Kind::PaymentCompleted, &placed[..ORDERS])
        .await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    for id in &placed {
        assert_eq!(shop.order(&buyer, *id).await["status"], "COMPLETED", "{id}");
    }
    assert_eq!(shop.balance(buyer.id), 0);
    assert_eq!(shop.left(product), i64::from(STOCK) - 15);
    shop.end().await;
}

/// The same on the way back: the undo of each step is owed when everything stops.
#[tokio::test]
async fn hard_case_13_what_is_owed_when_a_shop_stops_is_given_back_when_it_starts() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let coupon = shop.hand(Offer::fixed(100), buyer.id).await;
    let folder = shop.end().await;
    let path = folder.path();

    let order = Alone::<Order>::start(path, now).await;
    let id = order.order(buyer.id, &[product], Some(coupon)).await;
    order.stop().await;
    let stock = Alone::<Product>::start(path, now).await;
    stock.has_said(Kind::StockDeducted, &[id]).await;
    stock.stop().await;
    let coupons = Alone::<Promotion>::start(path, now).await;
    coupons.has_said(Kind::CouponApplied, &[id]).await;
    coupons.stop().await;
    let order = Alone::<Order>::start(path, now).await;
    let cancelled = order.cancel(id, buyer.id).await;
    assert!(
        matches!(cancelled, Reply::Cancelled { .. }),
        "{cancelled:?}"
    );
    order.stop().await;
    let points = Alone::<Payment>::start(path, now).await;
    points.has_said(Kind::PaymentRefunded, &[id]).await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    assert_eq!(shop.order(&buyer, id).await["status"], "CANCELLED");
    assert_eq!(
        (shop.balance(buyer.id), shop.left(product)),
        (10_000, i64::from(STOCK))
    );
    assert!(shop.held(buyer.id, coupon).order_id.is_none());
    shop.end().await;
}

/// Stopped again and again with orders under way; none that was accepted is lost.
#[tokio::test]
async fn hard_case_13_a_shop_stopped_under_load_ends_what_it_accepted() {
    const ROUNDS: usize = 4;
    let mut shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let mut accepted = Vec::new();
    for _ in 0..ROUNDS {
        for _ in 0..25 {
            accepted.push(shop.place(&buyer, &[(product, 1)]).await);
        }
        shop = shop.restart().await;
    }
    shop.rest().await;
    for id in &accepted {
        assert_eq!(shop.order(&buyer, *id).await["status"], "COMPLETED", "{id}");
    }
    let sold = i64::try_from(accepted.len()).expect("few");
    assert_eq!(shop.left(product), i64::from(STOCK) - sold);
    assert_eq!(shop.balance(buyer.id), 1_000_000 - sold * PRICE);
    shop.end().await;
}

/// A holder whose lease was lost while it was paused comes back and writes: it is refused.
#[tokio::test]
async fn hard_case_15_a_writer_deposed_while_it_was_paused_writes_nothing_more() {
    let mut shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let before = shop.place(&buyer, &[(product, 1)]).await;
    shop.rest().await;
    let state = shop.digest();

    // The loop waits for its next input; meanwhile somebody else takes its writer over.
    let writer = writer_of(&shop.places, ServiceName::Order);
    let file = shop.folder.path().join("order.db");
    let other = Sqlite::open(&file, <Order as boot::Hosted>::MIGRATIONS).expect("the same file");
    let mut other = Db::Sqlite(other);
    let taken = take_over(&mut other, writer, now())
        .await
        .expect("the epoch is raised");
    drop(other);

    let cart = shop_tests::cart(&[(product, 1)], None);
    let key = shop.fresh_key();
    let refused = shop.post("/api/v1/orders", &buyer, &key, &cart).await;
    refused.is_problem(503, "UPSTREAM_UNAVAILABLE");
    let ended = shop.ended().await;
    assert_eq!(ended.consumer, "order");
    let Stopped::Deposed(db::Failed::Deposed {
        expected, found, ..
    }) = &ended.why
    else {
        panic!("ended otherwise: {ended:?}");
    };
    assert_eq!((*found, *expected), (taken.epoch, taken.epoch - 1));
    shop.cancel(&buyer, before)
        .await
        .is_problem(503, "UPSTREAM_UNAVAILABLE");
    assert_eq!(shop.digest(), state, "the stale writer wrote nothing");

    let shop = shop.restart().await;
    // Nothing of the refused request stands, so its key is as good as new.
    let placed = shop
        .post("/api/v1/orders", &buyer, &key, &cart)
        .await
        .is(202);
    assert!(!placed.is_replayed());
    shop.rest().await;
    let list = shop.get("/api/v1/orders", &buyer).await.is(200).body;
    let found: Vec<_> = list["items"].as_array().unwrap().iter().collect();
    let found: Vec<_> = found.iter().map(|item| item["orderId"].clone()).collect();
    assert_eq!(found, [json!(placed.order_id()), json!(before)]);
    shop.end().await;
}
