use contracts::ids::{OrderId, ProductId};
use serde_json::{Value, json};
use shop_tests::{Member, Offer, TestShop};

/// Rests, then reads where the order's saga ended.
async fn state(shop: &TestShop, order_id: &Value) -> Value {
    shop.rest().await;
    let operator = shop.operator().await;
    let id = order_id.as_str().expect("an order id");
    let story = shop.get(&format!("/api/v1/sagas/{id}"), &operator).await;
    story.is(200).body
}

/// The newest order of somebody: a refused wait does not name it.
async fn newest(shop: &TestShop, buyer: &Member) -> Value {
    shop.rest().await;
    let list = shop.get("/api/v1/orders?limit=1", buyer).await.is(200);
    list.body["items"][0].clone()
}

#[tokio::test]
async fn every_short_item_is_named_and_nothing_is_taken() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let enough = shop.product(100, 10).await;
    let short = shop.product(100, 2).await;
    let gone = shop.product(100, 1).await;
    // Two lines of one product are judged together.
    let lines = [(short, 2), (enough, 1), (gone, 3), (short, 1)];
    let answer = shop
        .place_and_wait(&buyer, &lines, None)
        .await
        .is_problem(409, "OUT_OF_STOCK");
    let mut items: Vec<(String, i64, i64)> = answer.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            assert_eq!(item["code"], "OUT_OF_STOCK");
            let number = |field: &str| item[field].as_i64().unwrap();
            let product = item["productId"].as_str().unwrap().to_owned();
            (product, number("wanted"), number("left"))
        })
        .collect();
    items.sort();
    assert_eq!(items, [(short.to_string(), 3, 2), (gone.to_string(), 3, 1)]);
    let order = newest(&shop, &buyer).await;
    assert_eq!(order["failureCode"], "OUT_OF_STOCK");
    assert_eq!(
        state(&shop, &order["orderId"]).await["state"],
        "COMPENSATED"
    );
    assert_eq!([enough, short, gone].map(|id| shop.left(id)), [10, 2, 1]);
    assert_eq!(shop.balance(buyer.id), 100_000);
    shop.end().await;
}

#[tokio::test]
async fn a_product_that_is_not_there_fails_the_order_as_a_conflict() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let short = shop.product(100, 1).await;
    let nowhere: ProductId = shop.places.product.handle.next_id();
    let lines = [(short, 5), (nowhere, 1)];
    let answer = shop.place_and_wait(&buyer, &lines, None).await;
    // The first that occurs of the codes names the failure, both items are listed.
    let answer = answer.is_problem(409, "PRODUCT_NOT_FOUND");
    assert_eq!(answer.body["items"].as_array().unwrap().len(), 2);
    assert_eq!(shop.left(short), 1);
    shop.end().await;
}

#[tokio::test]
async fn a_coupon_of_somebody_else_gives_the_stock_back() {
    let shop = TestShop::start().await;
    let (buyer, other) = (shop.shopper().await, shop.shopper().await);
    shop.charge(buyer.id, 100_000).await;
    let product = shop.product(1_000, 5).await;
    let theirs = shop.hand(Offer::fixed(500), other.id).await;
    let answer = shop
        .place_and_wait(&buyer, &[(product, 2)], Some(theirs))
        .await;
    answer.is_problem(409, "COUPON_NOT_OWNED");
    let order = newest(&shop, &buyer).await;
    let story = state(&shop, &order["orderId"]).await;
    assert_eq!(
        (&story["state"], &story["failureCode"]),
        (&json!("COMPENSATED"), &json!("COUPON_NOT_OWNED"))
    );
    assert_eq!(story["owed"], json!(["deduct-stock"]));
    assert_eq!(shop.left(product), 5);
    assert_eq!(shop.balance(buyer.id), 100_000);
    assert!(shop.held(other.id, theirs).order_id.is_none());
    shop.end().await;
}

#[tokio::test]
async fn a_coupon_that_wants_a_larger_order_gives_the_stock_back() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 100_000).await;
    let product = shop.product(1_000, 5).await;
    let offer = Offer {
        minimum: 2_001,
        ..Offer::fixed(500)
    };
    let coupon = shop.hand(offer, buyer.id).await;
    let lines = [(product, 2)];
    let answer = shop.place_and_wait(&buyer, &lines, Some(coupon)).await;
    answer.is_problem(422, "COUPON_NOT_APPLICABLE");
    shop.rest().await;
    assert_eq!(shop.left(product), 5);
    shop.place_and_wait(&buyer, &[(product, 3)], Some(coupon))
        .await
        .is(201);
    shop.end().await;
}

#[tokio::test]
async fn points_that_do_not_suffice_give_stock_and_coupon_back() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_499).await;
    let product = shop.product(1_000, 5).await;
    let coupon = shop.hand(Offer::fixed(500), buyer.id).await;
    let lines = [(product, 2)];
    let answer = shop.place_and_wait(&buyer, &lines, Some(coupon)).await;
    let answer = answer.is_problem(422, "INSUFFICIENT_POINT");
    assert!(
        answer.body["detail"].as_str().unwrap().contains("1500"),
        "{answer:?}"
    );
    let order = newest(&shop, &buyer).await;
    let story = state(&shop, &order["orderId"]).await;
    assert_eq!(story["state"], "COMPENSATED");
    assert_eq!(story["owed"], story["acknowledged"]);
    assert_eq!(story["owed"], json!(["deduct-stock", "apply-coupon"]));
    assert_eq!(shop.left(product), 5);
    assert_eq!(shop.balance(buyer.id), 1_499);
    assert!(shop.held(buyer.id, coupon).order_id.is_none());
    // What came back can be used.
    shop.charge(buyer.id, 1).await;
    shop.place_and_wait(&buyer, &lines, Some(coupon))
        .await
        .is(201);
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (3, 0));
    shop.end().await;
}

#[tokio::test]
async fn what_was_priced_is_shown_of_a_cancelled_order() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let product = shop.product(1_000, 5).await;
    let lines = [(product, 2)];
    shop.place_and_wait(&buyer, &lines, None)
        .await
        .is_problem(422, "INSUFFICIENT_POINT");
    let order = newest(&shop, &buyer).await;
    let id: OrderId = order["orderId"].as_str().unwrap().parse().unwrap();
    let order = shop.order(&buyer, id).await;
    assert_eq!(
        (&order["status"], &order["totalPrice"]),
        (&json!("CANCELLED"), &json!(2_000))
    );
    assert_eq!(order["items"][0]["unitPrice"], 1_000);
    assert_eq!(order["failure"]["code"], "INSUFFICIENT_POINT");
    shop.end().await;
}
