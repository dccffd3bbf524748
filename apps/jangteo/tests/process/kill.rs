//! kill -9 under load, again and again: what was answered stands, what was not can be asked again,
//! and all of it adds up. Power cuts are another matter: here the kernel keeps what was written.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::program::{Shop, alone, ask, run};

mod journal;
mod load;
mod reckoning;

use journal::Journal;
use load::Crowd;

const CYCLES: u32 = 25;
/// The kill comes with one of these answers, so always under load.
const KILLED_AFTER: std::ops::Range<u32> = 100..1_200;
/// Fewer orders than this would show little.
const LEAST_ORDERS: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_under_load_it_loses_nothing() {
    let _alone = alone().await;
    let seed = seed();
    say(&format!(
        "seed {seed}: set JANGTEO_TEST_SEED to draw the same load and moments"
    ));
    let mut chance = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::start(folder.path()).await;
    let mut crowd = Crowd::gather(&shop.url).await;
    let mut journal = Journal::default();

    for cycle in 1..=CYCLES {
        let after = chance.random_range(KILLED_AFTER);
        crowd.offer(cycle).await;
        let fresh = until_killed(&mut shop, &crowd, chance.random(), after).await;
        let unknown = fresh.unknown();
        is_sound(&shop);
        drop(shop);

        shop = Shop::start(folder.path()).await;
        crowd = crowd.at(&shop.url);
        let resolved = fresh.resolve(&crowd).await;
        say(&format!(
            "cycle {cycle}: killed after {after} answers, {unknown} of {resolved} open"
        ));
        journal.append(resolved);
        shop.run(&["verify"]).await.exits(0);
    }

    shop.run(&["verify", "--at-rest"]).await.exits(0);
    let totals = reckoning::reckon(&journal, &crowd).await;
    say(&totals.to_string());
    totals.assert_worth_it(LEAST_ORDERS);
    is_sound(&shop);
    shop.stop().await;
    holds_on_disk(&folder, &totals).await;
}

/// Lets the crowd loose and kills the shop with the given answer.
async fn until_killed(shop: &mut Shop, crowd: &Crowd, seed: u64, after: u32) -> Journal {
    let (answered, mut answers) = mpsc::unbounded_channel();
    let crowd = Arc::new(crowd.clone());
    let clients = load::start(&crowd, seed, &answered);
    drop(answered);
    let mut count = 0;
    while count < after {
        answers
            .recv()
            .await
            .expect("the clients go on while the shop does");
        count += 1;
    }
    shop.program.kill().await;
    let mut fresh = Journal::default();
    for client in clients {
        fresh.append(client.await.expect("no client met what must not be"));
    }
    fresh
}

/// Nothing in the shop's own words says that something broke.
fn is_sound(shop: &Shop) {
    let said = shop.program.said();
    for word in ["panicked", "\"ERROR\"", "rolled back"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
}

/// What the files say by themselves.
async fn holds_on_disk(folder: &TempDir, totals: &reckoning::Totals) {
    let arguments = ["verify".as_ref(), "--at-rest".as_ref(), "--data".as_ref()];
    let arguments = [&arguments[..], &[folder.path().as_os_str()]].concat();
    run(&arguments).await.exits(0).tells(&["파일을 검사해요"]);
    for name in jangteo::check::DATABASES {
        let file = folder.path().join(format!("{name}.db"));
        assert_eq!(
            ask::<String>(&file, "PRAGMA integrity_check"),
            "ok",
            "{name}"
        );
    }
    let orders: i64 = ask(
        &folder.path().join("order.db"),
        "SELECT count(*) FROM orders",
    );
    let known = i64::try_from(totals.orders()).expect("a small number");
    assert_eq!(
        orders, known,
        "each key made one order, and none is unknown"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever repeats a failure names its seed"
)]
fn seed() -> u64 {
    let given = std::env::var("JANGTEO_TEST_SEED").ok();
    let given = given.map(|seed| seed.parse().expect("a number"));
    given.unwrap_or_else(|| boot::now().micros().unsigned_abs())
}

#[expect(
    clippy::print_stdout,
    reason = "shown when the test fails, or with --nocapture"
)]
fn say(line: &str) {
    println!("{line}");
}
