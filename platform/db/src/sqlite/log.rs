//! The writer's log, and moving it into the file: most of it on a thread and a connection of its
//! own, so that batches go on meanwhile.

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

mod course;

use course::{Course, Moved, Mover};

/// Moves what no reader needs.
const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// Moves all of it, and gives its file back.
const TRUNCATE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// The write-ahead log of one writing connection.
pub(super) struct Log {
    file: PathBuf,
    /// Pages in the log after the last commit.
    committed: Arc<AtomicU32>,
    course: Cell<Course>,
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
            course: Cell::new(Course::NEW),
            bytes: Cell::new(wal::bytes(file)),
            moving: RefCell::new(None),
        })
    }

    /// The database file that the log belongs to.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Between two batches. Returns the log's size in bytes afterwards.
    pub fn look(&self, writer: &Connection) -> Result<u64, Failed> {
        self.see();
        if !self.is_moving()? {
            match self.change(Course::mover) {
                Mover::Nobody => {}
                Mover::Thread if self.start() => {}
                Mover::Thread | Mover::Writer => {
                    self.note(checkpoint(writer, PASSIVE))?;
                }
            }
        }
        Ok(self.bytes.get())
    }

    /// At rest: moves all of the log and gives its file back.
    pub fn give_back(&self, writer: &Connection) -> Result<u64, Failed> {
        self.see();
        if self.is_moving()? {
            return Ok(self.bytes.get());
        }
        if self.course.get().mover_at_rest() == Mover::Thread && self.start() {
            return Ok(self.bytes.get());
        }
        if wal::bytes(&self.file) > 0 {
            self.note(checkpoint(writer, TRUNCATE))?;
        }
        self.bytes.set(wal::bytes(&self.file));
        if self.bytes.get() == 0 {
            self.committed.store(0, Ordering::Relaxed);
            self.see();
        }
        Ok(self.bytes.get())
    }

    fn see(&self) {
        let pages = self.committed.load(Ordering::Relaxed);
        // The file is as long as the log was at its longest; a look at it after every batch
        // would cost as much as a row.
        let reached = match self.change(|course| course.has(pages)) {
            true => wal::bytes(&self.file),
            false => self.bytes.get().max(wal::bytes_of(pages)),
        };
        self.bytes.set(reached);
    }

    fn change<T>(&self, change: impl FnOnce(&mut Course) -> T) -> T {
        let mut course = self.course.get();
        let changed = change(&mut course);
        self.course.set(course);
        changed
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

    fn note(&self, moved: Result<Moved, Failed>) -> Result<(), Failed> {
        match moved {
            Ok(moved) => self.change(|course| course.moved(moved)),
            Err(Failed::Transient(_)) => self.change(Course::not_moved),
            Err(failed) => return Err(failed),
        }
        Ok(())
    }
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
            let connection = connection.map_err(|error| failed(&error))?;
            checkpoint(&connection, PASSIVE)
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
