//! Placing, waiting, following and cancelling.

use super::*;

#[tokio::test]
async fn an_order_is_answered_when_it_ended_and_the_same_again() {
    let shop = Shop::open().await;
    let first = shop.buy("a", COMPLETES).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert!(!first.replayed());
    let order = first.json();
    let path = format!("/api/v1/orders/{}", order["orderId"].as_str().unwrap());
    assert_eq!(first.headers["location"], path);
    assert_eq!(order["status"], "COMPLETED");
    assert_eq!(order["totalPrice"], 10_000);
    assert_eq!(order["paidPrice"], 10_000);
    assert_eq!(order["currency"], "KRW");
    assert_eq!(order["refunds"], json!([]));
    let item = &order["items"][1];
    let item_id = format!("{}-2", order["orderId"].as_str().unwrap());
    assert_eq!(
        (&item["orderItemId"], &item["discount"]),
        (&json!(item_id), &json!(0))
    );

    let again = shop.buy("a", COMPLETES).await;
    assert_eq!(
        (again.status, again.replayed()),
        (StatusCode::CREATED, true)
    );
    assert_eq!(again.text, first.text);
    let shown = shop.get(USER, &path).await;
    assert_eq!(shown.text, first.text);
    assert_eq!(shown.headers["etag"], "\"2\"");
    shop.buy("a", SOLD_OUT)
        .await
        .assert_refused(422, "IDEMPOTENCY_KEY_REUSED");
    shop.close().await;
}

#[tokio::test]
async fn a_failed_order_is_told_with_every_short_item() {
    let shop = Shop::open().await;
    for replayed in [false, true] {
        let answer = shop.buy("a", SOLD_OUT).await;
        answer.assert_refused(409, "OUT_OF_STOCK");
        assert_eq!(answer.json()["items"][0]["left"], 3, "{}", answer.text);
        assert_eq!(answer.replayed(), replayed);
    }
    shop.close().await;
}

#[tokio::test]
async fn an_accepted_order_says_where_to_look_and_can_be_cancelled() {
    let shop = Shop::open().await;
    let cart = cart(STAYS_OPEN);
    let accepted = shop.post(USER, "/api/v1/orders", "a", &cart).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    assert_eq!(accepted.headers["retry-after"], "1");
    let order = accepted.json();
    let path = order["links"]["self"].as_str().unwrap();
    assert_eq!(accepted.headers["location"], path);
    let open = shop.get(USER, path).await.json();
    assert_eq!(
        (&open["status"], &open["totalPrice"]),
        (&json!("PENDING"), &Value::Null)
    );
    assert_eq!(open["orderNumber"], order["orderNumber"]);

    let cancel = order["links"]["cancel"].as_str().unwrap();
    shop.post(OTHER, cancel, "c", &json!({}))
        .await
        .assert_refused(404, "ORDER_NOT_FOUND");
    let first = shop.post(USER, cancel, "c", &json!({})).await;
    assert_eq!(
        (first.status, first.replayed()),
        (StatusCode::OK, false),
        "{}",
        first.text
    );
    assert_eq!(first.json()["failure"]["code"], "USER_CANCELLED");
    let replay = shop.post(USER, cancel, "c", &json!({})).await;
    assert_eq!((&replay.text, replay.replayed()), (&first.text, true));
    let again = shop.post(USER, cancel, "d", &json!({})).await;
    assert_eq!((&again.text, again.replayed()), (&first.text, false));
    shop.close().await;
}

#[tokio::test]
async fn a_completed_order_is_not_cancelled() {
    let shop = Shop::open().await;
    let order = shop.buy("a", COMPLETES).await.json();
    let cancel = format!(
        "/api/v1/orders/{}/cancel",
        order["orderId"].as_str().unwrap()
    );
    let refused = shop.post(USER, &cancel, "c", &json!({})).await;
    refused.assert_refused(409, "ORDER_NOT_CANCELLABLE");
    shop.close().await;
}

#[tokio::test]
async fn bad_requests_change_nothing() {
    let shop = Shop::open().await;
    let orders = "/api/v1/orders";
    let bearer = shop.bearer(USER);
    let no_key = Request::post(orders).header("authorization", &bearer);
    let no_key = no_key.header("content-type", "application/json");
    let no_key = no_key.body(Body::from(cart(1).to_string())).unwrap();
    shop.send(no_key)
        .await
        .assert_refused(400, "IDEMPOTENCY_KEY_REQUIRED");
    let item =
        |quantity: Value| json!({"items": [{"productId": "000000000000A", "quantity": quantity}]});
    let bad = [
        json!({"items": []}),
        json!({"items": vec![cart(1)["items"][0].clone(); 51]}),
        item(json!(0)),
        item(json!(-1)),
        item(json!(1_000)),
        item(json!(u64::MAX)),
        item(json!("1")),
        json!({"items": [{"productId": "no id", "quantity": 1}]}),
        json!({"items": [{"productId": "000000000000A", "quantity": 1, "price": 1}]}),
        json!([]),
        Value::Null,
    ];
    for body in bad {
        let answer = shop.post(USER, orders, "k", &body).await;
        answer.assert_refused(400, "VALIDATION_FAILED");
    }
    for path in ["nonsense", "000000000000A", "ZZZZZZZZZZZZZ"] {
        let path = format!("{orders}/{path}");
        shop.get(USER, &path)
            .await
            .assert_refused(404, "ORDER_NOT_FOUND");
        let cancel = format!("{path}/cancel");
        let refused = shop.post(USER, &cancel, "k", &json!({})).await;
        refused.assert_refused(404, "ORDER_NOT_FOUND");
    }
    let listed = shop.get(USER, orders).await.json();
    assert_eq!(listed, json!({"items": [], "nextCursor": null}));
    shop.close().await;
}

#[tokio::test]
async fn nobody_sees_somebody_elses_order() {
    let shop = Shop::open().await;
    let order = shop.place(USER, "a", STAYS_OPEN).await;
    for path in ["", "/events"] {
        let path = format!("/api/v1/orders/{order}{path}");
        shop.get(OTHER, &path)
            .await
            .assert_refused(404, "ORDER_NOT_FOUND");
        assert_eq!(shop.get(USER, &path).await.status, StatusCode::OK);
        assert_eq!(shop.get(OPERATOR, &path).await.status, StatusCode::OK);
        let unsigned = Request::get(&path).body(Body::empty()).unwrap();
        shop.send(unsigned)
            .await
            .assert_refused(401, "UNAUTHENTICATED");
    }
    // The key of one caller never answers another.
    let theirs = shop.place(OTHER, "a", STAYS_OPEN).await;
    assert_ne!(theirs, order);
    shop.close().await;
}
