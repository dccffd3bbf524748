//! The same request again: one effect, one answer, for its caller alone.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use shop_tests::{Answer, Member, Offer, TestShop, cart};

const ORDERS: &str = "/api/v1/orders";
const CHARGE: &str = "/api/v1/points/me/charge";

/// One route that takes a key, with two different requests for it.
struct Keyed {
    path: String,
    by: Member,
    body: Value,
    other: Value,
    status: u16,
}

/// Every route that takes a key but cancel, which is asked for with a path alone.
async fn keyed(shop: &TestShop) -> Vec<Keyed> {
    let (buyer, admin) = (shop.shopper().await, shop.admin().await);
    shop.charge(buyer.id, 100_000).await;
    let product = shop.product(1_000, 100).await;
    let coupon = |quantity: i64| {
        json!({
            "name": "쿠폰", "discount": "FIXED", "value": 100, "totalQuantity": quantity,
            "issueFrom": "2024-01-01T00:00:00Z", "issueTo": "2100-01-01T00:00:00Z",
            "validDays": 30,
        })
    };
    let goods = |price: i64| {
        let (name, name_en) = ("컵", "cup");
        json!({
            "name": name, "nameEn": name_en, "category": "주방", "price": price, "stock": 3,
        })
    };
    let row = |path: &str, by: &Member, body: Value, other: Value, status: u16| Keyed {
        path: path.to_owned(),
        by: by.clone(),
        body,
        other,
        status,
    };
    let adjust = format!("/api/v1/products/{product}/stock-adjustments");
    let delta = |delta: i64| json!({ "delta": delta, "reason": "실사" });
    let amount = |amount: i64| json!({ "amount": amount });
    vec![
        row(
            ORDERS,
            &buyer,
            cart(&[(product, 1)], None),
            cart(&[(product, 2)], None),
            202,
        ),
        row(CHARGE, &buyer, amount(500), amount(501), 201),
        row("/api/v1/products", &admin, goods(100), goods(200), 201),
        row(&adjust, &admin, delta(5), delta(6), 201),
        row("/api/v1/coupons", &admin, coupon(5), coupon(6), 201),
    ]
}

async fn issue_path(shop: &TestShop) -> String {
    let coupon = shop.coupon(Offer::fixed(100)).await;
    format!("/api/v1/coupons/{coupon}/issue")
}

#[track_caller]
fn replays(first: &Answer, again: &Answer) {
    assert!(!first.is_replayed(), "{first:?}");
    assert!(again.is_replayed(), "{again:?}");
    assert_eq!(again.comparable(), first.comparable());
}

#[tokio::test]
async fn the_same_request_has_one_effect_and_one_answer_also_after_a_restart() {
    let mut shop = TestShop::start().await;
    let mut rows = keyed(&shop).await;
    let issue = issue_path(&shop).await;
    let by = shop.shopper().await;
    let body = json!({});
    rows.push(Keyed {
        path: issue,
        by,
        other: body.clone(),
        body,
        status: 201,
    });
    let mut sent = Vec::new();
    for row in &rows {
        let first = shop
            .post(&row.path, &row.by, "key-1", &row.body)
            .await
            .is(row.status);
        shop.rest().await;
        let state = shop.digest();
        let again = shop.post(&row.path, &row.by, "key-1", &row.body).await;
        replays(&first, &again);
        assert_eq!(shop.digest(), state, "{} again", row.path);
        sent.push(first);
    }
    shop = shop.restart().await;
    shop.rest().await;
    let state = shop.digest();
    for (row, first) in rows.iter().zip(&sent) {
        let again = shop.post(&row.path, &row.by, "key-1", &row.body).await;
        replays(first, &again);
    }
    assert_eq!(shop.digest(), state);
    shop.end().await;
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let shop = TestShop::start().await;
    for row in keyed(&shop).await {
        shop.post(&row.path, &row.by, "key-1", &row.body)
            .await
            .is(row.status);
        shop.rest().await;
        let state = shop.digest();
        let other = shop.post(&row.path, &row.by, "key-1", &row.other).await;
        other.is_problem(422, "IDEMPOTENCY_KEY_REUSED");
        let path = row.path.as_str();
        let none = shop
            .call(Method::POST, path, Some(&row.by), Some(&row.body))
            .await;
        none.is_problem(400, "IDEMPOTENCY_KEY_REQUIRED");
        assert_eq!(shop.digest(), state, "{path}");
    }
    shop.end().await;
}

#[tokio::test]
async fn the_key_of_one_path_is_no_key_of_another() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let (one, two) = (issue_path(&shop).await, issue_path(&shop).await);
    let first = shop.post(&one, &buyer, "key-1", &json!({})).await.is(201);
    // One route, another coupon: another request under the same key.
    let other = shop.post(&two, &buyer, "key-1", &json!({})).await;
    other.is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    // Another route altogether: the key is as good as new.
    shop.post(CHARGE, &buyer, "key-1", &json!({ "amount": 1 }))
        .await
        .is(201);
    let again = shop.post(&one, &buyer, "key-1", &json!({})).await;
    replays(&first, &again);
    shop.end().await;
}

#[tokio::test]
async fn nobody_gets_the_answer_to_another_ones_key() {
    let shop = TestShop::start().await;
    let (one, two) = (shop.shopper().await, shop.shopper().await);
    for by in [&one, &two] {
        shop.charge(by.id, 10_000).await;
    }
    let body = cart(&[(shop.product(1_000, 100).await, 1)], None);
    let issue = issue_path(&shop).await;
    let amount = json!({ "amount": 100 });
    for (path, body) in [(ORDERS, &body), (CHARGE, &amount), (&issue, &json!({}))] {
        let first = shop.post(path, &one, "shared", body).await;
        let other = shop.post(path, &two, "shared", body).await;
        assert!(
            first.status.is_success() && other.status.is_success(),
            "{other:?}"
        );
        assert!(!other.is_replayed());
        assert_ne!(first.body, other.body, "{path}");
    }
    let id = shop.post(ORDERS, &one, "shared", &body).await.order_id();
    shop.rest().await;
    let path = format!("/api/v1/orders/{id}/cancel");
    let theirs = shop.post(&path, &two, "shared", &json!({})).await;
    theirs.is_problem(404, "ORDER_NOT_FOUND");
    shop.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_under_one_key_are_one_order() {
    const SENT: usize = 50;
    let shop = Arc::new(TestShop::start().await);
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let product = shop.product(1_000, 100).await;
    for (path, body) in [
        (ORDERS, cart(&[(product, 1)], None)),
        (CHARGE, json!({ "amount": 7 })),
    ] {
        let senders: Vec<_> = (0..SENT)
            .map(|_| {
                let (shop, buyer, body) = (Arc::clone(&shop), buyer.clone(), body.clone());
                tokio::spawn(async move { shop.post(path, &buyer, "at-once", &body).await })
            })
            .collect();
        let mut answers = Vec::new();
        for sender in senders {
            let answer = sender.await.expect("a sender ends");
            if answer.status == StatusCode::CONFLICT {
                answer.is_problem(409, "REQUEST_IN_PROGRESS");
            } else {
                answers.push(answer);
            }
        }
        let new = answers
            .iter()
            .filter(|answer| !answer.is_replayed())
            .count();
        assert_eq!(new, 1, "one of them was the first");
        let expected = answers[0].comparable();
        assert!(answers.iter().all(|answer| answer.comparable() == expected));
    }
    shop.rest().await;
    let list = shop.get(ORDERS, &buyer).await.is(200).body;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(shop.left(product), 99);
    assert_eq!(shop.balance(buyer.id), 100_000 + 7 - 1_000);
    let shop = Arc::into_inner(shop).expect("the senders are gone");
    shop.end().await;
}

#[tokio::test]
async fn a_cancel_sent_again_is_answered_as_before() {
    let mut shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 10).await;
    shop.places.payment.handle.stop();
    let id = shop.place(&buyer, &[(product, 1)]).await;
    let path = format!("/api/v1/orders/{id}/cancel");
    let first = shop
        .post(&path, &buyer, "cancel-1", &json!({}))
        .await
        .is(200);
    let again = shop.post(&path, &buyer, "cancel-1", &json!({})).await;
    replays(&first, &again);
    shop = shop.restart().await;
    shop.rest().await;
    let state = shop.digest();
    let again = shop.post(&path, &buyer, "cancel-1", &json!({})).await;
    replays(&first, &again);
    // No body and an empty one are two requests.
    let other = shop
        .send(
            shop.request(Method::POST, &path)
                .bearer_auth(&buyer.token)
                .header("Idempotency-Key", "cancel-1"),
        )
        .await;
    other.is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(shop.digest(), state);
    shop.end().await;
}

#[tokio::test]
async fn a_waiting_request_sent_again_shows_the_order_as_it_ended() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000).await;
    let product = shop.product(1_000, 10).await;
    let body = cart(&[(product, 1)], None);
    for (key, status) in [("paid", 201), ("unpaid", 422)] {
        let headers = [("Idempotency-Key", key), ("Prefer", "wait=3")];
        let send = || shop.post_with(ORDERS, &buyer, &headers, &body);
        let first = send().await.is(status);
        shop.rest().await;
        let again = send().await;
        replays(&first, &again);
    }
    shop.end().await;
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 9_999_999).await;
    shop.rest().await;
    let state = shop.digest();
    let much = shop
        .post(CHARGE, &buyer, "key-1", &json!({ "amount": 2 }))
        .await;
    much.is_problem(422, "POINT_LIMIT_EXCEEDED");
    assert_eq!(shop.digest(), state, "nothing was written");
    let fits = shop
        .post(CHARGE, &buyer, "key-1", &json!({ "amount": 1 }))
        .await
        .is(201);
    assert!(!fits.is_replayed(), "the key was as good as new");
    assert_eq!(fits.body["balance"], 10_000_000);

    // Refused while it is sold out, the same request is decided anew.
    let coupon = shop
        .coupon(Offer {
            total: 1,
            ..Offer::fixed(100)
        })
        .await;
    let path = format!("/api/v1/coupons/{coupon}/issue");
    let other = shop.shopper().await;
    shop.post(&path, &other, "key-1", &json!({})).await.is(201);
    for _ in 0..2 {
        let refused = shop.post(&path, &buyer, "key-1", &json!({})).await;
        assert!(!refused.is_replayed());
        refused.is_problem(409, "COUPON_SOLD_OUT");
    }
    shop.end().await;
}
