//! The seal over the audit: a batch's rows and the seal before it, hashed, so that a row cannot
//! be changed, added or taken away unseen. Without a key it binds no one who may rewrite the
//! whole chain; the head, kept elsewhere, would.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use db::{Cell, Column};
use runtime::Moment;

use crate::store::{AuditHead, AuditSeal, OrderEvent, Rows};

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; Hash::BYTES]);

/// The audit rows of one batch on their way under a seal, taken in key order. A fold of small
/// size, so that a scan of the whole audit can hold all batches open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsealed {
    rows: u64,
    folded: Hash,
}

/// What is hashed says first what it is, so that a row never passes for a seal.
const OF_ROW: &[u8] = b"jangteo audit row 1";
const OF_SEAL: &[u8] = b"jangteo audit seal 1";
/// Most rows are shorter, and are put together without growing.
const ROW_BYTES: usize = 1_024;

/// Seals what this batch added to the audit; a batch that added nothing has no seal.
pub(crate) fn close(rows: &mut Rows, at: &Moment) {
    let mut unsealed = Unsealed::default();
    for row in rows.order_event.added() {
        unsealed.add(row);
    }
    if unsealed.is_empty() {
        return;
    }
    let head = rows.audit_head.get(&at.writer);
    let previous = head.map_or(Hash::NONE, |head| head.hash);
    let hash = unsealed.seal(previous);
    rows.audit_seal.add(AuditSeal {
        writer: at.writer,
        batch_no: at.batch_no,
        hash,
        previous,
    });
    rows.audit_head.put(AuditHead {
        writer: at.writer,
        batch_no: at.batch_no,
        hash,
    });
}

impl Unsealed {
    pub fn add(&mut self, row: &OrderEvent) {
        // Without `..`: whoever adds a column says here how rows without it keep their seal.
        let OrderEvent {
            order_id,
            saga_id,
            kind,
            no,
            at,
            actor,
            cause,
            trace,
            writer,
            batch_no,
            content,
        } = row;
        let mut hashed = Vec::with_capacity(ROW_BYTES);
        hashed.extend_from_slice(OF_ROW);
        hashed.extend_from_slice(&self.folded.0);
        let mut take = |cell: Cell<'_>| append(&mut hashed, cell);
        order_id.visit(&mut take);
        saga_id.visit(&mut take);
        kind.visit(&mut take);
        no.visit(&mut take);
        at.visit(&mut take);
        actor.visit(&mut take);
        cause.visit(&mut take);
        trace.visit(&mut take);
        writer.visit(&mut take);
        batch_no.visit(&mut take);
        content.visit(&mut take);
        self.folded = Hash::of(&hashed);
        self.rows += 1;
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The seal over these rows and all that is under the one before.
    pub fn seal(&self, previous: Hash) -> Hash {
        let rows = self.rows.to_be_bytes();
        Hash::of(&[OF_SEAL, &previous.0, &rows, &self.folded.0].concat())
    }
}

impl Default for Unsealed {
    fn default() -> Self {
        Self {
            rows: 0,
            folded: Hash::NONE,
        }
    }
}

impl Hash {
    const BYTES: usize = 32;
    /// Before a writer's first seal; also the seal of what was written before there were any.
    pub const NONE: Self = Self([0; Self::BYTES]);

    fn of(bytes: &[u8]) -> Self {
        let digest = digest(&SHA256, bytes);
        Self(digest.as_ref().try_into().expect("a SHA-256 has 32 bytes"))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Column for Hash {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Blob(&self.0));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Blob(bytes) => bytes.try_into().ok().map(Self),
            Cell::Null | Cell::Int(_) | Cell::Text(_) => None,
        }
    }
}

/// With its type and its length, so that one cell's end is never another's beginning.
fn append(hashed: &mut Vec<u8>, cell: Cell<'_>) {
    let mut take = |tag: u8, bytes: &[u8]| {
        hashed.push(tag);
        hashed.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        hashed.extend_from_slice(bytes);
    };
    match cell {
        Cell::Null => take(0, &[]),
        Cell::Int(value) => take(1, &value.to_be_bytes()),
        Cell::Text(value) => take(2, value.as_bytes()),
        Cell::Blob(value) => take(3, value),
    }
}

#[cfg(test)]
mod tests;
