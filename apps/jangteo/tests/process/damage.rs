//! Files that were cut short, and bits that were flipped: what a start refuses, what `db check` and
//! `verify` find, and what nobody can find, because SQLite keeps no checksum of a page.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::chaos::{say, seed, setting};
use crate::program::{Ended, Shop, on, run};

/// Bits flipped, each in a copy of its own; `cargo xtask chaos` asks for more.
const FLIPS: u64 = 8;
const PAGE: u64 = 4_096;

/// Who says that something is wrong, the first that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    ByTheStart,
    ByDbCheck,
    ByVerify,
    Never,
}

/// A shop's files at rest, with orders that ended in every way.
struct Files {
    _place: TempDir,
    folder: PathBuf,
}

impl Files {
    async fn make() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("shop");
        let shop = Shop::start(&folder).await;
        for demo in [
            &["demo", "order"][..],
            &["demo", "fail", "point"],
            &["demo", "refund"],
        ] {
            shop.run(demo).await.exits(0);
        }
        shop.run(&["verify", "--at-rest"]).await.exits(0);
        shop.stop().await;
        for name in jangteo::check::DATABASES {
            // A page that the log still holds would hide what is done to the file.
            let file = Connection::open(folder.join(format!("{name}.db"))).expect("opens");
            let moved = "PRAGMA wal_checkpoint(TRUNCATE)";
            let busy: i64 = file.query_row(moved, [], |row| row.get(0)).expect("a row");
            assert_eq!(busy, 0, "all of {name} is in its file");
        }
        Self {
            _place: place,
            folder,
        }
    }

    /// A copy to be damaged.
    fn copy(&self) -> (TempDir, PathBuf) {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("shop");
        let mut copy = std::process::Command::new("cp");
        let copied = copy.arg("-a").arg(&self.folder).arg(&folder).status();
        assert!(copied.expect("cp").success());
        (place, folder)
    }
}

async fn on_folder(command: &[&str], folder: &Path) -> Ended {
    let folder = folder.to_str().expect("a path of ASCII");
    let ended = run(&[command, &["--data", folder]].concat()).await;
    assert!(ended.code().is_some(), "it ended by itself: {ended:?}");
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    ended
}

/// Who finds the damage in files that no shop runs on.
async fn finder(folder: &Path) -> Found {
    if on_folder(&["db", "check"], folder).await.code() != Some(0) {
        return Found::ByDbCheck;
    }
    match on_folder(&["verify", "--at-rest"], folder).await.code() {
        Some(0) => Found::Never,
        _ => Found::ByVerify,
    }
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = jangteo::check::DATABASES.map(|name| format!("{name}.db"));
    let read = |name: String| {
        let bytes = fs::read(folder.join(&name)).expect("reads");
        (name, bytes)
    };
    files.map(read).into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_cut_short_is_refused_by_name_and_left_alone() {
    let files = Files::make().await;
    for name in jangteo::check::DATABASES {
        let whole = fs::metadata(files.folder.join(format!("{name}.db"))).unwrap();
        let pages = whole.len() / PAGE;
        for length in [60, PAGE, pages / 2 * PAGE, whole.len() - 1] {
            let (_place, folder) = files.copy();
            let file = folder.join(format!("{name}.db"));
            let open = fs::OpenOptions::new().write(true).open(&file).unwrap();
            open.set_len(length).unwrap();
            let before = bytes(&folder);
            let refused = run(&on(&folder)).await.exits(4);
            refused.tells(&[&file.display().to_string(), "손상"]);
            assert!(bytes(&folder) == before, "{name} at {length}: left alone");
            let checked = on_folder(&["db", "check"], &folder).await.exits(1);
            assert!(checked.stdout.contains(&format!("✗ {name}")), "{checked:?}");
        }
        // Of no length it looks like a new one; only the list of orders may be made anew.
        let (_place, folder) = files.copy();
        fs::write(folder.join(format!("{name}.db")), "").unwrap();
        if name != "order_view" {
            let refused = run(&on(&folder)).await.exits(4);
            refused.tells(&[&format!("{name}.db"), "손상"]);
        }
        let checked = on_folder(&["db", "check"], &folder).await.exits(1);
        assert!(checked.stdout.contains(&format!("✗ {name}")), "{checked:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_of_damage_is_found_by_whom_it_can_be_found() {
    let files = Files::make().await;
    let change = |folder: &Path, name: &str, statement: &str| {
        let file = Connection::open(folder.join(format!("{name}.db"))).unwrap();
        assert_eq!(file.execute(statement, []).unwrap(), 1, "{statement}");
    };
    let page = |folder: &Path, at: u64| {
        let file = folder.join("payment.db");
        let mut bytes = fs::read(&file).unwrap();
        bytes[usize::try_from(at).unwrap()] ^= 0x80;
        fs::write(file, bytes).unwrap();
    };
    // How a file begins: the start looks at it.
    let (_place, folder) = files.copy();
    page(&folder, 0);
    run(&on(&folder)).await.exits(4).tells(&["payment.db"]);
    // What kind of page the second is.
    let (_place, folder) = files.copy();
    page(&folder, PAGE);
    assert_eq!(finder(&folder).await, Found::ByDbCheck);
    // A number that a ledger stands behind, as one flipped bit leaves it.
    let (_place, folder) = files.copy();
    let stock = "UPDATE product_stock SET quantity = quantity + 1 \
                 WHERE product_id = (SELECT max(product_id) FROM product_stock)";
    change(&folder, "product", stock);
    assert_eq!(finder(&folder).await, Found::ByVerify);
    // A letter of a name: no page has a checksum, and no invariant speaks of names.
    let (_place, folder) = files.copy();
    let name = "UPDATE user SET name = 'Q' WHERE user_id = (SELECT max(user_id) FROM user)";
    change(&folder, "user", name);
    assert_eq!(finder(&folder).await, Found::Never);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_ends_no_command_in_a_crash_and_it_is_told_who_finds_it() {
    let mut chance = StdRng::seed_from_u64(seed());
    let files = Files::make().await;
    let flips = setting("JANGTEO_CHAOS_FLIPS").unwrap_or(FLIPS);
    let mut found: BTreeMap<Found, u64> = BTreeMap::new();
    for _ in 0..flips {
        let (_place, folder) = files.copy();
        let name = jangteo::check::DATABASES[chance.random_range(0..6)];
        let file = folder.join(format!("{name}.db"));
        let mut bytes = fs::read(&file).unwrap();
        let at = chance.random_range(0..bytes.len());
        bytes[at] ^= 1 << chance.random_range(0..8);
        fs::write(&file, bytes).unwrap();
        let doctor = on_folder(&["doctor", "--port", "0", "--output", "json"], &folder).await;
        let is_refused = doctor.stdout.contains("\"fail\"");
        let by = match is_refused {
            true => Found::ByTheStart,
            false => finder(&folder).await,
        };
        *found.entry(by).or_default() += 1;
    }
    let count = |by: Found| found.get(&by).copied().unwrap_or(0);
    let by = [Found::ByTheStart, Found::ByDbCheck, Found::ByVerify].map(count);
    let never = count(Found::Never);
    assert_eq!(by.iter().sum::<u64>() + never, flips);
    say(&format!(
        "| one flipped bit | {flips} times: {} by the start, {} by db check, {} by verify | - | \
         {never} not found |",
        by[0], by[1], by[2]
    ));
}
