/// What was lost, and what is too much.
mod lost;
/// What another version of the program wrote.
mod versions;

use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use shop_tests::{Answer, Member, TestShop};

async fn act(shop: &TestShop, by: &Member, path: &str, body: Value) -> Answer {
    shop.call(Method::POST, path, Some(by), Some(&body)).await
}

async fn letters(shop: &TestShop, operator: &Member) -> Vec<Value> {
    let page = shop.get("/api/v1/dead-letters", operator).await.is(200);
    page.body["items"].as_array().expect("items").clone()
}

/// Waits until so many keys are parked.
async fn parked(shop: &TestShop, operator: &Member, count: usize) -> Vec<Value> {
    let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
    for _ in 0..1_500 {
        look.tick().await;
        let found = letters(shop, operator).await;
        if found.len() == count {
            return found;
        }
    }
    panic!("never {count} parked keys")
}

async fn state(shop: &TestShop, operator: &Member, id: impl std::fmt::Display) -> Value {
    let path = format!("/api/v1/sagas/{id}");
    shop.get(&path, operator).await.is(200).body
}

/// Makes a service's writes of one kind fail until it is dropped again.
fn refuse(shop: &TestShop, service: &str, what: &str) -> Connection {
    let file = Connection::open(shop.folder.path().join(format!("{service}.db")));
    let file = file.expect("the file opens");
    let trigger = format!(
        "CREATE TRIGGER refused {what} BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
    );
    file.execute_batch(&trigger).expect("a trigger");
    file
}

fn mend(file: &Connection) {
    file.execute_batch("DROP TRIGGER refused")
        .expect("no trigger");
}

/// Product's step fails for good: the key waits for a person, and flows again once it is taken up.
#[tokio::test]
async fn hard_case_12_a_step_that_fails_is_parked_seen_and_taken_up_again() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let (bad, good) = (shop.product(100, 5).await, shop.product(100, 5).await);
    let what = format!(
        "BEFORE INSERT ON stock_ledger WHEN NEW.product_id = {}",
        bad.get()
    );
    let file = refuse(&shop, "product", &what);
    let stuck = shop.place(&buyer, &[(bad, 1)]).await;
    shop.place_and_wait(&buyer, &[(good, 1)], None)
        .await
        .is(201);

    let found = parked(&shop, &operator, 1).await;
    let id = found[0]["id"].as_str().expect("an id");
    assert_eq!(id, format!("product.order.{stuck}"));
    assert_eq!(
        (&found[0]["event"], &found[0]["undo"]),
        (&json!("OrderCreated"), &json!(false))
    );
    assert!(
        found[0]["why"]
            .as_str()
            .expect("why")
            .contains("refused by a test")
    );
    assert_eq!(found[0].get("retryAt"), None, "it waits for a person");
    let path = format!("/api/v1/dead-letters/{id}");
    let shown = shop.get(&path, &operator).await.is(200).body;
    assert_eq!(shown["queue"].as_array().expect("a queue").len(), 1);
    let saga = state(&shop, &operator, stuck).await;
    assert_eq!(
        (&saga["state"], &saga["parked"]),
        (&json!("RUNNING"), &json!(true))
    );
    let running = shop.get("/api/v1/sagas?state=RUNNING", &operator).await;
    assert_eq!(running.is(200).body["items"][0]["parked"], true);

    let redrive = format!("{path}/redrive");
    let still = act(&shop, &operator, &redrive, json!({}))
        .await
        .is(200)
        .body;
    assert_eq!(still["parked"], 1, "nothing was mended");
    mend(&file);
    let flows = act(&shop, &operator, &redrive, json!({}))
        .await
        .is(200)
        .body;
    assert_eq!(flows["parked"], 0);
    shop.rest().await;
    let saga = state(&shop, &operator, stuck).await;
    assert_eq!(
        (&saga["state"], &saga["parked"]),
        (&json!("COMPLETED"), &json!(false))
    );
    act(&shop, &operator, &redrive, json!({}))
        .await
        .is_problem(404, "DEAD_LETTER_NOT_FOUND");
    shop.end().await;
}

/// An undo that fails is tried again by itself, cannot be given up, and is never a refusal.
#[tokio::test]
async fn hard_case_11_an_undo_that_fails_is_tried_again_until_it_is_done() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    let product = shop.product(100, 5).await;
    let restored = product::store::Direction::Restore as i64;
    let what = format!("BEFORE INSERT ON stock_ledger WHEN NEW.direction = {restored}");
    let file = refuse(&shop, "product", &what);
    // Nobody charged: the payment is refused, and the stock must come back.
    let order = shop.place(&buyer, &[(product, 1)]).await;
    // Both of its causes: the payment's failure, and the cancellation that follows.
    let found = parked(&shop, &operator, 2).await;
    assert!(
        found.iter().all(|letter| letter["undo"] == true),
        "{found:?}"
    );
    assert!(
        found[0]["retryAt"].is_string(),
        "it is tried again by itself: {}",
        found[0]
    );
    assert_eq!(
        state(&shop, &operator, order).await["state"],
        "COMPENSATING"
    );
    let id = found[0]["id"].as_str().expect("an id");
    let discard = format!("/api/v1/dead-letters/{id}/discard");
    act(&shop, &operator, &discard, json!({ "reason": "weg" }))
        .await
        .is_problem(409, "UNDO_NOT_DISCARDABLE");
    assert_eq!(shop.left(product), 4);
    mend(&file);
    shop.rest().await;
    assert_eq!(state(&shop, &operator, order).await["state"], "COMPENSATED");
    assert_eq!(shop.left(product), 5);
    shop.end().await;
}

/// Promotion loses an event: its position is set past it while the shop is down.
#[tokio::test]
async fn a_saga_whose_event_was_lost_goes_on_with_a_retry() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 5).await;
    let what = "BEFORE INSERT ON saga_fence WHEN 1";
    let file = refuse(&shop, "promotion", what);
    let order = shop.place(&buyer, &[(product, 1)]).await;
    parked(&shop, &operator, 1).await;
    mend(&file);
    file.execute_batch("DELETE FROM parked")
        .expect("it is lost");
    let shop = shop.restart().await;
    let before = state(&shop, &operator, order).await;
    assert_eq!(before["state"], "RUNNING");
    assert_eq!(letters(&shop, &operator).await, Vec::<Value>::new());

    let path = format!("/api/v1/sagas/{order}/retry");
    let retried = act(&shop, &operator, &path, json!({})).await.is(200).body;
    assert_eq!(retried["events"], 2, "placed, and stock deducted");
    assert_eq!(retried["whole"], true);
    // Order hears what Product said, and Product what Order said; Promotion what it lost.
    for (at, service) in ["product", "order", "promotion"].iter().enumerate() {
        let handed = json!({ "service": service, "events": 1, "redriven": false });
        assert_eq!(retried["services"][at], handed);
    }
    shop.rest().await;
    assert_eq!(state(&shop, &operator, order).await["state"], "COMPLETED");
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (4, 9_900));
    // Once more changes nothing.
    act(&shop, &operator, &path, json!({})).await.is(200);
    shop.rest().await;
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (4, 9_900));
    let unknown = "/api/v1/sagas/0AM0000000000/retry";
    act(&shop, &operator, unknown, json!({}))
        .await
        .is_problem(404, "ORDER_NOT_FOUND");
    shop.end().await;
}

#[tokio::test]
async fn an_operator_cancels_an_open_order_and_resolves_what_never_comes() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    let product = shop.product(100, 5).await;
    let file = refuse(
        &shop,
        "product",
        "BEFORE INSERT ON stock_ledger WHEN NEW.direction <> 4",
    );
    let order = shop.place(&buyer, &[(product, 1)]).await;
    parked(&shop, &operator, 1).await;
    let cancel = format!("/api/v1/sagas/{order}/cancel");
    let cancelled = shop.post(&cancel, &operator, "k", &json!({})).await.is(200);
    assert_eq!(cancelled.body["failure"]["code"], "OPERATOR");
    let resolve = format!("/api/v1/sagas/{order}/resolve");
    let reason = json!({ "reason": "재고를 손으로 셌어요" });
    // Payment acknowledges by itself; Product's key is parked.
    let acknowledged = async {
        let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
        loop {
            look.tick().await;
            let saga = state(&shop, &operator, order).await;
            if saga["acknowledged"] == json!(["pay-points"]) {
                return;
            }
        }
    };
    let waited = tokio::time::timeout(shop_tests::LONGEST, acknowledged).await;
    assert!(waited.is_ok(), "{}", state(&shop, &operator, order).await);
    act(&shop, &buyer, &resolve, reason.clone())
        .await
        .is_problem(403, "FORBIDDEN");
    let resolved = act(&shop, &operator, &resolve, reason.clone())
        .await
        .is(200);
    assert_eq!(resolved.body["steps"], json!(["deduct-stock"]));
    assert_eq!(state(&shop, &operator, order).await["state"], "COMPENSATED");
    act(&shop, &operator, &resolve, reason)
        .await
        .is_problem(409, "SAGA_NOT_RESOLVABLE");
    let checked = shop.get("/api/v1/invariants", &operator).await.is(200).body;
    let told = checked["exceptions"][0].as_str().expect("an exception");
    assert!(told.contains("재고를 손으로 셌어요"), "{told}");
    mend(&file);
    // The parked events are the order and its undo: they cancel each other out.
    let redrive = format!("/api/v1/dead-letters/product.order.{order}/redrive");
    let flows = act(&shop, &operator, &redrive, json!({})).await;
    assert_eq!(flows.is(200).body["parked"], 0);
    shop.rest().await;
    assert_eq!(shop.left(product), 5);
    shop.end().await;
}

/// A key whose event nobody can handle is given up, and what stands behind it flows.
#[tokio::test]
async fn an_event_is_given_up_with_a_reason() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 5).await;
    // A follower: nothing is owed for it.
    let file = refuse(&shop, "product", "BEFORE INSERT ON product_rank WHEN 1");
    let order = shop.place_and_wait(&buyer, &[(product, 1)], None).await;
    let order = order.is(201).order_id();
    let found = parked(&shop, &operator, 1).await;
    assert_eq!(found[0]["event"], "OrderConfirmed");
    let id = found[0]["id"].as_str().expect("an id");
    assert_eq!(id, format!("product.order.{order}"));
    let discard = format!("/api/v1/dead-letters/{id}/discard");
    let left = act(
        &shop,
        &operator,
        &discard,
        json!({ "reason": "순위는 다시 세요" }),
    )
    .await;
    assert_eq!(left.is(200).body["parked"], 0);
    assert_eq!(letters(&shop, &operator).await, Vec::<Value>::new());
    let path = format!("/api/v1/dead-letters/{id}");
    let kept = shop.get(&path, &operator).await.is(200).body;
    assert_eq!((&kept["events"], &kept["queue"]), (&json!(0), &json!([])));
    let event = &kept["discarded"][0];
    assert_eq!(event["event"], "OrderConfirmed");
    assert_eq!(event["reason"], "순위는 다시 세요");
    assert_eq!(event["by"], format!("operator:{}", operator.id));
    let body = event["body"].as_str().expect("the whole event");
    assert!(body.contains(&order.to_string()), "{body}");
    act(&shop, &operator, &discard, json!({ "reason": "again" }))
        .await
        .is_problem(404, "DEAD_LETTER_NOT_FOUND");
    mend(&file);
    shop.end_as_it_is().await;
}
