//! What must not be: the bugs that are planted in the loop.

use std::sync::Arc;

use contracts::time::Timestamp;
use db::{OutboxId, Parked, System};
use runtime::{Batch, Done, Progress};

use super::{Ending, Node};
use crate::planted::{Bug, LoopBug, Plant};
use crate::topics::Topics;

impl<S: Plant> Node<S> {
    pub(super) fn takes_unknown_for_done(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::UnknownTakenForDone))
    }

    pub(super) fn never_gives_up(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::StuckBehindPoison))
    }

    pub(super) fn loses_neighbours(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::NeighboursLost))
    }

    /// Where a planted loop lets something out too early, or not at all.
    pub(super) fn leak(&mut self, topics: &mut Topics, done: &Done<S::Reply>, ending: Ending) {
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
                | LoopBug::ReplyBeforeCommit
                | LoopBug::ScansTooLate
                | LoopBug::RelayMarksFirst
                | LoopBug::PositionTooFar
                | LoopBug::RedrivesOne
                | LoopBug::UnknownTakenForDone
                | LoopBug::StuckBehindPoison
                | LoopBug::DropsGate
                | LoopBug::NoGrace
                | LoopBug::DuplicateTakenForDone
                | LoopBug::LaterCommitWins
                | LoopBug::MixesPartitions
                | LoopBug::ParksElsewhere,
                _,
            ) => {}
        }
    }

    pub(super) fn answer_early(&mut self, tickets: &[Option<usize>], done: Done<S::Reply>) {
        if self.bug == Some(Bug::Loop(LoopBug::ReplyBeforeCommit)) {
            let replies = done.decisions.into_iter().zip(tickets);
            let replies =
                replies.filter_map(|(decision, ticket)| Some(((*ticket)?, decision.reply)));
            self.answers.extend(replies);
        }
    }

    /// Positions move over a batch that failed, and its inputs with them: a planted loss.
    pub(super) fn skip(&mut self, progress: &[Progress], now: Timestamp) {
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
        let ids = || {
            let events = done.events.iter();
            events.map(|(seq, _)| OutboxId::new(Self::WRITER, *seq))
        };
        ids().for_each(|id| system.outbox.ask(id));
        self.fetch(&mut system);
        ids().for_each(|id| system.outbox.remove(&id));
        self.write(&mut system);
    }

    /// Past the end of a topic the position is one too far, and the next event is not read.
    pub(super) fn go_too_far(&mut self, topics: &Topics) {
        let (Some(Bug::Loop(LoopBug::PositionTooFar)), Some(memory)) = (self.bug, &mut self.memory)
        else {
            return;
        };
        for place in &mut memory.places {
            let end = topics.of(place.partition.topic).end();
            if place.next == end && place.next != place.committed {
                place.next += 1;
            }
        }
    }

    /// One place for all partitions of a topic, as if a topic had no others: what the slower ones
    /// have not read is lost.
    pub(super) fn mix_partitions(&self, mut progress: Vec<Progress>) -> Vec<Progress> {
        if self.bug != Some(Bug::Loop(LoopBug::MixesPartitions)) {
            return progress;
        }
        for at in 0..progress.len() {
            let of_topic = progress
                .iter()
                .filter(|moved| moved.topic == progress[at].topic);
            let farthest = of_topic.max_by_key(|moved| moved.next);
            if let Some(Progress { next, last_id, .. }) = farthest.cloned() {
                progress[at] = Progress {
                    next,
                    last_id,
                    ..progress[at].clone()
                };
            }
        }
        progress
    }

    /// In the first partition, wherever the events stand.
    pub(super) fn park_elsewhere(&self, park: &mut [Parked]) {
        if self.bug == Some(Bug::Loop(LoopBug::ParksElsewhere)) {
            park.iter_mut().for_each(|row| row.part = 0);
        }
    }

    pub(super) fn redrives_one(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::RedrivesOne))
    }

    pub(super) fn scans_too_late(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::ScansTooLate))
    }

    pub(super) fn commits_positions_first(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::PositionBeforeEffect))
    }
}
