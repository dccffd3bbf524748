//! A small database file to try things on.

use std::io::Read;
use std::path::{Path, PathBuf};

use db::{Db, Failed, Migration, Migrations, OpenError, Sqlite, Table};
use db::{row, rows};
use futures::FutureExt;
use tempfile::TempDir;

row! {
    pub struct Card in "card" keeps 8 by 1 {
        key { pub drawer: i64, pub no: i64 }
        pub text: String,
    }
}

rows! {
    pub struct Cards {
        pub card: Table<Card>,
    }
}

const FIRST: Migration = Migration {
    name: "V1__cards",
    sql: "CREATE TABLE card (
              drawer INTEGER NOT NULL, no INTEGER NOT NULL, text TEXT NOT NULL,
              PRIMARY KEY (drawer, no)
          ) STRICT, WITHOUT ROWID;",
};
const SECOND: Migration = Migration {
    name: "V2__labels",
    sql: "CREATE TABLE label (id INTEGER NOT NULL PRIMARY KEY) STRICT;",
};
pub const OLD: Migrations = &[FIRST];
pub const NEW: Migrations = &[FIRST, SECOND];

pub struct Drawer {
    folder: TempDir,
}

impl Drawer {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("cards.db")
    }

    pub fn bytes(&self) -> u64 {
        std::fs::metadata(self.path()).map_or(0, |file| file.len())
    }

    /// How often the log was begun anew: the checkpoint sequence number of its header
    /// (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>).
    pub fn log_begun(&self) -> u32 {
        let mut header = [0; 16];
        let mut log = self.log().expect("there is a log");
        log.read_exact(&mut header).expect("it has a header");
        u32::from_be_bytes([header[12], header[13], header[14], header[15]])
    }

    pub fn log_bytes(&self) -> u64 {
        let log = self.folder.path().join("cards.db-wal");
        std::fs::metadata(log).map_or(0, |log| log.len())
    }

    /// The log itself, to be read and written behind the database's back.
    pub fn log(&self) -> std::io::Result<std::fs::File> {
        let log = self.folder.path().join("cards.db-wal");
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true);
        options.open(log)
    }

    pub fn open(&self) -> Sqlite {
        Sqlite::open(&self.path(), OLD).expect("a new file, or one of ours")
    }

    /// Why the file is refused, having checked that it and its folder are left as they were.
    pub fn refusal(&self, migrations: Migrations) -> OpenError {
        let before = contents(self.folder.path());
        let refused = Sqlite::open(&self.path(), migrations);
        let refused = refused.err().expect("it is refused");
        assert_eq!(contents(self.folder.path()), before, "{refused}");
        refused
    }
}

fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("reads");
    let paths = entries.map(|entry| entry.expect("reads").path());
    let mut contents: Vec<_> = paths
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap_or_default();
            (path, bytes)
        })
        .collect();
    contents.sort();
    contents
}

/// Commits cards of a drawer.
pub fn add(db: &mut Db, drawer: i64, numbers: impl IntoIterator<Item = i64>, text: &str) {
    let whole = async {
        let mut cards = Cards::default();
        for no in numbers {
            let text = text.to_owned();
            cards.card.add(Card { drawer, no, text });
        }
        let mut tx = db.begin().await?;
        tx.flush(&mut cards).await?;
        tx.commit().await?;
        Ok::<_, Failed>(())
    };
    whole.now_or_never().expect("no wait").expect("writes");
}

/// Moves the log into the file, as a loop does between two batches or at rest.
pub fn checkpoint(db: &Db, idle: bool) {
    let Db::Sqlite(sqlite) = db else {
        panic!("SQLite")
    };
    sqlite.checkpoint(idle).expect("a reader only postpones it");
}
