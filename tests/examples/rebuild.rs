//! How long the order view takes to rebuild while orders go on:
//! `cargo run --release -p shop-tests --example rebuild 100000`. Without `--release`, on two cores
//! that builds kept busy (load 8), it took 18.5 s with 497 orders placed meanwhile.

use std::time::{Duration, Instant};

use order::view::Rebuild;
use rusqlite::Connection;
use shop_tests::TestShop;

/// A shop of 100,000 orders waits no longer for its list.
const PROMISED: Duration = Duration::from_secs(30);

/// Completed orders as they stand once their events have long left the log.
const HISTORY: &str = r#"
    WITH RECURSIVE numbers(number) AS
        (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?1)
    INSERT INTO orders (order_id, user_id, status, lines, total_price, discount, paid_price, owed,
                        acknowledged, version, created_at, expires_at, ended_at)
    SELECT (number << 12) + 385, 1000000 + number % 20000, 1,
           '[{"line":1,"productId":"0000000000069","quantity":2,"name":"머그컵","category":"주방",
              "unitPrice":1000,"discount":0}]',
           2000, 0, 2000, 0, 0, 2, number, number + 60, number + 1
    FROM numbers"#;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let orders = std::env::args().nth(1);
    let orders: i64 = orders.map_or(100_000, |count| count.parse().expect("a number"));
    let folder = TestShop::start().await.end().await;
    let file = Connection::open(folder.path().join("order.db")).expect("the file opens");
    file.execute(HISTORY, [orders])
        .expect("the history is written");
    drop(file);

    let shop = TestShop::start_in(folder).await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 1_000_000).await;
    let product = shop.product(1, 1_000_000).await;
    let rebuild = Rebuild {
        orders: shop.places.order.readers.clone(),
        view: shop.places.order_view.readers.clone(),
        handle: shop.places.order_view.handle.clone(),
        running: std::sync::Arc::default(),
    };
    #[expect(clippy::disallowed_methods, reason = "an example that measures")]
    let begun = Instant::now();
    let mut building = tokio::spawn(async move { rebuild.rebuild().await });
    let (mut placed, cart) = (0, [(product, 1)]);
    let rebuilt = loop {
        tokio::select! {
            rebuilt = &mut building => break rebuilt.expect("no panic"),
            _ = shop.place(&buyer, &cart) => placed += 1,
        }
    };
    let took = begun.elapsed();
    let rebuilt = rebuilt.expect("rebuilt");
    assert!(rebuilt.switched, "{rebuilt:?}");
    assert!(rebuilt.checked.rows >= orders.unsigned_abs(), "{rebuilt:?}");
    assert!(placed > 0, "no order went on meanwhile");
    #[expect(clippy::print_stdout, reason = "an example that measures")]
    {
        println!(
            "{} orders in {:.1} s, {placed} placed meanwhile one after the other",
            rebuilt.checked.rows,
            took.as_secs_f64()
        );
    }
    shop.end_as_it_is().await;
    assert!(orders > 100_000 || took < PROMISED, "it took {took:?}");
}
