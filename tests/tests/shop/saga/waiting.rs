use serde_json::json;
use shop_tests::{Answer, Member, TestShop};

/// An order that nobody can pay for until the shop starts again.
async fn open_order(shop: &TestShop, buyer: &Member, prefer: &str) -> Answer {
    let product = shop.product(1_000, 5).await;
    shop.charge(buyer.id, 5_000).await;
    shop.places.payment.handle.stop();
    shop.place_with(buyer, &[(product, 1)], None, &[("Prefer", prefer)])
        .await
}

#[tokio::test]
async fn without_a_wait_the_acceptance_is_the_answer() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000).await;
    let product = shop.product(1_000, 5).await;
    for prefer in [
        &[][..],
        &[("Prefer", "respond-async")],
        &[("Prefer", "wait=0")],
    ] {
        let answer = shop
            .place_with(&buyer, &[(product, 1)], None, prefer)
            .await
            .is(202);
        let id = answer.order_id();
        let path = format!("/api/v1/orders/{id}");
        assert_eq!(answer.header("location"), path);
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(answer.body["status"], "PENDING");
        assert_eq!(answer.body["links"]["self"], path);
        assert_eq!(answer.body["links"]["cancel"], format!("{path}/cancel"));
        let number = answer.body["orderNumber"].as_str().unwrap();
        assert_eq!((number.len(), number.as_bytes()[8]), (19, b'-'));
    }
    shop.end().await;
}

#[tokio::test]
async fn a_wait_that_is_over_first_answers_that_the_order_is_open() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let answer = open_order(&shop, &buyer, "wait=1").await.is(202);
    let id = answer.order_id();
    let shown = shop
        .get(&format!("/api/v1/orders/{id}"), &buyer)
        .await
        .is(200);
    assert_eq!(shown.body["status"], "PENDING");
    assert_eq!(
        shown.header("etag"),
        "",
        "an open order's view has no version"
    );
    // Priced already by the steps that were done.
    assert_eq!(shown.body["totalPrice"], 1_000);
    assert_eq!(shown.body["items"][0]["name"], "머그컵");

    let shop = shop.restart().await;
    shop.rest().await;
    assert_eq!(shop.order(&buyer, id).await["status"], "COMPLETED");
    shop.end().await;
}

#[tokio::test]
async fn a_wait_ends_with_a_cancellation_too() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let id = open_order(&shop, &buyer, "wait=0").await.order_id();
    let cancelled = shop.cancel(&buyer, id).await.is(200);
    assert_eq!(cancelled.body["status"], "CANCELLED");
    assert_eq!(cancelled.body["failure"]["code"], "USER_CANCELLED");
    let again = shop.cancel(&buyer, id).await.is(200);
    assert_eq!(
        again.body, cancelled.body,
        "asked again under another key, it is done"
    );
    let shop = shop.restart().await;
    shop.rest().await;
    assert_eq!(shop.balance(buyer.id), 5_000);
    shop.end().await;
}

#[tokio::test]
async fn an_operator_cancels_what_is_open_and_nobody_what_has_ended() {
    let shop = TestShop::start().await;
    let (buyer, operator) = (shop.shopper().await, shop.operator().await);
    let product = shop.product(1_000, 5).await;
    shop.charge(buyer.id, 1_000).await;
    let done = shop
        .place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .order_id();
    for who in [&buyer, &operator] {
        shop.cancel(who, done)
            .await
            .is_problem(409, "ORDER_NOT_CANCELLABLE");
    }
    let open = open_order(&shop, &buyer, "wait=0").await.order_id();
    let cancelled = shop.cancel(&operator, open).await.is(200);
    assert_eq!(cancelled.body["failure"]["code"], "OPERATOR");
    shop.cancel(&buyer, open)
        .await
        .is_problem(409, "ORDER_NOT_CANCELLABLE");
    let shop = shop.restart().await;
    shop.end().await;
}

#[tokio::test]
async fn a_problem_is_told_in_the_readers_language() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let product = shop.product(1_000, 0).await;
    let body = json!({ "items": [{ "productId": product, "quantity": 1 }] });
    for (language, title) in [
        ("en-GB, ko;q=0.5", "Out of stock"),
        ("ko", "재고가 부족해요"),
    ] {
        let key = shop.fresh_key();
        let headers = [
            ("Idempotency-Key", key.as_str()),
            ("Prefer", "wait=3"),
            ("Accept-Language", language),
        ];
        let path = "/api/v1/orders";
        let answer = shop.post_with(path, &buyer, &headers, &body).await;
        let answer = answer.is_problem(409, "OUT_OF_STOCK");
        assert_eq!(answer.body["title"], title);
        assert!(answer.body["traceId"].is_string());
    }
    shop.end().await;
}
