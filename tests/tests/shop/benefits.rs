use contracts::ids::CouponId;
use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Answer, Member, Offer, TestShop};

async fn set(shop: &TestShop, by: &Member, coupon: CouponId, status: &str) -> Answer {
    let path = format!("/api/v1/coupons/{coupon}");
    let body = json!({ "status": status });
    shop.call(Method::PATCH, &path, Some(by), Some(&body)).await
}

async fn issue(shop: &TestShop, by: &Member, coupon: CouponId) -> Answer {
    let path = format!("/api/v1/coupons/{coupon}/issue");
    shop.post(&path, by, &shop.fresh_key(), &json!({})).await
}

#[tokio::test]
async fn hard_case_09_disabling_a_coupon_ends_its_issue_and_nothing_else() {
    let shop = TestShop::start().await;
    let (admin, buyer) = (shop.admin().await, shop.shopper().await);
    let late = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let coupon = shop.coupon(Offer::fixed(100)).await;
    let held = issue(&shop, &buyer, coupon).await.is(201);
    let disabled = set(&shop, &admin, coupon, "DISABLED").await.is(200).body;
    assert_eq!(disabled["status"], "DISABLED");
    issue(&shop, &late, coupon)
        .await
        .is_problem(409, "NOT_ISSUE_PERIOD");
    let id = held.body["userCouponId"].as_str().expect("an id");
    let id = id.parse().expect("an id");
    let order = shop.place_and_wait(&buyer, &[(product, 1)], Some(id)).await;
    assert_eq!(order.is(201).body["discount"], 100);
    set(&shop, &admin, coupon, "ACTIVE").await.is(200);
    assert_eq!(
        issue(&shop, &late, coupon).await.is(201).body["sequenceNo"],
        2
    );
    set(&shop, &buyer, coupon, "DISABLED")
        .await
        .is_problem(403, "FORBIDDEN");
    shop.end().await;
}

#[tokio::test]
async fn the_payments_of_an_order_are_its_use_and_its_refunds() {
    let shop = TestShop::start().await;
    let (buyer, other) = (shop.shopper().await, shop.shopper().await);
    let operator = shop.operator().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 9).await;
    let order = shop.place_and_wait(&buyer, &[(product, 3)], None).await;
    let order = order.is(201).order_id();
    shop.place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is(201);
    for key in ["one", "two"] {
        let path = format!("/api/v1/orders/{order}/refunds");
        let item = json!({ "orderItemId": format!("{order}-1"), "quantity": 1 });
        let body = json!({ "items": [item], "reason": "변심" });
        shop.post(&path, &buyer, key, &body).await.is(202);
    }
    shop.rest().await;
    let path = format!("/api/v1/payments?orderId={order}");
    let seen = shop.get(&path, &buyer).await.is(200).body;
    let items = seen["items"].as_array().expect("items").iter();
    let told: Vec<(&Value, &Value)> = items.map(|item| (&item["type"], &item["amount"])).collect();
    let (used, back) = (json!("USE"), json!("REFUND"));
    let (three, one) = (json!(3_000), json!(1_000));
    assert_eq!(told, [(&used, &three), (&back, &one), (&back, &one)]);
    shop.get(&path, &other)
        .await
        .is_problem(404, "ORDER_NOT_FOUND");
    assert_eq!(shop.get(&path, &operator).await.is(200).body, seen);
    shop.end().await;
}
