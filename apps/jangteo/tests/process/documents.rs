//! What every command says to a program: with `--output json` standard output is JSON and nothing
//! else, in whatever language the messages are.

use serde_json::Value;

use crate::operating::{mend, parked, place, refuse};
use crate::program::{Ended, Shop, run};

/// The documents of an answer, one after the other.
#[track_caller]
fn documents(ended: &Ended) -> Vec<Value> {
    let read = serde_json::Deserializer::from_str(&ended.stdout).into_iter();
    let read: Result<Vec<Value>, _> = read.collect();
    let read = read.unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    assert!(!read.is_empty(), "{ended:?}");
    read
}

/// The only document of an answer that went well.
#[track_caller]
fn document(ended: Ended) -> Value {
    let documents = documents(&ended.exits(0));
    assert_eq!(documents.len(), 1);
    documents[0].clone()
}

/// A field, by its path, and what it must be.
type Field = (&'static str, &'static str);

#[tokio::test]
async fn each_answer_of_a_running_shop_is_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let rows: [(&[&str], Field); 14] = [
        (&["demo", "order"], ("/state", "COMPLETED")),
        (&["demo", "fail", "stock"], ("/failureCode", "OUT_OF_STOCK")),
        (&["demo", "cancel"], ("/failureCode", "USER_CANCELLED")),
        (&["demo", "refund"], ("/refunds/1/status", "DONE")),
        (&["demo", "kill"], ("/state", "COMPLETED")),
        (&["saga", "list"], ("/items/0/state", "COMPLETED")),
        (&["dlq", "list"], ("/items", "[]")),
        (&["outbox", "status"], ("/items/0/service", "user")),
        (&["projection", "list"], ("/items/0/name", "order_view")),
        (&["projection", "check"], ("/differing", "0")),
        (&["projection", "rebuild"], ("/switched", "true")),
        (&["db", "status"], ("/0/name", "user")),
        (&["verify"], ("/violations", "[]")),
        (&["doctor"], ("/findings/2/name", "shop")),
    ];
    for (command, (path, value)) in rows {
        let arguments = [command, &["--output", "json"]].concat();
        let found = document(shop.run_in_english(&arguments).await);
        let told = found.pointer(path).map(|found| match found {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        assert_eq!(told.as_deref(), Some(value), "{command:?}: {found:#}");
    }

    let made = document(shop.run(&["db", "backup", "--output", "json"]).await);
    let backup = made["path"].as_str().expect("a path");
    let checked = document(run(&["db", "check", backup, "--output", "json"]).await);
    assert_eq!(checked["backupOf"], made["at"]);
    assert_eq!(checked["files"][0]["said"], "ok");
    shop.stop().await;
}

#[tokio::test]
async fn each_answer_about_one_saga_or_one_key_is_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(folder.path()).await;
    let shopper = shop.log_in(jangteo::seed::SHOPPER).await;
    let file = refuse(&shop, "BEFORE INSERT ON stock_ledger WHEN 1");
    let order = place(&shopper, "stuck").await;
    parked(&shop, 1).await;
    let key = format!("product.order.{order}");
    let json = ["--output", "json"];
    let shown = document(
        shop.run(&[&["dlq", "show", &key][..], &json].concat())
            .await,
    );
    assert_eq!(shown["queue"][0]["event"], "OrderCreated");
    // It fails, and says how far it is nevertheless.
    let still = shop
        .run(&[&["dlq", "redrive", &key][..], &json].concat())
        .await;
    assert_eq!(documents(&still.exits(1))[0]["parked"], 1);
    let cancelled = document(
        shop.run(&[&["saga", "cancel", &order][..], &json].concat())
            .await,
    );
    assert_eq!(cancelled["status"], "CANCELLED");
    let resolve = ["saga", "resolve", &order, "--reason", "counted"];
    let resolved = document(shop.run(&[&resolve[..], &json].concat()).await);
    assert!(resolved["steps"].is_array(), "{resolved}");
    mend(&file);
    let flows = document(
        shop.run(&[&["dlq", "redrive", &key][..], &json].concat())
            .await,
    );
    assert_eq!(flows["parked"], 0);
    for (verb, field) in [("show", "timeline"), ("retry", "services")] {
        let found = document(
            shop.run(&[&["saga", verb, &order][..], &json].concat())
                .await,
        );
        assert!(found[field].is_array(), "{verb}: {found}");
    }

    // The one that is followed gives a line for each event, and at the end how it stands.
    let watched = shop
        .run(&[&["saga", "watch", &order][..], &json].concat())
        .await
        .exits(0);
    let lines = watched.stdout.lines().count();
    let documents = documents(&watched);
    assert_eq!(documents.len(), lines, "a document a line");
    assert_eq!(documents[0]["type"], "ORDER_CREATED");
    assert_eq!(documents[lines - 1]["state"], "COMPENSATED");

    let file = refuse(&shop, "BEFORE INSERT ON product_rank WHEN 1");
    let ranked = place(&shopper, "ranked").await;
    parked(&shop, 1).await;
    let key = format!("product.order.{ranked}");
    let discard = ["dlq", "discard", &key, "--reason", "counted"];
    assert_eq!(
        document(shop.run(&[&discard[..], &json].concat()).await)["parked"],
        0
    );
    mend(&file);
    shop.stop().await;
}

#[tokio::test]
async fn a_shop_that_is_ready_says_so_to_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = crate::program::on(folder.path());
    arguments.extend(["--output", "json"].map(std::ffi::OsStr::new));
    let program = crate::program::Program::start(&arguments, &[]);
    let shop = Shop::ready(program, folder.path()).await;
    let url = shop.url.clone();
    let ended = shop.stop().await;
    let said = document(ended);
    assert_eq!((&said["url"], &said["kept"]), (&url.into(), &true.into()));
}
