//! The writer's log: how far it reaches, how far it was moved into the file, and who moves it.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};

use super::transaction::failed;
use super::wal;
use crate::Failed;

/// A log of so many pages is moved into the file: 16 MiB. A page that many batches change is moved
/// once for all of them, but all are given to the disk at once, and a commit that comes meanwhile
/// waits for them.
const LONG_PAGES: u32 = 4_096;
/// So many pages the writer moves itself, between two batches: a few milliseconds.
const SHORT_PAGES: u32 = 256;
/// When a reader still needs some of the log, it is tried again after so many more pages.
const AGAIN_PAGES: u32 = 1_024;

/// The write-ahead log of one writing connection. A long one is moved on a thread and a connection
/// of its own, while batches go on behind it; what they added is moved the same way, as long as it
/// becomes less, and the writer moves the rest. Then the next batch begins the log anew.
pub(super) struct Log {
    file: PathBuf,
    /// Pages in the log after the last commit.
    committed: Arc<AtomicU32>,
    /// What `committed` was when last looked at.
    seen: Cell<u32>,
    /// Pages from the beginning that stand in the file.
    moved: Cell<u32>,
    /// How many there were to move at the last look, that it may become less.
    left: Cell<u32>,
    /// The log is moved when it has so many pages.
    due: Cell<u32>,
    /// The length of the log's file, as far as this connection made it so long.
    bytes: Cell<u64>,
    moving: RefCell<Option<Moving>>,
}

impl Log {
    pub fn of(connection: &mut Connection, file: &Path) -> rusqlite::Result<Self> {
        let committed = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&committed);
        connection.wal_hook(Some(move |_: &mut Wal, pages: c_int| {
            counted.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self {
            file: file.to_owned(),
            committed,
            seen: Cell::new(0),
            moved: Cell::new(0),
            left: Cell::new(u32::MAX),
            due: Cell::new(LONG_PAGES),
            bytes: Cell::new(wal::bytes(file)),
            moving: RefCell::new(None),
        })
    }

    /// Between two batches. Returns the log's size in bytes afterwards.
    pub fn look(&self, writer: &Connection) -> Result<u64, Failed> {
        let pages = self.see();
        // The file is as long as the log was at its longest; a look at it after every batch
        // would cost as much as a row.
        let reached = self.bytes.get().max(wal::bytes_of(pages));
        self.bytes.set(reached);
        if !self.is_moving()? && pages >= self.due.get() {
            self.go_on(writer, pages)?;
        }
        Ok(self.bytes.get())
    }

    /// At rest: moves all of the log and gives its file back.
    pub fn give_back(&self, writer: &Connection) -> Result<u64, Failed> {
        let pages = self.see();
        if self.is_moving()? {
            return Ok(self.bytes.get());
        }
        if pages.saturating_sub(self.moved.get()) > SHORT_PAGES && self.start() {
            return Ok(self.bytes.get());
        }
        if wal::bytes(&self.file) > 0 {
            let moved = checkpoint(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
            self.note(moved)?;
        }
        self.bytes.set(wal::bytes(&self.file));
        if self.bytes.get() == 0 {
            self.committed.store(0, Ordering::Relaxed);
            self.see();
        }
        Ok(self.bytes.get())
    }

    /// How many pages the log has. One that has less than before was begun anew.
    fn see(&self) -> u32 {
        let pages = self.committed.load(Ordering::Relaxed);
        if pages < self.seen.replace(pages) {
            self.is_new();
        }
        pages
    }

    fn is_new(&self) {
        self.moved.set(0);
        self.left.set(u32::MAX);
        self.due.set(LONG_PAGES);
        self.bytes.set(wal::bytes(&self.file));
    }

    /// Whether the thread is at it. What it came to is noted when it is not.
    fn is_moving(&self) -> Result<bool, Failed> {
        let mut moving = self.moving.borrow_mut();
        if moving.as_ref().is_some_and(|moving| !moving.is_over()) {
            return Ok(true);
        }
        if let Some(moving) = moving.take() {
            self.note(moving.end())?;
        }
        Ok(false)
    }

    fn go_on(&self, writer: &Connection, pages: u32) -> Result<(), Failed> {
        let left = pages.saturating_sub(self.moved.get());
        let before = self.left.replace(left);
        // Where batches add as fast as the thread moves, the writer stops for it.
        let becomes_less = left <= before / 2;
        match left > SHORT_PAGES && becomes_less && self.start() {
            true => Ok(()),
            false => self.note(checkpoint(writer, PASSIVE)),
        }
    }

    /// False when the system has no thread to give: then the writer does it.
    fn start(&self) -> bool {
        let moving = Moving::start(&self.file);
        if let Err(error) = &moving {
            tracing::warn!(%error, "no thread for a checkpoint");
        }
        let mut here = self.moving.borrow_mut();
        *here = moving.ok();
        here.is_some()
    }

    /// Where a reader, or another checkpoint, is in the way it is not waited for: all starts over
    /// after some more pages.
    fn note(&self, moved: Result<Moved, Failed>) -> Result<(), Failed> {
        let whole = match moved {
            // The log was begun anew since: it was moved whole.
            Ok(moved) if moved.of > self.seen.get() => return Ok(()),
            Ok(moved) => {
                self.moved.set(moved.pages);
                moved.pages == moved.of
            }
            Err(Failed::Transient(_)) => false,
            Err(failed) => return Err(failed),
        };
        if !whole {
            self.left.set(u32::MAX);
            self.due.set(self.seen.get().saturating_add(AGAIN_PAGES));
        }
        Ok(())
    }
}

const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// What a checkpoint came to, in pages of the log.
#[derive(Clone, Copy, Debug)]
struct Moved {
    /// How many from its beginning stand in the file now.
    pages: u32,
    /// How many it had.
    of: u32,
}

/// Moves the log, and waits for nobody.
fn checkpoint(connection: &Connection, pragma: &str) -> Result<Moved, Failed> {
    let waits = connection.busy_timeout(Duration::ZERO);
    waits.map_err(|error| failed(&error))?;
    let counted = connection.query_row(pragma, [], |row| Ok((row.get(1)?, row.get(2)?)));
    let (of, pages): (i64, i64) = counted.map_err(|error| failed(&error))?;
    // Below zero: somebody else is at it.
    let (of, pages) = (u32::try_from(of), u32::try_from(pages));
    let (Ok(of), Ok(pages)) = (of, pages) else {
        return Err(Failed::Transient(
            "another checkpoint is under way".to_owned(),
        ));
    };
    Ok(Moved { pages, of })
}

/// Logs of a process are moved one after the other: they share a disk, and a commit waits for all
/// that it has been given.
static TURN: Mutex<()> = Mutex::new(());

/// One checkpoint beside the writer. Dropped, it is waited for.
struct Moving(Option<JoinHandle<Result<Moved, Failed>>>);

impl Moving {
    fn start(file: &Path) -> std::io::Result<Self> {
        let file = file.to_owned();
        let thread = std::thread::Builder::new().name("checkpoint".to_owned());
        let started = thread.spawn(move || {
            let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(file, flags);
            checkpoint(&connection.map_err(|error| failed(&error))?, PASSIVE)
        });
        started.map(|thread| Self(Some(thread)))
    }

    fn is_over(&self) -> bool {
        self.0.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn end(mut self) -> Result<Moved, Failed> {
        let panicked = || Failed::InDoubt("a checkpoint panicked".to_owned());
        let thread = self.0.take().ok_or_else(panicked)?;
        thread.join().unwrap_or_else(|_| Err(panicked()))
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // Whoever drops it does not ask what it came to: the log has all of it still.
            let _ended = thread.join();
        }
    }
}
