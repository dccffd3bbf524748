//! Events that another version of this program wrote, under sagas that are still open.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::OrderId;
use payment::Payment;
use rusqlite::Connection;
use serde_json::{Value, json};
use shop_tests::{Alone, Member, TestShop};

use super::{act, letters, parked, state};

/// Waits until all that the saga waits for is this step.
async fn waits_for(shop: &TestShop, operator: &Member, order: OrderId, step: &str) {
    let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
    let waits = async {
        while state(shop, operator, order).await["waitsFor"] != json!([step]) {
            look.tick().await;
        }
    };
    let waited = tokio::time::timeout(shop_tests::LONGEST, waits).await;
    waited.unwrap_or_else(|_| panic!("order {order} never waited for {step}"));
}

/// Sets one event of an order in its publisher's outbox to what `change` makes of it.
fn rewrite(
    folder: &std::path::Path,
    (kind, order): (Kind, OrderId),
    change: impl Fn(i64, &str) -> (i64, String),
) {
    let file = folder.join(format!("{}.db", kind.publisher()));
    let file = Connection::open(file).expect("opens");
    let of = rusqlite::params![order.get(), kind.name()];
    let found = "SELECT version, body FROM outbox WHERE key = ? AND kind = ?";
    let (version, body) = file
        .query_row(found, of, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
        .expect("one event");
    let (other_version, other_body) = change(version, &body);
    assert_ne!((version, &body), (other_version, &other_body));
    let write = "UPDATE outbox SET version = ?3, body = ?4 WHERE key = ?1 AND kind = ?2";
    let to = rusqlite::params![order.get(), kind.name(), other_version, other_body];
    assert_eq!(file.execute(write, to).expect("writes"), 1);
}

/// An event as an older writer of the same version left it: without the fields that came later,
/// and with one, wherever there can be one, that is not written any more.
fn older(version: i64, body: &str) -> (i64, String) {
    fn age(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for later in ["trace", "cause", "expectedUnitPrice"] {
                    fields.remove(later);
                }
                fields.values_mut().for_each(age);
                fields.insert("giftWrap".into(), json!({ "paper": ["빨강", null] }));
            }
            Value::Array(items) => items.iter_mut().for_each(age),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut body: Value = serde_json::from_str(body).expect("a body");
    age(&mut body);
    (version, body.to_string())
}

/// The shop is upgraded with an order before each step, and with one on its way back.
#[tokio::test]
async fn hard_case_19_open_sagas_go_on_from_events_in_an_older_form() {
    let shop = TestShop::start().await;
    let (operator, buyer) = (shop.operator().await, shop.shopper().await);
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 10).await;
    let cart = json!({
        "items": [{ "productId": product, "quantity": 1, "expectedUnitPrice": 100 }]
    });
    let place = async || {
        let key = shop.fresh_key();
        let placed = shop.post("/api/v1/orders", &buyer, &key, &cart).await;
        placed.is(202).order_id()
    };
    shop.places.payment.handle.stop();
    let applied = place().await;
    waits_for(&shop, &operator, applied, "pay-points").await;
    shop.places.promotion.handle.stop();
    let (deducted, cancelled) = (place().await, place().await);
    for order in [deducted, cancelled] {
        waits_for(&shop, &operator, order, "apply-coupon").await;
    }
    shop.places.product.handle.stop();
    let created = place().await;
    shop.cancel(&buyer, cancelled).await.is(200);
    let folder = shop.end_as_it_is().await;

    for event in [
        (Kind::OrderCreated, created),
        (Kind::StockDeducted, deducted),
        (Kind::StockDeducted, cancelled),
        (Kind::OrderCancelled, cancelled),
        (Kind::CouponApplied, applied),
    ] {
        rewrite(folder.path(), event, older);
    }
    let points = Alone::<Payment>::start(folder.path(), boot::now).await;
    points.has_said(Kind::PaymentCompleted, &[applied]).await;
    points.stop().await;
    rewrite(folder.path(), (Kind::PaymentCompleted, applied), older);

    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    assert_eq!(letters(&shop, &operator).await, Vec::<Value>::new());
    for order in [created, deducted, applied] {
        assert_eq!(shop.order(&buyer, order).await["status"], "COMPLETED");
    }
    let undone = state(&shop, &operator, cancelled).await;
    assert_eq!(undone["state"], "COMPENSATED");
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (7, 9_700));
    shop.end().await;
}

/// Product runs a version ahead: what it says waits until its readers are upgraded as well.
#[tokio::test]
async fn hard_case_19_an_unknown_version_waits_for_the_program_that_knows_it() {
    let shop = TestShop::start().await;
    let (operator, buyer) = (shop.operator().await, shop.shopper().await);
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 10).await;
    shop.places.promotion.handle.stop();
    let ahead = shop.place(&buyer, &[(product, 1)]).await;
    let beside = shop.place(&buyer, &[(product, 1)]).await;
    for order in [ahead, beside] {
        waits_for(&shop, &operator, order, "apply-coupon").await;
    }
    let folder = shop.end_as_it_is().await;
    let event = (Kind::StockDeducted, ahead);
    rewrite(folder.path(), event, |version, body| {
        (version + 1, body.to_owned())
    });

    let shop = TestShop::start_in(folder).await;
    let found = parked(&shop, &operator, 1).await;
    let id = format!("promotion.product.{ahead}");
    assert_eq!(found[0]["id"], id);
    let why = found[0]["why"].as_str().expect("why");
    assert!(
        why.contains("unknown major version 2 of StockDeducted"),
        "{why}"
    );
    // Its neighbour in the log, and whoever comes later, flow.
    shop.place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is(201);
    assert_eq!(state(&shop, &operator, beside).await["state"], "COMPLETED");
    let redrive = format!("/api/v1/dead-letters/{id}/redrive");
    let still = act(&shop, &operator, &redrive, json!({})).await.is(200);
    assert_eq!(still.body["parked"], 1, "nobody knows it yet");
    let stuck = state(&shop, &operator, ahead).await;
    assert_eq!(
        (&stuck["state"], &stuck["parked"]),
        (&json!("RUNNING"), &json!(true))
    );

    // To a program that knows both versions, the second is no stranger than the first is to us.
    let folder = shop.end_as_it_is().await;
    rewrite(folder.path(), event, |version, body| {
        (version - 1, body.to_owned())
    });
    let file = folder.path().join(format!("{}.db", ServiceName::Promotion));
    let file = Connection::open(file).expect("opens");
    let upgrade = "UPDATE parked SET version = version - 1 WHERE key = ?";
    let upgraded = file.execute(upgrade, [ahead.get()]).expect("writes");
    assert_eq!(upgraded, 1);
    drop(file);

    let shop = TestShop::start_in(folder).await;
    // A start does not take it up by itself: an operator looks first.
    parked(&shop, &operator, 1).await;
    let flows = act(&shop, &operator, &redrive, json!({})).await.is(200);
    assert_eq!(flows.body["parked"], 0);
    shop.rest().await;
    assert_eq!(state(&shop, &operator, ahead).await["state"], "COMPLETED");
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (7, 9_700));
    shop.end().await;
}
