//! Topics over outbox tables. A consumer sees an event only once its publisher's commit returned,
//! that is after its fsync; otherwise a position could survive a power cut that the event did not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use contracts::envelope::Event;
use contracts::ids::SagaId;
use contracts::time::Timestamp;
use db::{Failed, Outbox, OutboxId, Reader, Readers, Store, Writer};
use sync::{Mutex, MutexGuard, Notify};

use crate::ring::Ring;

/// Rows of a page when the log is searched.
const PAGE: usize = 1_024;
/// A saga ends within minutes; past this many rows a search gives what it has.
const MOST_SCANNED: i64 = 1_000_000;

/// One publisher's events.
pub struct Topic {
    name: String,
    writer: i64,
    readers: Readers,
    /// True when the publisher runs in another process, on the same folder: then nothing wakes
    /// the consumers, and the end is read from the publisher's writer row.
    elsewhere: bool,
    state: Mutex<State>,
}

struct State {
    ring: Ring,
    /// An entry outlives its tail: what a consumer that ended did not read is still needed.
    consumers: BTreeMap<String, Consumer>,
}

impl State {
    fn needed_from(&self) -> i64 {
        let slowest = self.consumers.values().map(|consumer| consumer.next).min();
        slowest.unwrap_or_else(|| self.ring.end())
    }
}

struct Consumer {
    wake: Arc<Notify>,
    /// The next number this consumer has not committed yet.
    next: i64,
}

/// An event as it reaches a consumer.
#[derive(Debug)]
pub struct Delivered {
    pub seq: i64,
    pub event: Result<Arc<Event>, Box<Raw>>,
}

impl Delivered {
    /// When it was committed.
    pub fn at(&self) -> Timestamp {
        match &self.event {
            Ok(event) => event.at,
            Err(raw) => raw.row.at,
        }
    }
}

/// A row of the log that could not be read as an event.
#[derive(Debug)]
pub struct Raw {
    pub row: Outbox,
    pub why: String,
}

impl Raw {
    /// An event that cannot be read has no id of its own: its place stands for it.
    pub fn id(&self) -> String {
        format!("unreadable:{}:{}", self.row.id.writer(), self.row.id.seq())
    }
}

/// Where a consumer's database says it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub next: i64,
    /// The id of the event before `next`; `None` when nothing was read yet.
    pub last_id: Option<String>,
}

/// One consumer's place in one topic.
pub struct Tail {
    topic: Arc<Topic>,
    consumer: String,
    next: i64,
    /// The id of the event before the place where it was taken up.
    last_id: Option<String>,
}

impl Topic {
    /// `end` is the writer row's `next_seq`: the number the next event will have.
    pub fn new(name: &str, writer: i64, end: i64, file: &Path) -> Self {
        let state = State {
            ring: Ring::starting_at(end),
            consumers: BTreeMap::new(),
        };
        Self {
            name: name.to_owned(),
            writer,
            readers: Readers::new(file),
            elsewhere: false,
            state: Mutex::new(state),
        }
    }

    /// The topic of a publisher that another process runs on the same folder.
    pub fn elsewhere(name: &str, writer: i64, file: &Path) -> Self {
        Self {
            elsewhere: true,
            ..Self::new(name, writer, 1, file)
        }
    }

    /// Whether consumers must look for themselves.
    pub fn is_elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// Reads how far a publisher in another process has come; it has nothing while its file is
    /// not there.
    fn refresh(&self) -> Result<(), Failed> {
        if self.elsewhere && self.is_there() {
            let writer = self
                .readers
                .with(|reader| reader.get::<Writer>(&self.writer))?;
            self.lock()
                .ring
                .end_at(writer.map_or(1, |writer| writer.next_seq));
        }
        Ok(())
    }

    /// A publisher in another process may not have made its file yet.
    fn is_there(&self) -> bool {
        !self.elsewhere || self.readers.path().exists()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number after the newest committed event.
    pub fn end(&self) -> i64 {
        self.lock().ring.end()
    }

    /// Makes committed events visible and wakes the consumers.
    pub fn published(&self, events: &[(i64, Arc<Event>)]) {
        if events.is_empty() {
            return;
        }
        let mut state = self.lock();
        let needed = state.needed_from();
        let read = state.ring.take_before(needed);
        state.ring.push(events);
        for consumer in state.consumers.values() {
            consumer.wake.notify_one();
        }
        drop(state);
        // Not while the consumers wait for the lock.
        drop(read);
    }

    /// The publisher was opened again: what it had committed by then is visible.
    pub fn recovered(&self, end: i64) {
        let mut state = self.lock();
        state.ring.end_at(end);
        for consumer in state.consumers.values() {
            consumer.wake.notify_one();
        }
    }

    /// The lowest number some consumer still needs: nothing from there on may be forgotten.
    pub fn needed_from(&self) -> i64 {
        self.lock().needed_from()
    }

    /// Where each consumer stands: the next number it has not committed.
    pub fn places(&self) -> Vec<(String, i64)> {
        let state = self.lock();
        let places = state.consumers.iter();
        places
            .map(|(name, consumer)| (name.clone(), consumer.next))
            .collect()
    }

    /// Whether a consumer of that name was ever opened here.
    pub fn has_consumer(&self, name: &str) -> bool {
        self.lock().consumers.contains_key(name)
    }

    /// The events of one saga committed from `from` on, in commit order, as far as the log still
    /// has them. Commit times ascend with the numbers, so the search begins in the right place;
    /// it ends after `MOST_SCANNED` rows.
    pub fn of_saga(&self, saga: SagaId, from: Timestamp) -> Result<Vec<Event>, Failed> {
        self.readers.with(|reader| {
            let mut next = self.first_since(reader, from)?;
            let mut found = Vec::new();
            let last = next.saturating_add(MOST_SCANNED);
            while next < last {
                let page = self.page(reader, next, PAGE)?;
                let Some(newest) = page.last() else { break };
                next = newest.id.seq() + 1;
                let of_saga = page.into_iter().filter(|row| row.saga_id == Some(saga));
                let events = of_saga.filter_map(|row| delivered(row).event.ok());
                found.extend(events.map(Arc::unwrap_or_clone));
            }
            Ok(found)
        })
    }

    /// The lowest number whose event was committed at `from` or later.
    fn first_since(&self, reader: &Reader, from: Timestamp) -> Result<i64, Failed> {
        let (mut low, mut high) = (1, self.end());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.page(reader, middle, 1)?.first() {
                Some(row) if row.at < from => low = row.id.seq() + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to `limit` rows of this publisher, from a number on.
    fn page(&self, reader: &Reader, from: i64, limit: usize) -> Result<Vec<Outbox>, Failed> {
        let mut rows = reader.page_from::<Outbox>(&self.id(from), limit)?;
        // Behind its last row begins the next writer of the same database.
        rows.retain(|row| row.id.writer() == self.writer);
        Ok(rows)
    }

    fn row(&self, seq: i64) -> Result<Option<Outbox>, Failed> {
        if !self.is_there() {
            return Ok(None);
        }
        self.readers
            .with(|reader| reader.get::<Outbox>(&self.id(seq)))
    }

    fn id(&self, seq: i64) -> OutboxId {
        OutboxId::new(self.writer, seq)
    }
}

impl Tail {
    /// Takes up a topic where the consumer's database says it stands. When the event before that
    /// place is not the one it read, the log was changed under it: it seeks to that event if the
    /// log still has it, else to the log's first event, and says so. Natural keys and the fence
    /// absorb what comes again.
    pub fn open(
        topic: Arc<Topic>,
        consumer: &str,
        start: &Start,
        wake: Arc<Notify>,
    ) -> Result<Self, Failed> {
        let Start { next, last_id } = place(&topic, consumer, start)?;
        let entry = Consumer { wake, next };
        topic.lock().consumers.insert(consumer.to_owned(), entry);
        Ok(Self {
            topic,
            consumer: consumer.to_owned(),
            next,
            last_id,
        })
    }

    pub fn topic(&self) -> &Arc<Topic> {
        &self.topic
    }

    /// The number of the event that the next poll begins with.
    pub fn next(&self) -> i64 {
        self.next
    }

    /// The id of the event before the place where it was taken up, when that is known.
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// Up to `limit` events, in order; the place moves past them.
    pub fn poll(&mut self, limit: usize) -> Result<Vec<Delivered>, Failed> {
        self.topic.refresh()?;
        let in_memory = self.topic.lock().ring.from(self.next, limit);
        let delivered: Vec<_> = match in_memory {
            Some(events) => {
                let events = events.into_iter();
                events
                    .map(|(seq, event)| Delivered {
                        seq,
                        event: Ok(event),
                    })
                    .collect()
            }
            None => self.read(limit)?,
        };
        if let Some(last) = delivered.last() {
            self.next = last.seq + 1;
        }
        Ok(delivered)
    }

    /// Goes back, or on, to a place read from the database.
    pub fn seek(&mut self, next: i64) {
        self.next = next;
    }

    /// Tells the topic what was committed, so that it knows what may be forgotten.
    pub fn committed(&self, next: i64) {
        if let Some(consumer) = self.topic.lock().consumers.get_mut(&self.consumer) {
            consumer.next = next;
        }
    }

    /// Messages not yet polled.
    pub fn behind(&self) -> i64 {
        (self.topic.end() - self.next).max(0)
    }

    /// When the oldest event not yet polled was committed.
    pub fn oldest_unread(&self) -> Result<Option<Timestamp>, Failed> {
        if self.behind() == 0 {
            return Ok(None);
        }
        if let Some(events) = self.topic.lock().ring.from(self.next, 1) {
            return Ok(events.first().map(|(_, event)| event.at));
        }
        Ok(self.topic.row(self.next)?.map(|row| row.at))
    }

    fn read(&self, limit: usize) -> Result<Vec<Delivered>, Failed> {
        let rows = self
            .topic
            .readers
            .with(|reader| self.topic.page(reader, self.next, limit))?;
        Ok(rows.into_iter().map(delivered).collect())
    }
}

fn delivered(row: Outbox) -> Delivered {
    let version = u16::try_from(row.version).unwrap_or(u16::MAX);
    let event = Event::decode(&row.kind, version, row.sequence, row.at, &row.body);
    Delivered {
        seq: row.id.seq(),
        event: event.map(Arc::new).map_err(|error| {
            Box::new(Raw {
                why: error.to_string(),
                row,
            })
        }),
    }
}

/// Checks that the log before `start.next` is the log the consumer read.
fn place(topic: &Topic, consumer: &str, start: &Start) -> Result<Start, Failed> {
    let Some(expected) = &start.last_id else {
        return Ok(start.clone());
    };
    topic.refresh()?;
    let found = topic.row(start.next - 1)?;
    if found.is_some_and(|row| id_of(row) == *expected) {
        return Ok(start.clone());
    }
    let mut at = None;
    let mut first = None;
    let mut compare = |row: Outbox| {
        let seq = row.id.seq();
        if row.id.writer() == topic.writer {
            first.get_or_insert(seq);
            if id_of(row) == *expected {
                at = Some(seq + 1);
            }
        }
    };
    if topic.is_there() {
        topic
            .readers
            .with(|reader| reader.each_from::<Outbox>(&topic.id(0), &mut compare))?;
    }
    let next = at.or(first).unwrap_or_else(|| topic.end());
    tracing::warn!(
        consumer,
        topic = topic.name(),
        believed = start.next,
        next,
        "the log is not the one that was read; reading again from another place"
    );
    let last_id = at.map(|_| expected.clone());
    Ok(Start { next, last_id })
}

fn id_of(row: Outbox) -> String {
    match delivered(row).event {
        Ok(event) => event.id().to_string(),
        Err(raw) => raw.id(),
    }
}
