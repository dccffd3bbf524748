//! Two open transactions: another instance is let in and commits after a batch has read and before
//! it writes, as if the fence had a hole. Then the keys of rows that were absent are the guard that
//! is left, and a batch which meets one of them must fail whole and be decided anew.

use contracts::time::Timestamp;
use db::{Db, Failed};
use runtime::Batch;

use super::attempt::Attempt;
use super::turn::{Timers, Turn};
use super::{Memory, Node};
use crate::coverage;
use crate::planted::{Bug, LoopBug, Plant};
use crate::shop::copy;
use crate::topics::Topics;

/// How many inputs the other one took, and who it is; it is the writer once the turn is over.
pub(super) struct Successor<S: runtime::Service> {
    pub inputs: usize,
    memory: Option<Memory<S>>,
}

impl<S: Plant> Node<S> {
    /// Carries a batch out on the rows as they were before `other` took over and worked.
    pub(super) fn overtake(
        &mut self,
        topics: &mut Topics,
        batch: Batch<'_, S::Input>,
        (other, at): (usize, Timestamp),
    ) -> Result<Attempt<S::Reply>, Failed> {
        let before = copy(&self.db);
        self.let_in(topics, other, at);
        let after = std::mem::replace(&mut self.db, before);
        coverage::under("duplicate key");
        match self.bug {
            Some(Bug::Loop(LoopBug::DuplicateTakenForDone)) => {
                let decided = self.run(batch, false);
                self.db = after;
                return decided.map(Attempt::Committed);
            }
            Some(Bug::Loop(LoopBug::LaterCommitWins)) => {
                return self.run(batch, true).map(Attempt::Committed);
            }
            Some(_) | None => {}
        }
        let failed = match (&mut self.db, after) {
            (Db::Maps(maps), Db::Maps(after)) => {
                maps.overtaken_by(after);
                self.run(batch, true)
            }
            // SQLite lets nobody in, and so only tells what the batch would have met before.
            (_, after) => {
                let decided = self.run(batch, false);
                self.db = after;
                decided
            }
        };
        let why = "another transaction was faster".to_owned();
        failed.and(Err(Failed::Transient(why)))
    }

    /// Another instance starts, takes over and has a turn.
    fn let_in(&mut self, topics: &mut Topics, other: usize, at: Timestamp) {
        let overtaken = self.memory.take();
        self.start(topics, other, at);
        self.counted.taken_over += 1;
        if let Some(memory) = &mut self.memory {
            memory.took_over = true;
        }
        let turn = Turn {
            commands: 0,
            timers: Timers::Due,
            ..Turn::whole()
        };
        let told = self.turn(topics, &turn, at);
        let memory = std::mem::replace(&mut self.memory, overtaken);
        self.successor = Some(Successor {
            inputs: told.inputs,
            memory,
        });
    }

    /// The turn is over: whoever took over meanwhile is the writer, and the other is deposed.
    pub(super) fn succeed(&mut self) -> Option<usize> {
        let successor = self.successor.take()?;
        let overtaken = std::mem::replace(&mut self.memory, successor.memory);
        self.deposed.extend(overtaken);
        Some(successor.inputs)
    }
}
