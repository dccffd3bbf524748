//! Loops over maps whose commits are seen, on threads of shuttle's.

use std::marker::PhantomData;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use contracts::envelope::{Actor, Trace};
use contracts::time::Timestamp;
use db::{Db, Maps, Outbox, Parked, Store, Writer};
use event_log::{EventLog, Topic, Topics};
use futures::FutureExt;
use runtime::{Handle, Loop, OpenLoop, Service, Stopped, Unanswered, take_over};
use shuttle::future::block_on;
use shuttle::thread::{self, JoinHandle};

use crate::services::{Add, Following, Tally, Till};

/// 2026-11-22 00:00 UTC, always.
fn now() -> Timestamp {
    Timestamp::from_millis(1_795_305_600_000)
}

/// What a crash leaves: the rows as the last commit left them. Its lock is no point where turns
/// change, so that looking disturbs nothing.
#[derive(Clone, Default)]
pub struct Disk {
    maps: Arc<Mutex<Maps>>,
    /// How many more commits find it busy. No point either.
    busy: Arc<AtomicU32>,
}

impl Disk {
    fn db(&self) -> Db {
        let mut maps = self.rows(Maps::clone);
        let disk = self.clone();
        maps.at_commit(move |rows| {
            // A disk takes its time: others see what was done too early.
            thread::yield_now();
            *disk.maps.lock().expect("whole") = rows.clone();
        });
        let busy = Arc::clone(&self.busy);
        maps.busy_when(move || {
            let one_less = |left: u32| left.checked_sub(1);
            busy.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
                .is_ok()
        });
        Db::Maps(maps)
    }

    fn rows<T>(&self, read: impl FnOnce(&Maps) -> T) -> T {
        read(&self.maps.lock().expect("whole"))
    }

    /// The next commits are refused, as often as this.
    pub fn be_busy(&self, commits: u32) {
        self.busy.store(commits, Ordering::Relaxed);
    }

    pub fn count(&self, key: i64) -> i64 {
        let tally = self.rows(|rows| rows.get::<Tally>(&key));
        tally.expect("reads").map_or(0, |tally| tally.count)
    }

    /// The number of the event that says this count of a key, if it is there.
    pub fn said(&self, key: i64, count: i64) -> Option<i64> {
        let said = self.rows(|rows| rows.all::<Outbox>()).expect("reads");
        said.iter()
            .find(|row| row.key == key && row.sequence == count)
            .map(|row| row.id.seq())
    }

    /// How many events are set aside.
    pub fn parked(&self) -> usize {
        self.rows(|rows| rows.all::<Parked>()).expect("reads").len()
    }

    /// The number that the next event will have.
    pub fn next_seq<S: Placed>(&self) -> i64 {
        let writer = self.rows(|rows| rows.get::<Writer>(&S::WRITER));
        writer.expect("reads").map_or(1, |writer| writer.next_seq)
    }
}

/// A service with a writer's number.
pub trait Placed: Service {
    const WRITER: i64;
}

impl Placed for Till {
    const WRITER: i64 = 1;
}

impl<const IS_VIEW: bool, const IS_SECOND: bool> Placed for Following<IS_VIEW, IS_SECOND> {
    const WRITER: i64 = 2;
}

/// One service: its rows, its topic, and the handle to its loop.
pub struct Stage<S: Service> {
    pub disk: Disk,
    pub topic: Arc<Topic>,
    pub handle: Handle<S>,
    heard: Vec<Arc<Topic>>,
}

impl<S: Placed> Stage<S> {
    /// A service on an empty disk, and its loop, which follows these topics.
    pub fn open(heard: Vec<Arc<Topic>>) -> (Self, Loop<S>) {
        let disk = Disk::default();
        let file = Path::new("nothing is read from it");
        let topic = Arc::new(Topic::new(S::NAME.topic(), S::WRITER, 1, file));
        let ready = ready::<S>(&disk, &topic, &heard);
        let opened = ready.open().now_or_never().expect("maps do not wait");
        let (running, handle) = opened.expect("opens");
        let stage = Self {
            disk,
            topic,
            handle,
            heard,
        };
        (stage, running)
    }

    /// The same, running.
    pub fn run(heard: Vec<Arc<Topic>>) -> (Self, JoinHandle<Stopped>) {
        let (stage, running) = Self::open(heard);
        let running = stage.start(running);
        (stage, running)
    }

    /// A loop of this stage on a thread.
    pub fn start(&self, running: Loop<S>) -> JoinHandle<Stopped> {
        thread::spawn(move || block_on(running.run()))
    }

    /// As a host does when a fault point struck.
    pub fn reopen(&self) -> Loop<S> {
        let ready = ready::<S>(&self.disk, &self.topic, &self.heard);
        let reopened = ready.reopen(&self.handle).now_or_never();
        let reopened = reopened.expect("maps do not wait");
        reopened.expect("opens again")
    }

    /// A command under way, which is queued when this is first polled.
    pub fn sends(&self, input: S::Input) -> impl Future<Output = Result<S::Reply, Unanswered>> {
        self.handle.send(input, Actor::System, Trace::NONE)
    }

    pub fn send(&self, input: S::Input) -> Result<S::Reply, Unanswered> {
        block_on(self.sends(input))
    }

    /// Asks the loop to end, and waits for it: everything it was to do is done by then.
    pub fn stop(&self, running: JoinHandle<Stopped>) {
        self.handle.stop();
        let stopped = running.join().expect("it does not panic");
        assert!(matches!(stopped, Stopped::Asked), "{stopped}");
    }
}

impl Stage<Till> {
    /// Has one added. An answer never comes before the commit, nor before others can read of it.
    pub fn add(&self, key: i64) -> Result<i64, Unanswered> {
        self.is_decided(key, self.send(Add { key }))
    }

    /// The same under an idempotency scope.
    pub fn add_keyed(&self, scope: &str, key: i64) -> Result<i64, Unanswered> {
        let (actor, trace) = (Actor::System, Trace::NONE);
        let sent = self.handle.send_keyed(scope, Add { key }, actor, trace);
        self.is_decided(key, block_on(sent))
    }

    fn is_decided(&self, key: i64, reply: Result<i64, Unanswered>) -> Result<i64, Unanswered> {
        if let Ok(count) = reply {
            let said = self.disk.said(key, count);
            let said = said.expect("answered before its commit");
            assert!(self.disk.count(key) >= count, "answered before its commit");
            assert!(self.topic.end() > said, "answered before it was published");
        }
        reply
    }
}

impl<S: Service> Clone for Stage<S> {
    fn clone(&self) -> Self {
        Self {
            disk: self.disk.clone(),
            topic: Arc::clone(&self.topic),
            handle: self.handle.clone(),
            heard: self.heard.clone(),
        }
    }
}

fn ready<S: Placed>(disk: &Disk, topic: &Arc<Topic>, heard: &[Arc<Topic>]) -> OpenLoop<S> {
    let mut db = disk.db();
    let taken = take_over(&mut db, S::WRITER, now()).now_or_never();
    let taken = taken.expect("maps do not wait");
    OpenLoop {
        db,
        writer: taken.expect("takes over"),
        publishes: Some(Arc::clone(topic)),
        log: EventLog::Embedded(Topics::new(heard.iter().map(Arc::clone))),
        clock: now,
        service: PhantomData,
    }
}
