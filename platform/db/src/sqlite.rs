//! SQLite: one writing connection with `synchronous=FULL`, its own checkpoints, and readers.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::kept::Kept;
use crate::migrate::{self, Migrations};

mod file;
mod log;
mod reader;
mod selects;
mod statements;
mod transaction;
mod wal;

use log::Log;
pub use reader::{Reader, Readers};
use selects::Selects;
use statements::Statements;
pub use transaction::SqliteTx;
pub use wal::{WAL_ALARM_BYTES, WalWatch};

/// A log that was moved into the file whole is written over from its beginning, and keeps this
/// size: writing where the file already has blocks is what makes a commit's sync cheap.
const KEPT_LOG_BYTES: i64 = 32 << 20;
/// What a writer keeps of its file in pages: what most batches change, beside the rows that it
/// keeps as they are. Pages that fall out come back from the system's cache, those that a larger
/// batch changed go to the log before its commit, and SQLite looks through all it keeps at a commit
/// that moved pages about.
const CACHE_KIB: i64 = 1_024;
/// What a reader keeps: the ways to the rows of a few tables. A process has several a file.
const READER_CACHE_KIB: i64 = 512;
/// How long an opening waits for another process on the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
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
    /// The file's; none of a database in memory. Dropped first: what moves it has a connection of
    /// its own, and the last one to close removes the log.
    log: Option<Log>,
    connection: Connection,
    statements: RefCell<Statements>,
    kept: Kept,
}

impl Sqlite {
    /// Opens or creates the file and brings its schema up to date.
    ///
    /// # Errors
    /// A foreign, newer, damaged or unwritable file is refused and left as it was.
    pub fn open(path: &Path, migrations: Migrations) -> Result<Self, OpenError> {
        Self::connect(path, migrations, file::look(path)?)
    }

    /// As `open`, of a file that this process had open before: it is not looked at. Whoever closes
    /// a plain handle of a file takes the locks away that its process holds on it (POSIX,
    /// `fcntl`), those of the readers' connections too; another process would take itself for the
    /// last one to leave, and remove the log under them.
    ///
    /// # Errors
    /// As `open`.
    pub fn reopen(path: &Path, migrations: Migrations) -> Result<Self, OpenError> {
        Self::connect(path, migrations, file::Found::Ours)
    }

    fn connect(path: &Path, migrations: Migrations, found: file::Found) -> Result<Self, OpenError> {
        let mut connection = Connection::open(path).map_err(refused)?;
        if connection.is_readonly("main").map_err(refused)? {
            return Err(OpenError::NoPermission);
        }
        migrate::refuse_newer(&connection, migrations)?;
        if found == file::Found::Nothing {
            file::mark(&connection).map_err(refused)?;
        }
        configure(&connection).map_err(refused)?;
        migrate::run(&mut connection, migrations)?;
        Self::over(connection, Some(path))
    }

    /// Whether `open` would refuse what stands at the place. Nothing is changed.
    ///
    /// # Errors
    /// As `open`, but for what only writing shows.
    pub fn look(path: &Path, migrations: Migrations) -> Result<(), OpenError> {
        match file::look(path)? {
            file::Found::Nothing => Ok(()),
            file::Found::Ours => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
                migrate::refuse_newer(&connection, migrations)
            }
        }
    }

    /// From here on a commit does not wait for the disk: a power cut may take the last ones back,
    /// rows and positions alike, and what is left is whole. For a view, which hears again what it
    /// lost; never for what anybody was told.
    ///
    /// # Errors
    /// When the connection does not take the setting.
    pub fn let_commits_lag(&self) -> Result<(), OpenError> {
        let set = self.connection.pragma_update(None, "synchronous", "NORMAL");
        set.map_err(refused)
    }

    /// From here on another process that writes the same file is not waited for: the transaction
    /// fails as transient, and comes again. For a loop, whose callers would wait with it.
    ///
    /// # Errors
    /// When the connection does not take the setting.
    pub fn wait_for_nobody(&self) -> Result<(), OpenError> {
        self.connection
            .busy_timeout(Duration::ZERO)
            .map_err(refused)
    }

    /// A database in memory, for parity with the simulator's maps. It has no readers.
    pub fn in_memory(migrations: Migrations) -> Result<Self, OpenError> {
        let mut connection = Connection::open_in_memory()?;
        file::mark(&connection)?;
        configure(&connection)?;
        migrate::run(&mut connection, migrations)?;
        Self::over(connection, None)
    }

    fn over(mut connection: Connection, path: Option<&Path>) -> Result<Self, OpenError> {
        let log = path.map(|path| Log::of(&mut connection, path));
        Ok(Self {
            log: log.transpose()?,
            connection,
            statements: RefCell::default(),
            kept: Kept::default(),
        })
    }

    /// A backup of the simulator's: the rows as they are committed now, in memory.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn copy_in_memory(&self) -> Result<Self, OpenError> {
        let mut connection = Connection::open_in_memory()?;
        let backup = Backup::new(&self.connection, &mut connection)?;
        backup.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        drop(backup);
        configure(&connection)?;
        Self::over(connection, None)
    }

    pub(crate) fn begin(&mut self) -> Result<SqliteTx<'_>, crate::Failed> {
        let statements = self.statements.get_mut();
        SqliteTx::begin(&self.connection, statements, &mut self.kept)
    }

    /// Moves the write-ahead log into the file when it grew past 16 MiB, or wholly when `idle`:
    /// most of it on another thread, so that this returns soon. A reader in the way only postpones
    /// it, and is not waited for. Returns the log's size afterwards.
    ///
    /// # Errors
    /// Those of a checkpoint that this call made, or that ended since the last one.
    pub fn checkpoint(&self, idle: bool) -> Result<u64, crate::Failed> {
        match (&self.log, idle) {
            (None, _) => Ok(0),
            (Some(log), true) => log.give_back(&self.connection),
            (Some(log), false) => log.look(&self.connection),
        }
    }

    /// A read connection to the same file; none for a database in memory.
    pub fn reader(&self) -> Result<Option<Reader>, crate::Failed> {
        let file = self.log.as_ref().map(Log::file);
        file.map(Reader::open).transpose()
    }

    /// The rows of this connection, committed or not: for a database in memory.
    pub fn read<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        read(&self.connection)
    }

    pub(crate) fn selects(&self) -> Selects<'_> {
        Selects {
            connection: &self.connection,
            statements: &self.statements,
        }
    }

    /// The hash of the tables of `rows`, equal to `Maps::digest` over the same rows.
    pub fn digest(
        &self,
        rows: &mut impl crate::Rows,
        digest: &mut crate::Digest,
    ) -> Result<(), crate::Failed> {
        self.selects().digest(rows, digest)
    }
}

/// Keeps statements prepared. Without the planner's stability guarantee, SQLite built with STAT4
/// plans a prefix read anew for every value bound to it: a third of an order's CPU.
fn prepare_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    prepare_once(connection)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", KEPT_LOG_BYTES)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}

/// What a failure to open says about a file that carries our mark.
pub(crate) fn refused(error: rusqlite::Error) -> OpenError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            OpenError::Damaged(error.to_string())
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            OpenError::NoPermission
        }
        _ => OpenError::Sqlite(error),
    }
}
