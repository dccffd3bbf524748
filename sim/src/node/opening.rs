//! An instance starts, or takes over from one that runs: everything is read from the rows, as an
//! opening loop does.

use std::collections::{BTreeMap, VecDeque};

use contracts::envelope::ServiceName;
use contracts::time::Timestamp;
use db::{Consumed, System, Writer};
use futures::FutureExt;
use runtime::{Deadlines, Ids, Mark, Timer, TimerChange, take_over};

use super::{Memory, Node, Place, heard_topics, place_key};
use crate::planted::{Bug, LoopBug, Plant};
use crate::topics::{Lane, Partition, Topics};

impl<S: Plant> Node<S> {
    /// An instance becomes the writer. Whoever ran under its number is gone; another one that runs
    /// is not asked, and goes on until a commit of it is refused.
    pub fn start(&mut self, topics: &Topics, instance: usize, now: Timestamp) {
        self.rewound = false;
        self.end(instance);
        let shown = self.clock_of(instance, now);
        let writer = self.take_writer(shown);
        let started = shown.max(Timestamp::from_millis(writer.last_ms));
        let (places, parked) = self.read_places(topics);
        let deadlines = self.open_deadlines(&writer, started);
        let memory = Memory {
            instance,
            took_over: self.memory.is_some(),
            mark: Mark {
                writer: writer.id,
                epoch: writer.epoch,
            },
            ids: Ids::new(writer.id, writer.last_ms),
            places,
            again: std::array::from_fn(|topic| topics.of(ServiceName::ALL[topic]).again(0).len()),
            parked,
            deadlines,
            timers_from: writer.timers_from,
            commands: VecDeque::new(),
            fresh: BTreeMap::new(),
            last_now: started,
            paid_ends: Vec::new(),
        };
        if let Some(before) = self.memory.replace(memory) {
            self.counted.taken_over += 1;
            self.deposed.push(before);
        }
        self.note_ends(topics, Timestamp::from_micros(i64::MIN));
    }

    fn read_places(&mut self, topics: &Topics) -> (Vec<Place>, BTreeMap<Lane, i64>) {
        let mut system = System::default();
        let partitions = || heard_topics::<S>().flat_map(|topic| topics.partitions_of(topic));
        for partition in partitions() {
            system.consumed.ask(place_key::<S>(partition));
        }
        for topic in heard_topics::<S>() {
            system.parked.ask_prefix(topic.topic().to_owned());
        }
        self.fetch(&mut system);
        let places = partitions().map(|partition| {
            let row = system.consumed.get(&place_key::<S>(partition));
            place(topics, partition, row)
        });
        let mut parked = BTreeMap::new();
        for topic in heard_topics::<S>() {
            for row in system.parked.under(topic.topic().to_owned()) {
                parked.insert(Lane::of(row), row.no + 1);
            }
        }
        (places.collect(), parked)
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
    fn open_deadlines(&mut self, writer: &Writer, now: Timestamp) -> Deadlines {
        let found = |from| S::open_timers(&self.db, from).expect("a store in memory can be read");
        let open: Vec<Timer> = found(writer.timers_from);
        self.counted.timers_lost += (found(0).len() - open.len()) as u64;
        if self.bug == Some(Bug::Loop(LoopBug::NoGrace)) {
            let mut deadlines = Deadlines::default();
            let set = open.into_iter().map(TimerChange::Set);
            set.for_each(|change| deadlines.apply(change));
            return deadlines;
        }
        Deadlines::opened(open, now)
    }
}

/// Where a start goes on reading. The event before must still be the one remembered; otherwise
/// everything is read again, and the fence absorbs it.
fn place(topics: &Topics, partition: Partition, row: Option<&Consumed>) -> Place {
    let committed = row.map_or(1, |row| row.next);
    let before = |row: &Consumed| topics.id_before(partition, row.next).unwrap_or_default();
    let known = |row: &Consumed| before(row) == row.last_id;
    Place {
        partition,
        committed,
        next: if row.is_some_and(known) { committed } else { 1 },
    }
}
