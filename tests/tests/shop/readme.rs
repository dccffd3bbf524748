//! The worked example of the READMEs: the requests they show, sent to a shop with the demo's data.
//! What is sent is looked up in both texts, so that none can change without the others.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Member, TestShop};

/// Each README, and the words before what the timeline reads.
const READMES: [(&str, &str); 2] = [
    (include_str!("../../../README.md"), "It reads "),
    (include_str!("../../../README.ko.md"), "이렇게 나와요: "),
];

/// Something that each README says word for word.
#[track_caller]
fn shown(text: &str) -> &str {
    for (readme, _) in READMES {
        assert!(readme.contains(text), "not in {}: {text}", title(readme));
    }
    text
}

fn title(readme: &str) -> &str {
    readme.lines().next().unwrap_or_default()
}

/// The blocks of code, without what is said beside the commands.
fn blocks(readme: &str) -> Vec<&str> {
    let lines = readme.lines();
    let mut in_block = false;
    let code = lines.filter(|line| {
        let is_fence = line.starts_with("```");
        in_block ^= is_fence;
        in_block && !is_fence
    });
    code.map(|line| line.split(" #").next().unwrap_or(line).trim_end())
        .collect()
}

#[test]
fn both_readmes_show_the_same_commands() {
    let [(english, _), (korean, _)] = READMES;
    let shown = blocks(english);
    assert!(shown.len() > 40, "{shown:?}");
    assert_eq!(shown, blocks(korean));
}

/// A body that the README sends.
#[track_caller]
fn body(text: &str) -> Value {
    serde_json::from_str(shown(text)).expect("JSON")
}

#[tokio::test]
async fn one_order_from_the_cart_to_its_timeline() {
    let shop = TestShop::start().await;
    jangteo::seed::seed(&shop.places)
        .await
        .expect("the demo's data");
    let shopper = login(&shop).await;

    let charge = body(r#"{"amount": 1000000}"#);
    shown("$shop/points/me/charge");
    let before = shop.get("/api/v1/points/me", &shopper).await.is(200).body;
    let key = "charge-1";
    shown("'Idempotency-Key: charge-1'");
    let path = "/api/v1/points/me/charge";
    let charged = shop.post(path, &shopper, key, &charge).await.is(201);
    let again = shop.post(path, &shopper, key, &charge).await;
    assert_eq!(again.comparable(), charged.comparable());
    let balance = |body: &Value| body["balance"].as_i64().unwrap();
    assert_eq!(balance(&charged.body), balance(&before) + 1_000_000);

    let query = shown("/products?status=ON_SALE&limit=1");
    let query = format!("/api/v1{query}");
    let goods = shop
        .call(Method::GET, &query, None, None)
        .await
        .is(200)
        .body;
    let product = &goods["items"][0];
    shown("jq -r '.items[0].id'");
    shown(r#"{\"items\": [{\"productId\": \"$product\", \"quantity\": 2}]}"#);
    let cart = json!({ "items": [{ "productId": product["id"], "quantity": 2 }] });
    shown("-H 'Idempotency-Key: order-1' -H 'Prefer: wait=3'");
    let headers = [("Idempotency-Key", "order-1"), ("Prefer", "wait=3")];
    let orders = "/api/v1/orders";
    let placed = shop.post_with(orders, &shopper, &headers, &cart).await;
    let placed = placed.is(201);
    shown("jq -r .orderId");
    let id = placed.order_id();
    let order = shop.order(&shopper, id).await;
    assert_eq!(order, placed.body);
    let total = 2 * product["price"].as_i64().unwrap();
    assert_eq!(order["totalPrice"], total);

    shop.rest().await;
    shown("$shop/orders/$order/events");
    shown("jq -r '.items[].type'");
    let events = shop
        .get(&format!("/api/v1/orders/{id}/events"), &shopper)
        .await
        .is(200)
        .body;
    let types = events["items"].as_array().unwrap().iter();
    let types: BTreeSet<_> = types.map(|event| event["type"].as_str().unwrap()).collect();
    // Order may hear of a later step first, so only what is told counts here.
    for (readme, before) in READMES {
        let (_, list) = readme.split_once(before).expect("it tells what it reads");
        // Up to the end of the sentence, whatever ends it.
        let list = list
            .split([':', '.'])
            .next()
            .expect("the end of a sentence");
        let list = list.split(',').map(|kind| kind.trim().trim_matches('`'));
        assert_eq!(types, list.collect(), "{}", title(readme));
    }
    shop.end().await;
}

async fn login(shop: &TestShop) -> Member {
    let credentials = body(r#"{"email": "shopper@demo", "password": "demo1234"}"#);
    shown("$shop/auth/login");
    let path = "/api/v1/auth/login";
    let answer = shop
        .call(Method::POST, path, None, Some(&credentials))
        .await
        .is(200);
    shown("jq -r .accessToken");
    let token = answer.body["accessToken"]
        .as_str()
        .expect("a field of the answer")
        .to_owned();
    let mut member = shop.shopper().await;
    member.token = token;
    let me = shop.get("/api/v1/users/me", &member).await.is(200).body;
    member.id = me["userId"]
        .as_str()
        .expect("a field of the answer")
        .parse()
        .expect("a field of the answer");
    member
}
