//! Read connections: key reads and full scans by row shape, and the views' own queries.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::selects::Selects;
use super::statements::Statements;
use super::transaction::failed;
use super::{BUSY_TIMEOUT, READER_CACHE_KIB, WalWatch, prepare_once};
use crate::row::Row;
use crate::table::Rows;
use crate::{Digest, Failed};

/// Pages of one step of a copy: 4 MB.
const COPIED_PAGES: std::ffi::c_int = 1_024;
/// Steps of SQLite's machine between two looks at the write-ahead logs: a few milliseconds.
const STEPS_BETWEEN_LOOKS: std::ffi::c_int = 100_000;

/// A read-only connection to one database file.
pub struct Reader {
    connection: Connection,
    statements: RefCell<Statements>,
    watch: Option<WalWatch>,
}

impl Reader {
    pub fn open(path: &Path) -> Result<Self, Failed> {
        Self::open_watching(path, None)
    }

    /// With a watch, whatever is read is broken off once one of the logs is too large.
    fn open_watching(path: &Path, watch: Option<WalWatch>) -> Result<Self, Failed> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(|e| failed(&e))?;
        prepare_once(&connection).map_err(|e| failed(&e))?;
        connection
            .busy_timeout(BUSY_TIMEOUT)
            .map_err(|e| failed(&e))?;
        connection
            .pragma_update(None, "cache_size", -READER_CACHE_KIB)
            .map_err(|e| failed(&e))?;
        if let Some(watch) = watch.clone() {
            let look = move || watch.look().is_err();
            connection
                .progress_handler(STEPS_BETWEEN_LOOKS, Some(look))
                .map_err(|e| failed(&e))?;
        }
        Ok(Self {
            connection,
            statements: RefCell::default(),
            watch,
        })
    }

    /// Runs a view's own query.
    pub fn query<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Failed> {
        read(&self.connection).map_err(|error| failed(&error))
    }

    /// Runs `read` over one state of the file. Only a reader that watches the write-ahead log may
    /// take long here: the log cannot shrink meanwhile.
    pub fn at_one_moment<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, Failed>,
    ) -> Result<T, Failed> {
        let begin = self.connection.execute_batch("BEGIN");
        begin.map_err(|error| failed(&error))?;
        let result = read(self);
        let end = self.connection.execute_batch("COMMIT");
        end.map_err(|error| failed(&error))?;
        result
    }

    /// Copies the file as this connection sees it: within `at_one_moment`, as it was when that
    /// began. The copy is on disk when this returns.
    pub fn copy_to(&self, path: &Path) -> Result<(), Failed> {
        let mut copy = Connection::open(path).map_err(|error| failed(&error))?;
        let backup = Backup::new(&self.connection, &mut copy).map_err(|error| failed(&error))?;
        loop {
            match backup.step(COPIED_PAGES).map_err(|error| failed(&error))? {
                StepResult::Done => break,
                StepResult::More => self.watch.as_ref().map_or(Ok(()), WalWatch::look)?,
                locked => return Err(Failed::Transient(format!("could not copy: {locked:?}"))),
            }
        }
        drop(backup);
        copy.close().map_err(|(_, error)| failed(&error))?;
        let synced = std::fs::File::open(path).and_then(|file| file.sync_all());
        synced.map_err(|error| Failed::Permanent(format!("{}: {error}", path.display())))
    }

    /// The hash of the tables of `rows`, equal to `Maps::digest` over the same rows.
    pub fn digest(&self, rows: &mut impl Rows, digest: &mut Digest) -> Result<(), Failed> {
        self.selects().digest(rows, digest)
    }

    /// Up to `limit` rows from `lowest` on, in key order; where the key has more columns than one,
    /// among those that share its first.
    pub fn page_from<R: Row>(&self, lowest: &R::Key, limit: usize) -> Result<Vec<R>, Failed> {
        self.selects().page_from(lowest, limit)
    }

    pub(crate) fn selects(&self) -> Selects<'_> {
        Selects {
            connection: &self.connection,
            statements: &self.statements,
        }
    }
}

/// Readers of one file, lent one at a time and opened when none is idle.
pub struct Readers {
    path: PathBuf,
    watch: Option<WalWatch>,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            watch: None,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Readers that may take long, and are broken off once one of the watched logs is too large.
    pub fn watching(path: &Path, watch: WalWatch) -> Self {
        Self {
            watch: Some(watch),
            ..Self::new(path)
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lends a reader to `read`. Key reads and keyset pages take microseconds, so callers on an
    /// async thread run them in place.
    pub fn with<T>(&self, read: impl FnOnce(&Reader) -> Result<T, Failed>) -> Result<T, Failed> {
        let look = || self.watch.as_ref().map_or(Ok(()), WalWatch::look);
        look()?;
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open_watching(&self.path, self.watch.clone())?,
        };
        let result = read(&reader);
        // One that failed may stand in the middle of something: it is closed.
        if result.is_err() {
            drop(reader);
            // SQLite says only that it was interrupted.
            look()?;
        } else {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(reader);
        }
        result
    }
}
