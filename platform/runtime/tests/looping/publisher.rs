//! Another service's outbox, written by hand.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contracts::envelope::{Actor, Event, ServiceName, Trace};
use contracts::events::Fact;
use contracts::events::promotion::CouponIssued;
use contracts::events::user::{UserDeactivated, UserRegistered};
use contracts::ids::{CouponId, UserCouponId, UserId};
use contracts::time::Timestamp;
use db::{Db, Failed, Outbox, OutboxId, Sqlite, System, Writer};
use event_log::{Topic, outbox_row};
use futures::FutureExt;

use crate::bench;

pub struct Publisher {
    db: Db,
    number: i64,
    file: PathBuf,
    next: i64,
    pub topic: Arc<Topic>,
}

/// An event's key and sequence.
pub type Told = (i64, i64);

/// Events that the counter hears.
pub fn left(told: impl IntoIterator<Item = Told>) -> Vec<Arc<Event>> {
    let fact = |key| {
        let (user_id, at) = (UserId::new(key), bench::now());
        Fact::UserDeactivated(UserDeactivated { user_id, at })
    };
    events(told, fact)
}

/// Events of the same topic that it does not hear.
pub fn joined(told: impl IntoIterator<Item = Told>) -> Vec<Arc<Event>> {
    let fact = |key| {
        let (user_id, name) = (UserId::new(key), "nobody".to_owned());
        Fact::UserRegistered(UserRegistered { user_id, name })
    };
    events(told, fact)
}

/// Events of another topic, which it hears too.
pub fn issued(told: impl IntoIterator<Item = Told>) -> Vec<Arc<Event>> {
    let fact = |key| {
        Fact::CouponIssued(CouponIssued {
            coupon_id: CouponId::new(1),
            user_coupon_id: UserCouponId::new(key),
            user_id: UserId::new(1),
            sequence_no: 1,
            expires_at: bench::now(),
        })
    };
    events(told, fact)
}

fn events(told: impl IntoIterator<Item = Told>, fact: impl Fn(i64) -> Fact) -> Vec<Arc<Event>> {
    let event = |(key, sequence)| {
        Arc::new(Event {
            sequence,
            at: bench::now(),
            actor: Actor::System,
            trace: Trace::NONE,
            cause: None,
            fact: fact(key),
        })
    };
    told.into_iter().map(event).collect()
}

impl Publisher {
    pub fn new(name: ServiceName, number: i64, file: &Path) -> Self {
        let db = Db::Sqlite(Sqlite::open(file, &[]).expect("a new file"));
        let topic = Arc::new(Topic::new(name.topic(), number, 1, file));
        Self {
            db,
            number,
            file: file.to_owned(),
            next: 1,
            topic,
        }
    }

    /// Commits events and makes them visible.
    pub fn publish(&mut self, events: Vec<Arc<Event>>) {
        let events: Vec<_> = (self.next..).zip(events).collect();
        let rows = events.iter().map(|(seq, event)| self.row(*seq, event));
        let rows = rows.collect();
        self.write(rows);
        self.topic.published(&events);
    }

    /// Its process starts anew: consumers read the file.
    pub fn restart(&mut self) {
        let name = self.topic.name().to_owned();
        self.topic = Arc::new(Topic::new(&name, self.number, self.next, &self.file));
    }

    /// Commits a row of a key that nobody can read. Consumers find it in the file.
    pub fn publish_unreadable(&mut self, key: i64) {
        let event = left([(key, 1)]).remove(0);
        let mut row = self.row(self.next, &event);
        row.kind = "UserTeleported".to_owned();
        self.write(vec![row]);
    }

    fn row(&self, seq: i64, event: &Event) -> Outbox {
        outbox_row(OutboxId::new(self.number, seq), event)
    }

    fn write(&mut self, rows: Vec<Outbox>) {
        self.next += i64::try_from(rows.len()).expect("a small number");
        let writer = Writer {
            id: self.number,
            epoch: 1,
            lease_until: Timestamp::from_micros(i64::MAX),
            batch_no: 1,
            next_seq: self.next,
            sent_seq: self.next - 1,
            last_ms: 0,
            timers_from: 0,
        };
        let whole = async {
            let mut system = System::default();
            system.writer.ask(writer.id);
            let mut tx = self.db.begin().await?;
            tx.fetch(&mut system).await?;
            system.writer.put(writer);
            rows.into_iter().for_each(|row| system.outbox.add(row));
            tx.flush(&mut system).await?;
            tx.commit().await?;
            Ok::<_, Failed>(())
        };
        whole.now_or_never().expect("no wait").expect("commits");
    }
}
