//! The loop: log inputs first, due timers next, commands last; one batch, one commit, then the
//! replies. It never waits for a batch to fill: what came while the last one ran is the next one.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contracts::envelope::{Actor, Event, Trace};
use contracts::time::Timestamp;
use db::{Db, Failed, Parked, Store, Writer};
use event_log::Topic;
use futures::FutureExt;
use tokio::sync::oneshot;

use crate::batch::{Arrived, Batch, Done, Mark, Origin, Progress, run_batch};
use crate::handle::{Shared, Unanswered};
use crate::inbox::Inbox;
use crate::parking::ParkedKey;
use crate::service::{Accept, Service};
use crate::status::add;
use crate::timers::Timers;

/// The most inputs of one transaction on SQLite: past it, a batch gains nothing and replies wait.
const MOST_INPUTS: usize = 1_024;
/// Commands get at least an eighth of a batch, so that a flood of events cannot shut them out.
const LEAST_COMMANDS: usize = MOST_INPUTS / 8;
/// Positions that moved over skipped events are written this often when nothing else is.
const IDLE_TICK: Duration = Duration::from_secs(1);
/// How often a publisher in another process is looked at.
const LOOK_TICK: Duration = Duration::from_millis(50);
/// The first pause after a transient failure; it doubles up to `LONGEST_PAUSE`.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Parked events taken up again in one batch.
const MOST_REDRIVEN: usize = 256;
/// A timer this long overdue fires even when the log could not be read to its end.
const TIMER_HARD_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Why a loop ended.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    #[error("it was asked to")]
    Asked,
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
    timers: Timers,
    /// The topics' ends seen when timers came due: they fire once those were passed.
    gate: Option<Gate>,
    shared: Arc<Shared<S>>,
    last_now: Timestamp,
    timers_from: i64,
    pause: Duration,
}

struct Gate {
    at: Timestamp,
    ends: Vec<i64>,
}

type Reply<S> = oneshot::Sender<Result<<S as Service>::Reply, Unanswered>>;

/// The inputs of one turn, each with the way back to who sent it.
struct Work<S: Service> {
    inputs: Vec<Arrived<S::Input>>,
    replies: Vec<Option<Reply<S>>>,
    park: Vec<Parked>,
    redriven: Vec<ParkedKey>,
}

impl<S: Service> Loop<S> {
    pub(crate) fn new(
        db: Db,
        writer: Writer,
        publishes: Option<Arc<Topic>>,
        inbox: Inbox,
        timers: Timers,
        shared: Arc<Shared<S>>,
    ) -> Self {
        Self {
            db,
            mark: Mark {
                writer: writer.id,
                epoch: writer.epoch,
            },
            publishes,
            inbox,
            timers,
            gate: None,
            shared,
            last_now: Timestamp::from_millis(writer.last_ms),
            timers_from: writer.timers_from,
            pause: FIRST_PAUSE,
        }
    }

    /// Runs until it is asked to stop or must not go on. Commands queued by then are answered.
    pub async fn run(mut self) -> Stopped {
        let stopped = self.turn_until_stopped().await;
        self.shared.close();
        if !matches!(stopped, Stopped::Asked) {
            tracing::error!(service = S::CONSUMER, why = %stopped, "loop ended");
        }
        stopped
    }

    async fn turn_until_stopped(&mut self) -> Stopped {
        loop {
            let stopping = self.shared.stopping.load(Ordering::Acquire);
            let work = match self.gather(stopping) {
                Ok(work) => work,
                Err(failed) => {
                    tracing::warn!(service = S::CONSUMER, %failed, "could not read the log");
                    self.inbox.rewind();
                    self.rest().await;
                    continue;
                }
            };
            if work.inputs.is_empty() && work.park.is_empty() {
                if stopping {
                    return self.flush_positions().err().unwrap_or(Stopped::Asked);
                }
                self.idle().await;
                continue;
            }
            match self.work(work) {
                Ok(true) => self.pause = FIRST_PAUSE,
                Ok(false) => self.rest().await,
                Err(stopped) => return stopped,
            }
            if let Err(failed) = self.checkpoint(false) {
                tracing::warn!(service = S::CONSUMER, %failed, "could not checkpoint");
            }
            // The loops of one thread take turns.
            tokio::task::yield_now().await;
        }
    }

    /// What is ready now. When stopping, only commands already queued.
    fn gather(&mut self, stopping: bool) -> Result<Work<S>, Failed> {
        let now = self.now();
        let mut work = Work {
            inputs: Vec::new(),
            replies: Vec::new(),
            park: Vec::new(),
            redriven: Vec::new(),
        };
        if !stopping {
            let polled = self.inbox.poll::<S>(MOST_INPUTS - LEAST_COMMANDS)?;
            work.inputs = polled.inputs;
            work.park = polled.park;
            self.shared
                .status
                .set_lag(self.inbox.unread(), self.inbox.oldest_unread()?);
            self.gather_redrives(now, &mut work)?;
            self.gather_timers(now, &mut work.inputs);
        }
        work.replies.resize_with(work.inputs.len(), || None);
        let room = (MOST_INPUTS - work.inputs.len().min(MOST_INPUTS)).max(LEAST_COMMANDS);
        for command in self.shared.take_commands(room) {
            let (input, actor, trace) = (command.input, command.actor, command.trace);
            work.inputs.push(Arrived {
                input,
                origin: Origin::Asked,
                actor,
                trace,
            });
            work.replies.push(Some(command.reply));
        }
        Ok(work)
    }

    /// Timers fire only after everything was read that the topics held when they came due.
    fn gather_timers(&mut self, now: Timestamp, inputs: &mut Vec<Arrived<S::Input>>) {
        if self.timers.next_due().is_none_or(|due| due > now) {
            return;
        }
        let gate = self.gate.get_or_insert_with(|| Gate {
            at: now,
            ends: self.inbox.ends(),
        });
        let until = match self.inbox.has_passed(&gate.ends) {
            true => gate.at,
            false => now.minus(TIMER_HARD_LIMIT),
        };
        if until == gate.at {
            self.gate = None;
        }
        for timer in self.timers.due(until, LEAST_COMMANDS) {
            if let Some(input) = S::due(timer) {
                let (actor, trace) = (Actor::System, Trace::NONE);
                inputs.push(Arrived {
                    input,
                    origin: Origin::Asked,
                    actor,
                    trace,
                });
            }
        }
    }

    fn gather_redrives(&mut self, now: Timestamp, work: &mut Work<S>) -> Result<(), Failed> {
        let mut keys = self.inbox.retries(now);
        keys.extend(
            self.shared
                .take_redrives()
                .into_iter()
                .map(|redrive| redrive.key),
        );
        keys.sort();
        keys.dedup();
        for key in keys {
            let mut rows = self.parked_rows(&key)?;
            rows.truncate(MOST_REDRIVEN);
            for row in rows {
                let version = u16::try_from(row.version).unwrap_or(u16::MAX);
                let event =
                    Event::decode(&row.kind, version, row.sequence, row.event_at, &row.body);
                // What still cannot be read or understood stays where it is.
                let Ok(event) = event else { break };
                let Accept::Hear(input) = S::accept(&event) else {
                    break;
                };
                work.inputs.push(Arrived {
                    input,
                    actor: event.actor,
                    trace: event.trace.clone(),
                    origin: Origin::Redriven {
                        parked: Box::new(row),
                        event: Arc::new(event),
                    },
                });
            }
            work.redriven.push(key);
        }
        Ok(())
    }

    fn parked_rows(&self, key: &ParkedKey) -> Result<Vec<Parked>, Failed> {
        let prefix = (key.topic.clone(), key.part, key.key);
        match &self.db {
            Db::Sqlite(sqlite) => match sqlite.reader()? {
                Some(reader) => reader.under::<Parked, _>(prefix),
                None => Ok(Vec::new()),
            },
            Db::MySql(never) => match *never {},
            Db::Maps(maps) => maps.under::<Parked, _>(prefix),
        }
    }

    /// Carries the work out, halving it when it fails for good until one input is left. False
    /// when the store could not serve it: events come again, commands were answered.
    fn work(&mut self, mut work: Work<S>) -> Result<bool, Stopped> {
        let mut ranges = vec![0..work.inputs.len()];
        let mut park = std::mem::take(&mut work.park);
        while let Some(range) = ranges.pop() {
            let (before, rest) = work.inputs.split_at(range.end);
            let progress = self.inbox.progress(&before[range.start..], rest);
            match self.attempt(&before[range.start..], &progress, &park) {
                Ok(done) => {
                    self.inbox.committed(&progress);
                    park.clear();
                    let replies = &mut work.replies[range.clone()];
                    self.act(&work.inputs[range], replies, done);
                }
                Err(Failed::Permanent(_)) if range.len() > 1 => {
                    let middle = range.start + range.len() / 2;
                    ranges.push(middle..range.end);
                    ranges.push(range.start..middle);
                }
                Err(Failed::Permanent(why)) if range.len() == 1 => {
                    self.give_up(&work.inputs[range.start], &why, &mut park);
                    answer(&mut work.replies[range.clone()], Unanswered::Broken);
                    ranges.push(range.end..range.end);
                }
                Err(failed) => {
                    let unfinished = range.start..work.inputs.len();
                    return self.put_off(failed, &mut work.replies[unfinished]);
                }
            }
        }
        for key in &work.redriven {
            match self.parked_rows(key) {
                Ok(rows) => self.inbox.requeue(key, &rows),
                Err(failed) => tracing::warn!(%failed, "could not read the parked events"),
            }
        }
        Ok(true)
    }

    /// One try of one batch, up to and including its commit.
    fn attempt(
        &mut self,
        inputs: &[Arrived<S::Input>],
        progress: &[Progress],
        park: &[Parked],
    ) -> Result<Done<S::Reply>, Failed> {
        let now = self.now();
        let batch = Batch {
            mark: self.mark,
            consumer: S::CONSUMER,
            read: progress,
            inputs,
            park,
            now,
            last_ms: self.shared.ids.last_ms().max(now.millis()),
            timers_from: self.timers_from,
        };
        let db = &mut self.db;
        let tried = AssertUnwindSafe(|| {
            let whole = async {
                let mut tx = db.begin().await?;
                let done = run_batch::<S>(&mut tx, &batch).await?;
                tx.commit().await?;
                Ok(done)
            };
            // SQLite and maps never wait.
            whole
                .now_or_never()
                .expect("a store in this process does not wait")
        });
        let result = std::panic::catch_unwind(tried).unwrap_or_else(|panic| {
            Err(Failed::Permanent(format!(
                "panicked: {}",
                message(panic.as_ref())
            )))
        });
        if let Err(failed) = &result {
            add(&self.shared.status.rollbacks, 1);
            tracing::warn!(service = S::CONSUMER, inputs = inputs.len(), %failed, "rolled back");
        }
        result
    }

    /// After the commit, and only then: publish, replies, timers, wake-ups.
    fn act(
        &mut self,
        inputs: &[Arrived<S::Input>],
        replies: &mut [Option<Reply<S>>],
        done: Done<S::Reply>,
    ) {
        let status = &self.shared.status;
        add(&status.batches, 1);
        add(&status.inputs, inputs.len());
        add(&status.said, done.events.len());
        if let Some(topic) = &self.publishes {
            topic.published(&done.events);
        }
        let repeats = done
            .decisions
            .iter()
            .filter(|decision| decision.is_repeat())
            .count();
        add(&status.repeats, repeats);
        for (decision, reply) in done.decisions.into_iter().zip(replies) {
            if let Some(change) = decision.timer {
                self.timers.apply(change);
            }
            if let Some(sender) = reply.take() {
                // A caller that went away needs no answer.
                let _gone = sender.send(decision.reply.ok_or(Unanswered::Broken));
            }
        }
        for row in &done.waiting {
            add(&status.parked, 1);
            self.inbox.queued(row);
        }
        if let Some(lowest) = self.timers.lowest_key() {
            self.timers_from = lowest;
        }
        let heard = inputs.iter().filter_map(|arrived| match &arrived.origin {
            Origin::Asked => None,
            Origin::Event { event, .. } | Origin::Redriven { event, .. } => Some(event.key()),
        });
        let said = done.events.iter().map(|(_, event)| event.key());
        self.shared.wake_watchers(heard.chain(said));
    }

    /// An input that fails alone: an event is set aside with the next batch; a command's sender
    /// learns that it broke.
    fn give_up(&mut self, arrived: &Arrived<S::Input>, why: &str, park: &mut Vec<Parked>) {
        add(&self.shared.status.parked, 1);
        if let Some(row) = self.inbox.poisoned(arrived, why) {
            tracing::error!(
                topic = row.topic,
                key = row.key,
                seq = row.seq,
                why,
                "parked"
            );
            park.push(row);
        } else {
            tracing::error!(
                service = S::CONSUMER,
                why,
                "a command could not be carried out"
            );
        }
    }

    /// What to do when no smaller batch would help.
    fn put_off(
        &mut self,
        failed: Failed,
        unfinished: &mut [Option<Reply<S>>],
    ) -> Result<bool, Stopped> {
        self.inbox.rewind();
        let (reason, result) = match failed {
            Failed::Transient(_) | Failed::Full(_) => (Unanswered::Full, Ok(false)),
            Failed::Moved { topic, found, .. } => {
                self.inbox.reposition(&topic, found);
                (Unanswered::Full, Ok(false))
            }
            Failed::Deposed { .. } => (Unanswered::Stopping, Err(Stopped::Deposed(failed))),
            Failed::InDoubt(_) => (Unanswered::Lost, Err(Stopped::InDoubt(failed))),
            Failed::Permanent(_) => (Unanswered::Broken, Err(Stopped::Broken(failed))),
        };
        if !matches!(result, Err(Stopped::InDoubt(_))) {
            answer(unfinished, reason);
        }
        result
    }

    /// Writes positions that moved over events nobody here hears.
    fn flush_positions(&mut self) -> Result<(), Stopped> {
        if !self.inbox.moved() {
            return Ok(());
        }
        let progress = self.inbox.progress::<S::Input>(&[], &[]);
        match self.attempt(&[], &progress, &[]) {
            Ok(_) => {
                self.inbox.committed(&progress);
                Ok(())
            }
            Err(failed) => self.put_off(failed, &mut []).map(|_| ()),
        }
    }

    /// Waits for an event, a command, a timer or the tick.
    async fn idle(&mut self) {
        let now = self.now();
        let due = [self.timers.next_due(), self.inbox.next_retry()]
            .into_iter()
            .flatten()
            .min();
        let tick = if self.inbox.must_look() {
            LOOK_TICK
        } else {
            IDLE_TICK
        };
        let wait = due.map_or(tick, |due| due.since(now).min(tick));
        let shared = Arc::clone(&self.shared);
        let woken = tokio::time::timeout(wait, shared.wake.notified()).await;
        if woken.is_ok() || shared.has_commands() {
            return;
        }
        if let Err(stopped) = self.flush_positions() {
            tracing::warn!(service = S::CONSUMER, %stopped, "could not write the positions");
        }
        if let Err(failed) = self.checkpoint(true) {
            tracing::warn!(service = S::CONSUMER, %failed, "could not checkpoint");
        }
    }

    async fn rest(&mut self) {
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn checkpoint(&self, idle: bool) -> Result<(), Failed> {
        match &self.db {
            Db::Sqlite(sqlite) => sqlite.checkpoint(idle),
            Db::MySql(never) => match *never {},
            Db::Maps(_) => Ok(()),
        }
    }

    /// The clock, but never going back.
    fn now(&mut self) -> Timestamp {
        self.last_now = (self.shared.clock)().max(self.last_now);
        self.last_now
    }
}

fn answer<R>(replies: &mut [Option<oneshot::Sender<Result<R, Unanswered>>>], reason: Unanswered) {
    for reply in replies.iter_mut().filter_map(Option::take) {
        // A caller that went away needs no answer.
        let _gone = reply.send(Err(reason));
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
