//! Completed orders given back, whole and by item.

use contracts::ids::OrderId;
use promotion::store::State;
use serde_json::{Value, json};
use shop_tests::{Answer, Member, Offer, TestShop};

async fn refund(shop: &TestShop, by: &Member, order_id: OrderId, body: &Value) -> Answer {
    let key = shop.fresh_key();
    refund_under(shop, by, order_id, &key, body).await
}

async fn refund_under(
    shop: &TestShop,
    by: &Member,
    order_id: OrderId,
    key: &str,
    body: &Value,
) -> Answer {
    let path = format!("/api/v1/orders/{order_id}/refunds");
    shop.post(&path, by, key, body).await
}

fn some(order_id: OrderId, line: u16, quantity: i64) -> Value {
    let item = json!({ "orderItemId": format!("{order_id}-{line}"), "quantity": quantity });
    json!({ "items": [item], "reason": "파손" })
}

fn all() -> Value {
    json!({ "reason": "변심" })
}

#[tokio::test]
async fn a_whole_refund_gives_stock_points_and_coupon_back() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let coupon = shop.hand(Offer::fixed(500), buyer.id).await;
    let lines = [(product, 3)];
    let placed = shop.place_and_wait(&buyer, &lines, Some(coupon)).await;
    let id = placed.is(201).order_id();
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (2, 7_500));

    let asked = refund(&shop, &buyer, id, &all()).await.is(202);
    assert_eq!(asked.body["status"], "REQUESTED");
    assert_eq!(asked.body["amount"], 2_500);
    assert_eq!(asked.header("location"), format!("/api/v1/orders/{id}"));
    shop.rest().await;
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (5, 10_000));
    assert_eq!(shop.held(buyer.id, coupon).state, State::Available);

    let order = shop.order(&buyer, id).await;
    assert_eq!(order["status"], "COMPLETED");
    let [shown] = order["refunds"].as_array().unwrap().as_slice() else {
        panic!("{order}")
    };
    assert_eq!(shown["refundId"], asked.body["refundId"]);
    assert_eq!(
        (&shown["status"], &shown["reason"]),
        (&json!("DONE"), &json!("변심"))
    );
    let item = json!({ "orderItemId": format!("{id}-1"), "quantity": 3, "amount": 2_500 });
    assert_eq!(shown["items"], json!([item]));

    let path = format!("/api/v1/orders/{id}/events");
    let events = shop.get(&path, &buyer).await.is(200).body;
    let kinds = events["items"].as_array().unwrap().iter();
    let mut kinds: Vec<_> = kinds.map(|event| event["type"].as_str().unwrap()).collect();
    let mut returns = kinds.split_off(6);
    assert_eq!(kinds.last(), Some(&"REFUND_REQUESTED"));
    assert_eq!(returns.pop(), Some("ORDER_REFUNDED"));
    returns.sort_unstable();
    assert_eq!(
        returns,
        ["COUPON_RETURNED", "POINTS_RETURNED", "STOCK_RETURNED"]
    );
    // The coupon is good for another order.
    let again = shop.place_and_wait(&buyer, &lines, Some(coupon)).await;
    again.is(201);
    shop.end().await;
}

#[tokio::test]
async fn refunds_by_item_add_up_and_keep_the_coupon() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let (one, other) = (shop.product(1_000, 5).await, shop.product(500, 5).await);
    let coupon = shop.hand(Offer::fixed(100), buyer.id).await;
    let lines = [(one, 3), (other, 1)];
    let placed = shop.place_and_wait(&buyer, &lines, Some(coupon)).await;
    let id = placed.is(201).order_id();
    // 86 of the 100 won are the first line's: 2,914 won for three pieces.
    let mut amounts = Vec::new();
    for _ in 0..3 {
        let asked = refund(&shop, &buyer, id, &some(id, 1, 1)).await.is(202);
        amounts.push(asked.body["amount"].as_i64().unwrap());
    }
    assert_eq!(amounts, [971, 971, 972]);
    refund(&shop, &buyer, id, &some(id, 1, 1))
        .await
        .is_problem(409, "REFUND_EXCEEDS");
    let rest = refund(&shop, &buyer, id, &all()).await.is(202);
    assert_eq!(rest.body["amount"], 486);
    shop.rest().await;
    assert_eq!((shop.left(one), shop.left(other)), (5, 5));
    assert_eq!(shop.balance(buyer.id), 10_000);
    assert_eq!(shop.held(buyer.id, coupon).state, State::Used);
    refund(&shop, &buyer, id, &all())
        .await
        .is_problem(409, "REFUND_EXCEEDS");
    shop.end().await;
}

#[tokio::test]
async fn hard_case_17_of_many_refunds_at_once_no_piece_comes_back_twice() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let placed = shop.place_and_wait(&buyer, &[(product, 5)], None).await;
    let id = placed.is(201).order_id();
    let (two, three) = (some(id, 1, 2), some(id, 1, 3));
    let asked = futures::future::join_all((0..20).map(|at| {
        let body = if at % 2 == 0 { &two } else { &three };
        refund(&shop, &buyer, id, body)
    }));
    let mut pieces = 0;
    for answer in asked.await {
        match answer.status.as_u16() {
            202 => pieces += answer.body["amount"].as_i64().unwrap() / 1_000,
            _ => drop(answer.is_problem(409, "REFUND_EXCEEDS")),
        }
    }
    assert!((4..=5).contains(&pieces), "{pieces}");
    shop.rest().await;
    assert_eq!(shop.left(product), pieces);
    assert_eq!(shop.balance(buyer.id), 5_000 + 1_000 * pieces);
    shop.end().await;
}

#[tokio::test]
async fn a_key_answers_the_same_refund_and_another_body_is_refused() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let placed = shop.place_and_wait(&buyer, &[(product, 2)], None).await;
    let id = placed.is(201).order_id();
    let first = refund_under(&shop, &buyer, id, "k", &some(id, 1, 1)).await;
    shop.rest().await;
    let again = refund_under(&shop, &buyer, id, "k", &some(id, 1, 1)).await;
    assert!(again.is_replayed() && !first.is_replayed());
    assert_eq!(again.comparable(), first.clone().is(202).comparable());
    refund_under(&shop, &buyer, id, "k", &some(id, 1, 2))
        .await
        .is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(shop.left(product), 4);
    shop.end().await;
}

#[tokio::test]
async fn only_ones_own_completed_order_and_its_own_items_are_refunded() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let stranger = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let id = shop
        .place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is(201)
        .order_id();
    refund(&shop, &stranger, id, &all())
        .await
        .is_problem(404, "ORDER_NOT_FOUND");
    let wrong = refund(&shop, &buyer, id, &some(OrderId::new(5), 1, 1)).await;
    let wrong = wrong.is_problem(400, "VALIDATION_FAILED");
    assert_eq!(wrong.body["errors"][0]["pointer"], "/items/0/orderItemId");
    refund(&shop, &buyer, id, &some(id, 2, 1))
        .await
        .is_problem(409, "REFUND_EXCEEDS");
    let short = shop.place(&buyer, &[(product, 9)]).await;
    shop.rest().await;
    refund(&shop, &buyer, short, &all())
        .await
        .is_problem(409, "ORDER_NOT_REFUNDABLE");
    let operator = shop.operator().await;
    refund(&shop, &operator, id, &all()).await.is(202);
    shop.rest().await;
    assert_eq!(
        shop.balance(buyer.id),
        10_000,
        "the buyer's, not the operator's"
    );
    shop.end().await;
}

/// A closed account is still credited.
#[tokio::test]
async fn hard_case_16_who_has_left_still_gets_a_refund() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000).await;
    let product = shop.product(1_000, 5).await;
    let id = shop
        .place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is(201)
        .order_id();
    let me = "/api/v1/users/me";
    let left = shop.call(reqwest::Method::DELETE, me, Some(&buyer), None);
    left.await.is(204);
    shop.rest().await;
    let operator = shop.operator().await;
    refund(&shop, &operator, id, &all()).await.is(202);
    shop.rest().await;
    assert_eq!((shop.balance(buyer.id), shop.left(product)), (1_000, 5));
    shop.end().await;
}
