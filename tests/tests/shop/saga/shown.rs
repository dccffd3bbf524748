use std::collections::BTreeSet;

use contracts::ids::OrderId;
use db::Store;
use order::store::OrderEvent;
use serde_json::{Value, json};
use shop_tests::{Answer, Member, Offer, TestShop};

const STEPS: [&str; 5] = [
    "ORDER_CREATED",
    "STOCK_DEDUCTED",
    "COUPON_APPLIED",
    "PAYMENT_COMPLETED",
    "ORDER_CONFIRMED",
];

async fn completed(shop: &TestShop) -> (Member, OrderId) {
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let product = shop.product(1_000, 5).await;
    let placed = shop.place_and_wait(&buyer, &[(product, 1)], None).await;
    (buyer, placed.is(201).order_id())
}

async fn stream(shop: &TestShop, by: &Member, order_id: OrderId, last: Option<&str>) -> Answer {
    let path = format!("/api/v1/orders/{order_id}/events");
    let mut headers = vec![("Accept", "text/event-stream")];
    headers.extend(last.map(|last| ("Last-Event-ID", last)));
    let mut request = shop
        .request(reqwest::Method::GET, &path)
        .bearer_auth(&by.token);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = request.send().await.expect("the shop answers");
    let (status, headers) = (response.status(), response.headers().clone());
    // The stream ends by itself once the saga is at rest.
    let text = response.text().await.expect("a whole stream");
    Answer {
        status,
        headers,
        body: Value::String(text),
    }
}

/// The ids and types of a stream.
fn told(answer: &Answer) -> Vec<(i64, String)> {
    let text = answer.body.as_str().expect("a stream");
    let events = text.split("\n\n").filter(|event| event.contains("data:"));
    events
        .map(|event| {
            let field = |name: &str| {
                let line = event.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_else(|| panic!("no {name} in {event}"))
                    .trim()
                    .to_owned()
            };
            let data: Value = serde_json::from_str(&field("data:")).expect("JSON");
            let id = field("id:").parse().expect("a number");
            assert_eq!(
                (&data["no"], &data["type"]),
                (&json!(id), &json!(field("event:")))
            );
            (id, field("event:"))
        })
        .collect()
}

#[tokio::test]
async fn the_audit_has_one_row_for_each_fact_numbered_without_gaps() {
    let shop = TestShop::start().await;
    let (buyer, id) = completed(&shop).await;
    shop.rest().await;
    let path = format!("/api/v1/orders/{id}/events");
    let audit = shop.get(&path, &buyer).await.is(200);
    let rows = audit.body["items"].as_array().unwrap();
    let numbers: Vec<_> = rows.iter().map(|row| row["no"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    let kinds: BTreeSet<_> = rows
        .iter()
        .map(|row| row["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, STEPS.into_iter().collect());
    assert_eq!(rows[0]["type"], "ORDER_CREATED");
    assert_eq!(rows[0]["actor"], format!("user:{}", buyer.id));
    assert!(rows[1..].iter().all(|row| row["actor"] == rows[1]["actor"]));
    for row in rows {
        assert_eq!(row["sagaId"], json!(id));
        let (kind, cause) = (&row["type"], &row["cause"]);
        assert_eq!(kind == "ORDER_CREATED", cause.is_null(), "{row}");
        let priced = kind == "STOCK_DEDUCTED" || kind == "COUPON_APPLIED";
        assert_eq!(priced, !row["content"].is_null(), "{row}");
        assert_eq!(
            row["trace"], rows[0]["trace"],
            "one trace over all services"
        );
    }
    assert!(rows[0]["trace"].is_string());
    let kept = shop
        .places
        .order
        .readers
        .with(|reader| reader.all::<OrderEvent>());
    let traces = kept.unwrap().into_iter().filter_map(|row| row.trace);
    assert_eq!(traces.count(), 1, "it is kept once");
    shop.end().await;
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_its_reader_has_seen() {
    let shop = TestShop::start().await;
    let (buyer, id) = completed(&shop).await;
    shop.rest().await;
    let whole = stream(&shop, &buyer, id, None).await.is(200);
    assert!(
        whole
            .header("content-type")
            .starts_with("text/event-stream")
    );
    let whole = told(&whole);
    assert_eq!(
        whole.iter().map(|(no, _)| *no).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    for last in 1..5 {
        let rest = stream(&shop, &buyer, id, Some(&last.to_string()))
            .await
            .is(200);
        assert_eq!(told(&rest), whole[last..], "after {last}");
    }
    // Nothing more will come: a browser that gets this does not come again.
    stream(&shop, &buyer, id, Some("5")).await.is(204);
    // What is no number is no place.
    let odd = stream(&shop, &buyer, id, Some("first")).await.is(200);
    assert_eq!(told(&odd), whole);
    shop.end().await;
}

#[tokio::test]
async fn a_stream_follows_a_saga_to_its_end() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 999).await;
    let product = shop.product(1_000, 5).await;
    let id = shop.place(&buyer, &[(product, 1)]).await;
    let events = told(&stream(&shop, &buyer, id, None).await.is(200));
    let kinds: BTreeSet<_> = events.iter().map(|(_, kind)| kind.as_str()).collect();
    let expected = [
        "ORDER_CREATED",
        "STOCK_DEDUCTED",
        "COUPON_APPLIED",
        "PAYMENT_FAILED",
        "ORDER_CANCELLED",
        "STOCK_RESTORED",
    ];
    assert_eq!(kinds, expected.into_iter().collect());
    let numbers: Vec<_> = events.iter().map(|(no, _)| *no).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    shop.end().await;
}

#[tokio::test]
async fn an_order_of_somebody_else_is_as_absent_as_one_of_nobody() {
    let shop = TestShop::start().await;
    let (buyer, id) = completed(&shop).await;
    let (other, operator) = (shop.shopper().await, shop.operator().await);
    let nobodys: OrderId = shop.places.order.handle.next_id();
    for path in ["", "/events"] {
        let path = |id: OrderId| format!("/api/v1/orders/{id}{path}");
        let theirs = shop
            .get(&path(id), &other)
            .await
            .is_problem(404, "ORDER_NOT_FOUND");
        let absent = shop
            .get(&path(nobodys), &other)
            .await
            .is_problem(404, "ORDER_NOT_FOUND");
        let same = ["type", "title", "status", "code", "detail"];
        assert!(
            same.iter()
                .all(|member| theirs.body[member] == absent.body[member])
        );
        shop.get(&path(id), &operator).await.is(200);
        shop.get(&path(id), &buyer).await.is(200);
    }
    shop.cancel(&other, id)
        .await
        .is_problem(404, "ORDER_NOT_FOUND");
    let list = shop.get("/api/v1/orders", &other).await.is(200);
    assert_eq!(list.body, json!({ "items": [], "nextCursor": null }));
    shop.end().await;
}

#[tokio::test]
async fn a_list_is_read_page_by_page_newest_first_and_by_status() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 3_000).await;
    let (cheap, dear) = (
        shop.product(1_000, 50).await,
        shop.product(100_000, 50).await,
    );
    let mut placed = Vec::new();
    for product in [cheap, dear, cheap, dear, cheap] {
        placed.push(shop.place(&buyer, &[(product, 1)]).await);
        shop.rest().await;
    }
    placed.reverse();
    for (query, expected) in [
        ("", &[0, 1, 2, 3, 4][..]),
        ("&status=COMPLETED", &[0, 2, 4]),
        ("&status=CANCELLED", &[1, 3]),
        ("&status=PENDING", &[]),
    ] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/orders?limit=2{query}{cursor}");
            let page = shop.get(&path, &buyer).await.is(200).body;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 2);
            found.extend(items.iter().map(|item| item["orderId"].clone()));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|at: &usize| json!(placed[*at]))
            .collect();
        assert_eq!(found, expected, "{query}");
    }
    shop.end().await;
}

#[tokio::test]
async fn operators_are_told_a_sagas_story_over_all_services() {
    let shop = TestShop::start().await;
    let (operator, buyer) = (shop.operator().await, shop.shopper().await);
    shop.charge(buyer.id, 600).await;
    let product = shop.product(1_000, 5).await;
    let coupon = shop.hand(Offer::fixed(500), buyer.id).await;
    let lines = [(product, 1)];
    let done = shop
        .place_and_wait(&buyer, &lines, Some(coupon))
        .await
        .is(201)
        .order_id();
    let failed = shop.place(&buyer, &lines).await;
    shop.rest().await;

    let path = |id: OrderId| format!("/api/v1/sagas/{id}");
    let story = shop.get(&path(done), &operator).await.is(200).body;
    assert_eq!(story["state"], "COMPLETED");
    assert_eq!(story["remaining"], json!([]));
    assert_eq!(
        timeline(&story),
        [
            "order OrderCreated",
            "product StockDeducted",
            "promotion CouponApplied",
            "payment PaymentCompleted",
            "order OrderConfirmed",
        ]
    );
    let story = shop.get(&path(failed), &operator).await.is(200).body;
    assert_eq!(
        (&story["state"], &story["parked"]),
        (&json!("COMPENSATED"), &json!(false))
    );
    let told = timeline(&story);
    // The undo hears the failure itself, so it may be done before the order is cancelled.
    assert_eq!(
        told[..4],
        [
            "order OrderCreated",
            "product StockDeducted",
            "promotion CouponApplied",
            "payment PaymentFailed INSUFFICIENT_POINT",
        ]
    );
    let end: BTreeSet<_> = told[4..].iter().map(String::as_str).collect();
    let expected = [
        "order OrderCancelled INSUFFICIENT_POINT",
        "undo product StockRestored",
    ];
    assert_eq!(end, expected.into_iter().collect());

    let list = |state: &str| format!("/api/v1/sagas?state={state}");
    for (state, ids) in [
        ("COMPLETED", &[done][..]),
        ("COMPENSATED", &[failed]),
        ("RUNNING", &[]),
        ("COMPENSATING", &[]),
    ] {
        let page = shop.get(&list(state), &operator).await.is(200).body;
        let found = page["items"].as_array().unwrap().iter();
        let found: Vec<_> = found.map(|saga| saga["sagaId"].clone()).collect();
        assert_eq!(
            found,
            ids.iter().map(|id| json!(id)).collect::<Vec<_>>(),
            "{state}"
        );
    }
    shop.end().await;
}

#[tokio::test]
async fn the_invariants_are_checked_over_http() {
    let shop = TestShop::start().await;
    completed(&shop).await;
    let operator = shop.operator().await;
    shop.rest().await;
    let path = "/api/v1/invariants?atRest=true";
    let checked = shop.get(path, &operator).await.is(200).body;
    assert_eq!(
        (&checked["violations"], &checked["unrest"]),
        (&json!([]), &json!([]))
    );
    let names = checked["checked"].as_array().unwrap().iter();
    let names: BTreeSet<_> = names
        .map(|check| check["invariant"].as_str().unwrap())
        .collect();
    for name in ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9"] {
        assert!(names.contains(name), "{name} of {names:?}");
    }
    shop.end().await;
}

/// Who said what, in the order of the timeline.
fn timeline(story: &Value) -> Vec<String> {
    let events = story["timeline"].as_array().expect("a timeline").iter();
    events
        .map(|event| {
            let text = |field: &str| event[field].as_str().unwrap_or("").to_owned();
            let undo = if event["undo"] == true { "undo" } else { "" };
            let words = [
                undo.to_owned(),
                text("service"),
                text("event"),
                text("code"),
            ];
            words.join(" ").trim().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn metrics_call_the_steps_by_the_words_of_the_saga_table() {
    let shop = TestShop::start().await;
    completed(&shop).await;
    let broke = shop.shopper().await;
    let product = shop.product(1_000, 5).await;
    shop.place_and_wait(&broke, &[(product, 1)], None)
        .await
        .is(422);
    shop.rest().await;

    let response = shop.request(reqwest::Method::GET, "/metrics").send().await;
    let text = response
        .expect("the shop answers")
        .text()
        .await
        .expect("text");
    for (service, step, direction, count) in [
        ("product", "deduct stock", "do", 2),
        ("product", "deduct stock", "undo", 1),
        ("promotion", "apply coupon", "do", 2),
        ("payment", "pay points", "do", 2),
        ("order", "confirm order", "do", 1),
        ("order", "cancel order", "do", 1),
    ] {
        let labels = format!("service=\"{service}\",step=\"{step}\",direction=\"{direction}\"");
        let line = format!("jangteo_saga_steps_total{{{labels}}} {count}\n");
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(
        text.contains("jangteo_consumer_lag{service=\"order\"} 0\n"),
        "{text}"
    );
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
        let found = lines.find(|(told, _)| *told == name);
        found.map(|(_, value)| value).expect(name)
    };
    let batches = value("jangteo_batches_total{service=\"order\"}");
    let all = value("jangteo_batch_inputs_bucket{service=\"order\",le=\"+Inf\"}");
    let count = value("jangteo_batch_inputs_count{service=\"order\"}");
    assert_eq!([all, count], [batches; 2], "each batch in one bucket");
    let inputs = value("jangteo_inputs_total{service=\"order\"}");
    assert_eq!(value("jangteo_batch_inputs_sum{service=\"order\"}"), inputs);
    shop.end().await;
}
