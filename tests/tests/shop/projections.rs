use contracts::ids::{OrderId, UserId};
use order::view::{OrderSummary, Rebuild};
use reqwest::Method;
use serde_json::Value;
use shop_tests::{Answer, Member, TestShop, until};

async fn act(shop: &TestShop, operator: &Member, verb: &str) -> Answer {
    let path = format!("/api/v1/projections/order_view/{verb}");
    shop.call(Method::POST, &path, Some(operator), None).await
}

fn rebuild(shop: &TestShop) -> Rebuild {
    Rebuild {
        orders: shop.places.order.readers.clone(),
        view: shop.places.order_view.readers.clone(),
        handle: shop.places.order_view.handle.clone(),
        running: std::sync::Arc::default(),
    }
}

async fn list(shop: &TestShop, buyer: &Member) -> Vec<Value> {
    let page = shop.get("/api/v1/orders?limit=100", buyer).await.is(200);
    page.body["items"].as_array().expect("items").clone()
}

/// Orders of every kind: completed, refunded, short of stock.
async fn history(shop: &TestShop, buyer: &Member, orders: usize) {
    shop.charge(buyer.id, 1_000_000).await;
    let product = shop.product(100, 1_000).await;
    for number in 0..orders {
        let pieces = if number % 5 == 4 { 999 } else { 1 };
        let id = shop.place(buyer, &[(product, pieces)]).await;
        if number % 7 == 3 {
            shop.rest().await;
            let path = format!("/api/v1/orders/{id}/refunds");
            let body = serde_json::json!({ "reason": "변심" });
            shop.post(&path, buyer, &shop.fresh_key(), &body)
                .await
                .is(202);
        }
    }
}

#[tokio::test]
async fn hard_case_18_a_rebuild_from_the_write_side_shows_the_same_rows() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    history(&shop, &buyer, 24).await;
    shop.rest().await;
    let before = list(&shop, &buyer).await;
    assert_eq!(before.len(), 24);
    let operator = shop.operator().await;
    let checked = act(&shop, &operator, "check").await.is(200).body;
    assert_eq!(
        (&checked["rows"], &checked["differing"]),
        (&24.into(), &0.into())
    );
    assert_eq!(checked["checksum"], checked["viewChecksum"]);

    let rebuilt = act(&shop, &operator, "rebuild").await.is(200).body;
    assert_eq!(rebuilt["switched"], true);
    assert_eq!(rebuilt["mended"], 0);
    assert_eq!(rebuilt["check"]["checksum"], checked["checksum"]);
    assert_eq!(list(&shop, &buyer).await, before);
    let shown = shop
        .get("/api/v1/projections", &operator)
        .await
        .is(200)
        .body;
    assert_eq!(shown["items"][0]["generation"], rebuilt["generation"]);
    assert_eq!(shown["items"][0].get("building"), None);
    // The rows before it are gone.
    let all = shop.places.order_view.readers.with(|reader| {
        reader.query(|connection| {
            connection.query_row("SELECT count(*) FROM order_summary", [], |row| row.get(0))
        })
    });
    let all: i64 = all.unwrap();
    assert_eq!(all, 24);
    shop.end().await;
}

/// Whatever it holds is made from the log and the write side again: also the log alone makes it.
#[tokio::test]
async fn hard_case_18_a_view_that_was_lost_is_made_from_the_log() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    history(&shop, &buyer, 12).await;
    shop.rest().await;
    let before = list(&shop, &buyer).await;
    let folder = shop.end().await;
    for end in ["", "-wal", "-shm"] {
        let file = folder.path().join(format!("order_view.db{end}"));
        if file.exists() {
            std::fs::remove_file(file).unwrap();
        }
    }
    let shop = TestShop::start_in(folder).await;
    shop.rest().await;
    assert_eq!(list(&shop, &buyer).await, before);
    shop.end().await;
}

#[tokio::test]
async fn a_wrong_row_is_named_and_a_rebuild_mends_it() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    history(&shop, &buyer, 6).await;
    shop.rest().await;
    let right = list(&shop, &buyer).await;
    let folder = shop.end().await;
    let file = rusqlite::Connection::open(folder.path().join("order_view.db")).unwrap();
    let spoil = "UPDATE order_summary SET paid_price = paid_price + 1
                 WHERE order_id = (SELECT max(order_id) FROM order_summary WHERE status = 1)";
    assert_eq!(file.execute(spoil, []).unwrap(), 1);
    let lose = "DELETE FROM order_summary
                WHERE order_id = (SELECT min(order_id) FROM order_summary)";
    assert_eq!(file.execute(lose, []).unwrap(), 1);
    let stray = "INSERT INTO order_summary
                 SELECT generation, user_id, 7, status, failure_code, first_item_name, line_count,
                        total_price, discount, paid_price, refunded_price, created_at, ended_at,
                        version
                 FROM order_summary WHERE order_id = (SELECT max(order_id) FROM order_summary)";
    assert_eq!(file.execute(stray, []).unwrap(), 1);
    drop(file);

    let shop = TestShop::start_in(folder).await;
    let operator = shop.operator().await;
    assert_ne!(list(&shop, &buyer).await, right);
    let found = rebuild(&shop).check().await.unwrap();
    assert_eq!((found.differing, found.orders.len()), (3, 3), "{found:?}");
    let rebuilt = act(&shop, &operator, "rebuild").await.is(200).body;
    assert_eq!(
        (&rebuilt["switched"], &rebuilt["mended"]),
        (&true.into(), &3.into())
    );
    assert_eq!(list(&shop, &buyer).await, right);
    shop.end().await;
}

#[tokio::test]
async fn orders_go_on_while_it_is_rebuilt_and_no_list_loses_a_row() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000_000).await;
    let product = shop.product(100, 100_000).await;
    let operator = shop.operator().await;
    let handle = rebuild(&shop);
    let (mut seen, mut rebuilds) = (0, 0);
    while rebuilds < 5 {
        let placing = async {
            for _ in 0..15 {
                shop.place(&buyer, &[(product, 1)]).await;
            }
        };
        let (rebuilt, ()) = futures::join!(handle.rebuild(), placing);
        let rebuilt = rebuilt.unwrap();
        assert!(rebuilt.switched, "{rebuilt:?}");
        rebuilds += 1;
        let page = list(&shop, &buyer).await;
        assert!(page.len() >= seen, "{} after {seen}", page.len());
        seen = page.len();
    }
    shop.rest().await;
    assert_eq!(list(&shop, &buyer).await.len(), 75);
    let checked = act(&shop, &operator, "check").await.is(200).body;
    assert_eq!(
        (&checked["rows"], &checked["differing"]),
        (&75.into(), &0.into())
    );
    shop.end().await;
}

/// A process that ended in the middle of a rebuild leaves rows that nobody reads.
#[tokio::test]
async fn a_rebuild_that_was_broken_off_is_given_up_at_the_next_start() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    history(&shop, &buyer, 6).await;
    shop.rest().await;
    let begin = order::view::ViewInput::Begin;
    let system = contracts::envelope::Actor::System;
    let trace = contracts::envelope::Trace::NONE;
    let handle = &shop.places.order_view.handle;
    handle.send(begin, system, trace).await.unwrap();
    shop.place(&buyer, &[(shop.product(100, 5).await, 1)]).await;
    shop.rest().await;
    let shop = shop.restart().await;
    let first = (2, UserId::new(0), OrderId::new(0));
    let given_up = || {
        let readers = &shop.places.order_view.readers;
        let rows = readers.with(|reader| reader.page_from::<OrderSummary>(&first, 1));
        let standing = rebuild(&shop).standing().unwrap();
        rows.unwrap().is_empty() && standing.building.is_none()
    };
    until("its rows are gone", given_up).await;
    assert_eq!(list(&shop, &buyer).await.len(), 7);
    shop.end().await;
}
