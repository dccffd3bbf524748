//! One turn of a service: a batch through the production `run_batch`, its end as the schedule
//! wants it, and after the commit what a loop does then.

use std::sync::Arc;

use contracts::envelope::Event;
use contracts::time::Timestamp;
use db::{Failed, Parked};
use runtime::{Arrived, Done, Origin, Progress};

use super::attempt::{Attempt, Ending, Fate, Trial};
use super::inbox::Work;
use super::{Memory, Node};
use crate::planted::Plant;
use crate::topics::{Lane, Partition, Topics};

/// What one turn reads and how its first transaction ends.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Which topics are read, a bit each.
    pub topics: u8,
    /// Which partition of them, when not all.
    pub part: Option<i64>,
    /// The most events of one partition.
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

/// What became of a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub inputs: usize,
    pub said: Vec<Arc<Event>>,
    pub crashed: bool,
    /// Another instance had taken over.
    pub refused: bool,
    /// How many inputs another instance took, which took over in the middle.
    pub overtaken: Option<usize>,
    pub parked: usize,
}

impl Turn {
    /// Everything there is to do, without a fault.
    pub fn whole() -> Self {
        Self {
            topics: u8::MAX,
            part: None,
            events: usize::MAX,
            timers: Timers::Wait,
            commands: usize::MAX,
            newest_first: false,
            redrive: true,
            tick: true,
            ending: Ending::Commit,
        }
    }

    pub(super) fn reads(&self, partition: Partition) -> bool {
        let Partition { topic, part } = partition;
        self.topics & (1 << topic as u8) != 0 && self.part.is_none_or(|only| only == part)
    }
}

impl<S: Plant> Node<S> {
    pub fn turn(&mut self, topics: &mut Topics, turn: &Turn, now: Timestamp) -> Told {
        let at = now;
        let now = self.clock(at);
        let work = self.gather(topics, turn, now);
        let ticks = |memory: &Memory<S>| turn.tick && memory.has_skipped();
        let ticks = self.memory.as_ref().is_some_and(ticks);
        if ticks || !work.inputs.is_empty() || !work.park.is_empty() {
            let ending = turn.ending;
            let mut told = self.work(topics, work, Fate { now, at, ending });
            told.overtaken = self.succeed();
            told
        } else {
            Told::default()
        }
    }

    /// Carries the work out, halving it when it fails for good until one input is left.
    fn work(&mut self, topics: &mut Topics, mut work: Work<S::Input>, mut fate: Fate) -> Told {
        let mut told = Told {
            inputs: work.inputs.len(),
            ..Told::default()
        };
        let mut ranges = Vec::from_iter(Some(0..work.inputs.len()));
        let mut park = std::mem::take(&mut work.park);
        while let Some(range) = ranges.pop() {
            let (before, rest) = work.inputs.split_at(range.end);
            let inputs = &before[range.start..];
            let Some(memory) = &self.memory else {
                return told;
            };
            let progress = &self.mix_partitions(memory.progress(topics, inputs, rest));
            self.park_elsewhere(&mut park);
            let tickets = &work.tickets[range.clone()];
            let trial = Trial {
                inputs,
                tickets,
                progress,
                park: &park,
            };
            let tried = self.attempt(topics, trial, fate);
            // A fault strikes the first transaction of a turn.
            fate.ending = Ending::Commit;
            match tried {
                Ok(Attempt::Committed(done)) => {
                    told.parked += park.len();
                    park.clear();
                    self.act(tickets, progress, done, &mut told);
                }
                Ok(Attempt::Crashed) => {
                    told.crashed = true;
                    self.unanswered(&work.tickets[range.start..]);
                    self.crash();
                    return told;
                }
                Err(Failed::Permanent(_)) if range.len() > 1 && self.loses_neighbours() => {
                    self.skip(progress, fate.now);
                }
                Err(Failed::Permanent(_)) if range.len() > 1 => {
                    let middle = range.start + range.len() / 2;
                    ranges.push(middle..range.end);
                    ranges.push(range.start..middle);
                }
                Err(Failed::Permanent(why)) if range.len() == 1 && self.never_gives_up() => {
                    let failed = Failed::Transient(why);
                    self.put_off(&failed, &work.tickets[range.start..]);
                    return told;
                }
                Err(Failed::Permanent(why)) if range.len() == 1 => {
                    self.give_up(&work.inputs[range.start], &why, &mut park);
                    self.unanswered(tickets);
                    ranges.push(range.end..range.end);
                }
                Err(failed) => {
                    told.refused = matches!(failed, Failed::Deposed { .. });
                    self.put_off(&failed, &work.tickets[range.start..]);
                    return told;
                }
            }
        }
        self.requeue(&work.redriven);
        told
    }

    /// After the commit, and only then.
    fn act(
        &mut self,
        tickets: &[Option<usize>],
        progress: &[Progress],
        done: Done<S::Reply>,
        told: &mut Told,
    ) {
        let scans_too_late = self.scans_too_late();
        let Some(memory) = &mut self.memory else {
            return;
        };
        memory.committed(progress);
        memory.took_over = false;
        for (decision, ticket) in done.decisions.into_iter().zip(tickets) {
            self.counted.repeats += u64::from(decision.is_repeat());
            if let Some(change) = decision.timer {
                memory.deadlines.apply(change);
            }
            if let Some(ticket) = ticket {
                self.answers.push((*ticket, decision.reply));
            }
        }
        let first = match scans_too_late {
            false => memory.deadlines.lowest_key(),
            true => memory.deadlines.open().next_back().map(|timer| timer.key),
        };
        if let Some(key) = first {
            memory.timers_from = key;
        }
        for row in &done.waiting {
            memory.parked.insert(Lane::of(row), row.no + 1);
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
            topic,
            part,
            seq,
            event,
        } = &arrived.origin
            && !topic.is_empty()
        {
            self.counted.parked += 1;
            let lane = Lane {
                partition: Partition::named(topic, *part),
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
            Failed::Moved {
                topic, part, found, ..
            } => {
                self.counted.moved += 1;
                memory.reposition(Partition::named(topic, *part), *found);
            }
            Failed::Transient(_) | Failed::Full(_) => {}
            Failed::Deposed { .. } => {
                self.counted.refused += 1;
                if let Some(memory) = self.memory.take() {
                    self.lose(memory);
                }
            }
            Failed::InDoubt(_) | Failed::Permanent(_) => self.crash(),
        }
    }

    fn unanswered(&mut self, tickets: &[Option<usize>]) {
        let unknown = tickets.iter().flatten();
        self.answers.extend(unknown.map(|ticket| (*ticket, None)));
    }

    /// What is known of keys that were taken up again: the rows they still have.
    fn requeue(&mut self, lanes: &[Lane]) {
        let forgets = self.redrives_one();
        for lane in lanes {
            let last = self.parked_rows(*lane).last().map(|row| row.no);
            let Some(memory) = &mut self.memory else {
                return;
            };
            match last {
                Some(no) if !forgets => memory.parked.insert(*lane, no + 1),
                Some(_) | None => memory.parked.remove(lane),
            };
        }
    }
}
