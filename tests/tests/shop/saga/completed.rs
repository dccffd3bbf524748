use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Offer, PASSWORD, TestShop};

#[tokio::test]
async fn from_signing_up_to_a_completed_order_over_http_alone() {
    let shop = TestShop::start().await;
    let product = shop.product(1_500, 10).await;
    let other = shop.product(700, 10).await;
    let email = "buyer@example.com";
    let account = json!({ "email": email, "password": PASSWORD, "name": "김장터" });
    let users = "/api/v1/users";
    let signed_up = shop
        .call(Method::POST, users, None, Some(&account))
        .await
        .is(201);
    let mut buyer = shop.shopper().await;
    buyer.token = shop.log_in(email, PASSWORD).await;
    buyer.id = signed_up.body["userId"].as_str().unwrap().parse().unwrap();

    let charge = "/api/v1/points/me/charge";
    let charged = shop
        .post(charge, &buyer, "charge-1", &json!({ "amount": 5_000 }))
        .await
        .is(201);
    assert_eq!(
        (&charged.body["amount"], &charged.body["balance"]),
        (&json!(5_000), &json!(5_000))
    );

    let placed = shop
        .place_and_wait(&buyer, &[(product, 2), (other, 1)], None)
        .await
        .is(201);
    let id = placed.order_id();
    assert_eq!(placed.header("location"), format!("/api/v1/orders/{id}"));
    let order = shop.order(&buyer, id).await;
    assert_eq!(order, placed.body, "the order as it ended");
    assert_eq!(order["status"], "COMPLETED");
    assert_eq!(prices(&order), [3_700, 0, 3_700]);
    assert_eq!(order["currency"], "KRW");
    let line = &order["items"][0];
    assert_eq!(line["orderItemId"], format!("{id}-1"));
    assert_eq!(
        (&line["name"], &line["unitPrice"]),
        (&json!("머그컵"), &json!(1_500))
    );
    assert_eq!((shop.left(product), shop.left(other)), (8, 9));
    let balance = shop.get("/api/v1/points/me", &buyer).await.is(200);
    assert_eq!(balance.body["balance"], 1_300);
    shop.end().await;
}

#[tokio::test]
async fn a_fixed_coupon_is_spread_over_the_lines_to_the_last_won() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000).await;
    let mut lines = Vec::new();
    for price in [100, 100, 101] {
        lines.push((shop.product(price, 5).await, 1));
    }
    let coupon = shop.hand(Offer::fixed(100), buyer.id).await;
    let order = shop
        .place_and_wait(&buyer, &lines, Some(coupon))
        .await
        .is(201)
        .body;
    assert_eq!(prices(&order), [301, 100, 201]);
    // 33.22, 33.22 and 33.55 won: the one left over goes to the largest remainder.
    assert_eq!(discounts(&order), [33, 33, 34]);
    assert_eq!(shop.balance(buyer.id), 799);
    let held = shop
        .get("/api/v1/users/me/coupons?status=USED", &buyer)
        .await
        .is(200);
    assert_eq!(held.body["items"][0]["userCouponId"], json!(coupon));
    assert_eq!(held.body["items"][0]["orderId"], order["orderId"]);
    shop.end().await;
}

#[tokio::test]
async fn a_rate_floors_to_a_won_and_stops_at_its_most() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(333, 50).await;
    for (quantity, offer, discount) in [
        (1, Offer::percent(10, None), 33),
        (3, Offer::percent(10, Some(50)), 50),
        (2, Offer::percent(100, None), 666),
    ] {
        let coupon = shop.hand(offer, buyer.id).await;
        let answer = shop
            .place_and_wait(&buyer, &[(product, quantity)], Some(coupon))
            .await;
        let total = 333 * quantity;
        assert_eq!(
            prices(&answer.is(201).body),
            [total, discount, total - discount]
        );
    }
    shop.end().await;
}

#[tokio::test]
async fn a_coupon_takes_off_only_what_it_is_for() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let (meant, other) = (shop.product(1_000, 5).await, shop.product(500, 5).await);
    let mut offer = Offer::fixed(3_000);
    offer.scope.product_ids = vec![meant];
    let coupon = shop.hand(offer, buyer.id).await;
    let lines = [(other, 1), (meant, 2)];
    let order = shop
        .place_and_wait(&buyer, &lines, Some(coupon))
        .await
        .is(201)
        .body;
    assert_eq!(
        prices(&order),
        [2_500, 2_000, 500],
        "at most what the lines cost"
    );
    assert_eq!(discounts(&order), [0, 2_000]);
    shop.end().await;
}

#[tokio::test]
async fn an_expected_price_is_held_against_the_shops_and_never_taken() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    for (expected, status) in [(1_000, 201), (999, 409), (0, 409)] {
        let line = json!({
            "productId": product, "quantity": 1, "expectedUnitPrice": expected,
        });
        let body = json!({ "items": [line] });
        let key = shop.fresh_key();
        let headers = [("Idempotency-Key", key.as_str()), ("Prefer", "wait=3")];
        let path = "/api/v1/orders";
        let answer = shop.post_with(path, &buyer, &headers, &body).await;
        let answer = answer.is(status);
        if status == 409 {
            let answer = answer.is_problem(409, "PRICE_CHANGED");
            assert_eq!(answer.body["items"][0]["unitPrice"], 1_000);
        }
    }
    assert_eq!(shop.balance(buyer.id), 9_000);
    shop.end().await;
}

pub(super) fn prices(order: &Value) -> [i64; 3] {
    ["totalPrice", "discount", "paidPrice"].map(|field| {
        let price = order[field].as_i64();
        price.unwrap_or_else(|| panic!("no {field} in {order}"))
    })
}

fn discounts(order: &Value) -> Vec<i64> {
    let items = order["items"]
        .as_array()
        .expect("items with discounts")
        .iter();
    items
        .map(|item| item["discount"].as_i64().expect("items with discounts"))
        .collect()
}
