//! The logs between the services, one per publisher. On the embedded log the outbox is the log:
//! an event's offset is its outbox number, and it can be read once its relay has shown it. What a
//! relay shows twice comes to the consumers a second time, outside any position.

use std::sync::Arc;

use contracts::envelope::{Event, ServiceName};

/// The logs of all five publishers.
#[derive(Clone, Debug, Default)]
pub struct Topics {
    logs: [Log; 5],
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

impl Topics {
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

    /// The id of the event before an offset: what a position remembers of it.
    pub fn id_before(&self, offset: i64) -> Option<String> {
        self.at(offset - 1).map(|event| event.id().to_string())
    }
}

fn index(seq: i64) -> usize {
    usize::try_from(seq - 1).expect("outbox numbers count from 1")
}
