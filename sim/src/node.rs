//! One service in the simulator: its committed store, and in memory what a running loop keeps.
//! A crash takes the memory; whatever stands again stands because it was read from rows. It
//! replaces the loop around `run_batch`, never the batch itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use contracts::envelope::{Actor, Event, ServiceName};
use contracts::ids::Id;
use contracts::time::Timestamp;
use db::{Consumed, Db, Failed, Outbox, Parked, Row, Store, System, Writer};
use futures::FutureExt;
use runtime::{Ids, Mark, Service, Timer, TimerChange, take_over};

use crate::planted::{Bug, LoopBug, Plant};
use crate::topics::Topics;

mod attempt;
mod counted;
mod inbox;
mod turn;
mod wrong;

pub use attempt::Ending;
pub use counted::Counted;
pub use turn::{Timers, Told, Turn};

/// Each service has one partition and consumes all others' only one.
const PART: i64 = 0;

pub struct Node<S: Service> {
    pub db: Db,
    /// How far its clock is off.
    pub skew_micros: i64,
    pub bug: Option<Bug>,
    /// None while it is down.
    memory: Option<Memory<S>>,
    /// Keys whose batches fail for good, until somebody mends what they meet.
    poisoned: BTreeSet<i64>,
    /// A position was set back since the last start.
    rewound: bool,
    /// Who wrote before the last start: it may wake up.
    deposed: Option<Mark>,
    /// What was answered since somebody last looked.
    pub answers: Vec<(usize, Option<S::Reply>)>,
    /// The first transaction that failed for good although the schedule did not want it.
    pub broken: Option<String>,
    counted: Counted,
}

/// One key of one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    pub topic: ServiceName,
    pub key: i64,
}

struct Memory<S: Service> {
    mark: Mark,
    ids: Ids,
    places: Vec<Place>,
    /// How much of what each topic showed again was taken, by topic.
    again: [usize; 5],
    parked: BTreeMap<Lane, i64>,
    timers: BTreeMap<i64, Timestamp>,
    timers_from: i64,
    commands: VecDeque<Command<S::Input>>,
    /// Events said since the start, for the relay: the rows hold the same.
    fresh: BTreeMap<i64, Arc<Event>>,
    last_now: Timestamp,
}

/// A place in a topic.
#[derive(Clone, Debug)]
struct Place {
    topic: ServiceName,
    committed: i64,
    next: i64,
}

struct Command<I> {
    ticket: usize,
    input: I,
    actor: Actor,
}

impl<S: Plant> Node<S> {
    pub fn new(db: Db, bug: Option<Bug>) -> Self {
        Self {
            db,
            skew_micros: 0,
            bug,
            memory: None,
            poisoned: BTreeSet::new(),
            rewound: false,
            deposed: None,
            answers: Vec::new(),
            broken: None,
            counted: Counted::default(),
        }
    }

    /// The number of its writer, and so the node of its ids.
    pub const WRITER: i64 = S::NAME as i64 + 1;

    pub fn is_up(&self) -> bool {
        self.memory.is_some()
    }

    pub fn counted(&self) -> Counted {
        self.counted
    }

    /// A fresh id; none while it is down.
    pub fn next_id<Of>(&mut self, now: Timestamp) -> Option<Id<Of>> {
        let now = self.clock(now);
        self.memory.as_ref().map(|memory| memory.ids.next(now))
    }

    /// Its own time: skewed, and never going back.
    fn clock(&mut self, now: Timestamp) -> Timestamp {
        let own = Timestamp::from_micros(now.micros() + self.skew_micros);
        match &mut self.memory {
            Some(memory) => {
                memory.last_now = memory.last_now.max(own);
                memory.last_now
            }
            None => own,
        }
    }

    /// Queues a command. False when nobody is there to take it.
    pub fn send(&mut self, ticket: usize, actor: Actor, input: S::Input) -> bool {
        let Some(memory) = &mut self.memory else {
            return false;
        };
        memory.commands.push_back(Command {
            ticket,
            input,
            actor,
        });
        true
    }

    /// Takes the memory. Whoever waited for a reply learns nothing.
    pub fn crash(&mut self) {
        if let Some(memory) = self.memory.take() {
            self.deposed = Some(memory.mark);
            self.counted.crashes += 1;
            let unknown = memory.commands.into_iter();
            self.answers
                .extend(unknown.map(|command| (command.ticket, None)));
        }
    }

    /// Its rows go back to those of a backup. Whoever ran is gone: a shop is restored while it
    /// stands, and its folder's lock sees to that.
    pub fn restore(&mut self, rows: Db) {
        self.crash();
        self.deposed = None;
        self.rewound = false;
        self.db = rows;
    }

    /// Reads everything from the rows, as a starting loop does.
    pub fn start(&mut self, topics: &Topics, now: Timestamp) {
        self.rewound = false;
        let started = Timestamp::from_micros(now.micros() + self.skew_micros);
        let writer = self.take_writer(started);
        let mut system = System::default();
        for topic in heard_topics::<S>() {
            system.consumed.ask(place_key::<S>(topic));
            system.parked.ask_prefix(topic.topic().to_owned());
        }
        self.fetch(&mut system);
        let mut places = Vec::new();
        let mut parked = BTreeMap::new();
        for topic in heard_topics::<S>() {
            let row = system.consumed.get(&place_key::<S>(topic));
            places.push(place(topics, topic, row));
            for row in system.parked.under(topic.topic().to_owned()) {
                let lane = Lane {
                    topic,
                    key: row.key,
                };
                parked.insert(lane, row.no + 1);
            }
        }
        let timers = self.open_timers(&writer);
        self.memory = Some(Memory {
            mark: Mark {
                writer: writer.id,
                epoch: writer.epoch,
            },
            ids: Ids::new(writer.id, writer.last_ms),
            places,
            again: std::array::from_fn(|topic| topics.of(ServiceName::ALL[topic]).again(0).len()),
            parked,
            timers,
            timers_from: writer.timers_from,
            commands: VecDeque::new(),
            fresh: BTreeMap::new(),
            last_now: started.max(Timestamp::from_millis(writer.last_ms)),
        });
    }

    fn take_writer(&mut self, now: Timestamp) -> Writer {
        let kept = match self.bug {
            Some(Bug::Loop(LoopBug::EpochNotRaised)) => self.writer_row(),
            Some(_) | None => None,
        };
        match kept {
            Some(writer) => writer,
            None => take_over(&mut self.db, Self::WRITER, now)
                .now_or_never()
                .expect("a store in this process does not wait")
                .expect("a start can take its writer over"),
        }
    }

    /// The timers a start finds; what it would miss is counted.
    fn open_timers(&mut self, writer: &Writer) -> BTreeMap<i64, Timestamp> {
        let found = |from| S::open_timers(&self.db, from).expect("a store in memory can be read");
        let by_key = |timers: Vec<Timer>| -> BTreeMap<i64, Timestamp> {
            timers
                .into_iter()
                .map(|open| (open.key, open.due))
                .collect()
        };
        let timers = by_key(found(writer.timers_from));
        let all = by_key(found(0));
        self.counted.timers_lost += (all.len() - timers.len()) as u64;
        timers
    }

    pub fn writer_row(&self) -> Option<Writer> {
        self.db
            .get::<Writer>(&Self::WRITER)
            .expect("a store in memory can be read")
    }

    /// The event of an outbox number, if it is committed: from memory, or decoded from its row.
    pub fn outbox(&self, seq: i64) -> Option<Arc<Event>> {
        let fresh = self.memory.as_ref()?.fresh.get(&seq);
        fresh.cloned().or_else(|| self.outbox_row(seq))
    }

    fn outbox_row(&self, seq: i64) -> Option<Arc<Event>> {
        let key = (Self::WRITER, seq);
        let row = self.db.get::<Outbox>(&key);
        let row = row.expect("a store in memory can be read")?;
        let version = u16::try_from(row.version).expect("versions are small");
        let event = Event::decode(&row.kind, version, row.sequence, row.at, &row.body);
        Some(Arc::new(event.expect("what was encoded can be decoded")))
    }

    /// The number the next event said here will have.
    pub fn outbox_end(&self) -> i64 {
        self.writer_row().map_or(1, |writer| writer.next_seq)
    }

    /// Sets a position back by hand, as an operator could. A running loop finds out by
    /// itself.
    pub fn rewind(&mut self, topics: &Topics, topic: ServiceName, next: i64) -> bool {
        let mut system = System::default();
        system.consumed.ask(place_key::<S>(topic));
        self.fetch(&mut system);
        let Some(row) = system.consumed.get_mut(&place_key::<S>(topic)) else {
            return false;
        };
        if next >= row.next {
            return false;
        }
        row.next = next;
        row.last_id = topics.of(topic).id_before(next).unwrap_or_default();
        self.write(&mut system);
        self.rewound = true;
        true
    }

    pub fn is_rewound(&self) -> bool {
        self.rewound
    }

    fn fetch(&mut self, system: &mut System) {
        let read = async {
            let mut tx = self.db.begin().await?;
            tx.fetch(system).await
        };
        done(read.now_or_never());
    }

    fn write(&mut self, system: &mut System) {
        let write = async {
            let mut tx = self.db.begin().await?;
            tx.flush(system).await?;
            tx.commit().await
        };
        done(write.now_or_never());
    }

    /// Takes a parked row away whose event is not heard any more.
    fn let_go(&mut self, row: &Parked) {
        let mut system = System::default();
        system.parked.ask(row.key());
        self.fetch(&mut system);
        system.parked.remove(&row.key());
        self.write(&mut system);
    }

    /// From now on every batch with this key fails for good.
    pub fn poison(&mut self, key: i64) {
        self.poisoned.insert(key);
    }

    pub fn mend(&mut self) {
        self.poisoned.clear();
    }

    pub fn parked_rows(&self, lane: Lane) -> Vec<Parked> {
        let prefix = (lane.topic.topic().to_owned(), PART, lane.key);
        let rows = self.db.under::<Parked, _>(prefix);
        rows.expect("a store in memory can be read")
    }

    /// Whether nothing is left to do here without new input.
    pub fn is_quiet(&self, topics: &Topics) -> bool {
        self.memory.as_ref().is_some_and(|memory| {
            let read = |place: &Place| place.committed == topics.of(place.topic).end();
            memory.commands.is_empty() && memory.parked.is_empty() && memory.places.iter().all(read)
        })
    }

    pub fn has_timers(&self) -> bool {
        let open = |memory: &Memory<S>| !memory.timers.is_empty();
        self.memory.as_ref().is_some_and(open)
    }
}

impl<S: Service> Memory<S> {
    fn apply(&mut self, change: TimerChange) {
        match change {
            TimerChange::Set(timer) => self.timers.insert(timer.key, timer.due),
            TimerChange::Clear { key } => self.timers.remove(&key),
        };
    }
}

/// The publishers that a service listens to.
pub fn heard_topics<S: Service>() -> impl Iterator<Item = ServiceName> {
    let hears = S::hears();
    let all = ServiceName::ALL.iter().copied();
    all.filter(move |topic| hears.iter().any(|kind| kind.publisher() == *topic))
}

fn place_key<S: Service>(topic: ServiceName) -> (String, String, i64) {
    (S::CONSUMER.to_owned(), topic.topic().to_owned(), PART)
}

/// Where a start goes on reading. The event before must still be the one remembered; otherwise
/// everything is read again, and the fence absorbs it.
fn place(topics: &Topics, topic: ServiceName, row: Option<&Consumed>) -> Place {
    let committed = row.map_or(1, |row| row.next);
    let known =
        |row: &Consumed| topics.of(topic).id_before(row.next).as_ref() == Some(&row.last_id);
    Place {
        topic,
        committed,
        next: if row.is_some_and(known) { committed } else { 1 },
    }
}

fn done<T>(finished: Option<Result<T, Failed>>) -> T {
    finished
        .expect("a store in this process does not wait")
        .expect("a store in memory can be read and written")
}
