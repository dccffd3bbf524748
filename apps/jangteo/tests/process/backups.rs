//! Backups of a shop that goes on: each is one moment of it, and a shop of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    assert_eq!(status.lines().count(), 6, "{status}");
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
