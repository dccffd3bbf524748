//! The logs between the services, one per publisher. An event's offset is its outbox number, and
//! it can be read once its relay has shown it. What a relay shows twice comes to the consumers a
//! second time, outside any position.
//!
//! A log has one partition, as the embedded log, or several: then each holds the events of its own
//! keys, with gaps between their offsets, and is read and positioned by itself.

use std::fmt;
use std::sync::Arc;

use contracts::envelope::{Event, ServiceName, partition_of};
use db::Parked;

/// The logs of all five publishers, which have as many partitions each.
#[derive(Clone, Debug)]
pub struct Topics {
    logs: [Log; 5],
    partitions: i64,
}

/// One partition of one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partition {
    pub topic: ServiceName,
    pub part: i64,
}

/// One key of one topic, in the partition where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    pub partition: Partition,
    pub key: i64,
}

/// What one relay published, and how far it knows that it has.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// By outbox number, from 1. None is an event that was never shown, which a bug does.
    entries: Vec<Option<Arc<Event>>>,
    /// What was shown again, in that order.
    again: Vec<Arc<Event>>,
    /// The relay's own mark: every outbox number up to here was published.
    pub sent: i64,
}

impl Lane {
    pub fn of(row: &Parked) -> Self {
        Self {
            partition: Partition::named(&row.topic, row.part),
            key: row.key,
        }
    }
}

impl Partition {
    /// Of a position's or a parked event's row.
    pub fn named(topic: &str, part: i64) -> Self {
        let mut all = ServiceName::ALL.iter().copied();
        let topic = all.find(|service| service.topic() == topic);
        let topic = topic.expect("rows name the topics of the five services");
        Self { topic, part }
    }

    pub fn is(self, topic: &str, part: i64) -> bool {
        self.topic.topic() == topic && self.part == part
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, part } = self;
        write!(f, "{topic}, partition {part}")
    }
}

impl Topics {
    pub fn new(partitions: i64) -> Self {
        Self {
            logs: Default::default(),
            partitions,
        }
    }

    pub fn partitions(&self) -> i64 {
        self.partitions
    }

    /// All partitions of a publisher's log.
    pub fn partitions_of(&self, topic: ServiceName) -> impl Iterator<Item = Partition> + use<> {
        (0..self.partitions).map(move |part| Partition { topic, part })
    }

    /// Where the events of a key stand in every log.
    pub fn partition_of(&self, key: i64) -> i64 {
        partition_of(key, self.partitions)
    }

    pub fn lane(&self, topic: ServiceName, key: i64) -> Lane {
        let part = self.partition_of(key);
        Lane {
            partition: Partition { topic, part },
            key,
        }
    }

    /// The event at an offset, if it was shown and stands in this partition.
    pub fn at(&self, partition: Partition, offset: i64) -> Option<&Arc<Event>> {
        let event = self.of(partition.topic).at(offset);
        event.filter(|event| self.partition_of(event.key()) == partition.part)
    }

    /// The id of the last event of a partition before an offset: what a position remembers of it.
    pub fn id_before(&self, partition: Partition, offset: i64) -> Option<String> {
        let before = (1..offset).rev();
        let mut events = before.filter_map(|offset| self.at(partition, offset));
        events.next().map(|event| event.id().to_string())
    }

    pub fn of(&self, publisher: ServiceName) -> &Log {
        &self.logs[publisher as usize]
    }

    pub fn of_mut(&mut self, publisher: ServiceName) -> &mut Log {
        &mut self.logs[publisher as usize]
    }
}

impl Log {
    pub fn publish(&mut self, seq: i64, event: Arc<Event>) {
        let index = index(seq);
        if index < self.entries.len() {
            return self.again.push(event);
        }
        self.entries.resize_with(index, || None);
        self.entries.push(Some(event));
    }

    /// Shows an event again that was shown before.
    pub fn repeat(&mut self, event: Arc<Event>) {
        self.again.push(event);
    }

    /// The offset that the next event will have.
    pub fn end(&self) -> i64 {
        i64::try_from(self.entries.len()).expect("a schedule is short") + 1
    }

    /// None where nothing was shown.
    pub fn at(&self, offset: i64) -> Option<&Arc<Event>> {
        let index = usize::try_from(offset.checked_sub(1)?).ok()?;
        self.entries.get(index)?.as_ref()
    }

    /// What was shown again after the first so many.
    pub fn again(&self, after: usize) -> &[Arc<Event>] {
        self.again.get(after..).unwrap_or_default()
    }

    pub fn entries(&self) -> &[Option<Arc<Event>>] {
        &self.entries
    }
}

fn index(seq: i64) -> usize {
    usize::try_from(seq - 1).expect("outbox numbers count from 1")
}
