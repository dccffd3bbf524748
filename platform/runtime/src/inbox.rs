//! What a loop reads from its topics: events turned into inputs, positions, and the keys whose
//! events are set aside. Everything here is derived from committed rows and what was polled
//! since; after a rollback it is rewound to the rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use contracts::envelope::Event;
use contracts::saga::Kinds;
use contracts::time::Timestamp;
use db::{Failed, Parked};
use event_log::{Delivered, Raw, Start, Tail};

use crate::batch::{Arrived, Origin, Progress};
use crate::parking::{self, MOST_EVENTS_A_KEY, MOST_KEYS, ParkedKey};
use crate::service::{Accept, Service};

/// Each service is the only consumer of its partition on the embedded log.
const PART: i64 = 0;

/// The topics of one loop.
pub(crate) struct Inbox {
    sources: Vec<Source>,
    parked: BTreeMap<ParkedKey, Queue>,
    hears: Kinds,
}

struct Source {
    tail: Tail,
    /// What the database holds.
    committed: i64,
    /// The id of the last event polled, whether heard or skipped.
    last_id: String,
}

/// The parked events of one key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queue {
    pub events: usize,
    pub next_no: i64,
    /// When its first waiting event is tried again; `None` for poison, which waits for a person.
    pub retry_at: Option<Timestamp>,
}

/// What one poll brought.
pub(crate) struct Polled<I> {
    pub inputs: Vec<Arrived<I>>,
    pub park: Vec<Parked>,
}

impl Inbox {
    /// Each topic comes with what the rows say of the place in it.
    pub fn new(tails: Vec<(Tail, Start)>, parked: Vec<Parked>, hears: Kinds) -> Self {
        let sources = tails.into_iter().map(|(tail, start)| Source {
            tail,
            committed: start.next,
            last_id: start.last_id.unwrap_or_default(),
        });
        let mut inbox = Self {
            sources: sources.collect(),
            parked: BTreeMap::new(),
            hears,
        };
        for row in parked {
            inbox.queued(&row);
        }
        inbox
    }

    /// Reads up to `limit` events, fairly over the topics.
    pub fn poll<S: Service>(&mut self, limit: usize) -> Result<Polled<S::Input>, Failed> {
        let mut polled = Polled {
            inputs: Vec::new(),
            park: Vec::new(),
        };
        let share = limit / self.sources.len().max(1);
        for index in 0..self.sources.len() {
            if self.paused(index) {
                continue;
            }
            for delivered in self.sources[index].tail.poll(share)? {
                self.sort::<S>(index, delivered, &mut polled);
            }
        }
        Ok(polled)
    }

    fn sort<S: Service>(
        &mut self,
        index: usize,
        delivered: Delivered,
        polled: &mut Polled<S::Input>,
    ) {
        let topic = self.sources[index].tail.topic().name().to_owned();
        let seq = delivered.seq;
        let event = match delivered.event {
            Ok(event) => event,
            Err(raw) => {
                self.sources[index].last_id = raw_id(&raw);
                let key = ParkedKey {
                    topic,
                    part: PART,
                    key: raw.row.key,
                };
                return self.set_aside(key, polled, |key, no| raw_row(key, no, &raw));
            }
        };
        self.sources[index].last_id = event.id().to_string();
        if !self.hears.contains(event.kind()) {
            return;
        }
        let key = ParkedKey {
            topic: topic.clone(),
            part: PART,
            key: event.key(),
        };
        if self.parked.contains_key(&key) {
            let why = "it stands behind a parked event of its key";
            return self.set_aside(key, polled, |key, no| {
                parking::row(key, no, seq, &event, why)
            });
        }
        match S::accept(&event) {
            Accept::Ignore => {}
            Accept::Hear(input) => polled.inputs.push(Arrived {
                input,
                actor: event.actor,
                trace: event.trace.clone(),
                origin: Origin::Event {
                    topic,
                    part: PART,
                    seq,
                    event,
                },
            }),
            Accept::Poison(why) => {
                self.set_aside(key, polled, |key, no| {
                    parking::row(key, no, seq, &event, &why)
                });
            }
        }
    }

    fn set_aside<I>(
        &mut self,
        key: ParkedKey,
        polled: &mut Polled<I>,
        row: impl FnOnce(&ParkedKey, i64) -> Parked,
    ) {
        let no = self.parked.get(&key).map_or(1, |queue| queue.next_no);
        let row = row(&key, no);
        tracing::error!(
            topic = row.topic,
            key = row.key,
            seq = row.seq,
            why = row.why,
            "parked"
        );
        self.queued(&row);
        polled.park.push(row);
    }

    /// The row that sets aside an input whose decision failed for good.
    pub fn poisoned<I>(&mut self, arrived: &Arrived<I>, why: &str) -> Option<Parked> {
        let Origin::Event {
            topic,
            part,
            seq,
            event,
        } = &arrived.origin
        else {
            return None;
        };
        let key = ParkedKey {
            topic: topic.clone(),
            part: *part,
            key: event.key(),
        };
        let no = self.parked.get(&key).map_or(1, |queue| queue.next_no);
        let row = parking::row(&key, no, *seq, event, why);
        self.queued(&row);
        Some(row)
    }

    /// Notes a parked row, new or read at start.
    pub fn queued(&mut self, row: &Parked) {
        let key = ParkedKey {
            topic: row.topic.clone(),
            part: row.part,
            key: row.key,
        };
        let queue = self.parked.entry(key);
        let queue = queue.or_insert(Queue {
            events: 0,
            next_no: 1,
            retry_at: None,
        });
        queue.events += 1;
        queue.next_no = queue.next_no.max(row.no + 1);
        if row.waits {
            let earlier = queue
                .retry_at
                .map_or(row.retry_at, |at| at.min(row.retry_at));
            queue.retry_at = Some(earlier);
        }
    }

    /// Replaces what is known of a key by the rows it still has.
    pub fn requeue(&mut self, key: &ParkedKey, rows: &[Parked]) {
        self.parked.remove(key);
        for row in rows {
            self.queued(row);
        }
    }

    /// Keys whose waiting events are to be tried again.
    pub fn retries(&self, now: Timestamp) -> Vec<ParkedKey> {
        let due = self
            .parked
            .iter()
            .filter(|(_, queue)| queue.retry_at.is_some_and(|at| at <= now));
        due.map(|(key, _)| key.clone()).collect()
    }

    pub fn next_retry(&self) -> Option<Timestamp> {
        self.parked
            .values()
            .filter_map(|queue| queue.retry_at)
            .min()
    }

    /// A partition stops when setting aside would go on without end.
    fn paused(&self, index: usize) -> bool {
        let topic = self.sources[index].tail.topic().name();
        let mut keys = 0;
        for (key, queue) in &self.parked {
            if key.topic == topic {
                keys += 1;
                if queue.events >= MOST_EVENTS_A_KEY {
                    return true;
                }
            }
        }
        keys >= MOST_KEYS
    }

    /// How the positions move when the inputs before `rest` are done: to the last event of each
    /// topic among them, or past everything polled where `rest` holds nothing of the topic.
    pub fn progress<I>(&self, done: &[Arrived<I>], rest: &[Arrived<I>]) -> Vec<Progress> {
        let mut all = Vec::new();
        for source in &self.sources {
            let name = source.tail.topic().name();
            let of_topic = |arrived: &Arrived<I>| place_in(arrived, name).is_some();
            let (next, last_id) = if rest.iter().any(of_topic) {
                let last = done
                    .iter()
                    .rev()
                    .find_map(|arrived| place_in(arrived, name));
                match last {
                    Some((seq, event)) => (seq + 1, event.id().to_string()),
                    None => continue,
                }
            } else {
                (source.tail.next(), source.last_id.clone())
            };
            if next != source.committed {
                let topic = name.to_owned();
                let from = source.committed;
                all.push(Progress {
                    topic,
                    part: PART,
                    from,
                    next,
                    last_id,
                });
            }
        }
        all
    }

    /// The positions were written.
    pub fn committed(&mut self, progress: &[Progress]) {
        for moved in progress {
            for source in &mut self.sources {
                if source.tail.topic().name() == moved.topic {
                    source.committed = moved.next;
                    source.tail.committed(moved.next);
                }
            }
        }
    }

    /// Goes back to the committed positions: what was polled since will come again.
    pub fn rewind(&mut self) {
        for source in &mut self.sources {
            let committed = source.committed;
            source.tail.seek(committed);
        }
    }

    /// Another owner moved a position: goes where the rows say.
    pub fn reposition(&mut self, topic: &str, next: i64) {
        for source in &mut self.sources {
            if source.tail.topic().name() == topic {
                source.committed = next;
                source.tail.seek(next);
            }
        }
    }

    /// Whether positions moved over skipped events that no batch has written yet.
    pub fn moved(&self) -> bool {
        self.sources
            .iter()
            .any(|source| source.tail.next() != source.committed)
    }

    /// Whether some publisher runs elsewhere, so that nothing wakes this loop.
    pub fn must_look(&self) -> bool {
        self.sources
            .iter()
            .any(|source| source.tail.topic().is_elsewhere())
    }

    pub fn unread(&self) -> i64 {
        self.sources.iter().map(|source| source.tail.behind()).sum()
    }

    pub fn oldest_unread(&self) -> Result<Option<Timestamp>, Failed> {
        let mut oldest: Option<Timestamp> = None;
        for source in &self.sources {
            if let Some(at) = source.tail.oldest_unread()? {
                oldest = Some(oldest.map_or(at, |oldest| oldest.min(at)));
            }
        }
        Ok(oldest)
    }

    /// The ends of all topics now, for `has_passed`.
    pub fn ends(&self) -> Vec<i64> {
        self.sources
            .iter()
            .map(|source| source.tail.topic().end())
            .collect()
    }

    /// Whether everything up to `ends` was read and committed.
    pub fn has_passed(&self, ends: &[i64]) -> bool {
        self.sources
            .iter()
            .zip(ends)
            .all(|(source, end)| source.committed >= *end)
    }
}

fn place_in<'a, I>(arrived: &'a Arrived<I>, name: &str) -> Option<(i64, &'a Arc<Event>)> {
    match &arrived.origin {
        Origin::Event {
            topic, seq, event, ..
        } if topic == name => Some((*seq, event)),
        Origin::Event { .. } | Origin::Asked | Origin::Redriven { .. } => None,
    }
}

fn raw_row(key: &ParkedKey, no: i64, raw: &Raw) -> Parked {
    let row = &raw.row;
    Parked {
        topic: key.topic.clone(),
        part: key.part,
        key: key.key,
        no,
        kind: row.kind.clone(),
        version: row.version,
        sequence: row.sequence,
        seq: row.seq,
        event_at: row.at,
        body: row.body.clone(),
        why: raw.why.clone(),
        waits: false,
        attempts: 0,
        retry_at: Timestamp::from_micros(i64::MAX),
    }
}

/// An event that cannot be read has no id of its own: its place stands for it.
fn raw_id(raw: &Raw) -> String {
    format!("unreadable:{}:{}", raw.row.writer, raw.row.seq)
}
