//! What a loop reads from its topics: events turned into inputs, positions, and the keys whose
//! events are set aside. Everything here is derived from committed rows and what was polled
//! since; after a rollback it is rewound to the rows.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use contracts::envelope::Event;
use contracts::saga::Kinds;
use contracts::time::Timestamp;
use db::{Failed, Parked};
use event_log::{Delivered, PART, Raw, Start, Tail};

use crate::batch::{Arrived, Origin, Progress};
use crate::handle::Observer;
use crate::looping::message;
use crate::parking::{self, ParkedKey};
use crate::queues::Queues;
use crate::service::{Accept, Service};

/// The topics of one loop.
pub(crate) struct Inbox {
    sources: Vec<Source>,
    pub queues: Queues,
    hears: Kinds,
}

struct Source {
    tail: Tail,
    /// What the database holds.
    committed: i64,
    /// The last event polled, whether heard or skipped.
    last: Last,
    /// Whether nothing is read, because too much of the topic is set aside.
    paused: bool,
}

/// The event before a source's place. Its id is made only when a position is written.
enum Last {
    Id(String),
    Event(Arc<Event>),
}

impl Last {
    fn id(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Event(event) => event.id().to_string(),
        }
    }
}

/// What one poll brought.
pub(crate) struct Polled<I> {
    pub inputs: Vec<Arrived<I>>,
    pub park: Vec<Parked>,
    /// Whether as many events came as were asked for: there may be more.
    pub is_full: bool,
}

impl Inbox {
    /// Each topic comes with what the rows say of the place in it.
    pub fn new(tails: Vec<(Tail, Start)>, parked: Vec<Parked>, hears: Kinds) -> Self {
        let sources = tails.into_iter().map(|(tail, start)| Source {
            last: Last::Id(tail.last_id().unwrap_or_default().to_owned()),
            tail,
            committed: start.next,
            paused: false,
        });
        let mut inbox = Self {
            sources: sources.collect(),
            queues: Queues::default(),
            hears,
        };
        for row in parked {
            inbox.queues.queued(&row);
        }
        inbox
    }

    /// Reads up to `limit` events: of each topic its share, then what is left of the others'. They
    /// come in the order they were said, as far as clocks tell: nothing depends on it, but a story
    /// reads better in order.
    pub fn poll<S: Service>(
        &mut self,
        limit: usize,
        observer: Option<&Observer>,
    ) -> Result<Polled<S::Input>, Failed> {
        let mut topics = Vec::with_capacity(self.sources.len());
        topics.resize_with(self.sources.len(), Vec::new);
        let share = limit / self.sources.len().max(1);
        let stood = self.unread_from();
        let mut left = limit;
        for most in [share, limit] {
            for (index, topic) in topics.iter_mut().enumerate() {
                if left > 0 && !self.pauses(index) {
                    let events = self.sources[index].tail.poll(most.min(left))?;
                    left -= events.len();
                    topic.extend(events);
                }
            }
        }
        let mut topics: Vec<_> = topics
            .into_iter()
            .map(|events| events.into_iter().peekable())
            .collect();
        let mut polled = Polled {
            inputs: Vec::new(),
            park: Vec::new(),
            is_full: false,
        };
        loop {
            let heads = topics.iter_mut().enumerate();
            let heads = heads.filter_map(|(index, events)| Some((events.peek()?.at(), index)));
            let Some((_, index)) = heads.min() else {
                polled.is_full = left == 0 && self.unread_from() > stood;
                return Ok(polled);
            };
            let delivered = topics[index].next().expect("a head that was seen");
            if self.is_too_much(index, &delivered) {
                // The topic stands at this event until its key has room again.
                self.sources[index].tail.seek(delivered.seq);
                topics[index] = Vec::new().into_iter().peekable();
                continue;
            }
            if let (Some(observe), Ok(event)) = (observer, &delivered.event) {
                observe(event);
            }
            self.sort::<S>(index, delivered, &mut polled);
        }
    }

    /// Whether an event would stand behind as many of its key as are ever set aside.
    fn is_too_much(&self, index: usize, delivered: &Delivered) -> bool {
        if !self.queues.has_any() {
            return false;
        }
        let key = match &delivered.event {
            Ok(event) if self.hears.contains(event.kind()) => event.key(),
            Ok(_) => return false,
            Err(raw) => raw.row.key,
        };
        self.queues.is_full(&self.key(index, key))
    }

    fn sort<S: Service>(
        &mut self,
        index: usize,
        delivered: Delivered,
        polled: &mut Polled<S::Input>,
    ) {
        let seq = delivered.seq;
        let event = match delivered.event {
            Ok(event) => event,
            Err(raw) => {
                self.sources[index].last = Last::Id(raw.id());
                let key = self.key(index, raw.row.key);
                let row = self
                    .queues
                    .set_aside(&key, |key, no| raw_row(key, no, &raw));
                return polled.park.push(row);
            }
        };
        self.sources[index].last = Last::Event(Arc::clone(&event));
        if !self.hears.contains(event.kind()) {
            return;
        }
        if self.queues.has_any() {
            let key = self.key(index, event.key());
            if self.queues.holds(&key) {
                let row = self.queues.set_aside(&key, |key, no| {
                    parking::row(key, no, seq, &event, parking::BEHIND)
                });
                return polled.park.push(row);
            }
        }
        match accept::<S>(&event) {
            Accept::Ignore => {}
            Accept::Hear(input) => polled.inputs.push(Arrived {
                input,
                actor: event.actor,
                trace: event.trace.clone(),
                origin: Origin::Event {
                    topic: self.sources[index].tail.topic().name().to_owned(),
                    part: PART,
                    seq,
                    event,
                },
            }),
            Accept::Poison(why) => {
                let key = self.key(index, event.key());
                let row = self
                    .queues
                    .set_aside(&key, |key, no| parking::row(key, no, seq, &event, &why));
                polled.park.push(row);
            }
        }
    }

    fn key(&self, index: usize, key: i64) -> ParkedKey {
        ParkedKey {
            topic: self.sources[index].tail.topic().name().to_owned(),
            part: PART,
            key,
        }
    }

    /// Parts the rows to park: those that the positions move past, and those still ahead of them.
    /// A row that was tried before is only changed, at any time.
    pub fn passed(&self, park: Vec<Parked>, progress: &[Progress]) -> (Vec<Parked>, Vec<Parked>) {
        let place = |topic: &str| {
            let moved = progress.iter().find(|moved| moved.topic == topic);
            moved.map(|moved| moved.next).or_else(|| {
                let mut sources = self.sources.iter();
                let source = sources.find(|source| source.tail.topic().name() == topic);
                source.map(|source| source.committed)
            })
        };
        park.into_iter().partition(|row| {
            row.attempts > 0 || place(&row.topic).is_none_or(|place| row.seq < place)
        })
    }

    /// A partition stops when setting aside would go on without end.
    fn pauses(&mut self, index: usize) -> bool {
        let source = &mut self.sources[index];
        let topic = source.tail.topic().name();
        let pauses = self.queues.are_too_long(topic);
        if pauses && !source.paused {
            tracing::error!(topic, "too much is parked: reading stops");
        }
        source.paused = pauses;
        pauses
    }

    /// How many topics are not read, because too much of them is set aside.
    pub fn paused(&self) -> usize {
        self.sources.iter().filter(|source| source.paused).count()
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
                (source.tail.next(), source.last.id())
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
        self.queues.settled();
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

    /// Grows as events are polled, and only so far as a topic that stands lets it.
    fn unread_from(&self) -> i64 {
        self.sources.iter().map(|source| source.tail.next()).sum()
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
            // A source that was taken up elsewhere reads again what it had committed.
            .all(|(source, end)| source.committed.min(source.tail.next()) >= *end)
    }
}

fn place_in<'a, I>(arrived: &'a Arrived<I>, name: &str) -> Option<(i64, &'a Arc<Event>)> {
    match &arrived.origin {
        Origin::Event {
            topic, seq, event, ..
        } if topic == name => Some((*seq, event)),
        Origin::Event { .. } | Origin::Again { .. } | Origin::Asked | Origin::Redriven { .. } => {
            None
        }
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
        seq: row.id.seq(),
        event_at: row.at,
        body: row.body.clone(),
        why: raw.why.clone(),
        waits: false,
        attempts: 0,
        retry_at: Timestamp::from_micros(i64::MAX),
    }
}

/// What the service makes of an event. A panic is not its answer: the event is poison.
pub(crate) fn accept<S: Service>(event: &Event) -> Accept<S::Input> {
    let accepted = std::panic::catch_unwind(AssertUnwindSafe(|| S::accept(event)));
    accepted
        .unwrap_or_else(|panic| Accept::Poison(format!("panicked: {}", message(panic.as_ref()))))
}
