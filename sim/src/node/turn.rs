//! One turn of a service: a batch through the production `run_batch`, its end as the schedule
//! wants it, and after the commit what a loop does then.

use std::sync::Arc;

use contracts::envelope::{Event, ServiceName};
use contracts::time::Timestamp;
use db::{Failed, Parked, System};
use futures::FutureExt;
use runtime::{Arrived, Batch, Done, Mark, Origin, Progress, run_batch};

use super::inbox::Work;
use super::{Lane, Memory, Node};
use crate::planted::{self, Bug, LoopBug, Plant, Planted};
use crate::topics::Topics;

/// What one turn reads and how its first transaction ends.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Which topics are read, a bit each.
    pub topics: u8,
    /// The most events of one topic.
    pub events: usize,
    pub timers: Timers,
    pub commands: usize,
    pub newest_first: bool,
    /// Take parked keys up again.
    pub redrive: bool,
    /// Write positions that moved over skipped events, also when nothing else is written.
    pub tick: bool,
    pub ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timers {
    Wait,
    Due,
    /// All that are open, whatever the clock says.
    Hasty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Commit,
    CrashBefore,
    CrashAfter,
    Busy,
}

/// What became of a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub inputs: usize,
    pub said: Vec<Arc<Event>>,
    pub crashed: bool,
    pub parked: usize,
}

/// How one batch ended, where it did not fail.
enum Attempt<R> {
    Committed(Done<R>),
    Crashed,
}

impl Turn {
    /// Everything there is to do, without a fault.
    pub fn whole() -> Self {
        Self {
            topics: u8::MAX,
            events: usize::MAX,
            timers: Timers::Wait,
            commands: usize::MAX,
            newest_first: false,
            redrive: true,
            tick: true,
            ending: Ending::Commit,
        }
    }
}

impl<S: Plant> Node<S> {
    pub fn turn(&mut self, topics: &mut Topics, turn: &Turn, now: Timestamp) -> Told {
        let now = self.clock(now);
        let work = self.gather(topics, turn, now);
        let mut told = Told {
            inputs: work.inputs.len(),
            ..Told::default()
        };
        let ticks = |memory: &Memory<S>| turn.tick && memory.has_skipped();
        let ticks = self.memory.as_ref().is_some_and(ticks);
        if ticks || !work.inputs.is_empty() || !work.park.is_empty() {
            self.work(topics, work, turn.ending, now, &mut told);
        }
        told
    }

    /// Carries the work out, halving it when it fails for good until one input is left.
    fn work(
        &mut self,
        topics: &mut Topics,
        mut work: Work<S::Input>,
        mut ending: Ending,
        now: Timestamp,
        told: &mut Told,
    ) {
        let mut ranges = vec![0..work.inputs.len()];
        let mut park = std::mem::take(&mut work.park);
        while let Some(range) = ranges.pop() {
            let (before, rest) = work.inputs.split_at(range.end);
            let inputs = &before[range.start..];
            let Some(memory) = &self.memory else { return };
            let progress = memory.progress(topics, inputs, rest);
            let tickets = &work.tickets[range.clone()];
            let tried = self.attempt(
                topics,
                Trial {
                    inputs,
                    tickets,
                    progress: &progress,
                    park: &park,
                    now,
                },
                ending,
            );
            // A fault strikes the first transaction of a turn.
            ending = Ending::Commit;
            match tried {
                Ok(Attempt::Committed(done)) => {
                    told.parked += park.len();
                    park.clear();
                    self.act(tickets, &progress, done, told);
                }
                Ok(Attempt::Crashed) => {
                    told.crashed = true;
                    self.unanswered(&work.tickets[range.start..]);
                    return self.crash();
                }
                Err(Failed::Permanent(_)) if range.len() > 1 && self.loses_neighbours() => {
                    self.skip(&progress, now);
                }
                Err(Failed::Permanent(_)) if range.len() > 1 => {
                    let middle = range.start + range.len() / 2;
                    ranges.push(middle..range.end);
                    ranges.push(range.start..middle);
                }
                Err(Failed::Permanent(why)) if range.len() == 1 => {
                    self.give_up(&work.inputs[range.start], &why, &mut park);
                    self.unanswered(tickets);
                    ranges.push(range.end..range.end);
                }
                Err(failed) => return self.put_off(&failed, &work.tickets[range.start..]),
            }
        }
        self.requeue(&work.redriven);
    }

    /// One try of one batch, up to its end.
    fn attempt(
        &mut self,
        topics: &mut Topics,
        trial: Trial<'_, S::Input>,
        ending: Ending,
    ) -> Result<Attempt<S::Reply>, Failed> {
        let Some(memory) = &self.memory else {
            return Ok(Attempt::Crashed);
        };
        let (mark, last_ms) = (memory.mark, memory.ids.last_ms().max(trial.now.millis()));
        let mut batch = Batch {
            mark,
            consumer: S::CONSUMER,
            read: trial.progress,
            inputs: trial.inputs,
            park: trial.park,
            now: trial.now,
            last_ms,
            timers_from: memory.timers_from,
        };
        if self.bug == Some(Bug::Loop(LoopBug::PositionBeforeEffect)) {
            self.run(
                Batch {
                    inputs: &[],
                    park: &[],
                    ..batch
                },
                true,
            )?;
            batch.read = &[];
        }
        let poisoned = trial.inputs.iter().any(|arrived| self.is_poisoned(arrived));
        let commits = match ending {
            Ending::Commit | Ending::CrashAfter => !poisoned,
            Ending::CrashBefore | Ending::Busy => false,
        };
        let done = self.run(batch, commits)?;
        self.leak(topics, &done, ending);
        match ending {
            Ending::Busy => Err(Failed::Transient("the schedule says so".to_owned())),
            Ending::CrashBefore => {
                self.answer_early(trial.tickets, done);
                Ok(Attempt::Crashed)
            }
            Ending::Commit | Ending::CrashAfter if poisoned => {
                Err(Failed::Permanent("the schedule says so".to_owned()))
            }
            Ending::CrashAfter => Ok(Attempt::Crashed),
            Ending::Commit => Ok(Attempt::Committed(done)),
        }
    }

    fn run(&mut self, batch: Batch<'_, S::Input>, commits: bool) -> Result<Done<S::Reply>, Failed> {
        self.counted.batches += 1;
        self.counted.inputs += batch.inputs.len() as u64;
        let (db, bug) = (&mut self.db, self.bug);
        let whole = async {
            let mut tx = db.begin().await?;
            let done = match bug {
                None => run_batch::<S>(&mut tx, &batch).await?,
                Some(bug) => {
                    planted::choose(bug);
                    run_batch::<Planted<S>>(&mut tx, &batch).await?
                }
            };
            if commits {
                tx.commit().await?;
            }
            Ok(done)
        };
        whole
            .now_or_never()
            .expect("a store in this process does not wait")
    }

    /// After the commit, and only then.
    fn act(
        &mut self,
        tickets: &[Option<usize>],
        progress: &[Progress],
        done: Done<S::Reply>,
        told: &mut Told,
    ) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        memory.committed(progress);
        for (decision, ticket) in done.decisions.into_iter().zip(tickets) {
            self.counted.repeats += u64::from(decision.is_repeat());
            if let Some(change) = decision.timer {
                memory.apply(change);
            }
            if let Some(ticket) = ticket {
                self.answers.push((*ticket, decision.reply));
            }
        }
        if let Some((&lowest, _)) = memory.timers.first_key_value() {
            memory.timers_from = lowest;
        }
        for row in &done.waiting {
            let topic = topic_named(&row.topic);
            memory.parked.insert(
                Lane {
                    topic,
                    key: row.key,
                },
                row.no + 1,
            );
        }
        for (seq, event) in done.events {
            told.said.push(Arc::clone(&event));
            memory.fresh.insert(seq, event);
        }
    }

    /// An input that fails alone: an event is set aside with the next batch.
    fn give_up(&mut self, arrived: &Arrived<S::Input>, why: &str, park: &mut Vec<Parked>) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        if let Origin::Event {
            topic, seq, event, ..
        } = &arrived.origin
            && !topic.is_empty()
        {
            self.counted.parked += 1;
            let lane = Lane {
                topic: event.kind().publisher(),
                key: event.key(),
            };
            park.push(memory.set_aside(lane, *seq, event, why));
        }
    }

    fn put_off(&mut self, failed: &Failed, unfinished: &[Option<usize>]) {
        self.unanswered(unfinished);
        let Some(memory) = &mut self.memory else {
            return;
        };
        memory.rewind();
        match failed {
            Failed::Moved { topic, found, .. } => memory.reposition(topic, *found),
            Failed::Transient(_) | Failed::Full(_) => {}
            Failed::Deposed { .. } | Failed::InDoubt(_) | Failed::Permanent(_) => self.crash(),
        }
    }

    fn unanswered(&mut self, tickets: &[Option<usize>]) {
        let unknown = tickets.iter().flatten();
        self.answers.extend(unknown.map(|ticket| (*ticket, None)));
    }

    /// What is known of keys that were taken up again: the rows they still have.
    fn requeue(&mut self, lanes: &[Lane]) {
        for lane in lanes {
            let last = self.parked_rows(*lane).last().map(|row| row.no);
            let Some(memory) = &mut self.memory else {
                return;
            };
            match last {
                Some(no) => memory.parked.insert(*lane, no + 1),
                None => memory.parked.remove(lane),
            };
        }
    }

    fn is_poisoned(&self, arrived: &Arrived<S::Input>) -> bool {
        match &arrived.origin {
            Origin::Asked => false,
            Origin::Event { event, .. } | Origin::Redriven { event, .. } => {
                let (topic, key) = (event.kind().publisher(), event.key());
                self.poisoned.contains(&Lane { topic, key })
            }
        }
    }

    /// The writer that was taken over from goes on where it was. The epoch must stop it.
    pub fn wake_stale(&mut self, topics: &Topics, now: Timestamp) {
        let (Some(mark), Some(memory)) = (self.deposed, &mut self.memory) else {
            return;
        };
        if mark == memory.mark && self.bug != Some(Bug::Loop(LoopBug::EpochNotRaised)) {
            return;
        }
        let turn = Turn {
            commands: 0,
            redrive: false,
            ..Turn::whole()
        };
        let parked = memory.parked.clone();
        let now = self.clock(now);
        let work = self.gather(topics, &turn, now);
        match self.run_stale(mark, topics, &work, now) {
            Err(Failed::Deposed { .. }) => self.counted.refused += 1,
            Err(_) => {}
            Ok(()) => self.counted.stale_commits += 1,
        }
        if let Some(memory) = &mut self.memory {
            memory.parked = parked;
            memory.rewind();
        }
    }

    fn run_stale(
        &mut self,
        mark: Mark,
        topics: &Topics,
        work: &Work<S::Input>,
        now: Timestamp,
    ) -> Result<(), Failed> {
        let Some(memory) = &self.memory else {
            return Ok(());
        };
        let progress = memory.progress(topics, &work.inputs, &[]);
        let batch = Batch {
            mark,
            consumer: S::CONSUMER,
            read: &progress,
            inputs: &work.inputs,
            park: &[],
            now,
            last_ms: now.millis(),
            timers_from: memory.timers_from,
        };
        self.run(batch, true).map(|_| ())
    }

    fn loses_neighbours(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::NeighboursLost))
    }

    /// Where a planted loop lets something out too early, or not at all.
    fn leak(&mut self, topics: &mut Topics, done: &Done<S::Reply>, ending: Ending) {
        let Some(Bug::Loop(bug)) = self.bug else {
            return;
        };
        match (bug, ending) {
            (LoopBug::PublishBeforeCommit, Ending::CrashBefore) => {
                for (seq, event) in &done.events {
                    topics.of_mut(S::NAME).publish(*seq, Arc::clone(event));
                }
            }
            (LoopBug::NoOutbox, Ending::CrashAfter) => self.drop_outbox(done),
            (
                LoopBug::PublishBeforeCommit
                | LoopBug::NoOutbox
                | LoopBug::CursorSkips
                | LoopBug::PositionBeforeEffect
                | LoopBug::EpochNotRaised
                | LoopBug::NeighboursLost
                | LoopBug::ReplyBeforeCommit,
                _,
            ) => {}
        }
    }

    fn answer_early(&mut self, tickets: &[Option<usize>], done: Done<S::Reply>) {
        if self.bug == Some(Bug::Loop(LoopBug::ReplyBeforeCommit)) {
            let replies = done.decisions.into_iter().zip(tickets);
            let replies =
                replies.filter_map(|(decision, ticket)| Some(((*ticket)?, decision.reply)));
            self.answers.extend(replies);
        }
    }

    /// Positions move over a batch that failed, and its inputs with them: a planted loss.
    fn skip(&mut self, progress: &[Progress], now: Timestamp) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        let batch = Batch {
            mark: memory.mark,
            consumer: S::CONSUMER,
            read: progress,
            inputs: &[],
            park: &[],
            now,
            last_ms: now.millis(),
            timers_from: memory.timers_from,
        };
        memory.committed(progress);
        super::done(Some(self.run(batch, true)));
    }

    fn drop_outbox(&mut self, done: &Done<S::Reply>) {
        let mut system = System::default();
        for (seq, _) in &done.events {
            system.outbox.ask((Self::WRITER, *seq));
        }
        self.fetch(&mut system);
        for (seq, _) in &done.events {
            system.outbox.remove(&(Self::WRITER, *seq));
        }
        let write = async {
            let mut tx = self.db.begin().await?;
            tx.flush(&mut system).await?;
            tx.commit().await
        };
        super::done(write.now_or_never());
    }
}

/// What one batch is made of, besides whose it is.
struct Trial<'t, I> {
    inputs: &'t [Arrived<I>],
    tickets: &'t [Option<usize>],
    progress: &'t [Progress],
    park: &'t [Parked],
    now: Timestamp,
}

fn topic_named(name: &str) -> ServiceName {
    let mut all = ServiceName::ALL.iter().copied();
    all.find(|topic| topic.topic() == name)
        .expect("rows name the topics of the five services")
}
