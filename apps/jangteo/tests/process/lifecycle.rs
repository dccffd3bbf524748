//! Starting, ending, starting again: nothing is lost by it, and nothing is made twice.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::caller::{Caller, Request};
use crate::program::{Program, Shop, alone, ask, on, run};

/// From the signal to the end of the process.
const LONGEST_END: Duration = Duration::from_secs(2);
const SHOPPER: &str = jangteo::seed::SHOPPER;
const MEMBERS: i64 = 20;

#[tokio::test]
async fn both_signals_end_it_within_two_seconds() {
    let _alone = alone().await;
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let shop = Shop::start(folder.path()).await;
        let shopper = shop.log_in(SHOPPER).await;
        place_one(&shopper).await;
        // Somebody else never comes to the end of a request.
        let mut slow = TcpStream::connect(shop.url.strip_prefix("http://").unwrap()).unwrap();
        slow.write_all(b"POST /api/v1/orders HTTP/1.1\r\nhost: shop\r\ncontent-length: 9\r\n\r\n{")
            .unwrap();
        assert!(folder.path().join("address").exists());
        shop.program.signal(signal).await;
        let ended = shop.program.ended_within(LONGEST_END).await.exits(0);
        assert!(
            !folder.path().join("address").exists(),
            "nobody is sent to a closed port"
        );
        assert!(!ended.stderr.contains("ERROR"), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn a_second_start_finds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let shopper = shop.log_in(SHOPPER).await;
    let order = place_one(&shopper).await;
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    let kept = everything(&shopper, &order).await;
    shop.stop().await;

    let again = Shop::start(folder.path()).await;
    // The token is still good: the key that signed it is kept too.
    let shopper = shopper.at(&again.url);
    assert_eq!(everything(&shopper, &order).await, kept);
    again.run(&["verify", "--at-rest"]).await.exits(0);
    again.stop().await;
}

#[tokio::test]
async fn a_killed_shop_is_verified_from_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().join("address");
    let mut shop = Shop::start(folder.path()).await;
    shop.run(&["demo", "order"]).await.exits(0);
    // A shop that runs but cannot be asked is no heap of files.
    let known = std::fs::read(&address).unwrap();
    std::fs::remove_file(&address).unwrap();
    let owner = shop.program.id().to_string();
    shop.run(&["verify"]).await.exits(4).tells(&[&owner]);
    std::fs::write(&address, known).unwrap();

    shop.program.kill().await;
    assert!(address.exists(), "nobody took it away");
    shop.run(&["verify"])
        .await
        .exits(0)
        .tells(&["파일을 검사해요"]);
    shop.run(&["saga", "list"])
        .await
        .exits(1)
        .tells(&["상점이 없어요"]);
    let again = Shop::start(folder.path()).await;
    again.run(&["verify", "--at-rest"]).await.exits(0);
    again.stop().await;
}

#[tokio::test]
async fn an_ephemeral_shop_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let environment = [("TMPDIR", place.path().to_str().unwrap())];
    let arguments = ["dev", "--ephemeral", "--port", "0"];
    for signals in [1, 2] {
        let program = Program::start(&arguments, &environment);
        let shop = Shop::ready(program, place.path()).await;
        assert_eq!(entries(place.path()).len(), 1, "one folder holds all of it");
        shop.log_in(SHOPPER).await;
        let url = shop.url.clone();
        run(&["demo", "order", "--url", &url]).await.exits(0);
        for _ in 0..signals {
            shop.program.signal("INT").await;
        }
        let ended = shop.program.ended().await;
        // The second signal may come when all is done already.
        assert!(matches!(ended.code(), Some(0 | 130)), "{ended:?}");
        assert_eq!(entries(place.path()), [""; 0]);
    }
    let empty = tempfile::tempdir().unwrap();
    let both = [
        &arguments.map(AsRef::as_ref)[..],
        &["--data".as_ref(), empty.path().as_os_str()],
    ];
    run(&both.concat()).await.exits(2);
}

#[tokio::test]
async fn a_seeding_that_was_broken_off_goes_on() {
    for signal in ["INT", "KILL"] {
        let mut broken_off = 0;
        // It may be too fast once; not always.
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let mut program = Program::start(&on(folder.path()), &[]);
            program.says("[ok] user").await;
            program.signal(signal).await;
            let ended = program.ended_within(LONGEST_END).await;
            if ended.stderr.contains("/api/v1") {
                continue;
            }
            broken_off += 1;
            assert_eq!(
                ended.code(),
                if signal == "INT" { Some(0) } else { None },
                "{ended:?}"
            );
            is_seeded_once(folder.path()).await;
            if broken_off == 3 {
                break;
            }
        }
        assert!(broken_off > 0, "{signal} always came too late");
    }
}

/// Starts on what is there and counts.
async fn is_seeded_once(folder: &Path) {
    let shop = Shop::start(folder).await;
    let shopper = shop.log_in(SHOPPER).await;
    let mut names = BTreeMap::<String, u32>::new();
    for product in shopper.all("/api/v1/products").await {
        *names.entry(product["name"].to_string()).or_default() += 1;
    }
    assert_eq!(names.len(), 200);
    assert!(names.values().all(|count| *count == 1), "{names:?}");
    assert_eq!(shopper.all("/api/v1/coupons").await.len(), 5);
    assert_eq!(shopper.get("/api/v1/points/me").await["balance"], 100_000);
    assert_eq!(
        shopper.all("/api/v1/users/me/coupons").await.len(),
        4,
        "all but the scarce one"
    );
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.stop().await;
    for (file, question, rows) in [
        ("user.db", "SELECT count(*) FROM user", MEMBERS),
        ("payment.db", "SELECT count(*) FROM point_history", MEMBERS),
        (
            "promotion.db",
            "SELECT count(*) FROM user_coupon",
            4 * MEMBERS,
        ),
    ] {
        let counted: i64 = ask(&folder.join(file), question);
        assert_eq!(counted, rows, "{question}");
    }
}

/// Places an order and waits for its end.
async fn place_one(shopper: &Caller) -> String {
    let products = shopper.get("/api/v1/products?limit=1").await;
    let item = serde_json::json!({ "productId": products["items"][0]["id"], "quantity": 2 });
    let request = Request {
        path: "/api/v1/orders".to_owned(),
        key: "one".to_owned(),
        body: serde_json::json!({ "items": [item] }),
        wait: true,
    };
    let answer = shopper.send(&request).await.expect("an answer");
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["orderId"].as_str().expect("an id").to_owned()
}

/// What a shopper can see.
async fn everything(shopper: &Caller, order: &str) -> Vec<Value> {
    let mut seen = shopper.all("/api/v1/products").await;
    seen.extend(shopper.all("/api/v1/coupons").await);
    seen.extend(shopper.all("/api/v1/users/me/coupons").await);
    seen.extend(shopper.all("/api/v1/orders").await);
    seen.push(shopper.get("/api/v1/points/me").await);
    seen.push(shopper.get("/api/v1/points/me/history").await);
    seen.push(shopper.get(&format!("/api/v1/orders/{order}")).await);
    seen.push(shopper.get(&format!("/api/v1/orders/{order}/events")).await);
    seen
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries
        .map(|entry| name(entry.expect("an entry")))
        .collect()
}
