//! The log of events between services: publish, poll, wake. On the embedded backend the
//! publishers' outbox tables are the log and consumers tail them by sequence number. What an
//! event means, and where a consumer stands, is not kept here: positions live in the consumer's
//! own database.

mod embedded;
mod ring;
mod row;

pub use embedded::{Delivered, Raw, Start, Tail, Topic};
pub use row::outbox_row;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// How many partitions a topic has: the embedded log numbers a publisher's events once.
pub const PARTITIONS: i64 = 1;
/// The number of that one.
pub const PART: i64 = 0;

/// Where events go through, chosen once when a process starts.
#[derive(Clone)]
pub enum EventLog {
    Embedded(Topics),
    /// Apache Kafka: named so that every match knows it, not yet built.
    Kafka(Infallible),
}

/// The topics of one process, by name.
#[derive(Clone, Default)]
pub struct Topics {
    by_name: BTreeMap<String, Arc<Topic>>,
}

impl Topics {
    pub fn new(topics: impl IntoIterator<Item = Arc<Topic>>) -> Self {
        let by_name = topics
            .into_iter()
            .map(|topic| (topic.name().to_owned(), topic))
            .collect();
        Self { by_name }
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Topic>> {
        self.by_name.get(name)
    }
}

impl EventLog {
    /// The topic of that name, when this log has it.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        match self {
            Self::Embedded(topics) => topics.get(name),
            Self::Kafka(never) => match *never {},
        }
    }
}
