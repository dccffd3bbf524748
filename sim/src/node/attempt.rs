//! One batch through the production `run_batch`, with the end that the schedule wants for it.

use contracts::time::Timestamp;
use db::{Db, Failed, Parked};
use futures::FutureExt;
use runtime::{Arrived, Batch, Done, Origin, Progress, run_batch};

use super::Node;
use crate::coverage;
use crate::planted::{self, Plant, Planted};
use crate::topics::Topics;

/// How the first transaction of a turn ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Commit,
    CrashBefore,
    CrashAfter,
    /// The store is busy after so many calls, or at the end.
    Busy(u32),
    /// The connection is lost in the commit, which stands,
    UnknownStands,
    /// or does not.
    UnknownLost,
    /// Another instance takes over and commits after the batch has read, and before it writes.
    Overtaken(usize),
}

impl Ending {
    const fn fault(self) -> &'static str {
        match self {
            Self::Commit => coverage::NO_FAULT,
            Self::CrashBefore => "crash before the commit",
            Self::CrashAfter => "crash after the commit",
            Self::Busy(_) => "busy",
            Self::UnknownStands => "unknown, stands",
            Self::UnknownLost => "unknown, lost",
            Self::Overtaken(_) => "duplicate key",
        }
    }
}

/// The calls of a transaction by which a batch has compared its positions: its beginning, and the
/// first fetch.
const POSITIONS_SEEN: u32 = 2;

/// How one batch ended, where it did not fail.
pub(super) enum Attempt<R> {
    Committed(Done<R>),
    Crashed,
}

/// What one batch is made of, besides whose it is.
pub(super) struct Trial<'t, I> {
    pub inputs: &'t [Arrived<I>],
    pub tickets: &'t [Option<usize>],
    pub progress: &'t [Progress],
    pub park: &'t [Parked],
}

/// When a turn runs, and how its first transaction is to end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    /// By the clock of the instance whose turn it is.
    pub now: Timestamp,
    /// By no clock.
    pub at: Timestamp,
    pub ending: Ending,
}

impl<S: Plant> Node<S> {
    /// One try of one batch, up to its end.
    pub(super) fn attempt(
        &mut self,
        topics: &mut Topics,
        trial: Trial<'_, S::Input>,
        fate: Fate,
    ) -> Result<Attempt<S::Reply>, Failed> {
        let Some(memory) = &self.memory else {
            return Ok(Attempt::Crashed);
        };
        let Fate { now, at, ending } = fate;
        let took_over = memory.took_over;
        let mut batch = Batch {
            mark: memory.mark,
            consumer: S::CONSUMER,
            read: trial.progress,
            inputs: trial.inputs,
            park: trial.park,
            now,
            last_ms: memory.ids.last_ms().max(now.millis()),
            timers_from: memory.timers_from,
        };
        if self.commits_positions_first() {
            let positions = Batch {
                inputs: &[],
                park: &[],
                ..batch
            };
            self.run(positions, true)?;
            batch.read = &[];
        }
        let poisoned = trial.inputs.iter().any(|arrived| self.is_poisoned(arrived));
        let commits = match ending {
            Ending::Commit | Ending::CrashAfter | Ending::UnknownStands => !poisoned,
            Ending::CrashBefore | Ending::Busy(_) | Ending::UnknownLost | Ending::Overtaken(_) => {
                false
            }
        };
        if let (Ending::Overtaken(other), false) = (ending, poisoned) {
            return self.overtake(topics, batch, (other, at));
        }
        let before = self.batch_no();
        coverage::under(match (poisoned, took_over, ending) {
            (true, ..) => "poisoned",
            (false, true, Ending::Commit) => "taken over",
            (false, ..) => ending.fault(),
        });
        self.fail_some_call(ending)?;
        let again = Batch { ..batch };
        let done = self.run(batch, commits).inspect_err(|failed| {
            if let Failed::Permanent(why) = failed {
                self.broken.get_or_insert_with(|| why.clone());
            }
        })?;
        self.leak(topics, &done, ending);
        match ending {
            Ending::Busy(_) => Err(busy()),
            Ending::CrashBefore => {
                self.answer_early(trial.tickets, done);
                Ok(Attempt::Crashed)
            }
            Ending::Commit
            | Ending::CrashAfter
            | Ending::UnknownStands
            | Ending::UnknownLost
            | Ending::Overtaken(_)
                if poisoned =>
            {
                Err(Failed::Permanent("the schedule says so".to_owned()))
            }
            Ending::CrashAfter => Ok(Attempt::Crashed),
            Ending::Commit => Ok(Attempt::Committed(done)),
            // The writer's row settles it: another batch number is this batch's.
            Ending::UnknownStands | Ending::UnknownLost
                if self.batch_no() != before || self.takes_unknown_for_done() =>
            {
                Ok(Attempt::Committed(done))
            }
            Ending::UnknownStands | Ending::UnknownLost => {
                self.run(again, true).map(Attempt::Committed)
            }
            // Of a batch that is not poisoned it was dealt with above.
            Ending::Overtaken(_) => Err(busy()),
        }
    }

    fn batch_no(&self) -> i64 {
        self.writer_row().map_or(0, |writer| writer.batch_no)
    }

    /// SQLite fails before the batch or at its end, and nothing stands either way; but a batch that
    /// has seen its positions may find that they moved before the store is busy.
    fn fail_some_call(&mut self, ending: Ending) -> Result<(), Failed> {
        match (ending, &mut self.db) {
            (Ending::Busy(calls), Db::Maps(maps)) => maps.fail_after(calls),
            (Ending::Busy(calls), Db::Sqlite(_)) if calls < POSITIONS_SEEN => return Err(busy()),
            (Ending::Busy(_), Db::Sqlite(_)) => {}
            (_, Db::MySql(never)) => match *never {},
            (
                Ending::Commit
                | Ending::CrashBefore
                | Ending::CrashAfter
                | Ending::UnknownStands
                | Ending::UnknownLost
                | Ending::Overtaken(_),
                Db::Maps(_) | Db::Sqlite(_),
            ) => {}
        }
        Ok(())
    }

    pub(super) fn run(
        &mut self,
        batch: Batch<'_, S::Input>,
        commits: bool,
    ) -> Result<Done<S::Reply>, Failed> {
        self.counted.batches += 1;
        self.counted.inputs += batch.inputs.len() as u64;
        let (db, bug) = (&mut self.db, self.bug);
        let whole = async {
            let mut tx = db.begin().await?;
            planted::choose(bug);
            let done = run_batch::<Planted<S>>(&mut tx, &batch).await?;
            if commits {
                tx.commit().await?;
            }
            Ok(done)
        };
        let ran = whole.now_or_never();
        let ran = ran.expect("a store in this process does not wait");
        if commits && self.acts_deposed && ran.is_ok() {
            self.counted.stale_commits += 1;
        }
        ran
    }

    fn is_poisoned(&self, arrived: &Arrived<S::Input>) -> bool {
        match &arrived.origin {
            Origin::Asked => false,
            Origin::Event { event, .. }
            | Origin::Again { event }
            | Origin::Redriven { event, .. } => self.poisoned.contains(&event.key()),
        }
    }
}

fn busy() -> Failed {
    Failed::Transient("the schedule says so".to_owned())
}
