//! Opening a loop: taking the writer over, finding the places in the topics, the parked keys and
//! the open timers, all from the rows.

use std::marker::PhantomData;
use std::sync::Arc;

use contracts::time::Timestamp;
use db::{Db, Failed, Parked, System, Writer};
use event_log::{EventLog, Start, Tail, Topic};

use crate::deadlines::Deadlines;
use crate::handle::{Handle, Shared};
use crate::ids::Ids;
use crate::inbox::Inbox;
use crate::looping::{Loop, Parts};
use crate::service::Service;
use crate::status::add;

/// Raises the writer's epoch, so that whoever wrote before can no longer; makes the writer row of
/// a new file. On the embedded log the lock on the data folder stands for the lease.
pub async fn take_over(db: &mut Db, writer: i64, now: Timestamp) -> Result<Writer, Failed> {
    let mut system = System::default();
    system.writer.ask(writer);
    let mut tx = db.begin().await?;
    tx.fetch(&mut system).await?;
    let taken = match system.writer.get(&writer) {
        Some(found) => Writer {
            epoch: found.epoch + 1,
            ..found.clone()
        },
        None => Writer {
            id: writer,
            epoch: 1,
            lease_until: Timestamp::from_micros(i64::MAX),
            batch_no: 0,
            next_seq: 1,
            sent_seq: 0,
            last_ms: now.millis(),
            timers_from: 0,
        },
    };
    system.writer.put(taken.clone());
    tx.flush(&mut system).await?;
    tx.commit().await?;
    Ok(taken)
}

/// What a loop is made of.
pub struct OpenLoop<S: Service> {
    pub db: Db,
    /// As `take_over` gave it.
    pub writer: Writer,
    /// Where the events it says become visible; `None` for one that says nothing.
    pub publishes: Option<Arc<Topic>>,
    pub log: EventLog,
    pub clock: fn() -> Timestamp,
    pub service: PhantomData<S>,
}

impl<S: Service> OpenLoop<S> {
    /// Reads from the rows what the loop keeps in memory.
    pub async fn open(self) -> Result<(Loop<S>, Handle<S>), Failed> {
        let ids = Ids::new(self.writer.id, self.writer.last_ms);
        let shared = Arc::new(Shared::<S>::new(self.clock, ids));
        let handle = Handle::new(Arc::clone(&shared));
        Ok((self.read(shared).await?, handle))
    }

    /// Opens a loop again that a fault point struck, for the handles it had. What it committed
    /// and did not publish becomes visible.
    pub async fn reopen(self, handle: &Handle<S>) -> Result<Loop<S>, Failed> {
        if let Some(topic) = &self.publishes {
            topic.recovered(self.writer.next_seq);
        }
        let running = self.read(Arc::clone(handle.shared())).await?;
        handle.shared().look_again();
        add(&handle.status().reopened, 1);
        Ok(running)
    }

    async fn read(mut self, shared: Arc<Shared<S>>) -> Result<Loop<S>, Failed> {
        let topics: std::collections::BTreeSet<&'static str> = S::hears()
            .iter()
            .map(|kind| kind.publisher().topic())
            .collect();
        let mut system = System::default();
        for topic in &topics {
            system
                .consumed
                .ask((S::CONSUMER.to_owned(), (*topic).to_owned(), 0));
            system.parked.ask_prefix((*topic).to_owned());
        }
        let mut tx = self.db.begin().await?;
        tx.fetch(&mut system).await?;
        drop(tx);
        let mut tails = Vec::new();
        let mut parked: Vec<Parked> = Vec::new();
        for topic in topics {
            let row = system
                .consumed
                .get(&(S::CONSUMER.to_owned(), topic.to_owned(), 0));
            let start = Start {
                next: row.map_or(1, |row| row.next),
                last_id: row
                    .map(|row| row.last_id.clone())
                    .filter(|id| !id.is_empty()),
            };
            let found = self
                .log
                .topic(topic)
                .ok_or_else(|| Failed::Permanent(format!("the event log has no topic {topic}")))?;
            let wake = Arc::clone(&shared.wake);
            let tail = Tail::open(Arc::clone(found), S::CONSUMER, &start, wake)?;
            tails.push((tail, start));
            parked.extend(system.parked.under(topic.to_owned()).cloned());
        }
        let inbox = Inbox::new(tails, parked, S::hears());
        let deadlines = self.deadlines()?;
        let parts = Parts {
            db: self.db,
            writer: self.writer,
            publishes: self.publishes,
            inbox,
            deadlines,
            shared,
        };
        Ok(Loop::new(parts))
    }

    fn deadlines(&self) -> Result<Deadlines, Failed> {
        let from = self.writer.timers_from;
        let open = match &self.db {
            Db::Sqlite(sqlite) => match sqlite.reader()? {
                Some(reader) => S::open_timers(&reader, from)?,
                None => Vec::new(),
            },
            Db::MySql(never) => match *never {},
            Db::Maps(maps) => S::open_timers(maps, from)?,
        };
        // The loop's time never goes back behind the writer's, and the grace counts from there.
        let started = (self.clock)().max(Timestamp::from_millis(self.writer.last_ms));
        Ok(Deadlines::opened(open, started))
    }
}
