use serde_json::{Value, json};
use shop_tests::{Answer, Member, TestShop, cart};

async fn send(shop: &TestShop, by: &Member, key: &str, orders: &[Value]) -> Answer {
    let body = json!({ "orders": orders });
    shop.post("/api/v1/orders:batch", by, key, &body).await
}

#[tokio::test]
async fn each_order_of_a_batch_stands_or_falls_alone() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 5).await;
    let one = cart(&[(product, 1)], None);
    let none = json!({ "items": [] });
    let answer = send(
        &shop,
        &buyer,
        "k",
        &[one.clone(), none.clone(), one.clone()],
    )
    .await;
    let items = answer.is(200).body["items"].clone();
    let statuses: Vec<&Value> = items
        .as_array()
        .expect("items")
        .iter()
        .map(|i| &i["status"])
        .collect();
    assert_eq!(statuses, [202, 400, 202]);
    assert_eq!(items[1]["problem"]["code"], "VALIDATION_FAILED");
    assert_ne!(items[0]["order"]["orderId"], items[2]["order"]["orderId"]);
    shop.rest().await;
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (3, 9_800));

    // Again under the key: the same orders, and nothing twice.
    let again = send(&shop, &buyer, "k", &[one.clone(), none, one.clone()]).await;
    let again = again.is(200).body["items"].clone();
    for place in [0, 2] {
        assert_eq!(again[place]["order"], items[place]["order"]);
        assert_eq!(again[place]["replayed"], true);
    }
    let other = cart(&[(product, 2)], None);
    let reused = send(&shop, &buyer, "k", &[other]).await.is(200).body;
    assert_eq!(
        reused["items"][0]["problem"]["code"],
        "IDEMPOTENCY_KEY_REUSED"
    );
    // A batch's key is not that of one order.
    shop.post("/api/v1/orders", &buyer, "k", &one).await.is(202);
    shop.rest().await;
    assert_eq!(shop.left(product), 2);
    shop.end().await;
}

#[tokio::test]
async fn a_hundred_orders_share_transactions() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let product = shop.product(100, 500).await;
    let batches = || {
        let status = shop.places.order.handle.status();
        status.batches.load(std::sync::atomic::Ordering::Relaxed)
    };
    let before = batches();
    let orders = vec![cart(&[(product, 1)], None); 100];
    let answer = send(&shop, &buyer, "k", &orders).await.is(200);
    let accepted = answer.body["items"].as_array().expect("items").iter();
    assert!(
        accepted.into_iter().all(|item| item["status"] == 202),
        "{answer:?}"
    );
    shop.rest().await;
    let took = batches() - before;
    assert!(took < 100, "{took} transactions for 100 orders");
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (400, 90_000));
    for wrong in [0, 101] {
        let orders = vec![cart(&[(product, 1)], None); wrong];
        send(&shop, &buyer, "w", &orders)
            .await
            .is_problem(400, "VALIDATION_FAILED");
    }
    shop.end().await;
}
