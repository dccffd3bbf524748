//! Parking: a key whose event is poison, or whose aggregate is not known yet, is set aside with
//! all its later events, so that the others flow. Redriving takes the events up again in order.

use contracts::envelope::Event;
use contracts::time::Timestamp;
use db::{Parked, System};

use crate::batch::{Arrived, Origin};
use crate::decision::Outcome;

/// The first retry of an event whose aggregate is not known comes after a second.
const FIRST_RETRY_MICROS: i64 = 1_000_000;
/// And the waits double up to ten minutes.
const LONGEST_RETRY_MICROS: i64 = 600 * 1_000_000;
/// A key holds at most this many parked events; then its partition pauses.
pub const MOST_EVENTS_A_KEY: usize = 1_000;
/// At most this many keys are parked; then their partition pauses.
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

/// Names the parked row that a redriven input came from. An event fresh from its topic needs
/// none: the loop hands over no event of a key that is parked.
pub(crate) fn ask<I>(system: &mut System, arrived: &Arrived<I>) {
    if let Origin::Redriven { parked, .. } = &arrived.origin {
        system
            .parked
            .ask((parked.topic.clone(), parked.part, parked.key, parked.no));
    }
}

/// Parks an event that has to wait, and takes away the row of one that was redriven.
pub(crate) fn settle<I>(
    system: &mut System,
    arrived: &Arrived<I>,
    outcome: Outcome,
    now: Timestamp,
    waiting: &mut Vec<Parked>,
) {
    match &arrived.origin {
        Origin::Asked => {}
        Origin::Event {
            topic,
            part,
            seq,
            event,
        } if outcome.is_not_yet() => {
            let key = ParkedKey {
                topic: topic.clone(),
                part: *part,
                key: event.key(),
            };
            let here = system
                .parked
                .peek_under((topic.clone(), *part, key.key))
                .last();
            let no = here.map_or(1, |last| last.no + 1);
            let mut parked = row(&key, no, *seq, event, "its aggregate is not known yet");
            parked.waits = true;
            parked.retry_at = after(now, FIRST_RETRY_MICROS);
            system.parked.add(parked.clone());
            waiting.push(parked);
        }
        Origin::Event { .. } => {}
        Origin::Redriven { parked, .. } if outcome.is_not_yet() => {
            let attempts = parked.attempts + 1;
            let wait = FIRST_RETRY_MICROS << attempts.clamp(0, 20);
            let mut again = parked.as_ref().clone();
            again.waits = true;
            again.attempts = attempts;
            again.retry_at = after(now, wait.min(LONGEST_RETRY_MICROS));
            system.parked.put(again);
        }
        Origin::Redriven { parked, .. } => {
            system
                .parked
                .remove(&(parked.topic.clone(), parked.part, parked.key, parked.no));
        }
    }
}

fn after(now: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(micros))
}
