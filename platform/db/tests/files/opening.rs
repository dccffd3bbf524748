//! Files that are refused, each with its own reason.

use std::fs;

use db::{Db, OpenError, Outbox, OutboxId, Reader, Sqlite, Store};
use rusqlite::Connection;

use crate::drawer::{Card, Drawer, NEW, OLD, add};

/// A whole file of ours, closed, some pages long.
fn filled() -> Drawer {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, 0..500, "a card with enough text to fill pages");
    drop(db);
    assert_eq!(drawer.log_bytes(), 0, "closing moved the log into the file");
    drawer
}

#[test]
fn a_file_is_made_and_taken_up_again() {
    let drawer = filled();
    let again = drawer.open();
    assert_eq!(again.all::<Card>().expect("reads").len(), 500);
}

#[test]
fn an_empty_file_counts_as_none() {
    let drawer = Drawer::new();
    fs::write(drawer.path(), "").expect("writes");
    assert_eq!(drawer.open().all::<Card>().expect("reads"), []);
}

#[test]
fn a_newer_schema_is_refused() {
    let drawer = Drawer::new();
    drop(Sqlite::open(&drawer.path(), NEW).expect("a new file"));
    let refused = drawer.refusal(OLD);
    assert!(
        matches!(&refused, OpenError::Newer { step } if step == "V2__labels"),
        "{refused}"
    );
    Sqlite::open(&drawer.path(), NEW).expect("the newer program still opens it");
}

#[test]
fn a_newer_platform_schema_is_refused_too() {
    let drawer = filled();
    let connection = Connection::open(drawer.path()).expect("opens");
    let newer = "INSERT INTO platform_schema_history VALUES (99, 'later', '', '')";
    connection.execute(newer, []).expect("writes");
    drop(connection);
    let refused = drawer.refusal(NEW);
    assert!(matches!(refused, OpenError::Newer { .. }), "{refused}");
}

#[test]
fn a_look_tells_what_opening_would_and_changes_nothing() {
    let drawer = Drawer::new();
    Sqlite::look(&drawer.path(), OLD).expect("nothing is there yet");
    assert!(!drawer.path().exists(), "a look makes no file");
    drop(Sqlite::open(&drawer.path(), NEW).expect("a new file"));
    let before = fs::read(drawer.path()).expect("reads");
    Sqlite::look(&drawer.path(), NEW).expect("its own schema");
    let newer = Sqlite::look(&drawer.path(), OLD).expect_err("a newer schema");
    assert!(matches!(newer, OpenError::Newer { .. }), "{newer}");
    assert!(fs::read(drawer.path()).expect("reads") == before);
    fs::write(drawer.path(), "precious").expect("writes");
    let foreign = Sqlite::look(&drawer.path(), OLD).expect_err("a text");
    assert!(matches!(foreign, OpenError::Foreign), "{foreign}");
}

#[test]
fn an_older_schema_is_brought_up_to_date() {
    let drawer = filled();
    let newer = Sqlite::open(&drawer.path(), NEW).expect("an older file");
    let labels = newer.read(|connection| {
        connection.query_row("SELECT count(*) FROM label", [], |row| row.get::<_, i64>(0))
    });
    assert_eq!(labels.expect("the table is there"), 0);
    assert_eq!(newer.all::<Card>().expect("reads").len(), 500);
}

/// Files of before had the writer and its number as two columns of the key, and views over them.
#[test]
fn an_outbox_of_an_older_schema_keeps_its_events_and_their_order() {
    let drawer = filled();
    let first = include_str!("../../migrations/sqlite/0001_platform.sql");
    let is_outbox = |statement: &&str| statement.contains("CREATE TABLE outbox");
    let outbox = first.split(';').find(is_outbox).expect("it is made there");
    let connection = Connection::open(drawer.path()).expect("opens");
    let older = format!(
        "DROP TABLE outbox; {outbox};
         DELETE FROM platform_schema_history WHERE version = 3;
         INSERT INTO outbox VALUES
             (2, 1, NULL, 30, 'UserClosed', 1, 1, 3, '{{}}'),
             (1, 12, 700, 20, 'OrderCreated', 1, 5, 2, '{{\"a\": 1}}'),
             (1, 11, NULL, 10, 'UserClosed', 1, 1, 1, '{{}}');
         CREATE VIEW said (id, kind) AS
             SELECT (said.writer << 40) | said.seq, said.kind FROM outbox AS said;"
    );
    connection.execute_batch(&older).expect("writes");
    drop(connection);

    let opened = drawer.open();
    let found = opened.all::<Outbox>().expect("reads");
    let place = |row: &Outbox| (row.id.writer(), row.id.seq(), row.key);
    let places: Vec<_> = found.iter().map(place).collect();
    assert_eq!(places, [(1, 11, 10), (1, 12, 20), (2, 1, 30)]);
    assert_eq!(found[1].saga_id.map(|saga| saga.get()), Some(700));
    assert_eq!(
        (found[1].sequence, found[1].body.as_str()),
        (5, "{\"a\": 1}")
    );
    let id = OutboxId::new(1, 12);
    assert_eq!(
        opened.get::<Outbox>(&id).expect("reads").as_ref(),
        Some(&found[1])
    );
    let viewed = opened.read(|connection| {
        let ask = "SELECT count(*) FROM said WHERE id = (1 << 40) | 12 AND kind = 'OrderCreated'";
        connection.query_row(ask, [], |row| row.get::<_, i64>(0))
    });
    assert_eq!(viewed.expect("the view still stands"), 1);
}

#[test]
fn a_number_that_no_event_has_stays_with_its_writer() {
    for (seq, nearest) in [
        (i64::MIN, 0),
        (-1, 0),
        (0, 0),
        (7, 7),
        (i64::MAX, (1 << 40) - 1),
    ] {
        let id = OutboxId::new(3, seq);
        assert_eq!((id.writer(), id.seq()), (3, nearest), "{seq}");
    }
}

#[test]
fn a_text_file_is_foreign() {
    let drawer = Drawer::new();
    fs::write(drawer.path(), "a thesis, the only copy\n".repeat(100)).expect("writes");
    let refused = drawer.refusal(OLD);
    assert!(matches!(refused, OpenError::Foreign), "{refused}");
}

#[test]
fn a_database_of_another_program_is_foreign() {
    let drawer = Drawer::new();
    let connection = Connection::open(drawer.path()).expect("opens");
    connection
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE card (id INTEGER);")
        .expect("writes");
    drop(connection);
    let refused = drawer.refusal(OLD);
    assert!(matches!(refused, OpenError::Foreign), "{refused}");
}

#[test]
fn a_folder_in_the_file_s_place_is_foreign() {
    let drawer = Drawer::new();
    fs::create_dir(drawer.path()).expect("makes");
    let refused = drawer.refusal(OLD);
    assert!(matches!(refused, OpenError::Foreign), "{refused}");
}

#[test]
fn a_place_that_cannot_be_written_is_named_so() {
    let drawer = Drawer::new();
    let nowhere = drawer.path().join("no such folder").join("cards.db");
    let refused = Sqlite::open(&nowhere, OLD).err().expect("refused");
    assert!(matches!(refused, OpenError::NoPermission), "{refused}");
}

#[test]
fn a_file_cut_short_is_damaged_wherever_it_was_cut() {
    let whole = filled();
    let bytes = fs::read(whole.path()).expect("reads");
    for kept in [20, 99, 100, 4_096, bytes.len() / 2, bytes.len() - 1] {
        let drawer = Drawer::new();
        fs::write(drawer.path(), &bytes[..kept]).expect("writes");
        let refused = drawer.refusal(OLD);
        assert!(
            matches!(refused, OpenError::Damaged(_)),
            "cut to {kept}: {refused}"
        );
    }
}

#[test]
fn a_damaged_header_is_refused() {
    let whole = filled();
    let bytes = fs::read(whole.path()).expect("reads");
    // The magic, the page size, the format numbers, the kind of the first page.
    for at in [0, 16, 18, 100] {
        let drawer = Drawer::new();
        let mut damaged = bytes.clone();
        damaged[at] = 0xff;
        fs::write(drawer.path(), damaged).expect("writes");
        let refused = Sqlite::open(&drawer.path(), OLD).err();
        assert!(
            matches!(refused, Some(OpenError::Foreign | OpenError::Damaged(_))),
            "byte {at}: {refused:?}"
        );
    }
}

#[test]
fn a_commit_waits_for_the_disk_and_the_log_is_the_writer_s_to_move() {
    let drawer = Drawer::new();
    let sqlite = drawer.open();
    let pragma = |name: &str| -> String {
        sqlite.read(|connection| {
            let value = connection
                .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
            format!("{:?}", value.expect("a pragma"))
        })
    };
    assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
    assert_eq!(pragma("synchronous"), "Integer(2)", "FULL");
    assert_eq!(pragma("wal_autocheckpoint"), "Integer(0)");
}

/// Whether this process holds a lock on a file, as the kernel lists them. It lists some at a time,
/// and may pass over one when another before it goes meanwhile: it is asked more than once.
#[cfg(target_os = "linux")]
fn is_locked(path: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let inode = format!(":{}", fs::metadata(path).expect("a file").ino());
    let process = std::process::id().to_string();
    let is_of_it = |line: &str| {
        let mut words = line.split_whitespace();
        words.any(|word| word == process) && words.any(|word| word.ends_with(&inode))
    };
    (0..100).any(|_| {
        let listed = fs::read_to_string("/proc/locks").expect("Linux has it");
        listed.lines().any(is_of_it)
    })
}

/// Without them another process takes itself for the last one to leave, and removes the log.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_opened_again_keeps_the_locks_of_its_readers() {
    let drawer = Drawer::new();
    let mut db = Db::Sqlite(drawer.open());
    add(&mut db, 1, [1], "one");
    let reader = Reader::open(&drawer.path()).unwrap();
    assert_eq!(reader.all::<Card>().unwrap().len(), 1);
    drop(db);
    assert!(is_locked(&drawer.path()), "the reader's");
    let _again = Sqlite::reopen(&drawer.path(), OLD).unwrap();
    // Another connection of the process takes none of its own: SQLite counts them within it.
    assert!(is_locked(&drawer.path()));
}
