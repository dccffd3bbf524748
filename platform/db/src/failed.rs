//! How a transaction fails, sorted by what the loop must do next.

/// A transaction that did not commit. Nothing of it stands.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Busy, deadlock, lost connection: the whole batch again from the start.
    #[error("the store could not serve the transaction now: {0}")]
    Transient(String),
    /// Another owner moved this consumer's position: drop the events read, seek, try again.
    #[error("position of topic {topic}, partition {part} is {found}, not {expected}")]
    Moved {
        topic: String,
        part: i64,
        expected: i64,
        found: i64,
    },
    /// Another instance raised the writer's epoch: this loop may not write again.
    #[error("writer {writer} is at epoch {found}, not {expected}")]
    Deposed {
        writer: i64,
        expected: i64,
        found: i64,
    },
    /// No room: commands get 503, events pause, reads go on.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The store may not know what is on its disk: the process ends, with no reply and no retry.
    #[error("a failed fsync or write leaves the file in doubt: {0}")]
    InDoubt(String),
    /// Wrong with these rows or inputs, and wrong again next time.
    #[error("{0}")]
    Permanent(String),
}
