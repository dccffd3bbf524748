//! What a start refuses: it names the file or the port and the next step, and harms nothing.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::program::{Ended, Program, Shop, on, run, run_in_english, run_with};

/// Every file below a folder with its bytes. Locks and the index beside a write-ahead log are
/// scratch: they say who looks at the data, and are none.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.to_str().expect("a path in UTF-8");
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else if !name.ends_with(".lock") && !name.ends_with("-shm") {
            let bytes = std::fs::read(&path).expect("reads");
            if !(name.ends_with("-wal") && bytes.is_empty()) {
                files.insert(path, bytes);
            }
        }
    }
    files
}

/// Starts on the folder in both languages: refused the same way, and not a byte is touched.
async fn refused(folder: &Path, code: i32, names: &[&str]) -> Ended {
    let around = folder.parent().expect("a temporary folder");
    let before = snapshot(around);
    let english = run_in_english(&on(folder)).await.exits(code).tells(names);
    let korean = run(&on(folder)).await.exits(code).tells(names);
    for ended in [&english, &korean] {
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        assert_eq!(
            ended.stderr.lines().count(),
            1,
            "one message: {}",
            ended.stderr
        );
    }
    assert!(snapshot(around) == before, "something was changed");
    korean
}

/// A folder that a shop ran on, with the temporary one around it.
async fn used_folder() -> (TempDir, PathBuf) {
    let around = tempfile::tempdir().expect("a temporary folder");
    let folder = around.path().join("shop");
    let shop = Shop::start(&folder).await;
    shop.run(&["demo", "order"]).await.exits(0);
    shop.stop().await;
    (around, folder)
}

#[tokio::test]
async fn a_folder_with_foreign_files() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("papers");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("thesis.txt"), "precious").unwrap();
    let path = folder.display().to_string();
    refused(&folder, 4, &[&path, "thesis.txt", "--data DIR"]).await;
}

#[tokio::test]
async fn a_path_that_is_a_file() {
    let around = tempfile::tempdir().unwrap();
    let file = around.path().join("shop");
    std::fs::write(&file, "precious").unwrap();
    for path in [file.clone(), file.join("below")] {
        let before = snapshot(around.path());
        let ended = run(&on(&path)).await.exits(4);
        ended.tells(&[&path.display().to_string(), "폴더가 아니에요", "--data DIR"]);
        assert!(snapshot(around.path()) == before);
    }
}

/// Not even root may make anything there.
#[tokio::test]
async fn a_place_where_nothing_can_be_written() {
    let path = Path::new("/proc/jangteo");
    run(&on(path))
        .await
        .exits(1)
        .tells(&["/proc/jangteo", "권한", "--data DIR"]);
    run_in_english(&on(path))
        .await
        .exits(1)
        .tells(&["/proc/jangteo", "owner and mode"]);
    let nowhere = [("TMPDIR", "/proc/jangteo")];
    let ended = run_with(&["dev", "--ephemeral", "--port", "0"], &nowhere)
        .await
        .exits(1);
    ended.tells(&["/proc/jangteo"]);
}

#[tokio::test]
async fn a_database_that_is_not_ours() {
    let (_around, folder) = used_folder().await;
    let file = folder.join("order.db");
    let ours = set_aside(&file);
    let name = file.display().to_string();

    let foreign = rusqlite::Connection::open(&file).unwrap();
    foreign
        .execute_batch("CREATE TABLE orders (note TEXT); INSERT INTO orders VALUES ('mine')")
        .unwrap();
    drop(foreign);
    refused(&folder, 4, &[&name])
        .await
        .tells(&["다른 곳으로 옮기거나"]);
    for bytes in [
        &b"Shopping list: eggs, milk\n"[..],
        &[0xff; 10_000],
        b"SQLite format 3\0cut",
    ] {
        std::fs::write(&file, bytes).unwrap();
        refused(&folder, 4, &[&name]).await;
    }
    // Our own, cut short.
    let whole = &ours["order.db"];
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    refused(&folder, 4, &[&name]).await.tells(&["손상"]);

    put_back(&folder, ours);
    starts_with_its_order(&folder).await;
}

#[tokio::test]
async fn a_schema_from_a_newer_program() {
    let (_around, folder) = used_folder().await;
    for (database, later, back) in [
        (
            "order.db",
            "INSERT INTO schema_history VALUES (900, 'loyalty', 'later', '1')",
            "DELETE FROM schema_history WHERE version = 900",
        ),
        (
            "user.db",
            "INSERT INTO platform_schema_history VALUES (900, 'loyalty', 'later', '1')",
            "DELETE FROM platform_schema_history WHERE version = 900",
        ),
    ] {
        let file = folder.join(database);
        let write = |statement: &str| {
            let connection = rusqlite::Connection::open(&file).unwrap();
            assert_eq!(connection.execute(statement, []).unwrap(), 1);
        };
        write(later);
        let name = file.display().to_string();
        let told = refused(&folder, 4, &[&name, "V900__loyalty"]).await;
        told.tells(&["더 새로운 jangteo"]);
        write(back);
    }
    starts_with_its_order(&folder).await;
}

#[tokio::test]
async fn a_port_in_use() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("shop");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let arguments = ["dev", "--port", &port, "--data", folder.to_str().unwrap()];
    let told = run(&arguments)
        .await
        .exits(1)
        .tells(&[&port, "jangteo dev --port "]);
    let english = run_in_english(&arguments).await.exits(1);
    english.tells(&[
        &format!("port {port} is in use"),
        "choose another: jangteo dev --port ",
    ]);
    assert!(!folder.exists(), "nothing was made");

    // What it proposes works.
    let (_, other) = told.stderr.trim().rsplit_once(' ').unwrap();
    let arguments = ["dev", "--port", other, "--data", folder.to_str().unwrap()];
    let shop = Shop::ready(Program::start(&arguments, &[]), &folder).await;
    assert!(shop.url.ends_with(&format!(":{other}")), "{}", shop.url);
    shop.stop().await;
}

#[tokio::test]
async fn a_second_shop_on_one_folder() {
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join("shop");
    let first = Shop::start(&folder).await;
    let (file, owner) = (folder.join("user.db"), first.program.id().to_string());
    for _ in 0..2 {
        let second = run(&on(&folder)).await.exits(4);
        second.tells(&[&file.display().to_string(), &owner, "--data DIR"]);
    }
    let address = std::fs::read_to_string(folder.join("address")).unwrap();
    assert_eq!(address.trim(), first.url, "the first one is still found");
    first.run(&["demo", "order"]).await.exits(0);
    first.run(&["verify", "--at-rest"]).await.exits(0);

    // The same port as well: what was meant is the shop that runs.
    let port = first.url.rsplit_once(':').unwrap().1;
    let again = ["dev", "--port", port, "--data", folder.to_str().unwrap()];
    run(&again)
        .await
        .exits(4)
        .tells(&[&first.url, "jangteo demo order"]);
    first.stop().await;
}

/// Takes the files of a database away, and returns them by name.
fn set_aside(file: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    let mut files = BTreeMap::new();
    for suffix in ["", "-wal", "-shm"] {
        let path = file.with_file_name(format!("{name}{suffix}"));
        if let Ok(bytes) = std::fs::read(&path) {
            files.insert(format!("{name}{suffix}"), bytes);
            std::fs::remove_file(path).expect("removes");
        }
    }
    files
}

fn put_back(folder: &Path, files: BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).expect("writes");
    }
}

/// After all refusals the shop still has what it had.
async fn starts_with_its_order(folder: &Path) {
    let shop = Shop::start(folder).await;
    let listed = shop
        .run(&["saga", "list", "--output", "json"])
        .await
        .exits(0)
        .json();
    let items = listed["items"].as_array().expect("items");
    assert_eq!(items.len(), 1);
    shop.run(&["demo", "order"]).await.exits(0);
    shop.run(&["verify", "--at-rest"]).await.exits(0);
    shop.stop().await;
}
