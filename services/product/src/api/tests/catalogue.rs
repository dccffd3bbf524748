//! Creating, showing and listing products.

use super::*;

/// The names on a page, and its cursor.
async fn page(shop: &Shop, query: &str) -> (Vec<String>, Option<String>) {
    let answer = shop.get(&format!("/api/v1/products{query}"), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let items = answer.body["items"].as_array().unwrap();
    let names = items
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned());
    let cursor = answer.body["nextCursor"].as_str().map(str::to_owned);
    (names.collect(), cursor)
}

fn named(number: usize, category: &str, stock: i64) -> Value {
    json!({
        "name": format!("상품 {number}"), "nameEn": format!("Thing {number}"),
        "category": category, "price": 1_000, "stock": stock,
    })
}

#[tokio::test]
async fn a_created_product_is_shown_to_everybody_in_their_language() {
    let shop = Shop::open().await;
    let created = shop
        .post(Role::Admin, "/api/v1/products", "a", &mug(3))
        .await;
    assert_eq!(created.status, 201);
    let path = created.header("location").unwrap().to_owned();
    let id = created.body["id"].as_str().unwrap();
    assert_eq!(path, format!("/api/v1/products/{id}"));
    let expected = json!({
        "id": id, "name": "머그컵", "category": "kitchen", "price": 12_000,
        "status": "ON_SALE", "availableQuantity": 3, "version": 2,
    });
    assert_eq!(created.body, expected);
    let shown = shop.get(&path, &[]).await;
    assert_eq!(
        (shown.body.clone(), shown.header("etag")),
        (expected, Some("\"2\""))
    );
    let english = shop
        .get(&path, &[("accept-language", "en-GB, ko;q=0.1")])
        .await;
    assert_eq!(english.body["name"], "Mug");
    shop.close().await;
}

#[tokio::test]
async fn creating_again_with_the_key_is_a_replay_of_the_first_answer() {
    let shop = Shop::open().await;
    let first = shop
        .post(Role::Admin, "/api/v1/products", "a", &mug(3))
        .await;
    let id = first.body["id"].as_str().unwrap();
    let adjust = format!("/api/v1/products/{id}/stock-adjustments");
    let sold = json!({"delta": -3, "reason": "파손"});
    assert_eq!(
        shop.post(Role::Operator, &adjust, "b", &sold).await.status,
        201
    );
    let again = shop
        .post(Role::Admin, "/api/v1/products", "a", &mug(3))
        .await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (first.status, Some("true"))
    );
    assert_eq!(again.body, first.body);
    assert_eq!(page(&shop, "").await.0, ["머그컵"]);
    let other = shop
        .post(Role::Admin, "/api/v1/products", "a", &mug(4))
        .await;
    other.is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    shop.close().await;
}

#[tokio::test]
async fn only_an_admin_creates_products() {
    let shop = Shop::open().await;
    for role in [Role::Shopper, Role::Operator] {
        let refused = shop.post(role, "/api/v1/products", "a", &mug(1)).await;
        refused.is_problem(403, "FORBIDDEN");
    }
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "a"),
    ];
    let request = request("POST", "/api/v1/products", &headers);
    let refused = shop
        .send(request.body(mug(1).to_string().into()).unwrap())
        .await;
    refused.is_problem(401, "UNAUTHENTICATED");
    assert!(page(&shop, "").await.0.is_empty());
    shop.close().await;
}

#[tokio::test]
async fn a_product_that_cannot_be_is_not_created() {
    let shop = Shop::open().await;
    let wrong = [
        json!({}),
        json!([]),
        json!({"name": "a", "nameEn": "a", "category": "a", "price": 1, "stock": 1, "id": "x"}),
        json!({"name": "a", "nameEn": "a", "category": "a", "price": -1}),
        json!({"name": "a", "nameEn": "a", "category": "a", "price": 1.5}),
        json!({"name": "a", "nameEn": "a", "category": "a", "price": "1"}),
        json!({"name": "", "nameEn": "a", "category": "a", "price": 1}),
        json!({"name": "a", "nameEn": "a", "category": "a", "price": 1, "stock": i64::MAX}),
    ];
    for body in wrong {
        let refused = shop.post(Role::Admin, "/api/v1/products", "a", &body).await;
        refused.is_problem(400, "VALIDATION_FAILED");
        assert!(
            !refused.body["errors"].as_array().unwrap().is_empty(),
            "{body}"
        );
    }
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let refused = shop
        .post_text(Role::Admin, "/api/v1/products", "a", deep)
        .await;
    refused.is_problem(400, "VALIDATION_FAILED");
    let huge = format!("\"{}\"", "a".repeat(10 << 20));
    let refused = shop
        .post_text(Role::Admin, "/api/v1/products", "a", huge)
        .await;
    refused.is_problem(413, "BODY_TOO_LARGE");
    assert!(page(&shop, "").await.0.is_empty());
    shop.close().await;
}

#[tokio::test]
async fn what_is_no_product_is_not_found() {
    let shop = Shop::open().await;
    for id in ["0000000000001", "x", "0", "ZZZZZZZZZZZZZ", "-1", "%00"] {
        let answer = shop.get(&format!("/api/v1/products/{id}"), &[]).await;
        answer.is_problem(404, "PRODUCT_NOT_FOUND");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_list_is_read_page_by_page_without_gaps_and_repeats() {
    let shop = Shop::open().await;
    let mut expected = Vec::new();
    for number in 0..7 {
        shop.create(&number.to_string(), &named(number, "living", 1))
            .await;
        expected.push(format!("상품 {number}"));
    }
    for limit in [1, 3, 7, 100] {
        let (mut found, mut cursor) = page(&shop, &format!("?limit={limit}")).await;
        while let Some(after) = cursor {
            let (more, next) = page(&shop, &format!("?limit={limit}&cursor={after}")).await;
            found.extend(more);
            cursor = next;
        }
        assert_eq!(found, expected, "by {limit}");
    }
    for query in ["?cursor=x", "?cursor=00"] {
        let answer = shop.get(&format!("/api/v1/products{query}"), &[]).await;
        answer.is_problem(400, "INVALID_CURSOR");
    }
    for query in ["?limit=0", "?limit=101", "?status=GONE", "?colour=red"] {
        let answer = shop.get(&format!("/api/v1/products{query}"), &[]).await;
        answer.is_problem(400, "VALIDATION_FAILED");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_list_is_filtered() {
    let shop = Shop::open().await;
    for (number, category, stock) in [
        (1, "living", 1),
        (2, "kitchen", 0),
        (3, "living", 0),
        (4, "kitchen", 9),
    ] {
        shop.create(&number.to_string(), &named(number, category, stock))
            .await;
    }
    for (query, expected) in [
        ("?category=living", &["상품 1", "상품 3"][..]),
        ("?status=SOLD_OUT", &["상품 2", "상품 3"]),
        ("?status=ON_SALE&category=kitchen", &["상품 4"]),
        ("?status=DISCONTINUED", &[]),
        ("?category=none", &[]),
        ("?q=thing%204", &["상품 4"]),
        ("?q=%EC%83%81%ED%92%88%202", &["상품 2"]),
        ("?q=%25", &[]),
        ("?q=1&category=kitchen", &[]),
    ] {
        assert_eq!(page(&shop, query).await.0, expected, "{query}");
    }
    shop.close().await;
}
