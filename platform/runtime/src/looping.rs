//! The loop: log inputs first, due timers next, commands last; one batch, one commit, then the
//! replies. It never waits for a batch to fill: what came while the last one ran is the next one.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contracts::envelope::ServiceName;
use contracts::saga;
use contracts::time::Timestamp;
use db::{Db, Failed, WAL_ALARM_BYTES, Writer};
use event_log::Topic;
use futures::FutureExt;
use sync::time::{self, Instant};

use crate::batch::Mark;
use crate::deadlines::Deadlines;
use crate::faults::FaultPoint;
use crate::forget::{Forgetting, Kept};
use crate::handle::{Answer, Shared};
use crate::inbox::Inbox;
use crate::parking::ParkedKey;
use crate::service::Service;

mod carry_out;
mod gather;

use gather::Redrives;

/// The most inputs of one transaction on SQLite: past it, a batch gains nothing and replies wait.
const MOST_INPUTS: usize = 1_024;
/// Commands get at least an eighth of a batch, so that a flood of events cannot shut them out.
const LEAST_COMMANDS: usize = MOST_INPUTS / 8;
const MOST_EVENTS: usize = MOST_INPUTS - LEAST_COMMANDS;
/// Positions that moved over skipped events are written this often when nothing else is.
const IDLE_TICK: Duration = Duration::from_secs(1);
/// A loop that had no work for so long is at rest: its write-ahead log is moved into the file whole
/// and given back. Under load that would move the same pages every second, and have the disk find
/// new blocks for the log each time.
const AT_REST: Duration = Duration::from_secs(10);
/// How often a publisher in another process is looked at.
const LOOK_TICK: Duration = Duration::from_millis(50);
/// What is due now and was not done, for whatever reason, does not keep the loop spinning.
const LEAST_WAIT: Duration = Duration::from_millis(1);
/// A view lets events come together for so long after a batch, or until they fill the next one: an
/// order that begins and ends within it is written once. Lists are that much behind, and no more.
const VIEW_PACE: Duration = Duration::from_millis(100);
/// The first pause after a transient failure; it doubles up to `LONGEST_PAUSE`.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Why a loop ended.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    #[error("it was asked to")]
    Asked,
    /// As if killed: what was not committed is gone, nobody was answered. Its handles live on,
    /// and it can be opened again for them.
    #[error("the fault point {0} struck")]
    Fault(FaultPoint),
    /// Another instance took the writer over.
    #[error(transparent)]
    Deposed(Failed),
    /// The file may not hold what the process believes: end it, recover from the log.
    #[error(transparent)]
    InDoubt(Failed),
    /// Even an empty batch fails.
    #[error(transparent)]
    Broken(Failed),
}

/// A running writer of one service.
pub struct Loop<S: Service> {
    db: Db,
    mark: Mark,
    publishes: Option<Arc<Topic>>,
    inbox: Inbox,
    deadlines: Deadlines,
    redrives: Redrives,
    /// Who waits for a key to be taken up.
    wait_for: Vec<(ParkedKey, Answer)>,
    shared: Arc<Shared<S>>,
    last_now: Timestamp,
    timers_from: i64,
    /// Turns that failed one after the other.
    failures: u32,
    /// When positions were last written for their own sake.
    kept_at: Timestamp,
    /// When it last had work, by a clock that nobody sets.
    worked_at: Instant,
    forgetting: Forgetting,
    /// The point at which the batch under way was killed.
    struck: Option<FaultPoint>,
}

/// What a loop is put together from when it opens.
pub(crate) struct Parts<S: Service> {
    pub db: Db,
    pub writer: Writer,
    pub publishes: Option<Arc<Topic>>,
    pub inbox: Inbox,
    pub deadlines: Deadlines,
    pub shared: Arc<Shared<S>>,
}

impl<S: Service> Loop<S> {
    pub(crate) fn new(parts: Parts<S>) -> Self {
        let Parts {
            db,
            writer,
            publishes,
            inbox,
            deadlines,
            shared,
        } = parts;
        let last_now = Timestamp::from_millis(writer.last_ms);
        Self {
            db,
            mark: Mark {
                writer: writer.id,
                epoch: writer.epoch,
            },
            publishes,
            inbox,
            deadlines,
            redrives: Redrives::default(),
            wait_for: Vec::new(),
            shared,
            last_now,
            timers_from: writer.timers_from,
            failures: 0,
            kept_at: last_now,
            worked_at: Instant::now(),
            forgetting: Forgetting::default(),
            struck: None,
        }
    }

    /// Runs until it is asked to stop or must not go on. Commands queued by then are answered.
    pub async fn run(mut self) -> Stopped {
        let turning = AssertUnwindSafe(self.turn_until_stopped()).catch_unwind();
        let stopped = turning.await.unwrap_or_else(|panic| {
            let why = format!("the loop panicked: {}", message(panic.as_ref()));
            Stopped::Broken(Failed::Permanent(why))
        });
        if let Stopped::Fault(_) = stopped {
            // Until it is opened again, what it was at counts as unread.
            self.go_back();
            return stopped;
        }
        self.shared.close();
        if !matches!(stopped, Stopped::Asked) {
            tracing::error!(service = S::CONSUMER, why = %stopped, "loop ended");
        }
        stopped
    }

    async fn turn_until_stopped(&mut self) -> Stopped {
        loop {
            match self.turn().await {
                Ok(true) => {}
                Ok(false) => return Stopped::Asked,
                Err(stopped) => return stopped,
            }
        }
    }

    /// One batch, or one wait for something to do. False when it was asked to stop and is done.
    async fn turn(&mut self) -> Result<bool, Stopped> {
        if S::IS_VIEW {
            self.let_come_together().await;
        }
        if self.shared.is_wanted_still() {
            self.shared.stand().await;
        }
        let stopping = self.shared.stopping.load(Ordering::Acquire);
        let work = self.gather(stopping);
        if work.is_empty() {
            self.inbox.queues.settled();
            if stopping {
                return self.write_positions().map(|()| false);
            }
            return self.idle(work.has_more).await.map(|()| true);
        }
        self.worked_at = Instant::now();
        match self.carry_out(work)? {
            true => self.failures = 0,
            false => self.rest().await,
        }
        self.checkpoint(false)?;
        take_turns().await;
        Ok(true)
    }

    /// Waits until the last batch was some time ago, or there are events for a whole one: a pause
    /// after each would leave a busy shop's view ever further behind. Nobody who asked for
    /// something waits.
    async fn let_come_together(&self) {
        let until = self.worked_at + VIEW_PACE;
        loop {
            let asked = self.shared.stopping.load(Ordering::Acquire)
                || self.shared.has_commands()
                || self.shared.is_wanted_still();
            let enough = usize::try_from(self.inbox.unread()).is_ok_and(|it| it >= MOST_EVENTS);
            if asked || enough || Instant::now() >= until {
                return;
            }
            // Events wake it too, and go on waiting.
            let _woken = time::timeout_at(until, self.shared.wake.notified()).await;
        }
    }

    /// Waits for an event, a command, a timer or the tick; not when the log `has_more`, since what
    /// this service hears may stand behind a long run of what it does not.
    async fn idle(&mut self, has_more: bool) -> Result<(), Stopped> {
        let wait = self.wait();
        let shared = Arc::clone(&self.shared);
        let woken = match has_more {
            true => {
                take_turns().await;
                true
            }
            false => time::timeout(wait, shared.wake.notified()).await.is_ok(),
        };
        let now = self.now();
        // Events that nobody here hears wake the loop too, and must not keep it from its chores.
        if (woken || shared.has_commands()) && now.since(self.kept_at) < IDLE_TICK {
            return Ok(());
        }
        self.kept_at = now;
        self.write_positions()?;
        self.checkpoint(self.worked_at.elapsed() >= AT_REST)?;
        self.forget(now)
    }

    fn wait(&mut self) -> Duration {
        let now = self.now();
        let due = [self.deadlines.next_due(), self.inbox.queues.next_retry()]
            .into_iter()
            .flatten()
            .min();
        let tick = match self.inbox.must_look() {
            true => LOOK_TICK,
            false => IDLE_TICK,
        };
        due.map_or(tick, |due| due.since(now).max(LEAST_WAIT).min(tick))
    }

    async fn rest(&mut self) {
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        time::sleep(pause.min(LONGEST_PAUSE)).await;
    }

    /// A failed fsync ends the loop here too: what a checkpoint moved may not be on the disk.
    fn checkpoint(&self, idle: bool) -> Result<(), Stopped> {
        let done = match &self.db {
            Db::Sqlite(sqlite) => sqlite.checkpoint(idle),
            Db::MySql(never) => match *never {},
            Db::Maps(_) => Ok(0),
        };
        match done {
            Err(Failed::InDoubt(why)) => Err(Stopped::InDoubt(Failed::InDoubt(why))),
            Err(failed) => {
                tracing::warn!(service = S::CONSUMER, %failed, "could not checkpoint");
                Ok(())
            }
            Ok(bytes) => {
                let before = self.shared.status.wal_bytes.swap(bytes, Ordering::Relaxed);
                if before < WAL_ALARM_BYTES && bytes >= WAL_ALARM_BYTES {
                    let service = S::CONSUMER;
                    tracing::error!(service, bytes, "a reader keeps the write-ahead log growing");
                }
                Ok(())
            }
        }
    }

    /// Takes a few rows away that nobody needs any more.
    fn forget(&mut self, now: Timestamp) -> Result<(), Stopped> {
        let kept = Kept {
            now,
            log_from: self.publishes.as_ref().and_then(|topic| needed::<S>(topic)),
            fences: self.inbox.queues.has_parked(),
        };
        let forgotten = self.forgetting.look(&mut self.db, self.mark, &kept);
        match forgotten.now_or_never() {
            Some(Err(failed @ Failed::Deposed { .. })) => Err(Stopped::Deposed(failed)),
            Some(Err(failed @ Failed::InDoubt(_))) => Err(Stopped::InDoubt(failed)),
            Some(Err(failed)) => {
                tracing::warn!(service = S::CONSUMER, %failed, "could not forget old rows");
                Ok(())
            }
            Some(Ok(removed)) => {
                tracing::debug!(service = S::CONSUMER, removed, "forgot old rows");
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The clock, but never going back.
    fn now(&mut self) -> Timestamp {
        self.last_now = (self.shared.clock)().max(self.last_now);
        self.last_now
    }
}

/// From where on some consumer needs the log; `None` while not all of them are known here, as
/// when they run in other processes.
fn needed<S: Service>(topic: &Topic) -> Option<i64> {
    let mut consumers = ServiceName::ALL.iter().filter(|name| {
        let mut heard = saga::hears(**name).iter();
        heard.any(|kind| kind.publisher() == S::NAME)
    });
    let known = consumers.all(|name| topic.has_consumer(name.as_str()));
    known.then(|| topic.needed_from())
}

/// Lets other loops go first, once, where a process has several on a thread. Tokio's own
/// `yield_now` would wait until none of them has work left, and a busy chain of services would
/// starve the one that began it.
async fn take_turns() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if waited {
            return std::task::Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

pub(crate) fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
