//! A disk that gets full and is freed, and one that fails at a sync or a write: nothing is answered
//! for that is not there, and a shop that was short of room goes on by itself.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use tempfile::TempDir;

use crate::caller::{Answer, Caller, Request};
use crate::chaos::{or_skip, row, say};
use crate::image::do_command;
use crate::program::{LONGEST, Program, Shop, alone, on, run};
use crate::shim::Shim;

/// Charges that fit in beside the filler, or before the failing sync, are fewer.
const MOST_CHARGES: u32 = 500;
/// Which sync fails: of the start, and of the load.
const FAILING_SYNCS: [u32; 6] = [1, 5, 20, 60, 150, 300];
/// Which write to a database or its log fails.
const FAILING_WRITES: [u32; 5] = [1, 9, 40, 120, 400];
/// Won; a balance is counted in charges.
const AMOUNT: i64 = 10_000;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_and_goes_on_once_freed() {
    let _alone = alone().await;
    let Some(disk) = or_skip(SmallDisk::make()) else {
        return;
    };
    let shop = Shop::start(disk.0.path()).await;
    let shopper = shop.log_in(jangteo::seed::SHOPPER).await;
    let before = balance(&shopper).await;
    let filler = disk.0.path().join("filler");
    fill(&filler);
    let mut charged = 0;
    let refused = loop {
        assert!(charged < MOST_CHARGES, "the disk never got full");
        let answer = charge(&shopper, charged).await;
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            break charged;
        }
        assert!(answer.status.is_success(), "{answer:?}");
        charged += 1;
    };
    let full = balance(&shopper).await;
    assert_eq!(full, before + i64::from(charged), "reads go on");

    std::fs::remove_file(filler).unwrap();
    let mut look = tokio::time::interval(LOOK_AGAIN);
    let again = async {
        while !charge(&shopper, refused).await.status.is_success() {
            look.tick().await;
        }
    };
    let again = tokio::time::timeout(LONGEST, again).await;
    again.expect("it goes on by itself");
    assert_eq!(balance(&shopper).await, full + 1, "charged once");
    shop.run(&["demo", "order"]).await.exits(0);
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    let charges = usize::try_from(charged).expect("a small number");
    row("a full disk", "then freed", charges, 0);
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failed_sync_nothing_is_answered_for_that_is_not_there() {
    let _alone = alone().await;
    let shim = Shim::build();
    let mut charges = 0;
    for failing in FAILING_SYNCS {
        let number = failing.to_string();
        charges += survives("sync", failing, &shim.failing_sync(&number)).await;
    }
    let how = format!("EIO at each of {FAILING_SYNCS:?}");
    row("a failed sync", &how, charges, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failed_write_nothing_is_answered_for_that_is_not_there() {
    let _alone = alone().await;
    let shim = Shim::build();
    let mut charges = 0;
    for failing in FAILING_WRITES {
        let number = failing.to_string();
        charges += survives("write", failing, &shim.failing_write(&number)).await;
    }
    let how = format!("EIO at each of {FAILING_WRITES:?}");
    row("a failed write", &how, charges, 0);
}

/// Charges until the shop ends by itself, starts it on a disk that is well again, and finds every
/// charge that was answered, once. Returns how many those were.
async fn survives(what: &str, failing: u32, environment: &[(&str, &str)]) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let shop = Shop::start(folder.path()).await;
    let shopper = shop.log_in(jangteo::seed::SHOPPER).await;
    let before = balance(&shopper).await;
    shop.stop().await;
    let program = Program::start(&on(folder.path()), environment);
    let charged = until_it_ends(program, folder.path(), &shopper).await;

    let shop = Shop::start(folder.path()).await;
    let shopper = shopper.at(&shop.url);
    for number in 0..charged {
        let again = charge(&shopper, number).await;
        assert!(
            again.replayed,
            "{what} {failing}, charge {number}: {again:?}"
        );
    }
    // The one that was under way may stand, though nobody was told.
    let found = balance(&shopper).await - before - i64::from(charged);
    assert!(
        (0..=1).contains(&found),
        "{what} {failing}: {found} too many"
    );
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.stop().await;
    let data = folder.path().to_str().expect("a path of ASCII");
    run(&["db", "check", data]).await.exits(0);
    say(&format!("{what} {failing} failed: {charged} charges stand"));
    usize::try_from(charged).expect("a small number")
}

/// How many charges were answered well before the shop ended by itself, as it must.
async fn until_it_ends(mut program: Program, folder: &Path, shopper: &Caller) -> u32 {
    let mut charged = 0;
    if program.try_says("/api/v1").await.is_some() {
        let shop = Shop::ready(program, folder).await;
        let shopper = shopper.at(&shop.url);
        // An error: it is gone, and the outcome is unknown.
        while let Ok(answer) = shopper.send(&request(charged)).await {
            if answer.status.is_server_error() {
                break;
            }
            assert!(answer.status.is_success(), "{answer:?}");
            charged += 1;
            assert!(charged < MOST_CHARGES, "nothing failed");
        }
        program = shop.program;
    }
    let ended = program.ended().await;
    assert_ne!(ended.code(), Some(0), "{ended:?}");
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    charged
}

async fn balance(shopper: &Caller) -> i64 {
    let points = shopper.get("/api/v1/points/me").await;
    points["balance"].as_i64().expect("an amount") / AMOUNT
}

async fn charge(shopper: &Caller, number: u32) -> Answer {
    let answer = shopper.send(&request(number)).await;
    answer.expect("the shop runs")
}

fn request(number: u32) -> Request {
    Request {
        path: "/api/v1/points/me/charge".to_owned(),
        key: format!("charge-{number}"),
        body: json!({ "amount": AMOUNT }),
        wait: false,
    }
}

/// A file system in memory that is soon full.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn make() -> Result<Self, String> {
        let place = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64m", "tmpfs"]);
        do_command(mount.arg(place.path()))?;
        Ok(Self(place))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: after a failure the shop may still be there.
        let _not_mounted = do_command(Command::new("umount").arg("-l").arg(self.0.path()));
    }
}

/// Writes until there is no room.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).expect("room for a name");
    let full = loop {
        if let Err(error) = file.write_all(&[0; 4_096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
}
