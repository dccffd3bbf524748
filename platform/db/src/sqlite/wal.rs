//! The write-ahead log beside a file: how large it is, and when that is too much.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Failed;

/// A write-ahead log of this size is an alarm: a reader keeps it from shrinking, every read
/// searches all of it, and the disk fills. Whoever may read for long stops here.
pub const WAL_ALARM_BYTES: u64 = 256 << 20;

/// Watches the write-ahead logs that a long reader keeps from shrinking: its own file's, and
/// those of the files that are read at the same moment.
#[derive(Clone, Debug)]
pub struct WalWatch(Arc<[PathBuf]>);

impl WalWatch {
    /// Over the logs of these database files.
    pub fn over<'p>(files: impl IntoIterator<Item = &'p Path>) -> Self {
        Self(files.into_iter().map(Path::to_owned).collect())
    }

    /// # Errors
    /// One of the logs has reached `WAL_ALARM_BYTES`.
    pub fn look(&self) -> Result<(), Failed> {
        match self.0.iter().find(|file| bytes(file) >= WAL_ALARM_BYTES) {
            Some(file) => Err(Failed::Transient(format!(
                "the write-ahead log of {} reached {} MB",
                file.display(),
                WAL_ALARM_BYTES >> 20
            ))),
            None => Ok(()),
        }
    }
}

/// The size of the write-ahead log beside a database file; 0 where there is none.
pub(super) fn bytes(file: &Path) -> u64 {
    std::fs::metadata(beside(file)).map_or(0, |log| log.len())
}

/// The size of a log of so many pages: a header, and a page with a header of its own each.
pub(super) fn bytes_of(pages: u32) -> u64 {
    match pages {
        0 => 0,
        pages => 32 + u64::from(pages) * (24 + 4_096),
    }
}

/// The write-ahead log beside a database file.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push("-wal");
    name.into()
}
