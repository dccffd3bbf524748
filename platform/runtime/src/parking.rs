//! Parking: a key whose event is poison, or whose aggregate is not known yet, is set aside with
//! all its later events, so that the others flow. Redriving takes the events up again in order.

use std::collections::BTreeSet;

use contracts::envelope::{Actor, Event};
use contracts::time::Timestamp;
use db::{Db, Discarded, Failed, Parked, Row, System, Table, Writer, rows};

use crate::batch::{Arrived, Batch, Mark, Origin};
use crate::decision::Decision;

/// The first retry of an event whose aggregate is not known comes after a second.
const FIRST_RETRY_MICROS: i64 = 1_000_000;
/// And the waits double up to ten minutes.
const LONGEST_RETRY_MICROS: i64 = 600 * 1_000_000;
/// A key holds at most this many parked events; then its partition pauses.
pub const MOST_EVENTS_A_KEY: usize = 1_000;
/// At about this many keys parked their partition pauses: what one batch sets aside may come on
/// top.
pub const MOST_KEYS: usize = 10_000;

/// A key that is set aside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParkedKey {
    pub topic: String,
    pub part: i64,
    pub key: i64,
}

/// An order to take a parked key up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    pub key: ParkedKey,
}

/// An order to take the first event of a parked key away without hearing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discard {
    pub key: ParkedKey,
    /// The event's number among those of its key; another one stays.
    pub no: i64,
    /// Who wants it and why: kept with the event.
    pub by: Actor,
    pub reason: String,
}

/// Why an event is set aside that is not to blame itself.
pub(crate) const BEHIND: &str = "it stands behind a parked event of its key";

impl ParkedKey {
    pub(crate) fn of(parked: &Parked) -> Self {
        Self {
            topic: parked.topic.clone(),
            part: parked.part,
            key: parked.key,
        }
    }

    pub(crate) fn is_of(&self, parked: &Parked) -> bool {
        (&self.topic, self.part, self.key) == (&parked.topic, parked.part, parked.key)
    }
}

/// Keys that one batch set aside: their later inputs in it are not decided.
#[derive(Debug, Default)]
pub(crate) struct Held(BTreeSet<ParkedKey>);

impl Held {
    pub fn holds<I>(&self, arrived: &Arrived<I>) -> bool {
        !self.0.is_empty() && key_of(arrived).is_some_and(|key| self.0.contains(&key))
    }

    fn hold<I>(&mut self, arrived: &Arrived<I>) {
        self.0.extend(key_of(arrived));
    }
}

pub(crate) fn key_of<I>(arrived: &Arrived<I>) -> Option<ParkedKey> {
    match &arrived.origin {
        Origin::Asked | Origin::Again { .. } => None,
        Origin::Event {
            topic, part, event, ..
        } => Some(ParkedKey {
            topic: topic.clone(),
            part: *part,
            key: event.key(),
        }),
        Origin::Redriven { parked, .. } => Some(ParkedKey::of(parked)),
    }
}

/// The row of an event set aside as number `no` of its key.
pub(crate) fn row(key: &ParkedKey, no: i64, seq: i64, event: &Event, why: &str) -> Parked {
    let kind = event.kind();
    Parked {
        topic: key.topic.clone(),
        part: key.part,
        key: key.key,
        no,
        kind: kind.name().to_owned(),
        version: i64::from(kind.version()),
        sequence: event.sequence,
        seq,
        event_at: event.at,
        body: event.encode_body(),
        why: why.to_owned(),
        waits: false,
        attempts: 0,
        retry_at: Timestamp::from_micros(i64::MAX),
    }
}

/// An undo that fails is tried again for ever, ever later: nobody may take it away, since what
/// it takes back would stand.
pub(crate) fn persist(parked: Parked, now: Timestamp) -> Parked {
    let wait = FIRST_RETRY_MICROS << parked.attempts.clamp(0, 20);
    Parked {
        waits: true,
        retry_at: after(now, wait.min(LONGEST_RETRY_MICROS)),
        ..parked
    }
}

/// The row of a parked event that was tried again and failed for good: it waits for a person.
pub(crate) fn failed_again(parked: &Parked, why: &str) -> Parked {
    Parked {
        why: why.to_owned(),
        waits: false,
        attempts: parked.attempts + 1,
        retry_at: Timestamp::from_micros(i64::MAX),
        ..parked.clone()
    }
}

/// Names the parked rows that a batch changes: those its redriven inputs came from, and those
/// that failed again. An event fresh from its topic needs none: the loop hands over no event of
/// a key that is parked.
pub(crate) fn ask<I>(system: &mut System, batch: &Batch<'_, I>) {
    for arrived in batch.inputs {
        if let Origin::Redriven { parked, .. } = &arrived.origin {
            system.parked.ask(parked.key());
        }
    }
    for parked in batch.park.iter().filter(|parked| parked.attempts > 0) {
        system.parked.ask(parked.key());
    }
}

/// Sets aside what the loop could not hand over. A row that was tried before replaces itself.
pub(crate) fn set_aside(system: &mut System, park: &[Parked]) {
    for parked in park {
        match parked.attempts {
            0 => system.parked.add(parked.clone()),
            _ => system.parked.put(parked.clone()),
        }
    }
}

/// Parks an event that has to wait, and takes away the row of one that was redriven.
pub(crate) fn settle<I>(
    system: &mut System,
    arrived: &Arrived<I>,
    decision: &Decision<impl Sized>,
    now: Timestamp,
    held: &mut Held,
) -> Option<Parked> {
    let behind = held.holds(arrived);
    if decision.is_not_yet() {
        held.hold(arrived);
    }
    match &arrived.origin {
        Origin::Event { seq, event, .. } if decision.is_not_yet() => {
            let key = key_of(arrived)?;
            let prefix = (key.topic.clone(), key.part, key.key);
            let last = system.parked.peek_under(prefix).last();
            let no = last.map_or(1, |last| last.no + 1);
            let parked = match behind {
                true => row(&key, no, *seq, event, BEHIND),
                false => Parked {
                    waits: true,
                    retry_at: after(now, FIRST_RETRY_MICROS),
                    ..row(&key, no, *seq, event, "its aggregate is not known yet")
                },
            };
            system.parked.add(parked.clone());
            Some(parked)
        }
        Origin::Redriven { .. } if behind => None,
        Origin::Redriven { parked, .. } if decision.is_not_yet() => {
            let attempts = parked.attempts + 1;
            let wait = FIRST_RETRY_MICROS << attempts.clamp(0, 20);
            system.parked.put(Parked {
                waits: true,
                attempts,
                retry_at: after(now, wait.min(LONGEST_RETRY_MICROS)),
                ..parked.as_ref().clone()
            });
            None
        }
        Origin::Redriven { parked, .. } => {
            system.parked.remove(&parked.key());
            None
        }
        Origin::Event { .. } | Origin::Again { .. } | Origin::Asked => None,
    }
}

rows! {
    /// What a discard changes.
    struct GivenUp {
        writer: Table<Writer>,
        parked: Table<Parked>,
        discarded: Table<Discarded>,
    }
}

/// Takes a parked row away that somebody gave up, and keeps it with who and why.
pub(crate) async fn give_up(
    db: &mut Db,
    mark: Mark,
    row: &Parked,
    (by, reason, at): (Actor, &str, Timestamp),
) -> Result<(), Failed> {
    let mut rows = GivenUp::default();
    let prefix = (row.topic.clone(), row.part, row.key);
    rows.writer.ask(mark.writer);
    rows.parked.ask(row.key());
    rows.discarded.ask_prefix(prefix.clone());
    let mut tx = db.begin().await?;
    tx.fetch(&mut rows).await?;
    mark.check(rows.writer.get(&mark.writer))?;
    let last = rows.discarded.under(prefix).last();
    let no = last.map_or(1, |last| last.no + 1);
    rows.parked.remove(&row.key());
    rows.discarded.add(Discarded {
        topic: row.topic.clone(),
        part: row.part,
        key: row.key,
        no,
        at,
        seq: row.seq,
        kind: row.kind.clone(),
        version: row.version,
        sequence: row.sequence,
        event_at: row.event_at,
        body: row.body.clone(),
        why: row.why.clone(),
        actor: by.to_string(),
        reason: reason.to_owned(),
    });
    tx.flush(&mut rows).await?;
    tx.commit().await
}

/// Takes a parked row away that this program does not hear any more.
pub(crate) async fn discard(db: &mut Db, mark: Mark, row: &Parked) -> Result<(), Failed> {
    let mut system = System::default();
    system.writer.ask(mark.writer);
    system.parked.ask(row.key());
    let mut tx = db.begin().await?;
    tx.fetch(&mut system).await?;
    mark.check(system.writer.get(&mark.writer))?;
    system.parked.remove(&row.key());
    tx.flush(&mut system).await?;
    tx.commit().await
}

fn after(now: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(micros))
}
