use contracts::envelope::ServiceName;
use contracts::events::Kind;
use order::Order;
use product::Product;
use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use shop_tests::{Alone, Answer, Member, TestShop};

use super::{act, letters, mend, parked, refuse, state};

/// The sagas that a query finds, page by page.
async fn sagas(shop: &TestShop, by: &Member, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/sagas?limit=2&{query}{cursor}");
        let page = shop.get(&path, by).await.is(200).body;
        found.extend(page["items"].as_array().expect("items").iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// While the shop is down, Promotion's place in Product's events is moved past one it never read.
#[tokio::test]
async fn a_saga_whose_event_a_position_jumped_over_goes_on_with_a_retry() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    let operator = shop.operator().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 5).await;
    let folder = shop.end().await;
    let path = folder.path();

    let order = Alone::<Order>::start(path, boot::now).await;
    let id = order.order(buyer.id, &[product], None).await;
    order.stop().await;
    let stock = Alone::<Product>::start(path, boot::now).await;
    stock.has_said(Kind::StockDeducted, &[id]).await;
    stock.stop().await;
    let file = Connection::open(path.join("promotion.db")).expect("opens");
    let jump = "UPDATE consumed SET next = next + 1, last_id = '' WHERE topic = ?";
    let moved = file.execute(jump, [ServiceName::Product.topic()]);
    assert_eq!(moved.expect("writes"), 1);
    drop(file);

    let shop = TestShop::start_in(folder).await;
    // It is not late: another order overtakes it from beginning to end.
    shop.place_and_wait(&buyer, &[(product, 1)], None)
        .await
        .is(201);
    let stuck = state(&shop, &operator, id).await;
    assert_eq!(stuck["state"], "RUNNING");
    assert_eq!(stuck["waitsFor"], json!(["apply-coupon"]));
    assert_eq!(letters(&shop, &operator).await, Vec::<Value>::new());
    let found = sagas(&shop, &operator, "step=apply-coupon").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["sagaId"], json!(id));
    assert_eq!(sagas(&shop, &operator, "state=RUNNING").await, found);
    assert_eq!(
        sagas(&shop, &operator, "age=3600").await,
        Vec::<Value>::new()
    );

    let retry = format!("/api/v1/sagas/{id}/retry");
    act(&shop, &buyer, &retry, json!({}))
        .await
        .is_problem(403, "FORBIDDEN");
    let retried = act(&shop, &operator, &retry, json!({})).await.is(200).body;
    assert_eq!(retried["handed"], 3);
    shop.rest().await;
    assert_eq!(state(&shop, &operator, id).await["state"], "COMPLETED");
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (3, 9_800));
    shop.end().await;
}

/// The stock of a refund is never returned, because Product has lost the request.
#[tokio::test]
async fn a_refund_whose_event_was_lost_is_found_and_retried_by_its_own_id() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 5).await;
    let placed = shop.place_and_wait(&buyer, &[(product, 2)], None).await;
    let order = placed.is(201).order_id();
    let returned = product::store::Direction::Return as i64;
    let what = format!("BEFORE INSERT ON stock_ledger WHEN NEW.direction = {returned}");
    let file = refuse(&shop, "product", &what);
    let path = format!("/api/v1/orders/{order}/refunds");
    let reason = json!({ "reason": "변심" });
    let asked = shop.post(&path, &buyer, &shop.fresh_key(), &reason).await;
    let asked = asked.is(202).body;
    let refund = asked["refundId"].as_str().expect("a refund").to_owned();
    parked(&shop, &operator, 1).await;
    mend(&file);
    file.execute_batch("DELETE FROM parked")
        .expect("it is lost");
    let shop = shop.restart().await;

    let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
    let waits = async {
        while state(&shop, &operator, &refund).await["waitsFor"] != json!(["return-stock"]) {
            look.tick().await;
        }
    };
    let waited = tokio::time::timeout(shop_tests::LONGEST, waits).await;
    waited.expect("the others returned theirs");
    let found = sagas(&shop, &operator, "state=RUNNING&step=return-stock").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["sagaId"], json!(refund));
    assert_eq!(found[0]["kind"], "REFUND");
    assert_eq!(found[0]["orderId"], json!(order));
    let story = state(&shop, &operator, &refund).await;
    assert_eq!(story["timeline"][0]["event"], "RefundRequested");

    let retry = format!("/api/v1/sagas/{refund}/retry");
    let retried = act(&shop, &operator, &retry, json!({})).await.is(200).body;
    assert_eq!(retried["whole"], true);
    shop.rest().await;
    assert_eq!(state(&shop, &operator, &refund).await["state"], "COMPLETED");
    assert_eq!((shop.left(product), shop.balance(buyer.id)), (5, 10_000));
    // What is kept of it for ever is found when the log has forgotten it.
    for service in ["order", "product", "payment", "promotion"] {
        let file = Connection::open(shop.folder.path().join(format!("{service}.db")));
        let forget = "DELETE FROM outbox WHERE key = ?";
        let file = file.expect("opens");
        file.execute(forget, [order.get()]).expect("writes");
    }
    for path in [retry, format!("/api/v1/sagas/{order}/retry")] {
        act(&shop, &operator, &path, json!({}))
            .await
            .is_problem(409, "EVENTS_PRUNED");
    }
    shop.end_as_it_is().await;
}

/// Where a key is parked, its events are in that queue: a retry takes it up instead.
#[tokio::test]
async fn a_retry_takes_a_parked_key_up() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 5).await;
    let file = refuse(&shop, "product", "BEFORE INSERT ON stock_ledger WHEN 1");
    let order = shop.place(&buyer, &[(product, 1)]).await;
    parked(&shop, &operator, 1).await;
    mend(&file);
    let retry = format!("/api/v1/sagas/{order}/retry");
    let retried = act(&shop, &operator, &retry, json!({})).await.is(200).body;
    let expected = json!([{ "service": "product", "events": 0, "redriven": true }]);
    assert_eq!(retried["services"], expected);
    shop.rest().await;
    assert_eq!(state(&shop, &operator, order).await["state"], "COMPLETED");
    assert_eq!(shop.left(product), 4);
    shop.end().await;
}

/// The read model parks as a service does, and is listed with them.
#[tokio::test]
async fn parked_keys_are_listed_page_by_page_the_read_model_s_too() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(100, 5).await;
    let stock = refuse(&shop, "product", "BEFORE INSERT ON stock_ledger WHEN 1");
    let list = refuse(&shop, "order_view", "BEFORE INSERT ON order_summary WHEN 1");
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(shop.place(&buyer, &[(product, 1)]).await);
    }
    let all = parked(&shop, &operator, 6).await;
    let ids: Vec<_> = all.iter().map(|letter| letter["id"].clone()).collect();
    let of = |consumer: &str| {
        let ids = orders
            .iter()
            .map(|id| json!(format!("{consumer}.order.{id}")));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids, [of("product"), of("order_view")].concat());
    for (query, expected) in [
        ("", ids.clone()),
        ("&service=product", of("product")),
        ("&service=order_view", of("order_view")),
        ("&service=payment", Vec::new()),
    ] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/dead-letters?limit=2{query}{cursor}");
            let page = shop.get(&path, &operator).await.is(200).body;
            let items = page["items"].as_array().expect("items");
            found.extend(items.iter().map(|letter| letter["id"].clone()));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, expected, "{query}");
    }
    mend(&stock);
    mend(&list);
    for id in ids {
        let path = format!(
            "/api/v1/dead-letters/{}/redrive",
            id.as_str().expect("an id")
        );
        let flows = act(&shop, &operator, &path, json!({})).await.is(200);
        assert_eq!(flows.body["parked"], 0, "{id}");
    }
    shop.rest().await;
    assert_eq!(shop.left(product), 2);
    shop.end().await;
}

/// The answer to whether the shop is ready, once it has this status.
async fn is_ready(shop: &TestShop, status: u16) -> Answer {
    let mut look = tokio::time::interval(std::time::Duration::from_millis(20));
    let ready = async {
        loop {
            look.tick().await;
            let ready = shop.call(Method::GET, "/health/ready", None, None).await;
            if ready.status == status {
                return ready;
            }
        }
    };
    let waited = tokio::time::timeout(shop_tests::LONGEST, ready).await;
    waited.expect("it shows")
}

/// A thousand events of one key: the topic is not read any further, and everybody is told.
#[tokio::test]
async fn a_shop_that_reads_a_topic_no_further_is_not_ready() {
    let shop = TestShop::start().await;
    let operator = shop.operator().await;
    let gauge = |text: &str, name: &str| {
        let line = format!("{name}{{service=\"order\"}} ");
        let mut lines = text.lines();
        let value = lines.find_map(|told| told.strip_prefix(line.as_str()));
        value.expect("a metric").to_owned()
    };
    async fn metrics(shop: &TestShop) -> String {
        let asked = shop.request(Method::GET, "/metrics").send().await;
        asked.expect("an answer").text().await.expect("a text")
    }
    is_ready(&shop, 204).await;
    assert_eq!(gauge(&metrics(&shop).await, "jangteo_paused_topics"), "0");
    let folder = shop.end().await;
    let file = Connection::open(folder.path().join("order.db")).expect("opens");
    let queue = "
        WITH RECURSIVE numbered (no) AS (
            SELECT 1 UNION ALL SELECT no + 1 FROM numbered WHERE no < 1000
        )
        INSERT INTO parked
        SELECT ?, 0, 77, no, 'StockDeducted', 99, 1, no, 0, '{}', 'unknown version', 0, 0, 0
        FROM numbered";
    let topic = ServiceName::Product.topic();
    assert_eq!(file.execute(queue, [topic]).expect("writes"), 1_000);
    drop(file);

    let shop = TestShop::start_in(folder).await;
    let ready = is_ready(&shop, 503).await;
    let ready = ready.is_problem(503, "UPSTREAM_UNAVAILABLE");
    let detail = ready.body["detail"].as_str().expect("why");
    assert!(detail.starts_with("order:"), "{detail}");
    let text = metrics(&shop).await;
    assert_eq!(gauge(&text, "jangteo_paused_topics"), "1");
    assert_eq!(gauge(&text, "jangteo_parked_keys"), "1");
    // Each goes one by one: what cannot be read is given up, and the others are not.
    let found = parked(&shop, &operator, 1).await;
    assert_eq!(found[0]["events"], 1_000);
    let id = found[0]["id"].as_str().expect("an id");
    let discard = format!("/api/v1/dead-letters/{id}/discard");
    let reason = json!({ "reason": "from another world" });
    let left = act(&shop, &operator, &discard, reason).await.is(200);
    assert_eq!(left.body["parked"], 999);
    // There is room for one more.
    is_ready(&shop, 204).await;
    shop.end_as_it_is().await;
}
