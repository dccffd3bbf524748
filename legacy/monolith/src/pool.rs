//! A pool of connections to the one database. SQLite lets one of them write at a time, so those
//! that write are few, and each waits its turn in the database as the report's do in MySQL.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::Semaphore;

/// The one database, within the data folder.
pub const MONOLITH_DATABASE: &str = "monolith.db";

/// SQLite lets one write at a time: a second one would wait in its busy handler, which sleeps,
/// instead of here, where its turn comes when it is free.
const WRITERS: usize = 1;
const READERS: usize = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// As the product's: 16 MiB of log before a checkpoint.
const CHECKPOINT_PAGES: i64 = 4_096;
/// As the product's: 64 MiB of pages.
const CACHE_KIB: i64 = 65_536;
const STATEMENTS: usize = 64;

/// Connections that are lent for one transaction, or one read.
#[derive(Clone)]
pub struct Pool {
    writers: Arc<Lent>,
    readers: Arc<Lent>,
}

struct Lent {
    free: Mutex<Vec<Connection>>,
    count: Semaphore,
}

impl Pool {
    /// Opens the database in a folder, and makes it when it is not there.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(MONOLITH_DATABASE);
        let open = |flags: OpenFlags| -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(&file, flags)?;
            configure(&connection)?;
            Ok(connection)
        };
        let lend = |count: usize, flags: OpenFlags| -> anyhow::Result<Arc<Lent>> {
            let opened: Result<Vec<_>, _> = (0..count).map(|_| open(flags)).collect();
            let free = Mutex::new(opened.with_context(|| file.display().to_string())?);
            let count = Semaphore::new(count);
            Ok(Arc::new(Lent { free, count }))
        };
        let writing = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let writers = lend(WRITERS, writing)?;
        let first = writers.take();
        first.pragma_update(None, "journal_mode", "WAL")?;
        first.execute_batch(include_str!("schema.sql"))?;
        writers.give_back(first);
        // They may write as far as the file is concerned: a log needs its shared memory.
        let readers = lend(READERS, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Ok(Self { writers, readers })
    }

    /// Runs one transaction that commits when the work is done well.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + Send + 'static,
    {
        self.writers
            .lend(move |connection| {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            })
            .await
    }

    /// Runs one read.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.readers.lend(move |connection| work(connection)).await
    }
}

impl Lent {
    async fn lend<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> T {
        let lent = Arc::clone(self);
        let permit = self.count.acquire().await.expect("it is never closed");
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = lent.take();
            let done = work(&mut connection);
            lent.give_back(connection);
            done
        });
        let done = done.await.expect("the work does not panic");
        drop(permit);
        done
    }

    fn take(&self) -> Connection {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().expect("a permit stands for each")
    }

    fn give_back(&self, connection: Connection) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(connection);
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)
}
