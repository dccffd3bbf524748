//! A publisher that commits events as the runtime does, without one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contracts::envelope::{Actor, Event, Trace};
use contracts::events::{Fact, UserDeactivated};
use contracts::ids::UserId;
use contracts::time::Timestamp;
use db::{Db, Failed, Outbox, OutboxId, Sqlite, System, Writer};
use event_log::{Delivered, Start, Tail, Topic, outbox_row};
use futures::FutureExt;
use tempfile::TempDir;
use tokio::sync::Notify;

pub const WRITER: i64 = 7;

pub struct Publisher {
    folder: TempDir,
    db: Db,
    pub next: i64,
}

impl Publisher {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = open(&folder.path().join("user.db"));
        Self {
            folder,
            db,
            next: 1,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("user.db")
    }

    pub fn topic(&self) -> Arc<Topic> {
        Arc::new(Topic::new("users", WRITER, self.next, &self.path()))
    }

    /// Commits events of these users, one each, and tells nobody.
    pub fn commit(&mut self, users: impl IntoIterator<Item = i64>) -> Vec<(i64, Arc<Event>)> {
        let events: Vec<_> = (self.next..).zip(users).collect();
        let events: Vec<_> = events
            .into_iter()
            .map(|(seq, user)| (seq, event(user)))
            .collect();
        let rows = events.iter().map(|(seq, event)| row(*seq, event)).collect();
        self.write(rows);
        events
    }

    /// Commits events and makes them visible.
    pub fn publish(&mut self, topic: &Topic, users: impl IntoIterator<Item = i64>) {
        let events = self.commit(users);
        topic.published(&events);
    }

    /// Commits a row that no version of the program can read.
    pub fn commit_unreadable(&mut self) {
        let mut row = row(self.next, &event(99));
        row.kind = "UserTeleported".to_owned();
        self.write(vec![row]);
    }

    /// Throws the log away, as a restore from an old backup may.
    pub fn forget_up_to(&mut self, seq: i64) {
        let forgotten = async {
            let mut tx = self.db.begin().await?;
            tx.forget(None, 1_000_000, |row: &Outbox| row.id.seq() <= seq)
                .await?;
            tx.commit().await
        };
        forgotten.now_or_never().expect("no wait").expect("forgets");
    }

    fn write(&mut self, rows: Vec<Outbox>) {
        self.next += i64::try_from(rows.len()).expect("a small number");
        let next_seq = self.next;
        let db = &mut self.db;
        let whole = async {
            let mut system = System::default();
            system.writer.ask(WRITER);
            let mut tx = db.begin().await?;
            tx.fetch(&mut system).await?;
            system.writer.put(writer(next_seq));
            rows.into_iter().for_each(|row| system.outbox.add(row));
            tx.flush(&mut system).await?;
            tx.commit().await?;
            Ok::<_, Failed>(())
        };
        whole.now_or_never().expect("no wait").expect("commits");
    }
}

fn open(path: &Path) -> Db {
    Db::Sqlite(Sqlite::open(path, &[]).expect("a new file"))
}

fn writer(next_seq: i64) -> Writer {
    Writer {
        id: WRITER,
        epoch: 1,
        lease_until: Timestamp::from_micros(i64::MAX),
        batch_no: 1,
        next_seq,
        sent_seq: next_seq - 1,
        last_ms: 0,
        timers_from: 0,
    }
}

fn row(seq: i64, event: &Event) -> Outbox {
    outbox_row(OutboxId::new(WRITER, seq), event)
}

fn event(user: i64) -> Arc<Event> {
    let at = Timestamp::from_millis(1_795_305_600_000 + user);
    let user_id = UserId::new(user);
    Arc::new(Event {
        sequence: 1,
        at,
        actor: Actor::User(user_id),
        trace: Trace::NONE,
        cause: None,
        fact: Fact::UserDeactivated(UserDeactivated { user_id, at }),
    })
}

/// The id of a user's event.
pub fn id(user: i64) -> String {
    event(user).id().to_string()
}

pub fn tail(topic: &Arc<Topic>, next: i64, last_id: Option<String>) -> Tail {
    let start = Start { next, last_id };
    let wake = Arc::new(Notify::new());
    Tail::open(Arc::clone(topic), "reader", &start, wake).expect("opens")
}

/// Numbers and users of what came; no user for what could not be read.
pub fn users(delivered: &[Delivered]) -> Vec<(i64, Option<i64>)> {
    let user = |delivered: &Delivered| delivered.event.as_ref().ok().map(|event| event.key());
    delivered
        .iter()
        .map(|delivered| (delivered.seq, user(delivered)))
        .collect()
}

pub fn poll(tail: &mut Tail, limit: usize) -> Vec<(i64, Option<i64>)> {
    users(&tail.poll(limit).expect("reads"))
}
