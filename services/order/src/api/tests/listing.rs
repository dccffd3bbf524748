//! Lists, the audit and its stream, and what operators see.

use super::*;

const STREAM: (&str, &str) = ("accept", "text/event-stream");

/// The ids of an event stream, in order, and the kinds beside them.
fn streamed(text: &str) -> Vec<(i64, String)> {
    let events = text.split("\n\n").filter(|event| !event.is_empty());
    let field = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().to_owned()
    };
    events
        .map(|event| (field(event, "id:").parse().unwrap(), field(event, "event:")))
        .collect()
}

#[tokio::test]
async fn an_audit_is_listed_and_streamed_until_the_saga_rests() {
    let shop = Shop::open().await;
    let order = shop.place(USER, "a", COMPLETES).await;
    let path = format!("/api/v1/orders/{order}/events");
    // The stream goes on while the saga does, so its end is the saga's.
    let all = shop.get_with(USER, &path, &[STREAM]).await;
    assert_eq!(all.headers["content-type"], "text/event-stream");
    let all = streamed(&all.text);
    let numbers: Vec<i64> = all.iter().map(|(no, _)| *no).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    // Numbered as they were heard: topics overtake each other.
    let mut kinds: Vec<&str> = all.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds[0], "ORDER_CREATED");
    kinds.sort_unstable();
    let expected = [
        "COUPON_APPLIED",
        "ORDER_CONFIRMED",
        "ORDER_CREATED",
        "PAYMENT_COMPLETED",
        "STOCK_DEDUCTED",
    ];
    assert_eq!(kinds, expected);
    let rest = shop
        .get_with(USER, &path, &[STREAM, ("last-event-id", "3")])
        .await;
    assert_eq!(streamed(&rest.text), all[3..]);
    let none = shop
        .get_with(USER, &path, &[STREAM, ("last-event-id", "5")])
        .await;
    assert_eq!(
        none.status,
        StatusCode::NO_CONTENT,
        "a browser stops coming back"
    );

    let listed = shop.get(USER, &path).await.json();
    let items = listed["items"].as_array().unwrap();
    let named = |kind: &str| items.iter().find(|item| item["type"] == kind).unwrap();
    assert_eq!(items.len(), 5);
    assert_eq!(named("ORDER_CREATED")["actor"], format!("user:{USER}"));
    assert_eq!(named("STOCK_DEDUCTED")["content"]["total"], 10_000);
    assert_eq!(
        named("ORDER_CONFIRMED")["cause"],
        format!("{order}:pay-points:do")
    );
    shop.close().await;
}

#[tokio::test]
async fn a_list_shows_ones_own_orders_page_by_page() {
    let shop = Shop::open().await;
    shop.place(OTHER, "a", STAYS_OPEN).await;
    let open = shop.place(USER, "a", STAYS_OPEN).await;
    let done = shop.buy("b", COMPLETES).await.json()["orderId"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut listed = shop.lists.watch(done.parse::<OrderId>().unwrap().get());
    loop {
        let page = shop.get(USER, "/api/v1/orders?limit=1").await.json();
        if page["items"][0]["status"] != "COMPLETED" {
            listed.changed().await;
            continue;
        }
        assert_eq!(page["items"][0]["orderId"], done);
        assert_eq!(page["items"][0]["firstItemName"], "머그컵");
        assert_eq!(page["items"][0]["lineCount"], 2);
        let cursor = page["nextCursor"].as_str().unwrap();
        let rest = shop
            .get(USER, &format!("/api/v1/orders?limit=1&cursor={cursor}"))
            .await;
        assert_eq!(rest.json()["items"][0]["orderId"], open);
        assert_eq!(rest.json()["nextCursor"], Value::Null);
        break;
    }
    let pending = shop.get(USER, "/api/v1/orders?status=PENDING").await.json();
    assert_eq!(pending["items"].as_array().unwrap().len(), 1);
    assert_eq!(pending["items"][0]["orderId"], open);
    let none = shop
        .get(USER, "/api/v1/orders?from=2999-01-01T00:00:00Z")
        .await
        .json();
    assert_eq!(none["items"], json!([]));
    for (query, code) in [
        ("status=OPEN", "VALIDATION_FAILED"),
        ("limit=0", "VALIDATION_FAILED"),
        ("from=yesterday", "VALIDATION_FAILED"),
        ("nonsense=1", "VALIDATION_FAILED"),
        ("cursor=00", "INVALID_CURSOR"),
    ] {
        let answer = shop.get(USER, &format!("/api/v1/orders?{query}")).await;
        answer.assert_refused(400, code);
    }
    shop.close().await;
}

#[tokio::test]
async fn operators_see_where_sagas_stand() {
    let shop = Shop::open().await;
    let open = shop.place(USER, "a", STAYS_OPEN).await;
    let path = format!("/admin/v1/sagas/{open}");
    shop.get(USER, &path).await.assert_refused(403, "FORBIDDEN");
    shop.get(USER, "/admin/v1/sagas")
        .await
        .assert_refused(403, "FORBIDDEN");
    let running = shop.get(OPERATOR, &path).await.json();
    assert_eq!(
        (&running["state"], &running["parked"]),
        (&json!("RUNNING"), &json!(false))
    );
    let ahead = [
        "deduct-stock",
        "apply-coupon",
        "pay-points",
        "confirm-order",
    ];
    assert_eq!(running["remaining"], json!(ahead));
    let listed = shop
        .get(OPERATOR, "/admin/v1/sagas?state=RUNNING")
        .await
        .json();
    assert_eq!(listed["items"][0]["sagaId"], open);

    let cancel = format!("/api/v1/orders/{open}/cancel");
    let cancelled = shop.post(OPERATOR, &cancel, "c", &json!({})).await.json();
    assert_eq!(cancelled["failure"]["code"], "OPERATOR");
    let rested = shop
        .until(&open, &path, |saga| saga["state"] == "COMPENSATED")
        .await;
    assert_eq!(rested["owed"], json!(["deduct-stock", "pay-points"]));
    assert_eq!(rested["acknowledged"], rested["owed"]);
    assert_eq!(rested["events"].as_array().unwrap().len(), 4);
    let compensated = shop
        .get(OPERATOR, "/admin/v1/sagas?state=COMPENSATED&limit=5")
        .await;
    assert_eq!(compensated.json()["items"].as_array().unwrap().len(), 1);
    let running = shop
        .get(OPERATOR, "/admin/v1/sagas?state=RUNNING")
        .await
        .json();
    assert_eq!(running["items"], json!([]));
    shop.close().await;
}
