//! The backends, and the tables the suite writes to.

use contracts::ids::UserId;
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;
use db::{Db, Digest, Failed, Json, Maps, Migration, Migrations, Rows, Sqlite, Table};
use db::{coded, row, rows};
use futures::FutureExt;
use tempfile::TempDir;

pub type Document = Vec<Option<String>>;

coded! {
    pub enum Colour { Red = -1, Green = 0, Blue = 7 }
}

// So little is kept that the random batches go past it.

row! {
    /// One column of every type.
    pub struct Everything in "everything" keeps 2 {
        key { pub id: i64 }
        pub yes: bool,
        pub text: String,
        pub blob: Vec<u8>,
        pub user: UserId,
        pub at: Timestamp,
        pub money: Money,
        pub count: Quantity,
        pub document: Json<Document>,
        pub colour: Colour,
        pub maybe_number: Option<i64>,
        pub maybe_text: Option<String>,
        pub maybe_blob: Option<Vec<u8>>,
        pub maybe_document: Option<Json<Document>>,
        pub maybe_user: Option<UserId>,
    }
}

row! {
    /// A key of four columns.
    pub struct Leaf in "leaf" keeps 2 by 1 {
        key { pub tree: i64, pub branch: String, pub twig: i64, pub no: i64 }
        pub size: i64,
    }
}

row! {
    /// A key of one text column, and nothing else.
    pub struct Word in "word" keeps 0 {
        key { pub word: String }
    }
}

rows! {
    pub struct Shelf {
        pub everything: Table<Everything>,
        pub leaf: Table<Leaf>,
        pub word: Table<Word>,
    }
}

pub const MIGRATIONS: Migrations = &[Migration {
    name: "V1__shelf",
    sql: "
        CREATE TABLE everything (
            id INTEGER NOT NULL PRIMARY KEY, yes INTEGER NOT NULL, text TEXT NOT NULL,
            blob BLOB NOT NULL, user INTEGER NOT NULL, at INTEGER NOT NULL,
            money INTEGER NOT NULL, count INTEGER NOT NULL, document TEXT NOT NULL,
            colour INTEGER NOT NULL, maybe_number INTEGER, maybe_text TEXT, maybe_blob BLOB,
            maybe_document TEXT, maybe_user INTEGER
        ) STRICT;
        CREATE TABLE leaf (
            tree INTEGER NOT NULL, branch TEXT NOT NULL, twig INTEGER NOT NULL,
            no INTEGER NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (tree, branch, twig, no)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE word (word TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;",
}];

/// An empty store, with the folder it stands in.
pub struct Backend {
    pub name: &'static str,
    pub db: Db,
    _folder: Option<TempDir>,
}

/// Every backend, new and empty. Another variant joins here.
pub fn backends() -> Vec<Backend> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = Sqlite::open(&folder.path().join("shelf.db"), MIGRATIONS).expect("a new file");
    let memory = Sqlite::in_memory(MIGRATIONS).expect("a new database");
    vec![
        Backend {
            name: "SQLite file",
            db: Db::Sqlite(file),
            _folder: Some(folder),
        },
        Backend {
            name: "SQLite in memory",
            db: Db::Sqlite(memory),
            _folder: None,
        },
        Backend {
            name: "maps",
            db: Db::Maps(Maps::default()),
            _folder: None,
        },
    ]
}

/// Runs `check` on every backend and says on which it failed.
pub fn on_all(check: impl Fn(&mut Db)) {
    for mut backend in backends() {
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check(&mut backend.db);
        }));
        assert!(checked.is_ok(), "failed on {}", backend.name);
    }
}

/// A transaction of one round: what is asked, what is changed, commit.
pub fn batch<R: Rows>(
    db: &mut Db,
    ask: impl Fn(&mut R),
    change: impl FnOnce(&mut R),
) -> Result<(), Failed> {
    let whole = async {
        let mut rows = R::default();
        let mut tx = db.begin().await?;
        ask(&mut rows);
        tx.fetch(&mut rows).await?;
        change(&mut rows);
        tx.flush(&mut rows).await?;
        tx.commit().await
    };
    whole.now_or_never().expect("no wait")
}

/// Adds rows, committed.
pub fn put(db: &mut Db, add: impl FnOnce(&mut Shelf)) {
    batch(db, |_| {}, add).expect("new rows are written");
}

pub fn leaf(tree: i64, branch: &str, twig: i64, no: i64) -> Leaf {
    let branch = branch.to_owned();
    Leaf {
        tree,
        branch,
        twig,
        no,
        size: 0,
    }
}

pub fn word(word: &str) -> Word {
    Word {
        word: word.to_owned(),
    }
}

pub fn digest(db: &Db) -> u64 {
    let mut digest = Digest::default();
    let mut rows = Shelf::default();
    match db {
        Db::Sqlite(sqlite) => sqlite
            .digest(&mut rows, &mut digest)
            .expect("every shape is a table"),
        Db::Maps(maps) => maps.digest(&mut rows, &mut digest),
        Db::MySql(never) => match *never {},
    }
    digest.value()
}
