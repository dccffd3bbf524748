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
        expected.insert(0, format!("상품 {number}"));
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
    for query in [
        "?limit=0",
        "?limit=101",
        "?status=GONE",
        "?colour=red",
        "?sort=OLDEST",
        "?q=%07",
    ] {
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
        ("?category=living", &["상품 3", "상품 1"][..]),
        ("?status=SOLD_OUT", &["상품 3", "상품 2"]),
        ("?status=ON_SALE&category=kitchen", &["상품 4"]),
        ("?status=DISCONTINUED", &[]),
        ("?category=none", &[]),
        ("?q=thing%204", &["상품 4"]),
        ("?q=%EC%83%81%ED%92%88%202", &["상품 2"]),
        ("?q=%25", &[]),
        ("?q=1&category=kitchen", &[]),
        // 상, ㅅㅍ, 상ㅍ 1, and nothing but a blank.
        ("?q=%EC%83%81&status=ON_SALE", &["상품 4", "상품 1"]),
        (
            "?q=%E3%85%85%E3%85%8D&category=living",
            &["상품 3", "상품 1"],
        ),
        ("?q=%EC%83%81%E3%85%8D+1", &["상품 1"]),
        ("?q=+&status=SOLD_OUT", &["상품 3", "상품 2"]),
    ] {
        assert_eq!(page(&shop, query).await.0, expected, "{query}");
    }
    shop.close().await;
}

async fn priced(shop: &Shop, key: &str, name: &str, name_en: &str, price: i64) {
    let body = json!({
        "name": name, "nameEn": name_en, "category": "living", "price": price, "stock": 1,
    });
    shop.create(key, &body).await;
}

#[tokio::test]
async fn the_list_is_sorted_and_a_cursor_belongs_to_its_order() {
    let shop = Shop::open().await;
    priced(&shop, "a", "나무", "beech", 300).await;
    priced(&shop, "b", "가위", "Scissors", 100).await;
    priced(&shop, "c", "라디오", "Radio", 300).await;
    priced(&shop, "d", "다리미", "ash", 200).await;
    for (query, expected) in [
        ("?sort=NEWEST", ["다리미", "라디오", "가위", "나무"]),
        ("?sort=PRICE_ASC", ["가위", "다리미", "나무", "라디오"]),
        ("?sort=PRICE_DESC", ["라디오", "나무", "다리미", "가위"]),
        ("?sort=NAME", ["가위", "나무", "다리미", "라디오"]),
        (
            "?sort=NAME&category=living",
            ["가위", "나무", "다리미", "라디오"],
        ),
    ] {
        let (mut found, mut cursor) = page(&shop, &format!("{query}&limit=1")).await;
        while let Some(after) = cursor {
            let (more, next) = page(&shop, &format!("{query}&limit=1&cursor={after}")).await;
            found.extend(more);
            cursor = next;
        }
        assert_eq!(found, expected, "{query}");
    }
    let english = [("accept-language", "en")];
    let by_name = shop.get("/api/v1/products?sort=NAME", &english).await;
    let names = by_name.body["items"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ash", "beech", "Radio", "Scissors"]);

    let cursor = page(&shop, "?sort=NAME&limit=1").await.1.unwrap();
    for other in ["NEWEST", "PRICE_ASC"] {
        let path = format!("/api/v1/products?sort={other}&cursor={cursor}");
        shop.get(&path, &[]).await.is_problem(400, "INVALID_CURSOR");
    }
    let path = format!("/api/v1/products?sort=NAME&cursor={cursor}");
    let refused = shop.get(&path, &english).await;
    refused.is_problem(400, "INVALID_CURSOR");
    // One that names its list and holds another's place.
    let json = r#"["products-price-asc",{"Id":"0000000000001"}]"#;
    let forged: String = json.bytes().map(|byte| format!("{byte:02x}")).collect();
    let path = format!("/api/v1/products?sort=PRICE_ASC&cursor={forged}");
    shop.get(&path, &[]).await.is_problem(400, "INVALID_CURSOR");
    shop.close().await;
}

#[tokio::test]
async fn a_changed_product_is_listed_as_it_is() {
    let shop = Shop::open().await;
    priced(&shop, "a", "나무", "beech", 300).await;
    priced(&shop, "b", "가위", "Scissors", 100).await;
    let first = shop.get("/api/v1/products?q=beech", &[]).await;
    let id = first.body["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/products/{id}");
    let body = json!({"name": "망치", "nameEn": "Hammer", "price": 50});
    let changed = shop.patch(Role::Admin, &path, &body).await;
    assert_eq!(
        (changed.status.as_u16(), &changed.body["name"]),
        (200, &json!("망치"))
    );
    assert_eq!(changed.header("etag"), Some("\"3\""));
    for (query, expected) in [
        ("?q=%EB%82%98%EB%AC%B4", &[][..]),
        ("?q=beech", &[]),
        ("?q=hammer", &["망치"]),
        ("?q=%E3%85%81%E3%85%8A", &["망치"]),
        ("?sort=PRICE_ASC", &["망치", "가위"]),
        ("?sort=NAME", &["가위", "망치"]),
    ] {
        assert_eq!(page(&shop, query).await.0, expected, "{query}");
    }
    for role in [Role::Shopper, Role::Operator] {
        let refused = shop.patch(role, &path, &body).await;
        refused.is_problem(403, "FORBIDDEN");
    }
    for wrong in [
        json!({"category": "kitchen"}),
        json!({"status": "SOLD_OUT"}),
        json!({"name": " "}),
        json!({"nameEn": ""}),
        json!({"price": -1}),
        json!({"stock": 3}),
    ] {
        let refused = shop.patch(Role::Admin, &path, &wrong).await;
        refused.is_problem(400, "VALIDATION_FAILED");
    }
    let nowhere = shop.patch(Role::Admin, "/api/v1/products/x", &body).await;
    nowhere.is_problem(404, "PRODUCT_NOT_FOUND");
    shop.close().await;
}

#[tokio::test]
async fn categories_are_listed_with_what_they_sell() {
    let shop = Shop::open().await;
    for (number, category) in [(1, "living"), (2, "kitchen"), (3, "living"), (4, "books")] {
        shop.create(&number.to_string(), &named(number, category, 0))
            .await;
    }
    let category = |name: &str, products: i64| json!({"category": name, "products": products});
    let all = shop.get("/api/v1/categories", &[]).await;
    let expected = [
        category("books", 1),
        category("kitchen", 1),
        category("living", 2),
    ];
    assert_eq!(all.body["items"], json!(expected));
    assert!(all.body["nextCursor"].is_null());
    let first = shop.get("/api/v1/categories?limit=2", &[]).await;
    assert_eq!(first.body["items"], json!(expected[..2]));
    let cursor = first.body["nextCursor"].as_str().unwrap();
    let path = format!("/api/v1/categories?limit=2&cursor={cursor}");
    let second = shop.get(&path, &[]).await;
    assert_eq!(second.body["items"], json!(expected[2..]));
    let path = format!("/api/v1/products?cursor={cursor}");
    shop.get(&path, &[]).await.is_problem(400, "INVALID_CURSOR");

    let book = shop.get("/api/v1/products?category=books", &[]).await;
    let id = book.body["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/products/{id}");
    let stop = json!({"status": "DISCONTINUED"});
    let stopped = shop.patch(Role::Admin, &path, &stop).await;
    assert_eq!(stopped.body["status"], "DISCONTINUED");
    let left = shop.get("/api/v1/categories", &[]).await;
    assert_eq!(left.body["items"], json!(expected[1..]));
    shop.close().await;
}

#[tokio::test]
async fn a_ranking_tells_its_window() {
    let shop = Shop::open().await;
    for (query, days) in [
        ("?board=daily", 1),
        ("?board=weekly", 7),
        ("?days=400", 400),
    ] {
        let top = shop.get(&format!("/api/v1/products/top{query}"), &[]).await;
        let at = |field: &str| -> contracts::time::Timestamp {
            top.body[field].as_str().unwrap().parse().unwrap()
        };
        let (from, long) = (at("from"), Duration::from_secs(days * 86_400));
        assert_eq!(top.body["items"], json!([]));
        assert_eq!(at("to").since(from), long, "{query}");
        assert_eq!(from.seoul_day().start(), from, "{query}");
    }
    for wrong in [
        "?days=0",
        "?days=401",
        "?board=daily&date=2020-01-01",
        "?board=daily&date=9999-12-31",
        "?board=daily&date=today",
        "?date=2026-11-22",
        "?board=daily&days=1",
        "?limit=0",
        "?limit=101",
    ] {
        let path = format!("/api/v1/products/top{wrong}");
        let refused = shop.get(&path, &[]).await;
        refused.is_problem(400, "VALIDATION_FAILED");
    }
    shop.close().await;
}
