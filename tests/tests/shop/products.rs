use contracts::ids::ProductId;
use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Answer, Member, TestShop};

async fn change(shop: &TestShop, by: &Member, product: ProductId, body: Value) -> Answer {
    let path = format!("/api/v1/products/{product}");
    shop.call(Method::PATCH, &path, Some(by), Some(&body)).await
}

async fn top(shop: &TestShop, query: &str) -> Vec<(String, i64)> {
    let path = format!("/api/v1/products/top{query}");
    let answer = shop.call(Method::GET, &path, None, None).await.is(200);
    let items = answer.body["items"].as_array().expect("items").iter();
    let item = |item: &Value| {
        let id = item["product"]["id"].as_str().expect("an id").to_owned();
        (id, item["sold"].as_i64().expect("a number"))
    };
    items.map(item).collect()
}

#[tokio::test]
async fn a_changed_price_holds_for_the_next_order_and_not_for_one_that_froze_it() {
    let shop = TestShop::start().await;
    let (admin, buyer) = (shop.admin().await, shop.shopper().await);
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let before = shop.place_and_wait(&buyer, &[(product, 1)], None).await;
    let before = before.is(201).body;
    let changed = change(
        &shop,
        &admin,
        product,
        json!({ "price": 700, "name": "찻잔" }),
    )
    .await;
    let changed = changed.is(200).body;
    assert_eq!(
        (&changed["price"], &changed["name"]),
        (&json!(700), &json!("찻잔"))
    );
    let again = change(&shop, &admin, product, json!({ "price": 700 }))
        .await
        .is(200)
        .body;
    assert_eq!(
        again["version"], changed["version"],
        "the same change changes nothing"
    );
    let after = shop.place_and_wait(&buyer, &[(product, 1)], None).await;
    let after = after.is(201).body;
    assert_eq!(
        (&before["totalPrice"], &after["totalPrice"]),
        (&json!(1_000), &json!(700))
    );
    let id = before["orderId"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    assert_eq!(shop.order(&buyer, id).await["items"][0]["name"], "머그컵");
    change(&shop, &admin, product, json!({ "status": "SOLD_OUT" }))
        .await
        .is_problem(400, "VALIDATION_FAILED");
    change(&shop, &buyer, product, json!({ "price": 1 }))
        .await
        .is_problem(403, "FORBIDDEN");
    change(&shop, &admin, ProductId::new(7), json!({ "price": 1 }))
        .await
        .is_problem(404, "PRODUCT_NOT_FOUND");
    shop.end().await;
}

#[tokio::test]
async fn hard_case_16_a_discontinued_product_is_not_sold_any_more() {
    let shop = TestShop::start().await;
    let (admin, buyer) = (shop.admin().await, shop.shopper().await);
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let stop = json!({ "status": "DISCONTINUED" });
    let stopped = change(&shop, &admin, product, stop).await.is(200).body;
    assert_eq!(stopped["status"], "DISCONTINUED");
    shop.place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is_problem(409, "PRODUCT_NOT_ON_SALE");
    change(&shop, &admin, product, json!({ "status": "ON_SALE" }))
        .await
        .is(200);
    let sold = shop.place_and_wait(&buyer, &[(product, 1)], None).await;
    sold.is(201);
    shop.end().await;
}

#[tokio::test]
async fn the_ranking_counts_what_was_sold_less_what_came_back() {
    let shop = TestShop::start().await;
    let (admin, buyer) = (shop.admin().await, shop.shopper().await);
    shop.charge(buyer.id, 100_000).await;
    let [one, two, three] = [
        shop.product(100, 50).await,
        shop.product(100, 50).await,
        shop.product(100, 50).await,
    ];
    let first = shop
        .place_and_wait(&buyer, &[(one, 5), (two, 3)], None)
        .await;
    let first = first.is(201).order_id();
    shop.place_and_wait(&buyer, &[(three, 4)], None)
        .await
        .is(201);
    shop.place_and_wait(&buyer, &[(one, 99)], None)
        .await
        .is_problem(409, "OUT_OF_STOCK");
    shop.rest().await;
    let sold = |id: ProductId, sold: i64| (id.to_string(), sold);
    assert_eq!(
        top(&shop, "").await,
        [sold(one, 5), sold(three, 4), sold(two, 3)]
    );
    assert_eq!(top(&shop, "?limit=1").await, [sold(one, 5)]);

    let path = format!("/api/v1/orders/{first}/refunds");
    let item = json!({ "orderItemId": format!("{first}-1"), "quantity": 4 });
    let body = json!({ "items": [item], "reason": "변심" });
    shop.post(&path, &buyer, "r", &body).await.is(202);
    shop.rest().await;
    let expected = [sold(three, 4), sold(two, 3), sold(one, 1)];
    let windows = [
        "?days=1",
        "?days=7",
        "?days=8",
        "?days=400",
        "?board=daily",
        "?board=weekly",
    ];
    for window in windows {
        assert_eq!(top(&shop, window).await, expected, "{window}");
    }
    let stop = json!({ "status": "DISCONTINUED" });
    change(&shop, &admin, three, stop).await.is(200);
    assert_eq!(top(&shop, "").await, [sold(two, 3), sold(one, 1)]);
    for wrong in [
        "?days=0",
        "?days=401",
        "?date=2026-11-22",
        "?limit=101",
        "?days=1&board=daily",
        "?board=yearly",
    ] {
        let path = format!("/api/v1/products/top{wrong}");
        let answer = shop.call(Method::GET, &path, None, None).await;
        answer.is_problem(400, "VALIDATION_FAILED");
    }
    shop.end().await;
}

#[tokio::test]
async fn many_products_are_read_at_once() {
    let shop = TestShop::start().await;
    let (one, other) = (shop.product(100, 50).await, shop.product(200, 0).await);
    let nobodys = ProductId::new(9);
    let body = json!({ "ids": [other, nobodys, one, other] });
    let path = "/api/v1/products:batchGet";
    let answer = shop
        .call(Method::POST, path, None, Some(&body))
        .await
        .is(200)
        .body;
    let found = answer["found"].as_array().expect("found").iter();
    let found: Vec<_> = found.map(|view| view["id"].clone()).collect();
    assert_eq!(found, [json!(other), json!(one)]);
    assert_eq!(answer["found"][0]["status"], "SOLD_OUT");
    assert_eq!(answer["missing"], json!([nobodys]));
    let none = json!({ "ids": [] });
    shop.call(Method::POST, path, None, Some(&none))
        .await
        .is_problem(400, "VALIDATION_FAILED");
    shop.end().await;
}
