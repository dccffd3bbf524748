//! Correcting stock by hand, and its ledger.

use super::*;

fn by(delta: i64) -> Value {
    json!({"delta": delta, "reason": "재고 조사"})
}

#[tokio::test]
async fn stock_is_adjusted_and_sold_out_is_derived() {
    let shop = Shop::open().await;
    let id = shop.create("a", &mug(3)).await;
    let path = format!("/api/v1/products/{id}");
    let adjust = format!("{path}/stock-adjustments");
    let more = shop.post(Role::Operator, &adjust, "b", &by(2)).await;
    assert_eq!((more.status.as_u16(), more.body), (201, view(5, 2)));
    let none = shop.post(Role::Admin, &adjust, "c", &by(-5)).await;
    assert_eq!((none.status.as_u16(), none.body), (201, view(0, 3)));
    let shown = shop.get(&path, &[]).await;
    assert_eq!(shown.body["status"], "SOLD_OUT");
    assert_eq!(
        (&shown.body["availableQuantity"], &shown.body["version"]),
        (&json!(0), &json!(4))
    );
    assert_eq!(shown.header("etag"), Some("\"4\""));
    shop.close().await;
}

fn view(available_quantity: i64, version: i64) -> Value {
    json!({"availableQuantity": available_quantity, "version": version})
}

#[tokio::test]
async fn an_adjustment_with_the_key_again_is_a_replay() {
    let shop = Shop::open().await;
    let (id, other) = (
        shop.create("a", &mug(3)).await,
        shop.create("b", &mug(3)).await,
    );
    let adjust = format!("/api/v1/products/{id}/stock-adjustments");
    let first = shop.post(Role::Operator, &adjust, "k", &by(2)).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    shop.post(Role::Operator, &adjust, "l", &by(-1)).await;
    let again = shop.post(Role::Operator, &adjust, "k", &by(2)).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    shop.post(Role::Operator, &adjust, "k", &by(3))
        .await
        .is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    let elsewhere = format!("/api/v1/products/{other}/stock-adjustments");
    let refused = shop.post(Role::Operator, &elsewhere, "k", &by(2)).await;
    refused.is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(
        shop.get(&format!("/api/v1/products/{id}"), &[]).await.body["availableQuantity"],
        4
    );
    shop.close().await;
}

#[tokio::test]
async fn an_adjustment_that_cannot_be_changes_nothing() {
    let shop = Shop::open().await;
    let id = shop.create("a", &mug(3)).await;
    let adjust = format!("/api/v1/products/{id}/stock-adjustments");
    let refused = shop.post(Role::Operator, &adjust, "k", &by(-4)).await;
    refused.is_problem(409, "OUT_OF_STOCK");
    assert_eq!(refused.body["detail"], "재고가 3개 남아 있어요");
    shop.post(Role::Shopper, &adjust, "k", &by(1))
        .await
        .is_problem(403, "FORBIDDEN");
    for body in [
        by(0),
        by(i64::MIN),
        by(1_000_001),
        json!({"delta": 1}),
        json!({"delta": "1"}),
    ] {
        let refused = shop.post(Role::Operator, &adjust, "k", &body).await;
        refused.is_problem(400, "VALIDATION_FAILED");
    }
    let nobody = "/api/v1/products/0000000000001/stock-adjustments";
    let refused = shop.post(Role::Operator, nobody, "k", &by(1)).await;
    refused.is_problem(404, "PRODUCT_NOT_FOUND");
    let headers = [
        ("authorization", &*shop.bearer(Role::Operator)),
        ("content-type", "application/json"),
    ];
    let keyless = request("POST", &adjust, &headers)
        .body(by(1).to_string().into())
        .unwrap();
    shop.send(keyless)
        .await
        .is_problem(400, "IDEMPOTENCY_KEY_REQUIRED");
    // The key was not used up by the refusals.
    assert_eq!(
        shop.post(Role::Operator, &adjust, "k", &by(1)).await.body,
        view(4, 2)
    );
    shop.close().await;
}

#[tokio::test]
async fn the_ledger_tells_the_staff_why_a_stock_is_what_it_is() {
    let shop = Shop::open().await;
    let id = shop.create("a", &mug(3)).await;
    shop.create("b", &mug(99)).await;
    let adjust = format!("/api/v1/products/{id}/stock-adjustments");
    for (key, delta) in [("k", 2), ("l", -4)] {
        shop.post(Role::Operator, &adjust, key, &by(delta)).await;
    }
    let path = format!("/api/v1/products/{id}/stock-ledger");
    let ledger = shop.get_as(Role::Operator, &path).await;
    let rows: Vec<_> = ledger.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect();
    assert_eq!(
        rows,
        [
            ("ADJUSTED", -4, 1, 3),
            ("ADJUSTED", 2, 5, 2),
            ("FIRST", 3, 3, 1)
        ]
    );
    assert_eq!(ledger.body["items"][0]["reason"], "재고 조사");
    assert_eq!(ledger.body["items"][2]["sagaId"], json!(id));
    let page = shop.get_as(Role::Admin, &format!("{path}?limit=2")).await;
    let cursor = page.body["nextCursor"].as_str().unwrap();
    let rest = shop
        .get_as(Role::Admin, &format!("{path}?limit=2&cursor={cursor}"))
        .await;
    let rows: Vec<_> = rest.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(row)
        .collect();
    assert_eq!(
        (rows, &rest.body["nextCursor"]),
        (vec![("FIRST", 3, 3, 1)], &Value::Null)
    );
    shop.get_as(Role::Shopper, &path)
        .await
        .is_problem(403, "FORBIDDEN");
    shop.get(&path, &[])
        .await
        .is_problem(401, "UNAUTHENTICATED");
    let nobody = "/api/v1/products/0000000000001/stock-ledger";
    shop.get_as(Role::Operator, nobody)
        .await
        .is_problem(404, "PRODUCT_NOT_FOUND");
    shop.close().await;
}

fn row(item: &Value) -> (&str, i64, i64, i64) {
    let number = |name: &str| item[name].as_i64().unwrap();
    let kind = item["type"].as_str().unwrap();
    (
        kind,
        number("delta"),
        number("quantityAfter"),
        number("version"),
    )
}
