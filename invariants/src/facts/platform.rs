//! What every database holds besides its service's own tables.

use std::cmp::Ordering;
use std::time::Duration;

use contracts::envelope::{EventId, partition_of};
use contracts::events::Kind;
use contracts::ids::SagaId;
use contracts::saga::{self, Step};
use contracts::time::Timestamp;
use db::cell::KeyColumn;
use db::{Consumed, Failed, Fence, Idempotency, Outbox, Parked, Standing, Store, Writer};

use super::{each, places, under};

/// How far clocks may jump before a pruned outbox is taken for an incomplete one.
const CLOCK_ROOM: Duration = Duration::from_secs(24 * 3600);

/// The platform's rows of one database, in key order.
pub(crate) struct Platform {
    pub writers: Vec<Writer>,
    pub said: Vec<Said>,
    pub consumed: Vec<Consumed>,
    pub fences: Vec<Fence>,
    pub keys: Vec<Key>,
    pub parked: Vec<Aside>,
    /// Places in `said`, by kind, subject and sequence.
    by_kind: Vec<u32>,
    /// Events up to then may be gone; none is when this is none.
    pruned: Option<Timestamp>,
    oldest_fence: Option<Timestamp>,
}

/// An event of the outbox without its body.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub writer: i64,
    pub seq: i64,
    /// None for a kind, or a version of it, that this code does not know.
    pub kind: Option<Kind>,
    pub saga: Option<SagaId>,
    pub key: i64,
    pub sequence: i64,
    pub at: Timestamp,
}

/// An idempotency key that was answered.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub scope: String,
    pub reference: i64,
    pub status: i64,
}

/// An event set aside.
#[derive(Clone, Debug)]
pub(crate) struct Aside {
    pub topic: String,
    pub key: i64,
    pub kind: String,
    pub why: String,
}

/// How far a consumer has read a topic: the next number of each partition. A partition's numbers
/// are those of the outbox, with gaps where an event stands in another one.
pub(crate) struct ReadUpTo(Vec<i64>);

impl ReadUpTo {
    pub(super) fn of(
        platform: &Platform,
        (consumer, topic): (&str, &str),
        partitions: i64,
    ) -> Self {
        let next = |part| {
            let place = |row: &&Consumed| {
                row.consumer == consumer && row.topic == topic && row.part == part
            };
            let row = platform.consumed.iter().find(place);
            row.map_or(1, |row| row.next)
        };
        Self((0..partitions).map(next).collect())
    }

    /// The next number where the events of a key stand.
    pub fn next(&self, key: i64) -> i64 {
        let partitions = i64::try_from(self.0.len()).expect("there are few");
        let part = partition_of(key, partitions);
        self.0[usize::try_from(part).expect("counted from 0")]
    }

    pub fn is_past(&self, said: &Said) -> bool {
        said.seq < self.next(said.key)
    }
}

impl Platform {
    pub fn load(store: &impl Store) -> Result<Self, Failed> {
        let lowest = KeyColumn::lowest;
        let writers = store.all::<Writer>()?;
        let said = each(store, KeyColumn::lowest(), Said::of)?;
        let keys = each(store, String::new(), |row: Idempotency| Key {
            scope: row.scope,
            reference: row.reference,
            status: row.status,
        })?;
        let first = (String::new(), i64::MIN, i64::MIN, lowest());
        let parked = each(store, first, |row: Parked| Aside {
            topic: row.topic,
            key: row.key,
            kind: row.kind,
            why: row.why,
        })?;
        let by_kind = places(&said, Said::place);
        let fences = store.all::<Fence>()?;
        Ok(Self {
            pruned: pruned(&writers, &said),
            oldest_fence: fences.iter().map(|fence| fence.at).min(),
            writers,
            said,
            consumed: store.all()?,
            fences,
            keys,
            parked,
            by_kind,
        })
    }

    /// What the fence table remembers of a step.
    pub fn fence(&self, saga: SagaId, step: Step) -> Option<Standing> {
        self.fence_row(saga, step).map(|fence| fence.state)
    }

    pub fn fence_row(&self, saga: SagaId, step: Step) -> Option<&Fence> {
        let wanted = (saga, i64::from(step.code()));
        let rows = under(&self.fences, |fence| (fence.saga_id, fence.step), wanted);
        rows.first()
    }

    /// The events of a kind about one saga, or about one aggregate when they belong to none.
    pub fn told(&self, kind: Kind, subject: i64) -> impl Iterator<Item = &Said> {
        let place = |&at: &u32| self.said[at as usize].subject_place();
        under(&self.by_kind, place, (Some(kind), subject))
            .iter()
            .map(|&at| &self.said[at as usize])
    }

    pub fn tells(&self, kind: Kind, subject: i64) -> bool {
        self.told(kind, subject).next().is_some()
    }

    /// All events of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Said> {
        let place = |&at: &u32| self.said[at as usize].kind;
        under(&self.by_kind, place, Some(kind))
            .iter()
            .map(|&at| &self.said[at as usize])
    }

    /// Whether an event of that time must still be in the outbox.
    pub fn keeps(&self, at: Timestamp) -> bool {
        self.pruned.is_none_or(|floor| at > floor)
    }

    /// Whether nothing was taken from the outbox yet.
    pub fn is_whole(&self) -> bool {
        self.pruned.is_none()
    }

    /// Whether a fence of that time may have been taken away. Fences go after events, by age;
    /// what stands of a time tells that what is younger stands too.
    pub fn may_have_forgotten(&self, at: Timestamp) -> bool {
        let is_younger = |oldest: Timestamp| oldest.plus(CLOCK_ROOM) > at;
        !self.is_whole() && self.oldest_fence.is_none_or(is_younger)
    }

    /// The number of the next event.
    pub fn end(&self) -> i64 {
        let ends = self.writers.iter().map(|writer| writer.next_seq);
        ends.max().unwrap_or(1)
    }

    pub fn parks(&self, topic: &str, key: i64) -> bool {
        let aside = |parked: &Aside| parked.topic == topic && parked.key == key;
        self.parked.iter().any(aside)
    }
}

/// Until when events may be missing: a writer's first row is not its first event.
fn pruned(writers: &[Writer], said: &[Said]) -> Option<Timestamp> {
    let of_writer = |writer: &Writer| {
        let rows = under(said, |said| said.writer, writer.id);
        match rows.first() {
            Some(first) if first.seq <= 1 => None,
            Some(first) => Some(first.at.plus(CLOCK_ROOM)),
            None if writer.next_seq <= 1 => None,
            None => Some(Timestamp::from_micros(i64::MAX)),
        }
    };
    writers.iter().filter_map(of_writer).max()
}

impl Said {
    fn of(row: Outbox) -> Self {
        let known = |kind: &Kind| i64::from(kind.version()) == row.version;
        Self {
            writer: row.id.writer(),
            seq: row.id.seq(),
            kind: Kind::from_name(&row.kind).filter(known),
            saga: row.saga_id,
            key: row.key,
            sequence: row.sequence,
            at: row.at,
        }
    }

    /// The saga, or without one the aggregate.
    pub fn subject(&self) -> i64 {
        self.saga.map_or(self.key, SagaId::get)
    }

    /// As `Fact::id` makes it; none for an unknown kind.
    pub fn id(&self) -> Option<EventId> {
        let kind = self.kind?;
        Some(match (self.saga, saga::fact_step(kind)) {
            (Some(saga), Some((step, direction))) => EventId::Step {
                saga,
                step,
                direction,
            },
            (Some(_) | None, _) => EventId::Aggregate {
                key: self.key,
                kind,
                sequence: self.sequence,
            },
        })
    }

    fn subject_place(&self) -> (Option<Kind>, i64) {
        (self.kind, self.subject())
    }

    fn place(&self) -> (Option<Kind>, i64, i64) {
        (self.kind, self.subject(), self.sequence)
    }
}

/// Whether rows stand in the strict order of their keys; the first two that do not.
pub(crate) fn first_misplaced<T, K: Ord>(rows: &[T], key: impl Fn(&T) -> K) -> Option<&T> {
    let misplaced = |pair: &&[T]| key(&pair[0]).cmp(&key(&pair[1])) != Ordering::Less;
    rows.windows(2).find(misplaced).map(|pair| &pair[1])
}
