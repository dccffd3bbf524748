//! What the tests that break a shop under load share: the crowd let loose on it, and a look at
//! its files afterwards.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;

use crate::journal::Journal;
use crate::load::{self, Crowd};
use crate::program::{Shop, ask, run};
use crate::reckoning::{self, Totals};

/// A crowd that asks without pause until nobody answers.
pub struct Loose {
    clients: Vec<JoinHandle<Journal>>,
    answers: UnboundedReceiver<()>,
}

impl Loose {
    pub fn start(crowd: &Crowd, seed: u64) -> Self {
        let (answered, answers) = mpsc::unbounded_channel();
        let clients = load::start(&Arc::new(crowd.clone()), seed, &answered);
        Self { clients, answers }
    }

    /// Waits for that many answers.
    pub async fn answered(&mut self, count: u32) {
        for _ in 0..count {
            let answer = self.answers.recv().await;
            answer.expect("the clients go on while the shop does");
        }
    }

    /// What they asked for, once the shop is gone.
    pub async fn back(self) -> Journal {
        let mut fresh = Journal::default();
        for client in self.clients {
            fresh.append(client.await.expect("no client met what must not be"));
        }
        fresh
    }
}

/// Nothing in the shop's own words says that something broke.
pub fn is_sound(shop: &Shop) {
    let said = shop.program.said();
    for word in ["panicked", "\"ERROR\"", "rolled back"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
}

/// Kills the shop under its load: what was under way then, and nothing broke before.
pub async fn killed(shop: &mut Shop, loose: Loose) -> Journal {
    shop.program.kill().await;
    let fresh = loose.back().await;
    is_sound(shop);
    fresh
}

/// After something broke: asks once more for what was under way, on a shop that was started again.
/// Nothing may be at odds.
pub async fn settle(shop: &Shop, fresh: Journal, crowd: &Crowd, journal: &mut Journal) {
    journal.append(fresh.resolve(crowd).await);
    shop.run(&["verify"]).await.exits(0);
}

/// In the end: every answer against what the shop shows, the running shop and then its files.
pub async fn reckon_and_stop(shop: Shop, crowd: &Crowd, journal: &Journal) -> Totals {
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    let totals = reckoning::reckon(journal, crowd).await;
    say(&totals.to_string());
    assert!(totals.orders() > 0, "{totals}");
    is_sound(&shop);
    let folder = shop.folder.clone();
    shop.stop().await;
    holds_on_disk(&folder, &totals).await;
    totals
}

/// A row of the table that `cargo xtask chaos` prints.
pub fn row(what: &str, how: &str, acknowledged: usize, lost: usize) {
    say(&format!("| {what} | {how} | {acknowledged} | {lost} |"));
}

/// What the files of a shop that was stopped say by themselves.
pub async fn holds_on_disk(folder: &Path, totals: &Totals) {
    let arguments = ["verify".as_ref(), "--at-rest".as_ref(), "--data".as_ref()];
    let arguments = [&arguments[..], &[folder.as_os_str()]].concat();
    run(&arguments).await.exits(0).tells(&["파일을 검사해요"]);
    for name in jangteo::check::DATABASES {
        let file = folder.join(format!("{name}.db"));
        assert_eq!(
            ask::<String>(&file, "PRAGMA integrity_check"),
            "ok",
            "{name}"
        );
    }
    let orders: i64 = ask(&folder.join("order.db"), "SELECT count(*) FROM orders");
    let known = i64::try_from(totals.orders()).expect("a small number");
    assert_eq!(
        orders, known,
        "each key made one order, and none is unknown"
    );
}

/// What was mounted; without the right to mount it says loudly that nothing is shown, and fails
/// where `cargo xtask chaos` asked for it.
pub fn or_skip<T>(mounted: Result<T, String>) -> Option<T> {
    match mounted {
        Ok(mounted) => Some(mounted),
        Err(why) if setting("JANGTEO_CHAOS_REQUIRED").is_none() => {
            say(&format!(
                "SKIPPED, nothing is shown here: no mount ({why}); run as root"
            ));
            None
        }
        Err(why) => panic!("no mount: {why}"),
    }
}

/// Drawn anew, or the one that repeats a failure.
pub fn seed() -> u64 {
    let seed = setting("JANGTEO_TEST_SEED");
    let seed = seed.unwrap_or_else(|| boot::now().micros().unsigned_abs());
    say(&format!(
        "seed {seed}: set JANGTEO_TEST_SEED to draw the same load and moments"
    ));
    seed
}

/// A number that `cargo xtask chaos`, or who repeats a failure, sets.
#[expect(
    clippy::disallowed_methods,
    reason = "the test harness hands nothing else on"
)]
pub fn setting(name: &str) -> Option<u64> {
    let given = std::env::var(name).ok()?;
    Some(given.parse().expect("a number"))
}

#[expect(
    clippy::print_stdout,
    reason = "shown when the test fails, or with --nocapture"
)]
pub fn say(line: &str) {
    println!("{line}");
}
