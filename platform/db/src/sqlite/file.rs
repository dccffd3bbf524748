//! A look at a database file before SQLite touches it: foreign and cut files are refused with
//! nothing changed, not even a log beside them.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use rusqlite::Connection;

use super::OpenError;
use super::wal;

/// "JNGT": marks a file as one of ours.
const APPLICATION_ID: u32 = 0x4a4e_4754;
/// How every SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;

/// What stands at the place of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No file, or one that nothing was written to yet.
    Nothing,
    Ours,
}

/// Reads the header and holds it against the file.
pub(super) fn look(path: &Path) -> Result<Found, OpenError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound => Ok(Found::Nothing),
                ErrorKind::PermissionDenied => Err(OpenError::NoPermission),
                _ => Err(OpenError::Damaged(error.to_string())),
            };
        }
    };
    let unreadable = |error: std::io::Error| OpenError::Damaged(error.to_string());
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(OpenError::Foreign);
    }
    let mut header = Vec::with_capacity(HEADER_BYTES);
    let mut beginning = file.take(HEADER_BYTES as u64);
    beginning.read_to_end(&mut header).map_err(unreadable)?;
    if header.is_empty() {
        return Ok(Found::Nothing);
    }
    if !header.starts_with(MAGIC) {
        return Err(OpenError::Foreign);
    }
    if header.len() < HEADER_BYTES {
        return Err(OpenError::Damaged("it ends within its header".to_owned()));
    }
    if number(&header, 68) != APPLICATION_ID {
        return Err(OpenError::Foreign);
    }
    // Who writes and reads it: 1 a journal, 2 a log, and nothing else that SQLite knows.
    if !(1..=2).contains(&header[18]) || !(1..=2).contains(&header[19]) {
        return Err(OpenError::Damaged("its format is unknown".to_owned()));
    }
    match is_cut(path, &header, about.len()) {
        true => Err(OpenError::Damaged("it was cut short".to_owned())),
        false => Ok(Found::Ours),
    }
}

/// Marks a new file as ours, before its journal becomes a log: the mark is in the file itself.
pub(super) fn mark(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)
}

/// Whether the file is shorter than its header says. With a log beside it the header may be
/// ahead of the file: then SQLite mends it.
fn is_cut(path: &Path, header: &[u8], bytes: u64) -> bool {
    let log = std::fs::metadata(wal::beside(path)).map_or(0, |log| log.len());
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let count_is_valid = number(header, 24) == number(header, 92);
    log == 0 && count_is_valid && bytes < page * u64::from(number(header, 28))
}

fn number(header: &[u8], at: usize) -> u32 {
    header[at..at + 4]
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}
