//! One service in the simulator: its committed store, and in memory what a running loop keeps.
//! A crash takes the memory; whatever stands again stands because it was read from rows. It
//! replaces the loop around `run_batch`, never the batch itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use contracts::envelope::{Actor, Event, ServiceName};
use contracts::ids::Id;
use contracts::time::Timestamp;
use db::{Db, Failed, Outbox, OutboxId, Parked, Row, Store, System, Writer};
use futures::FutureExt;
use runtime::{Deadlines, Ids, Mark, Service};

use crate::planted::{Bug, Plant};
use crate::topics::{Lane, Partition, Topics};
use crate::topology::Instances;

mod attempt;
mod counted;
mod deadlines;
mod deposed;
mod inbox;
mod opening;
mod overtaken;
mod turn;
mod wrong;

pub use attempt::Ending;
pub use counted::Counted;
use overtaken::Successor;
pub use turn::{Timers, Told, Turn};

pub struct Node<S: Service> {
    pub db: Db,
    pub instances: Instances,
    pub bug: Option<Bug>,
    /// The instance that took the writer over last. None when that is down.
    memory: Option<Memory<S>>,
    /// Those that it was taken from and that run on.
    deposed: Vec<Memory<S>>,
    /// Whether it is one of those whose turn it is, and which stands in the active one's place.
    acts_deposed: bool,
    /// Whether clients reach one of those.
    faces_deposed: bool,
    /// Who took over in the middle of the turn under way.
    successor: Option<Successor<S>>,
    /// Keys whose batches fail for good, until somebody mends what they meet.
    poisoned: BTreeSet<i64>,
    /// A position was set back since the last start.
    rewound: bool,
    /// What was answered since somebody last looked.
    pub answers: Vec<(usize, Option<S::Reply>)>,
    /// The first transaction that failed for good although the schedule did not want it.
    pub broken: Option<String>,
    counted: Counted,
}

/// What one running instance keeps.
struct Memory<S: Service> {
    instance: usize,
    /// Another instance ran when this one started, and nothing was committed since.
    took_over: bool,
    mark: Mark,
    ids: Ids,
    places: Vec<Place>,
    /// How much of what each topic showed again was taken, by topic.
    again: [usize; 5],
    parked: BTreeMap<Lane, i64>,
    deadlines: Deadlines,
    timers_from: i64,
    commands: VecDeque<Command<S::Input>>,
    /// Events said since the start, for the relay: the rows hold the same.
    fresh: BTreeMap<i64, Arc<Event>>,
    last_now: Timestamp,
    /// How far Payment's log went, and since when by the clock here: for Order alone.
    paid_ends: Vec<(Timestamp, i64)>,
}

/// A place in a topic.
#[derive(Clone, Debug)]
struct Place {
    partition: Partition,
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
            instances: Instances::ONE,
            bug,
            memory: None,
            deposed: Vec::new(),
            acts_deposed: false,
            faces_deposed: false,
            successor: None,
            poisoned: BTreeSet::new(),
            rewound: false,
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

    /// The number of the instance that holds the writer.
    pub fn active(&self) -> Option<usize> {
        self.memory.as_ref().map(|memory| memory.instance)
    }

    /// A fresh id; none while it is down.
    pub fn next_id<Of>(&mut self, now: Timestamp) -> Option<Id<Of>> {
        let skews = self.instances.skew_micros;
        let front = self.front()?;
        let now = front.clock(skewed(now, skews[front.instance]));
        Some(front.ids.next(now))
    }

    /// What the clock of an instance shows.
    fn clock_of(&self, instance: usize, now: Timestamp) -> Timestamp {
        skewed(now, self.instances.skew_micros[instance])
    }

    /// Its own time: skewed, and never going back.
    fn clock(&mut self, now: Timestamp) -> Timestamp {
        let skews = self.instances.skew_micros;
        match &mut self.memory {
            Some(memory) => memory.clock(skewed(now, skews[memory.instance])),
            None => now,
        }
    }

    /// The clock of the instance that holds the writer is set.
    pub fn set_clock(&mut self, micros: i64) {
        let instance = self.active().unwrap_or_default();
        self.instances.skew_micros[instance] = micros;
    }

    /// Queues a command. False when nobody is there to take it.
    pub fn send(&mut self, ticket: usize, actor: Actor, input: S::Input) -> bool {
        self.counted.late_commands += u64::from(self.faces_deposed && !self.deposed.is_empty());
        let Some(front) = self.front() else {
            return false;
        };
        front.commands.push_back(Command {
            ticket,
            input,
            actor,
        });
        true
    }

    /// Takes the memory. Whoever waited for a reply learns nothing.
    pub fn crash(&mut self) {
        if let Some(memory) = self.memory.take() {
            self.counted.crashes += 1;
            self.lose(memory);
        }
    }

    /// Its rows go back to those of a backup. Whoever ran is gone: a shop is restored while it
    /// stands, and its folder's lock sees to that.
    pub fn restore(&mut self, rows: Db) {
        self.crash();
        while let Some(late) = self.deposed.pop() {
            self.lose(late);
        }
        self.rewound = false;
        self.db = rows;
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
        let row = self.db.get::<Outbox>(&OutboxId::new(Self::WRITER, seq));
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
    pub fn rewind(&mut self, topics: &Topics, partition: Partition, next: i64) -> bool {
        let mut system = System::default();
        system.consumed.ask(place_key::<S>(partition));
        self.fetch(&mut system);
        let Some(row) = system.consumed.get_mut(&place_key::<S>(partition)) else {
            return false;
        };
        if next >= row.next {
            return false;
        }
        row.next = next;
        row.last_id = topics.id_before(partition, next).unwrap_or_default();
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

    /// Takes a parked row away whose event is not heard any more: whoever was taken over from may
    /// not.
    fn let_go(&mut self, row: &Parked) {
        let mut system = System::default();
        system.writer.ask(Self::WRITER);
        system.parked.ask(row.key());
        self.fetch(&mut system);
        let epoch = system.writer.get(&Self::WRITER).map(|writer| writer.epoch);
        if epoch == self.memory.as_ref().map(|memory| memory.mark.epoch) {
            system.parked.remove(&row.key());
            self.write(&mut system);
        }
    }

    /// From now on every batch with this key fails for good.
    pub fn poison(&mut self, key: i64) {
        self.poisoned.insert(key);
    }

    pub fn mend(&mut self) {
        self.poisoned.clear();
    }

    pub fn parked_rows(&self, lane: Lane) -> Vec<Parked> {
        let Partition { topic, part } = lane.partition;
        let prefix = (topic.topic().to_owned(), part, lane.key);
        let rows = self.db.under::<Parked, _>(prefix);
        rows.expect("a store in memory can be read")
    }

    /// Whether nothing is left to do here without new input.
    pub fn is_quiet(&self, topics: &Topics) -> bool {
        self.memory.as_ref().is_some_and(|memory| {
            let end = |place: &Place| topics.of(place.partition.topic).end();
            let read = |place: &Place| place.committed == end(place);
            memory.commands.is_empty() && memory.parked.is_empty() && memory.places.iter().all(read)
        })
    }
}

impl<S: Service> Memory<S> {
    /// Never going back.
    fn clock(&mut self, shown: Timestamp) -> Timestamp {
        self.last_now = self.last_now.max(shown);
        self.last_now
    }
}

fn skewed(now: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(now.micros() + micros)
}

/// The publishers that a service listens to.
pub fn heard_topics<S: Service>() -> impl Iterator<Item = ServiceName> {
    let hears = S::hears();
    let all = ServiceName::ALL.iter().copied();
    all.filter(move |topic| hears.iter().any(|kind| kind.publisher() == *topic))
}

fn place_key<S: Service>(partition: Partition) -> (String, String, i64) {
    let topic = partition.topic.topic().to_owned();
    (S::CONSUMER.to_owned(), topic, partition.part)
}

fn done<T>(finished: Option<Result<T, Failed>>) -> T {
    finished
        .expect("a store in this process does not wait")
        .expect("a store in memory can be read and written")
}
