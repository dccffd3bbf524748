//! What operators do on the command line when something is stuck.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::caller::{Caller, Request};
use crate::program::{Program, Shop};

const SHOPPER: &str = jangteo::seed::SHOPPER;

/// Makes Product's writes of one kind fail until `mend`.
pub fn refuse(shop: &Shop, what: &str) -> Connection {
    let file = Connection::open(shop.folder.join("product.db")).expect("opens");
    let trigger = format!(
        "CREATE TRIGGER refused {what} BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
    );
    file.execute_batch(&trigger).expect("a trigger");
    file
}

pub fn mend(file: &Connection) {
    file.execute_batch("DROP TRIGGER refused")
        .expect("no trigger");
}

/// Places an order of one piece and returns its id.
pub async fn place(caller: &Caller, key: &str) -> String {
    let products = caller.all("/api/v1/products").await;
    let on_sale = |product: &&Value| product["status"] == "ON_SALE";
    let product = products.iter().find(on_sale).expect("something on sale");
    let request = Request {
        path: "/api/v1/orders".to_owned(),
        key: key.to_owned(),
        body: json!({ "items": [{ "productId": product["id"], "quantity": 1 }] }),
        wait: false,
    };
    let answer = caller.send(&request).await.expect("an answer");
    let id = answer.body["orderId"].as_str();
    id.unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// The parked keys, once there are so many.
pub async fn parked(shop: &Shop, count: usize) -> Vec<Value> {
    let operator = shop.log_in(jangteo::seed::ONCALL).await;
    let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
    for _ in 0..1_500 {
        look.tick().await;
        let page = operator.get("/api/v1/dead-letters").await;
        let items = page["items"].as_array().expect("items");
        if items.len() == count {
            return items.clone();
        }
    }
    panic!("never {count} parked keys")
}

#[tokio::test]
async fn a_stuck_order_is_seen_taken_up_and_followed_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let shopper = shop.log_in(SHOPPER).await;
    let nothing = shop.run(&["dlq", "list"]).await.exits(0);
    nothing.tells(&["멈춘 키가 없어요"]);
    let file = refuse(&shop, "BEFORE INSERT ON stock_ledger WHEN 1");
    let order = place(&shopper, "stuck").await;
    parked(&shop, 1).await;

    let id = format!("product.order.{order}");
    let listed = shop.run(&["dlq", "list"]).await.exits(0).stdout;
    for words in [&id, "OrderCreated", "사람을 기다림", "refused by a test"] {
        assert!(listed.contains(words), "{words} in {listed}");
    }
    let english = shop.run_in_english(&["dlq", "list", "--service", "product"]);
    let english = english.await.exits(0).stdout;
    assert!(english.contains("waits for a person"), "{english}");
    let none = ["dlq", "list", "--service", "payment", "--output", "json"];
    assert_eq!(shop.run(&none).await.exits(0).json()["items"], json!([]));
    shop.run(&["dlq", "list", "--service", "nobody"])
        .await
        .exits(2);
    let shown = shop.run(&["dlq", "show", &id]).await.exits(0).stdout;
    assert!(shown.contains("\"content\""), "its body: {shown}");
    let json = ["dlq", "show", &id, "--output", "json"];
    let json = shop.run(&json).await.exits(0).json();
    assert_eq!((&json["id"], &json["undo"]), (&json!(id), &json!(false)));

    let waiting = [
        "saga",
        "list",
        "--state",
        "RUNNING",
        "--step",
        "deduct-stock",
    ];
    let waiting = shop.run(&waiting).await.exits(0).stdout;
    assert!(waiting.contains("… deduct stock"), "{waiting}");
    assert_eq!(waiting.lines().skip(1).count(), 1);
    let old = ["saga", "list", "--age", "86400"];
    shop.run(&old).await.exits(0).tells(&["사가가 없어요"]);

    let still = shop.run(&["dlq", "redrive", &id]).await.exits(1);
    still.tells(&["1개가 아직 멈춰 있어요"]);
    // The one who watches sees it go on.
    let arguments = ["saga", "watch", &order, "--url", &shop.url];
    let watching = Program::start(&arguments, &[]);
    mend(&file);
    let flows = shop.run(&["dlq", "redrive", &id]).await.exits(0);
    flows.tells(&["키가 다시 흘러요"]);
    let watched = watching.ended().await.exits(0).stdout;
    for words in ["주문 접수", "재고 차감", "주문 확정", "COMPLETED"] {
        assert!(watched.contains(words), "{words} in {watched}");
    }
    shop.run(&["dlq", "redrive", &id])
        .await
        .exits(3)
        .tells(&["DEAD_LETTER_NOT_FOUND"]);
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.stop().await;
}

#[tokio::test]
async fn what_is_given_up_is_kept_and_an_undo_is_not_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let shopper = shop.log_in(SHOPPER).await;
    let file = refuse(&shop, "BEFORE INSERT ON product_rank WHEN 1");
    let order = place(&shopper, "ranked").await;
    parked(&shop, 1).await;
    let id = format!("product.order.{order}");
    let discard = ["dlq", "discard", &id, "--reason", "다시 세요"];
    shop.run(&discard[..3]).await.exits(2).tells(&["--reason"]);
    let gone = shop.run(&discard).await.exits(0);
    gone.tells(&["키가 다시 흘러요"]);
    let kept = shop.run(&["dlq", "show", &id]).await.exits(0).stdout;
    for words in ["버림", "OrderConfirmed", "다시 세요", "operator:"] {
        assert!(kept.contains(words), "{words} in {kept}");
    }
    mend(&file);

    // A cancelled order whose stock cannot be put back.
    let restored = product::store::Direction::Restore as i64;
    let what = format!("BEFORE INSERT ON stock_ledger WHEN NEW.direction = {restored}");
    let file = refuse(&shop, &what);
    let failing = Program::start(&["demo", "fail", "point", "--url", &shop.url], &[]);
    let letters = parked(&shop, 2).await;
    assert!(letters.iter().all(|letter| letter["undo"] == true));
    let undo = letters[0]["id"].as_str().expect("an id");
    let refused = ["dlq", "discard", undo, "--reason", "genug"];
    shop.run(&refused)
        .await
        .exits(4)
        .tells(&["UNDO_NOT_DISCARDABLE", "saga resolve"]);
    let owed = ["saga", "list", "--state", "COMPENSATING"];
    let owed = shop.run(&owed).await.exits(0).stdout;
    assert!(owed.contains("… deduct stock"), "{owed}");
    mend(&file);
    failing.ended().await.exits(0);
    shop.stop().await;
}

#[tokio::test]
async fn sagas_are_retried_cancelled_and_resolved_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let shopper = shop.log_in(SHOPPER).await;
    let told = shop.run(&["demo", "order"]).await.exits(0).stdout;
    let (done, number) = told.lines().next().unwrap().split_once("  ").unwrap();
    let watched = shop.run(&["saga", "watch", number]).await.exits(0).stdout;
    let last = watched.lines().last().unwrap();
    assert!(
        last.starts_with(done) && last.contains("COMPLETED"),
        "{last}"
    );
    let retried = shop.run(&["saga", "retry", done]).await.exits(0).stdout;
    for service in ["product", "order", "payment", "promotion"] {
        assert!(retried.contains(service), "{service} in {retried}");
    }
    let json = ["saga", "retry", number, "--output", "json"];
    let json = shop.run(&json).await.exits(0).json();
    assert_eq!((&json["events"], &json["whole"]), (&json!(5), &json!(true)));
    for (command, code) in [
        (&["saga", "cancel", done][..], "ORDER_NOT_CANCELLABLE"),
        (
            &["saga", "resolve", done, "--reason", "so"],
            "SAGA_NOT_RESOLVABLE",
        ),
        (&["saga", "retry", done, "--email", SHOPPER], "FORBIDDEN"),
        (&["dlq", "list", "--email", SHOPPER], "FORBIDDEN"),
        (&["outbox", "status", "--email", SHOPPER], "FORBIDDEN"),
    ] {
        shop.run(command).await.exits(4).tells(&[code]);
    }
    for command in ["watch", "retry", "cancel"] {
        shop.run(&["saga", command, "0AAAAAAAAAAAA"])
            .await
            .exits(3)
            .tells(&["ORDER_NOT_FOUND"]);
    }

    let file = refuse(&shop, "BEFORE INSERT ON stock_ledger WHEN 1");
    let stuck = place(&shopper, "stuck").await;
    parked(&shop, 1).await;
    let cancelled = shop.run(&["saga", "cancel", &stuck]).await.exits(0).stdout;
    assert!(cancelled.starts_with(&stuck), "{cancelled}");
    let resolve = ["saga", "resolve", &stuck, "--reason", "counted"];
    let resolved = shop.run(&resolve).await.exits(0).stdout;
    assert!(resolved.contains("deduct stock"), "{resolved}");
    mend(&file);
    let key = format!("product.order.{stuck}");
    shop.run(&["dlq", "redrive", &key]).await.exits(0);
    let told = shop.run(&["verify", "--at-rest"]).await.exits(0);
    let told = format!("{}{}", told.stdout, told.stderr);
    assert!(told.contains("counted"), "an exception: {told}");
    shop.stop().await;
}

#[tokio::test]
async fn the_log_and_who_is_behind_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    shop.run(&["demo", "order"]).await.exits(0);
    // Positions over events that nobody hears are written once a second.
    let operator = shop.log_in(jangteo::seed::ONCALL).await;
    let mut look = tokio::time::interval(std::time::Duration::from_millis(50));
    let caught_up = async {
        while !operator.get("/api/v1/outbox").await["items"]
            .as_array()
            .expect("items")
            .iter()
            .flat_map(|outbox| outbox["consumers"].as_array().expect("consumers"))
            .all(|consumer| consumer["behind"] == 0)
        {
            look.tick().await;
        }
    };
    let waited = tokio::time::timeout(crate::program::LONGEST, caught_up).await;
    waited.expect("all catch up");
    let status = shop.run(&["outbox", "status"]).await.exits(0).stdout;
    for words in ["product ", "order_view", "다음 번호", "뒤처짐"] {
        assert!(status.contains(words), "{words} in {status}");
    }
    let json = ["outbox", "status", "--output", "json"];
    let json = shop.run(&json).await.exits(0).json();
    let outboxes = json["items"].as_array().unwrap();
    let order = outboxes.iter().find(|outbox| outbox["service"] == "order");
    let order = order.expect("Order's");
    assert_eq!(order["next"], 3, "placed and confirmed");
    let consumers = order["consumers"].as_array().unwrap();
    let names: Vec<_> = consumers
        .iter()
        .filter_map(|consumer| consumer["consumer"].as_str())
        .collect();
    assert_eq!(names, ["order_view", "payment", "product", "promotion"]);
    assert!(consumers.iter().all(|consumer| consumer["behind"] == 0));
    shop.stop().await;
}
