//! Backups of a shop that goes on: each is one moment of it, and a shop of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::caller::{Caller, Request};
use crate::program::{Shop, run};

const CLIENTS: usize = 6;

/// Buys without pause until told to stop.
fn buyers(
    shop: &Shop,
    stop: &Arc<AtomicBool>,
    placed: &Arc<AtomicUsize>,
) -> Vec<tokio::task::JoinHandle<()>> {
    (1..=CLIENTS)
        .map(|number| {
            let (url, stop, placed) = (shop.url.clone(), Arc::clone(stop), Arc::clone(placed));
            tokio::spawn(async move {
                let caller = Caller::log_in(&url, &format!("member{number:02}@demo")).await;
                let products = caller.all("/api/v1/products").await;
                for order in 0.. {
                    if stop.load(Ordering::Acquire) {
                        return;
                    }
                    let product = &products[order % products.len()]["id"];
                    let request = Request {
                        path: "/api/v1/orders".to_owned(),
                        key: format!("backup-{number}-{order}"),
                        body: json!({ "items": [{ "productId": product, "quantity": 1 }] }),
                        wait: false,
                    };
                    let answer = caller.send(&request).await.expect("the shop runs");
                    assert!(!answer.status.is_server_error(), "{answer:?}");
                    placed.fetch_add(1, Ordering::Release);
                }
            })
        })
        .collect()
}

async fn verified(folder: &std::path::Path, more: &[&str]) {
    let data = folder.to_str().expect("a path of ASCII");
    let arguments: Vec<&str> = ["verify", "--data", data]
        .iter()
        .chain(more)
        .copied()
        .collect();
    run(&arguments).await.exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_one_moment_and_a_shop_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let (stop, placed) = (Arc::default(), Arc::default());
    let clients = buyers(&shop, &stop, &placed);
    let mut backups = Vec::new();
    for round in 1..=3 {
        let before = placed.load(Ordering::Acquire);
        let mut look = tokio::time::interval(std::time::Duration::from_millis(5));
        while placed.load(Ordering::Acquire) < before + 100 {
            look.tick().await;
        }
        let told = shop.run(&["db", "backup"]).await.exits(0).stdout;
        let backup = PathBuf::from(told.trim());
        verified(&backup, &[]).await;
        let path = backup.to_str().expect("a path of ASCII");
        let checked = run(&["db", "check", path]).await.exits(0);
        assert_eq!(checked.stdout.matches('✓').count(), 6, "round {round}");
        backups.push(backup);
    }
    stop.store(true, Ordering::Release);
    for client in clients {
        client.await.expect("no client met what must not be");
    }
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.stop().await;

    // What was open at the cut ends by itself, and the shop goes on from there.
    let last = backups.pop().expect("three were made");
    let restored = Shop::start(&last).await;
    restored.run(&["verify", "--at-rest"]).await.exits(0);
    restored.run(&["demo", "order"]).await.exits(0);
    restored.run(&["verify", "--at-rest"]).await.exits(0);
    restored.stop().await;
    verified(&last, &["--at-rest"]).await;
}

#[tokio::test]
async fn a_still_shop_is_copied_where_one_says_and_damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    shop.run(&["demo", "order"]).await.exits(0);
    let status = shop.run(&["db", "status"]).await.exits(0).stdout;
    assert_eq!(status.lines().skip(1).count(), 6, "{status}");
    shop.stop().await;
    let data = folder.path().to_str().expect("a path of ASCII");
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("copy");
    let to = copy.to_str().expect("a path of ASCII");
    run(&["db", "backup", "--data", data]).await.exits(4);
    run(&["db", "backup", "--data", data, "--to", to])
        .await
        .exits(0);
    run(&["db", "backup", "--data", data, "--to", to])
        .await
        .exits(1);
    verified(&copy, &["--at-rest"]).await;
    run(&["db", "check", to]).await.exits(0);

    let file = copy.join("payment.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let page = bytes.len() / 4_096 - 1;
    bytes[page * 4_096..(page + 1) * 4_096].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let told = run(&["db", "check", to]).await.exits(1);
    assert!(told.stdout.contains("✗ payment"), "{told:?}");
    let nothing = elsewhere.path().join("nothing");
    run(&["db", "check", nothing.to_str().expect("ASCII")])
        .await
        .exits(3);
}

/// What the shop tells Prometheus of a database's write-ahead log.
async fn wal_bytes(shop: &Shop, database: &str) -> u64 {
    let asked = reqwest::get(format!("{}/metrics", shop.url)).await;
    let text = asked.expect("answers").text().await.expect("a text");
    let line = format!("jangteo_wal_bytes{{database=\"{database}\"}} ");
    let value = text.lines().find_map(|told| told.strip_prefix(&line));
    value.expect("a metric").parse().expect("a number")
}

async fn until_wal_bytes(shop: &Shop, database: &str, wanted: u64) {
    let mut look = tokio::time::interval(Duration::from_millis(20));
    let reached = async {
        while wal_bytes(shop, database).await != wanted {
            look.tick().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), reached).await;
    waited.unwrap_or_else(|_| panic!("the log of {database} never had {wanted} bytes"));
}

/// A reader that never ends is the writers' worst neighbour: whoever reads long gives way.
#[tokio::test]
async fn a_backup_gives_way_to_a_log_that_grows_and_leaves_nothing_behind() {
    const ALARM: u64 = 256 << 20;
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let reader = rusqlite::Connection::open(folder.path().join("payment.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM point").unwrap();
    shop.run(&["demo", "order"]).await.exits(0);
    // A file grows in a moment when nothing is written into it.
    let log = folder.path().join("payment.db-wal");
    let log = std::fs::OpenOptions::new().write(true).open(log).unwrap();
    log.set_len(ALARM).unwrap();
    until_wal_bytes(&shop, "payment", ALARM).await;
    for command in [&["db", "backup"][..], &["verify"]] {
        let told = shop.run(command).await.exits(1);
        assert!(told.stderr.contains("reached 256 MB"), "{told:?}");
    }
    let backups = || std::fs::read_dir(folder.path().join("backups")).unwrap();
    assert_eq!(backups().count(), 0, "not even a part of one");
    let status = shop.run(&["db", "status"]).await.exits(0).stdout;
    assert_eq!(status.matches('!').count(), 1, "{status}");

    reader.execute_batch("COMMIT").unwrap();
    until_wal_bytes(&shop, "payment", 0).await;
    shop.run(&["db", "backup"]).await.exits(0);
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    assert_eq!(backups().count(), 1);
    shop.stop()
        .await
        .tells(&["a reader keeps the write-ahead log growing", "payment"]);
}

/// Killed while it copied itself, and killed before it could take its address away.
#[tokio::test]
async fn what_a_killed_shop_left_of_a_backup_is_removed_and_its_files_can_be_copied() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::start(folder.path()).await;
    shop.run(&["demo", "order"]).await.exits(0);
    // The list of orders hears of it a moment later, and a killed shop hears nothing more.
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.program.kill().await;
    let left = folder
        .path()
        .join("backups/2026-01-01T00-00-00Z.unfinished");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("user.db"), "half a page").unwrap();

    let data = folder.path().to_str().expect("a path of ASCII");
    let copy = folder.path().join("copy");
    let to = copy.to_str().expect("a path of ASCII");
    let json = ["--output", "json"];
    let made = ["db", "backup", "--data", data, "--to", to, json[0], json[1]];
    let made = run(&made).await.exits(0).json();
    assert_eq!(made["path"], to);
    assert_eq!(made["files"].as_array().expect("files").len(), 6);
    let checked = run(&["db", "check", to, "--output", "json"]).await;
    let checked = checked.exits(0).json();
    assert_eq!(checked["backupOf"], made["at"]);
    for file in checked["files"].as_array().expect("files") {
        assert_eq!(file["said"], "ok", "{file}");
    }
    verified(&copy, &["--at-rest"]).await;

    let shop = Shop::start(folder.path()).await;
    assert!(!left.exists(), "it would be there for ever");
    let made = shop.run(&["db", "backup", "--output", "json"]).await;
    let made = made.exits(0).json();
    let path = PathBuf::from(made["path"].as_str().expect("a path"));
    assert!(path.starts_with(folder.path()), "{made}");
    shop.stop().await;
    verified(&path, &["--at-rest"]).await;
}
