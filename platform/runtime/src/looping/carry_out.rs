//! Carrying out what was gathered: one transaction if all goes well, halves of it while one input
//! fails it for good, and what happens after a commit or instead of one.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use contracts::events::Kind;
use contracts::saga::{self, Direction};
use db::{Failed, Parked};
use futures::FutureExt;

use super::gather::{Waits, Work};
use super::{Loop, Stopped, message};
use crate::batch::{Arrived, Batch, Done, Origin, Progress, run_batch};
use crate::faults::FaultPoint;
use crate::handle::{Asked, Command, Unanswered, tell};
use crate::parking::{self, ParkedKey};
use crate::service::Service;
use crate::status::add;
use crate::timers::{Timer, TimerChange};

/// How often a command is tried again when the store cannot serve it: with the pauses between,
/// a caller waits some three seconds at most.
const MOST_TRIES: u32 = 8;
/// A timer whose decision failed for good is tried again after this long.
const TIMER_RETRY: Duration = Duration::from_secs(60);

impl<S: Service> Loop<S> {
    /// Carries the work out, halving it when it fails for good until one input is left. False
    /// when the store could not serve it: all that is left of it comes again.
    pub(super) fn carry_out(&mut self, mut work: Work<S>) -> Result<bool, Stopped> {
        let mut sizes = vec![work.inputs.len()];
        while let Some(size) = sizes.pop() {
            let (batch, rest) = work.inputs.split_at(size);
            let progress = self.inbox.progress(batch, rest);
            // What is set aside goes with the position that passes it, never before.
            let (park, later) = self.inbox.passed(work.park, &progress);
            match self.attempt(batch, &progress, &park) {
                Ok(done) => {
                    self.strike(FaultPoint::AfterCommit)?;
                    work.park = later;
                    self.inbox.committed(&progress);
                    if let Some(topic) = &self.publishes {
                        topic.published(&done.events);
                    }
                    self.strike(FaultPoint::AfterPublish)?;
                    let held = held_keys(&work.inputs, &done);
                    self.act(&mut work, size, done, &park);
                    // Within one batch `run_batch` sees to it; here are more batches to come.
                    if !sizes.is_empty() && !held.is_empty() {
                        held.iter().for_each(|key| self.line_up(key, &mut work));
                        sizes = vec![work.inputs.len()];
                    }
                }
                Err(failed) => {
                    if let Some(point) = self.struck.take() {
                        return Err(Stopped::Fault(point));
                    }
                    work.park = park.into_iter().chain(later).collect();
                    match failed {
                        Failed::Permanent(_) if size > 1 => {
                            sizes.push(size - size / 2);
                            sizes.push(size / 2);
                        }
                        Failed::Permanent(why) if size == 1 => {
                            self.give_up(&mut work, &why);
                            sizes = vec![work.inputs.len()];
                        }
                        failed => return self.put_off(failed, work),
                    }
                }
            }
        }
        self.inbox.queues.settled();
        for (key, last) in work.redriven {
            match self.parked_rows(&key) {
                Ok(rows) => {
                    self.inbox.queues.requeue(&key, &rows);
                    // More stands behind what was taken up, and nothing of that stayed.
                    if rows.first().is_some_and(|row| row.no > last) {
                        self.redrives.insert(key);
                    } else {
                        self.taken_up(&key);
                    }
                }
                Err(failed) => {
                    tracing::warn!(%failed, "could not read the parked events");
                    self.redrives.insert(key);
                }
            }
        }
        Ok(true)
    }

    /// Tells those who asked for a key that it went as far as it goes.
    fn taken_up(&mut self, key: &ParkedKey) {
        for (_, answer) in self.wait_for.extract_if(.., |(waited, _)| waited == key) {
            tell(answer, Ok(()));
        }
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
        let (db, struck) = (&mut self.db, &mut self.struck);
        let faults = &self.shared.faults;
        let tried = AssertUnwindSafe(|| {
            let whole = async {
                let mut tx = db.begin().await?;
                let done = run_batch::<S>(&mut tx, &batch).await?;
                if faults.strikes(FaultPoint::BeforeCommit) {
                    *struck = Some(FaultPoint::BeforeCommit);
                    return Err(Failed::Transient("killed before the commit".to_owned()));
                }
                tx.commit().await?;
                Ok(done)
            };
            // SQLite and maps never wait.
            whole
                .now_or_never()
                .expect("a store in this process does not wait")
        });
        let result = std::panic::catch_unwind(tried).unwrap_or_else(|panic| {
            let why = format!("panicked: {}", message(panic.as_ref()));
            Err(Failed::Permanent(why))
        });
        if let Err(failed) = &result {
            add(&self.shared.status.rollbacks, 1);
            tracing::warn!(service = S::CONSUMER, inputs = inputs.len(), %failed, "rolled back");
        }
        result
    }

    fn strike(&self, point: FaultPoint) -> Result<(), Stopped> {
        match self.shared.faults.strikes(point) {
            true => Err(Stopped::Fault(point)),
            false => Ok(()),
        }
    }

    /// After the commit and the publishing, and only then: replies, timers, wake-ups.
    fn act(&mut self, work: &mut Work<S>, size: usize, done: Done<S::Reply>, park: &[Parked]) {
        self.count(size, &done, park);
        for (arrived, decision) in work.inputs.iter().zip(&done.decisions) {
            if let Some(event) = arrived.event()
                && decision.is_effect()
            {
                self.shared.status.stepped(S::NAME, event.kind());
            }
        }
        let inputs = work.inputs.drain(..size);
        let keys: Vec<i64> = inputs
            .filter_map(|arrived| arrived.event().map(|event| event.key()))
            .collect();
        for (decision, waits) in done.decisions.into_iter().zip(work.waits.drain(..size)) {
            match (decision.timer, &waits) {
                (Some(change), _) => self.deadlines.apply(change),
                // It was decided, and not set again.
                (None, Waits::Timer(timer)) => self.deadlines.done(*timer),
                (None, Waits::Nobody | Waits::Caller(_) | Waits::Asker(_)) => {}
            }
            match waits {
                Waits::Caller(caller) => tell(caller, decision.reply.ok_or(Unanswered::Broken)),
                Waits::Asker(answer) => tell(answer, Ok(())),
                Waits::Nobody | Waits::Timer(_) => {}
            }
        }
        for row in park.iter().chain(&done.waiting) {
            self.inbox.queues.queued(row);
        }
        if let Some(lowest) = self.deadlines.lowest_key() {
            self.timers_from = lowest;
        }
        self.shared.waiting.tell(&done.events);
        let said = done.events.iter().map(|(_, event)| event.key());
        self.shared.wake_watchers(keys.into_iter().chain(said));
    }

    fn count(&self, size: usize, done: &Done<S::Reply>, park: &[Parked]) {
        let status = &self.shared.status;
        status.sized(size);
        let repeats = done
            .decisions
            .iter()
            .filter(|decision| decision.is_repeat());
        let counts: [(&AtomicU64, usize); 6] = [
            (&status.batches, 1),
            (&status.inputs, size),
            (&status.said, done.events.len()),
            (&status.rows, done.rows),
            (&status.repeats, repeats.count()),
            (&status.parked, park.len() + done.waiting.len()),
        ];
        for (counter, count) in counts {
            add(counter, count);
        }
    }

    /// The first input fails alone. An event is set aside with the next batch, and the later ones
    /// of its key behind it; a command's caller learns that it broke; a timer comes again.
    fn give_up(&mut self, work: &mut Work<S>, why: &str) {
        let (arrived, waits) = (work.inputs.remove(0), work.waits.remove(0));
        tracing::error!(service = S::CONSUMER, why, origin = ?arrived.origin, "gave up");
        match &arrived.origin {
            Origin::Asked | Origin::Again { .. } => self.broken(waits),
            Origin::Event {
                topic,
                part,
                seq,
                event,
            } => {
                let (topic, part, key) = (topic.clone(), *part, event.key());
                let key = ParkedKey { topic, part, key };
                let now = self.now();
                let undoes = undoes::<S>(event.kind());
                let row = self.inbox.queues.set_aside(&key, |key, no| {
                    let row = parking::row(key, no, *seq, event, why);
                    if undoes {
                        parking::persist(row, now)
                    } else {
                        row
                    }
                });
                work.park.push(row);
                self.line_up(&key, work);
            }
            Origin::Redriven { parked, event } => {
                let failed = parking::failed_again(parked, why);
                work.park.push(match undoes::<S>(event.kind()) {
                    true => parking::persist(failed, self.now()),
                    false => failed,
                });
                let (topic, part, key) = (parked.topic.clone(), parked.part, parked.key);
                self.line_up(&ParkedKey { topic, part, key }, work);
            }
        }
    }

    fn broken(&mut self, waits: Waits<S>) {
        match waits {
            Waits::Nobody => {}
            Waits::Caller(caller) => tell(caller, Err(Unanswered::Broken)),
            Waits::Asker(answer) => tell(answer, Err(Unanswered::Broken)),
            Waits::Timer(Timer { key, .. }) => {
                let due = self.now().plus(TIMER_RETRY);
                self.deadlines.apply(TimerChange::Set(Timer { due, key }));
            }
        }
    }

    /// Takes the other inputs of a key that was set aside out of the work.
    fn line_up(&mut self, key: &ParkedKey, work: &mut Work<S>) {
        let inputs = std::mem::take(&mut work.inputs);
        let waits = std::mem::take(&mut work.waits);
        for (arrived, waits) in inputs.into_iter().zip(waits) {
            match &arrived.origin {
                Origin::Event {
                    topic,
                    part,
                    seq,
                    event,
                } if *topic == key.topic && *part == key.part && event.key() == key.key => {
                    let row = self.inbox.queues.set_aside(key, |key, no| {
                        parking::row(key, no, *seq, event, parking::BEHIND)
                    });
                    work.park.push(row);
                }
                // Its row stays where it is.
                Origin::Redriven { parked, .. } if key.is_of(parked) => {}
                Origin::Event { .. }
                | Origin::Again { .. }
                | Origin::Redriven { .. }
                | Origin::Asked => {
                    work.push(arrived, waits);
                }
            }
        }
    }

    /// What to do when no smaller batch would help. Events come again; commands do when the
    /// store may serve them soon.
    fn put_off(&mut self, failed: Failed, mut work: Work<S>) -> Result<bool, Stopped> {
        self.go_back();
        self.redrives
            .extend(work.redriven.iter().map(|(key, _)| key.clone()));
        match failed {
            Failed::Transient(_) if self.failures < MOST_TRIES => self.put_back(work),
            Failed::Transient(_) | Failed::Full(_) => {
                answer(&mut work, Unanswered::Full);
                self.put_back(work);
            }
            Failed::Moved { topic, found, .. } => {
                self.inbox.reposition(&topic, found);
                self.put_back(work);
            }
            Failed::Deposed { .. } => {
                answer(&mut work, Unanswered::Stopping);
                return Err(Stopped::Deposed(failed));
            }
            // No reply: it is not known what stands.
            Failed::InDoubt(_) => return Err(Stopped::InDoubt(failed)),
            Failed::Permanent(_) => {
                answer(&mut work, Unanswered::Broken);
                return Err(Stopped::Broken(failed));
            }
        }
        Ok(false)
    }

    /// Forgets what was polled and not committed.
    pub(super) fn go_back(&mut self) {
        self.inbox.rewind();
        if let Err(failed) = self.note_lag() {
            tracing::warn!(service = S::CONSUMER, %failed, "could not tell the lag");
        }
    }

    fn put_back(&self, work: Work<S>) {
        let mut commands = Vec::new();
        for (arrived, waits) in work.inputs.into_iter().zip(work.waits) {
            match (arrived.origin, waits) {
                (Origin::Again { event: what }, Waits::Asker(answer)) => {
                    self.shared.put_back_again(Asked { what, answer });
                }
                (_, Waits::Caller(reply)) => commands.push(Command {
                    input: arrived.input,
                    actor: arrived.actor,
                    trace: arrived.trace,
                    reply,
                }),
                // Events are polled again, and timers are open still.
                (_, Waits::Nobody | Waits::Timer(_) | Waits::Asker(_)) => {}
            }
        }
        self.shared.put_back(commands);
    }

    /// Writes positions that moved over events nobody here hears.
    pub(super) fn write_positions(&mut self) -> Result<(), Stopped> {
        if !self.inbox.moved() {
            return Ok(());
        }
        let progress = self.inbox.progress::<S::Input>(&[], &[]);
        match self.attempt(&[], &progress, &[]) {
            Ok(_) => {
                self.inbox.committed(&progress);
                Ok(())
            }
            Err(failed) => match self.struck.take() {
                Some(point) => Err(Stopped::Fault(point)),
                None => self.put_off(failed, Work::nothing()).map(|_| ()),
            },
        }
    }
}

/// Whether an event makes this service take something back.
pub(super) fn undoes<S: Service>(heard: Kind) -> bool {
    matches!(saga::step_on(S::NAME, heard), Some((_, Direction::Undo)))
}

/// Tells the callers why there is no answer; all else stays, and comes again.
fn answer<S: Service>(work: &mut Work<S>, reason: Unanswered) {
    for waits in &mut work.waits {
        match std::mem::replace(waits, Waits::Nobody) {
            Waits::Caller(caller) => tell(caller, Err(reason)),
            stays @ (Waits::Nobody | Waits::Asker(_) | Waits::Timer(_)) => *waits = stays,
        }
    }
}

/// The keys that have to wait, of which no later input may be decided.
fn held_keys<I, R>(inputs: &[Arrived<I>], done: &Done<R>) -> Vec<ParkedKey> {
    let decided = inputs.iter().zip(&done.decisions);
    decided
        .filter(|(_, decision)| decision.is_not_yet())
        .filter_map(|(arrived, _)| parking::key_of(arrived))
        .collect()
}
