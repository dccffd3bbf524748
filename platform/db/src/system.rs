//! The platform's own rows: the writer, its outbox, the consumed positions, the fence, the
//! idempotency keys and the parked events. Every service's database has them.

use contracts::ids::SagaId;
use contracts::time::Timestamp;

use crate::cell::KeyColumn;
use crate::{Cell, Column, Table, coded, row, rows};

row! {
    /// A running batch loop. Its number is also the node of the ids it makes. Kept is the one who
    /// writes; whoever takes it over is another connection.
    pub struct Writer in "writer" keeps 1 {
        key { pub id: i64 }
        /// Raised by whoever takes the writer over; a loop with an older one may not write.
        pub epoch: i64,
        pub lease_until: Timestamp,
        /// Counts this writer's committed transactions: settles a commit of unknown outcome.
        pub batch_no: i64,
        /// The outbox number of the next event; dense, from 1.
        pub next_seq: i64,
        /// Every event up to here was published.
        pub sent_seq: i64,
        /// Ids made from here on carry a later millisecond, whatever the clock says.
        pub last_ms: i64,
        /// No timer is open for a key below this one: where a start begins its scan.
        pub timers_from: i64,
    }
}

/// Where an event stands: its writer and that writer's number of it, in one whole number, because
/// rows under such a key cost least to append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboxId(i64);

impl OutboxId {
    /// More events than a writer ever says.
    const SEQ_BITS: u32 = 40;
    const LAST_SEQ: i64 = (1 << Self::SEQ_BITS) - 1;

    /// A number that no event can have becomes the nearest, so that a search for it stays with
    /// its writer.
    pub const fn new(writer: i64, seq: i64) -> Self {
        let seq = match seq {
            ..0 => 0,
            0..=Self::LAST_SEQ => seq,
            _ => Self::LAST_SEQ,
        };
        Self((writer << Self::SEQ_BITS) | seq)
    }

    pub const fn writer(self) -> i64 {
        self.0 >> Self::SEQ_BITS
    }

    pub const fn seq(self) -> i64 {
        self.0 & Self::LAST_SEQ
    }
}

impl Column for OutboxId {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        self.0.visit(visit);
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        i64::read(cell).map(Self)
    }
}

impl KeyColumn for OutboxId {
    fn lowest() -> Self {
        Self(i64::MIN)
    }
}

row! {
    /// An event, committed with the rows that made it true.
    pub struct Outbox in "outbox" {
        key { pub id: OutboxId }
        pub saga_id: Option<SagaId>,
        /// The partition key: events of one key are read in one order.
        pub key: i64,
        pub kind: String,
        pub version: i64,
        /// The version of the aggregate that the event tells of.
        pub sequence: i64,
        pub at: Timestamp,
        pub body: String,
    }
}

row! {
    /// How far a consumer has read one partition of a topic. Kept are all that one service has.
    pub struct Consumed in "consumed" keeps 16 {
        key { pub consumer: String, pub topic: String, pub part: i64 }
        pub next: i64,
        /// The id of the event before `next`.
        pub last_id: String,
        pub at: Timestamp,
    }
}

coded! {
    /// What is remembered of a saga's step. None of these is "nothing was heard yet".
    pub enum Standing {
        Applied = 1,
        Undone = 2,
        Refused = 3,
        Void = 4,
    }
}

row! {
    /// The memory of a step that no ledger row keeps. Only its end is in memory: few rows are ever
    /// written, and new sagas stand behind them.
    pub struct Fence in "saga_fence" keeps 0 {
        key { pub saga_id: SagaId, pub step: i64 }
        pub state: Standing,
        pub at: Timestamp,
    }
}

row! {
    /// A command that changed something, by the key its caller gave it.
    pub struct Idempotency in "idempotency" {
        key {
            /// Caller, route and key, so that no caller ever meets another's.
            pub scope: String
        }
        /// Hash of method, path and body.
        pub fingerprint: Vec<u8>,
        /// What the command made; the answer is built from it again.
        pub reference: i64,
        pub status: i64,
        pub at: Timestamp,
    }
}

row! {
    /// An event set aside, with all later ones of its key behind it.
    pub struct Parked in "parked" {
        key { pub topic: String, pub part: i64, pub key: i64, pub no: i64 }
        pub kind: String,
        pub version: i64,
        pub sequence: i64,
        /// Its number in the log it came from.
        pub seq: i64,
        pub event_at: Timestamp,
        pub body: String,
        pub why: String,
        /// True when it only waits for its aggregate to become known; then it is retried.
        pub waits: bool,
        pub attempts: i64,
        pub retry_at: Timestamp,
    }
}

row! {
    /// A parked event that somebody gave up: it was not heard, and this is its trace.
    pub struct Discarded in "discarded" {
        key { pub topic: String, pub part: i64, pub key: i64, pub no: i64 }
        pub at: Timestamp,
        pub seq: i64,
        pub kind: String,
        pub version: i64,
        pub sequence: i64,
        pub event_at: Timestamp,
        pub body: String,
        /// Why it was parked.
        pub why: String,
        /// Who gave it up, and why.
        pub actor: String,
        pub reason: String,
    }
}

rows! {
    /// What each batch reads and writes beside the service's rows. Positions come first in lock
    /// order: a second owner of a partition stops there, before any work.
    pub struct System {
        pub consumed: Table<Consumed>,
        pub writer: Table<Writer>,
        pub outbox: Table<Outbox>,
        pub parked: Table<Parked>,
    }
}
