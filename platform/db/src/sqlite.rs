//! SQLite: one writing connection with `synchronous=FULL`, its own checkpoints, and readers.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::migrate::{self, Migrations};

mod reader;
mod statements;
mod transaction;

pub use reader::{Reader, Readers};
use statements::Statements;
pub use transaction::SqliteTx;

/// "JNGT": marks a file as one of ours, so that a foreign file is refused before it is touched.
const APPLICATION_ID: i32 = 0x4a4e_4754;
/// Past this many WAL pages (16 MiB of 4 KiB pages) the writer checkpoints between batches.
const CHECKPOINT_PAGES: i64 = 4096;
/// How many prepared statements a connection keeps: a service has some ten tables, four each.
const STATEMENT_CACHE: usize = 128;

/// Why a database file was not opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("it is not a database of jangteo; move it away or choose another data folder")]
    Foreign,
    #[error("its schema is newer than this program ({step}); start the newer jangteo instead")]
    Newer { step: String },
    #[error("it is damaged ({0}); restore it from a backup")]
    Damaged(String),
    #[error("no permission to write it; check its owner and mode")]
    NoPermission,
    #[error("its schema could not be brought up to date: {0}")]
    Migration(String),
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// The writing side of one database file.
pub struct Sqlite {
    connection: Connection,
    statements: Statements,
    path: Option<PathBuf>,
}

impl Sqlite {
    /// Opens or creates the file and brings its schema up to date.
    ///
    /// # Errors
    /// A foreign, newer, damaged or unwritable file is refused and left as it was.
    pub fn open(path: &Path, migrations: Migrations) -> Result<Self, OpenError> {
        refuse_foreign(path)?;
        let mut connection = Connection::open(path).map_err(refused)?;
        configure(&connection).map_err(refused)?;
        migrate::run(&mut connection, migrations)?;
        Ok(Self {
            connection,
            statements: Statements::default(),
            path: Some(path.to_owned()),
        })
    }

    /// A database in memory, for parity with the simulator's maps. It has no readers.
    pub fn in_memory(migrations: Migrations) -> Result<Self, OpenError> {
        let mut connection = Connection::open_in_memory()?;
        configure(&connection)?;
        migrate::run(&mut connection, migrations)?;
        Ok(Self {
            connection,
            statements: Statements::default(),
            path: None,
        })
    }

    pub(crate) fn begin(&mut self) -> Result<SqliteTx<'_>, crate::Failed> {
        SqliteTx::begin(&self.connection, &mut self.statements)
    }

    /// Moves the write-ahead log into the file when it grew past 16 MiB, or wholly when `idle`.
    /// A reader in the way only postpones it.
    pub fn checkpoint(&self, idle: bool) -> Result<(), crate::Failed> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let wal = path.with_extension("db-wal");
        let bytes = std::fs::metadata(&wal).map(|wal| wal.len()).unwrap_or(0);
        if bytes == 0 || (!idle && bytes < CHECKPOINT_PAGES.unsigned_abs() * 4096) {
            return Ok(());
        }
        let pragma = match idle {
            true => "PRAGMA wal_checkpoint(TRUNCATE)",
            false => "PRAGMA wal_checkpoint(PASSIVE)",
        };
        let checkpoint = self.connection.query_row(pragma, [], |_| Ok(()));
        checkpoint.map_err(|error| transaction::failed(&error))
    }

    /// A read connection to the same file; none for a database in memory.
    pub fn reader(&self) -> Result<Option<Reader>, crate::Failed> {
        self.path.as_deref().map(Reader::open).transpose()
    }

    /// The rows of this connection, committed or not: for a database in memory.
    pub fn read<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        read(&self.connection)
    }

    /// The hash of the tables of `rows`, equal to `Maps::digest` over the same rows.
    pub fn digest(
        &self,
        rows: &mut impl crate::Rows,
        digest: &mut crate::Digest,
    ) -> Result<(), crate::Failed> {
        reader::digest(&self.connection, rows, digest)
    }
}

fn refuse_foreign(path: &Path) -> Result<(), OpenError> {
    let empty = std::fs::metadata(path)
        .map(|file| file.len() == 0)
        .unwrap_or(true);
    if empty {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
    let id: i32 = connection
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(refused)?;
    match id {
        APPLICATION_ID => Ok(()),
        _ => Err(OpenError::Foreign),
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // 64 MiB: the hot pages of 100,000 users and 10,000 products stay in memory.
    connection.pragma_update(None, "cache_size", -65_536)
}

fn refused(error: rusqlite::Error) -> OpenError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign,
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged(error.to_string()),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            OpenError::NoPermission
        }
        _ => OpenError::Sqlite(error),
    }
}
