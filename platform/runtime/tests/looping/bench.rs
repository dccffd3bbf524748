//! A counter's loop on files in a folder, with two publishers it listens to.

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contracts::envelope::{Actor, ServiceName, Trace};
use contracts::time::Timestamp;
use db::{Consumed, Db, Parked, Reader, Row, Sqlite, Store, Writer};
use event_log::{EventLog, Topic, Topics};
use runtime::{Handle, Loop, OpenLoop, Service, Stopped, Unanswered, take_over};
use tempfile::TempDir;
use tokio::task::{JoinHandle, LocalSet};

use crate::counter::{Counter, Heard, Input, MIGRATIONS, Tally, View};
use crate::publisher::Publisher;

pub const WRITER: i64 = 9;
/// 2026-11-22 00:00 UTC.
const BASE: Timestamp = Timestamp::from_millis(1_795_305_600_000);

thread_local! {
    static BEGAN: Cell<Option<tokio::time::Instant>> = const { Cell::new(None) };
    static AHEAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static LOOKS: Cell<usize> = const { Cell::new(0) };
}

/// The clock: tokio's time, and what `jump` put before it.
pub fn now() -> Timestamp {
    LOOKS.set(LOOKS.get() + 1);
    let now = tokio::time::Instant::now();
    let began = BEGAN.get().unwrap_or(now);
    BEGAN.set(Some(began));
    BASE.plus(now - began).plus(AHEAD.get())
}

/// How often anybody looked at the clock: a loop does at every turn.
pub fn looks() -> usize {
    LOOKS.get()
}

/// Moves the clock and nothing else.
pub fn jump(duration: Duration) {
    AHEAD.set(AHEAD.get() + duration);
}

/// Runs a test beside the loops it starts.
pub async fn stage<T>(test: impl Future<Output = T>) -> T {
    LocalSet::new().run_until(test).await
}

/// Lets time pass until it is so.
///
/// # Panics
/// When it is not within 100 seconds.
pub async fn until(what: &str, so: impl FnMut() -> bool) {
    within(Duration::from_millis(10), what, so).await;
}

/// The same, for what may take hours.
pub async fn at_last(what: &str, so: impl FnMut() -> bool) {
    within(Duration::from_secs(10), what, so).await;
}

async fn within(step: Duration, what: &str, mut so: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if so() {
            return;
        }
        pass(step).await;
    }
    panic!("not within {:?}: {what}", step * 10_000);
}

pub async fn pass(duration: Duration) {
    tokio::time::advance(duration).await;
    tokio::task::yield_now().await;
}

pub struct Bench {
    folder: TempDir,
    pub users: Publisher,
    pub coupons: Publisher,
    pub own: Arc<Topic>,
}

/// A loop that runs.
pub struct Running<S: Service = Counter> {
    pub handle: Handle<S>,
    task: JoinHandle<Stopped>,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| folder.path().join(name);
        let users = Publisher::new(ServiceName::User, 1, &file("user.db"));
        let coupons = Publisher::new(ServiceName::Promotion, 2, &file("promotion.db"));
        let topic = ServiceName::Payment.topic();
        let own = Arc::new(Topic::new(topic, WRITER, 1, &file("payment.db")));
        Self {
            folder,
            users,
            coupons,
            own,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("payment.db")
    }

    pub fn open_db(&self) -> Db {
        Db::Sqlite(Sqlite::open(&self.path(), MIGRATIONS).expect("a file of ours"))
    }

    /// A loop that is not started.
    pub async fn open(&self) -> (Loop<Counter>, Handle<Counter>) {
        self.open_over(self.open_db()).await
    }

    pub async fn open_over(&self, db: Db) -> (Loop<Counter>, Handle<Counter>) {
        self.ready(db).await.open().await.expect("opens")
    }

    /// Opens a loop again for the handle that the one before it had.
    pub async fn run_again(&self, handle: Handle<Counter>) -> Running {
        let ready = self.ready(self.open_db()).await;
        let running = ready.reopen(&handle).await.expect("opens again");
        Running::start((running, handle))
    }

    async fn ready<S: Service>(&self, mut db: Db) -> OpenLoop<S> {
        let taken = take_over(&mut db, WRITER, now()).await;
        let topics = [&self.users.topic, &self.coupons.topic].map(Arc::clone);
        OpenLoop {
            db,
            writer: taken.expect("takes over"),
            publishes: Some(Arc::clone(&self.own)),
            log: EventLog::Embedded(Topics::new(topics)),
            clock: now,
            service: PhantomData,
        }
    }

    pub async fn run(&self) -> Running {
        Running::start(self.open().await)
    }

    pub async fn run_view(&self) -> Running<View> {
        let ready = self.ready(self.open_db()).await;
        Running::start(ready.open().await.expect("opens"))
    }

    pub fn reader(&self) -> Reader {
        Reader::open(&self.path()).expect("the file is there")
    }

    pub fn all<R: Row>(&self) -> Vec<R> {
        self.reader().all().expect("reads")
    }

    pub fn count(&self, key: i64) -> i64 {
        let tally = self.reader().get::<Tally>(&key).expect("reads");
        tally.map_or(0, |tally| tally.count)
    }

    /// The sequences heard of a key, in order.
    pub fn heard(&self, key: i64) -> Vec<i64> {
        let heard = self.reader().under::<Heard, _>(key).expect("reads");
        heard.iter().map(|heard| heard.sequence).collect()
    }

    /// Everything heard, repeats and deadlines too.
    pub fn heard_in_all(&self) -> usize {
        self.all::<Heard>().len()
    }

    /// How many commands and events each batch decided, when every command had its own key.
    pub fn by_batch(&self) -> Vec<(usize, usize)> {
        let mut batches = std::collections::BTreeMap::<i64, (usize, usize)>::new();
        let heard = self.all::<Heard>();
        for tally in self.all::<Tally>() {
            if heard.iter().all(|heard| heard.key != tally.key) {
                batches.entry(tally.batch).or_default().0 += 1;
            }
        }
        for heard in heard {
            batches.entry(heard.batch).or_default().1 += 1;
        }
        batches.into_values().collect()
    }

    /// Keys and sequences of what is parked, in order.
    pub fn parked(&self) -> Vec<(i64, i64)> {
        let parked = self.all::<Parked>();
        parked.iter().map(|row| (row.key, row.sequence)).collect()
    }

    pub fn parked_rows(&self) -> Vec<Parked> {
        self.all()
    }

    /// Where the database says the counter stands in a topic.
    pub fn place(&self, publisher: &Publisher) -> i64 {
        let key = ("payment".to_owned(), publisher.topic.name().to_owned(), 0);
        let consumed = self.reader().get::<Consumed>(&key).expect("reads");
        consumed.map_or(1, |consumed| consumed.next)
    }

    pub fn writer(&self) -> Writer {
        let writer = self.reader().get::<Writer>(&WRITER).expect("reads");
        writer.expect("taken over")
    }
}

impl Running {
    pub async fn send(&self, input: Input) -> Result<i64, Unanswered> {
        send(&self.handle, input).await
    }
}

impl<S: Service> Running<S> {
    pub fn start((ready, handle): (Loop<S>, Handle<S>)) -> Self {
        let task = tokio::task::spawn_local(ready.run());
        Self { handle, task }
    }

    pub fn batches(&self) -> u64 {
        self.handle.status().batches.load(Ordering::Relaxed)
    }

    /// Asks it to stop, and gives its last word.
    pub async fn stop(self) -> Stopped {
        self.handle.stop();
        self.ended().await
    }

    pub async fn ended(self) -> Stopped {
        let ended = tokio::time::timeout(Duration::from_secs(60), self.task).await;
        ended.expect("it ends").expect("it does not panic")
    }

    pub fn is_running(&self) -> bool {
        !self.task.is_finished()
    }

    /// Ends it as a killed process does: at once, with nothing written.
    pub async fn kill(self) {
        self.task.abort();
        let aborted = self.task.await.expect_err("it was running");
        assert!(aborted.is_cancelled(), "{aborted}");
    }
}

pub async fn send(handle: &Handle<Counter>, input: Input) -> Result<i64, Unanswered> {
    let sent = handle.send(input, Actor::System, Trace::NONE);
    let answered = tokio::time::timeout(Duration::from_secs(600), sent).await;
    answered.expect("an answer")
}

pub fn add(key: i64, amount: i64) -> Input {
    Input::Add { key, amount }
}
