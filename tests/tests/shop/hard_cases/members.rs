use reqwest::Method;
use serde_json::json;
use shop_tests::{Member, Offer, TestShop};

use super::{PRICE, STOCK};

async fn leave(shop: &TestShop, member: &Member) {
    let path = "/api/v1/users/me";
    shop.call(Method::DELETE, path, Some(member), None)
        .await
        .is(204);
}

#[tokio::test]
async fn hard_case_16_an_order_of_zero_won_completes_without_a_point() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let free = shop.product(0, STOCK).await;
    let order = shop
        .place_and_wait(&buyer, &[(free, 3)], None)
        .await
        .is(201)
        .body;
    assert_eq!(
        (&order["totalPrice"], &order["paidPrice"]),
        (&json!(0), &json!(0))
    );
    // A coupon that takes all of it off leaves as little to pay.
    let priced = shop.product(PRICE, STOCK).await;
    let coupon = shop.hand(Offer::percent(100, None), buyer.id).await;
    let order = shop
        .place_and_wait(&buyer, &[(priced, 1)], Some(coupon))
        .await
        .is(201)
        .body;
    assert_eq!(
        (&order["totalPrice"], &order["paidPrice"]),
        (&json!(PRICE), &json!(0))
    );
    shop.rest().await;
    let history = shop.get("/api/v1/points/me/history", &buyer).await.is(200);
    assert_eq!(history.body["items"], json!([]), "nothing moved");
    assert_eq!((shop.left(free), shop.left(priced)), (997, 999));
    shop.end().await;
}

#[tokio::test]
async fn hard_case_16_who_left_orders_charges_and_gets_no_more() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let coupon = shop.coupon(Offer::fixed(100)).await;
    let key = shop.fresh_key();
    let cart = shop_tests::cart(&[(product, 1)], None);
    let before = shop
        .post("/api/v1/orders", &buyer, &key, &cart)
        .await
        .is(202);
    leave(&shop, &buyer).await;
    shop.rest().await;

    let state = shop.digest();
    let refused = shop.place_with(&buyer, &[(product, 1)], None, &[]).await;
    refused.is_problem(403, "USER_CLOSED");
    for (path, body) in [
        (
            "/api/v1/points/me/charge".to_owned(),
            json!({ "amount": 1 }),
        ),
        (format!("/api/v1/coupons/{coupon}/issue"), json!({})),
    ] {
        let refused = shop.post(&path, &buyer, &shop.fresh_key(), &body).await;
        refused.is_problem(403, "USER_CLOSED");
    }
    // What was accepted before stays accepted.
    let again = shop.post("/api/v1/orders", &buyer, &key, &cart).await;
    assert_eq!(again.comparable(), before.comparable());
    assert_eq!(shop.digest(), state, "nothing was written");
    shop.end().await;
}

#[tokio::test]
async fn hard_case_16_the_open_orders_of_who_left_end_well() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    // Nobody takes the payment before the account is closed everywhere.
    shop.places.payment.handle.stop();
    let id = shop.place(&buyer, &[(product, 1)]).await;
    leave(&shop, &buyer).await;
    let shop = shop.restart().await;
    shop.rest().await;
    assert_eq!(shop.order(&buyer, id).await["status"], "COMPLETED");
    assert_eq!(shop.balance(buyer.id), 10_000 - PRICE);
    shop.end().await;
}

#[tokio::test]
async fn hard_case_16_whom_an_admin_closes_orders_no_more_and_is_still_refunded() {
    let shop = TestShop::start().await;
    let (admin, buyer) = (shop.admin().await, shop.shopper().await);
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(PRICE, STOCK).await;
    let order = shop
        .place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is(201)
        .order_id();
    let path = format!("/api/v1/users/{}", buyer.id);
    let closing = json!({ "status": "DEACTIVATED" });
    let closed = shop.call(Method::PATCH, &path, Some(&admin), Some(&closing));
    assert_eq!(closed.await.is(200).body["status"], "DEACTIVATED");
    shop.rest().await;
    let refused = shop.place_with(&buyer, &[(product, 1)], None, &[]).await;
    refused.is_problem(403, "USER_CLOSED");
    let path = format!("/api/v1/orders/{order}/refunds");
    let body = json!({ "reason": "변심" });
    shop.post(&path, &buyer, &shop.fresh_key(), &body)
        .await
        .is(202);
    shop.rest().await;
    assert_eq!(shop.balance(buyer.id), 10_000);
    shop.end().await;
}
