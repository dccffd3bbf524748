use std::sync::Arc;

use contracts::events::Kind;
use contracts::events::order::OrderStatus;
use order::Order;
use order::decide::Reply;
use order::domain::Refusal;
use payment::Payment;
use product::Product;
use promotion::Promotion;
use serde_json::json;
use shop_tests::{Alone, Offer, TestShop};

use super::{PRICE, STOCK, now};

/// A payment is made that its order no longer wants: it is given back, once.
#[tokio::test]
async fn hard_case_05_the_cancel_comes_first_and_the_payment_is_made_all_the_same() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let coupon = shop.hand(Offer::fixed(100), buyer.id).await;
    let folder = shop.end().await;

    let order = Alone::<Order>::start(folder.path(), now).await;
    let stock = Alone::<Product>::start(folder.path(), now).await;
    let coupons = Alone::<Promotion>::start(folder.path(), now).await;
    let id = order.order(buyer.id, &[product], Some(coupon)).await;
    coupons.has_said(Kind::CouponApplied, &[id]).await;
    let cancelled = order.cancel(id, buyer.id).await;
    assert!(
        matches!(
            cancelled,
            Reply::Cancelled {
                replayed: false,
                ..
            }
        ),
        "{cancelled:?}"
    );
    // Only now somebody is there who takes the payment, and then hears of the cancellation.
    let points = Alone::<Payment>::start(folder.path(), now).await;
    points.has_said(Kind::PaymentRefunded, &[id]).await;
    assert_eq!(order.status(id), OrderStatus::Cancelled);
    order.stop().await;
    stock.stop().await;
    coupons.stop().await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    assert_eq!(
        shop.order(&buyer, id).await["failure"]["code"],
        "USER_CANCELLED"
    );
    assert_eq!(
        (shop.balance(buyer.id), shop.left(product)),
        (10_000, i64::from(STOCK))
    );
    assert!(shop.held(buyer.id, coupon).order_id.is_none());
    shop.end().await;
}

/// The payment stands and only its word is on the way: whichever Order hears first decides.
#[tokio::test]
async fn hard_case_05_the_payment_comes_first_and_the_cancel_is_refused() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let folder = shop.end().await;

    let order = Alone::<Order>::start(folder.path(), now).await;
    let id = order.order(buyer.id, &[product], None).await;
    order.stop().await;
    let stock = Alone::<Product>::start(folder.path(), now).await;
    let coupons = Alone::<Promotion>::start(folder.path(), now).await;
    let points = Alone::<Payment>::start(folder.path(), now).await;
    points.has_said(Kind::PaymentCompleted, &[id]).await;
    let order = Alone::<Order>::start(folder.path(), now).await;
    order.all_are(OrderStatus::Completed, &[id]).await;
    let refused = order.cancel(id, buyer.id).await;
    assert_eq!(refused, Reply::Refused(Refusal::OrderNotCancellable));
    order.stop().await;
    stock.stop().await;
    coupons.stop().await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    assert_eq!(shop.balance(buyer.id), 9_000);
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hard_case_05_of_many_cancels_that_race_each_ends_one_way() {
    const ORDERS: i64 = 150;
    let shop = Arc::new(TestShop::start().await);
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, ORDERS * PRICE).await;
    let product = shop.product(PRICE, STOCK).await;
    let racers: Vec<_> = (0..ORDERS)
        .map(|_| {
            let (shop, buyer) = (Arc::clone(&shop), buyer.clone());
            tokio::spawn(async move {
                let id = shop.place(&buyer, &[(product, 1)]).await;
                let answer = shop.cancel(&buyer, id).await;
                let cancelled = answer.status == 200;
                if !cancelled {
                    answer.is_problem(409, "ORDER_NOT_CANCELLABLE");
                }
                (id, cancelled)
            })
        })
        .collect();
    let mut completed = 0;
    let mut ended = Vec::new();
    for racer in racers {
        ended.push(racer.await.expect("a racer ends"));
    }
    shop.rest().await;
    for (id, cancelled) in ended {
        let status = if cancelled { "CANCELLED" } else { "COMPLETED" };
        assert_eq!(shop.order(&buyer, id).await["status"], status);
        completed += i64::from(!cancelled);
    }
    assert_eq!(shop.balance(buyer.id), (ORDERS - completed) * PRICE);
    assert_eq!(shop.left(product), i64::from(STOCK) - completed);
    let shop = Arc::into_inner(shop).expect("the racers are gone");
    shop.end().await;
}

/// The same order is sent again, and cancelled, while its undo is owed.
#[tokio::test]
async fn hard_case_10_a_retry_arrives_while_the_saga_is_taken_back() {
    let shop = TestShop::start().await;
    let (buyer, operator) = (shop.shopper().await, shop.operator().await);
    let product = shop.product(PRICE, STOCK).await;
    let folder = shop.end().await;

    let order = Alone::<Order>::start(folder.path(), now).await;
    let stock = Alone::<Product>::start(folder.path(), now).await;
    let id = order.order(buyer.id, &[product], None).await;
    stock.has_said(Kind::StockDeducted, &[id]).await;
    // Nobody is there to give the stock back.
    stock.stop().await;
    let coupons = Alone::<Promotion>::start(folder.path(), now).await;
    let points = Alone::<Payment>::start(folder.path(), now).await;
    order.has_said(Kind::OrderCancelled, &[id]).await;
    for _ in 0..3 {
        let again = order.send_order(id, buyer.id, &[product], None).await;
        assert_eq!(
            again,
            Reply::Placed {
                order_id: id,
                replayed: true
            }
        );
        let refused = order.cancel(id, buyer.id).await;
        assert_eq!(refused, Reply::Refused(Refusal::OrderNotCancellable));
    }
    let stock = Alone::<Product>::start(folder.path(), now).await;
    stock.has_said(Kind::StockRestored, &[id]).await;
    order.stop().await;
    stock.stop().await;
    coupons.stop().await;
    points.stop().await;

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    let story = shop
        .get(&format!("/api/v1/sagas/{id}"), &operator)
        .await
        .is(200)
        .body;
    assert_eq!(
        (&story["state"], &story["owed"]),
        (&json!("COMPENSATED"), &json!(["deduct-stock"]))
    );
    let list = shop.get("/api/v1/orders", &buyer).await.is(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(shop.left(product), i64::from(STOCK));
    shop.end().await;
}
