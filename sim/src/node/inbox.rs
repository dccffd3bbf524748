//! What one turn reads: events from the topics turned into inputs, those behind a parked key set
//! aside, timers that fire, commands that wait.

use std::sync::Arc;

use contracts::envelope::{Actor, Event, ServiceName, Trace};
use contracts::time::Timestamp;
use db::Parked;
use runtime::{Accept, Arrived, Origin, Progress, Service};

use super::turn::Turn;
use super::{Memory, Node, Place};
use crate::planted::Plant;
use crate::topics::{Lane, Partition, Topics};

/// What one turn is to carry out.
pub(super) struct Work<I> {
    pub inputs: Vec<Arrived<I>>,
    /// Of the command at the same place, if it is one.
    pub tickets: Vec<Option<usize>>,
    pub park: Vec<Parked>,
    pub redriven: Vec<Lane>,
}

impl<S: Plant> Node<S> {
    /// Log first, timers next, commands last.
    pub(super) fn gather(
        &mut self,
        topics: &Topics,
        turn: &Turn,
        now: Timestamp,
    ) -> Work<S::Input> {
        let mut work = Work {
            inputs: Vec::new(),
            tickets: Vec::new(),
            park: Vec::new(),
            redriven: Vec::new(),
        };
        self.note_ends(topics, now);
        let gate = !self.drops_gate();
        let Some(memory) = &mut self.memory else {
            return work;
        };
        memory.poll(topics, turn, &mut work);
        memory.take_again(topics, &mut work);
        self.go_too_far(topics);
        if turn.redrive {
            self.gather_redrives(&mut work);
        }
        let Some(memory) = &mut self.memory else {
            return work;
        };
        let due = memory.due(turn.timers, topics, now, gate);
        for input in due.into_iter().filter_map(S::due) {
            work.inputs.push(asked(input, Actor::System));
        }
        work.tickets.resize_with(work.inputs.len(), || None);
        for _ in 0..turn.commands.min(memory.commands.len()) {
            // Commands reach the queue in any order: here from either end.
            let taken = match turn.newest_first {
                true => memory.commands.pop_back(),
                false => memory.commands.pop_front(),
            };
            let Some(command) = taken else { break };
            work.inputs.push(asked(command.input, command.actor));
            work.tickets.push(Some(command.ticket));
        }
        work
    }

    /// Parked events in order, from every key that is set aside. One that is not heard any more
    /// goes at once.
    fn gather_redrives(&mut self, work: &mut Work<S::Input>) {
        let Some(memory) = &self.memory else { return };
        let lanes: Vec<Lane> = memory.parked.keys().copied().collect();
        let most = if self.redrives_one() { 1 } else { usize::MAX };
        for lane in lanes {
            for row in self.parked_rows(lane).into_iter().take(most) {
                let version = u16::try_from(row.version).expect("versions are small");
                let event =
                    Event::decode(&row.kind, version, row.sequence, row.event_at, &row.body);
                let event = event.expect("what was encoded can be decoded");
                let input = match S::accept(&event) {
                    Accept::Hear(input) => input,
                    Accept::Ignore => {
                        self.let_go(&row);
                        continue;
                    }
                    Accept::Poison(_) => break,
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
            work.redriven.push(lane);
        }
    }
}

impl<S: Service> Memory<S> {
    fn poll(&mut self, topics: &Topics, turn: &Turn, work: &mut Work<S::Input>) {
        let hears = S::hears();
        for index in 0..self.places.len() {
            let partition = self.places[index].partition;
            if !turn.reads(partition) {
                continue;
            }
            let end = topics.of(partition.topic).end();
            let mut left = turn.events;
            while left > 0 && self.places[index].next < end {
                let seq = self.places[index].next;
                self.places[index].next += 1;
                let Some(event) = topics.at(partition, seq) else {
                    continue;
                };
                left -= 1;
                if hears.contains(event.kind()) {
                    self.sort(partition, seq, event, work);
                }
            }
        }
    }

    /// Whether positions moved that no batch has written.
    pub(super) fn has_skipped(&self) -> bool {
        let moved = |place: &Place| place.next != place.committed;
        self.places.iter().any(moved)
    }

    fn sort(
        &mut self,
        partition: Partition,
        seq: i64,
        event: &Arc<Event>,
        work: &mut Work<S::Input>,
    ) {
        let key = event.key();
        let lane = Lane { partition, key };
        if self.parked.contains_key(&lane) {
            let why = "it stands behind a parked event of its key";
            return work.park.push(self.set_aside(lane, seq, event, why));
        }
        match S::accept(event) {
            Accept::Ignore => {}
            Accept::Hear(input) => work.inputs.push(heard(input, partition, seq, event)),
            Accept::Poison(why) => work.park.push(self.set_aside(lane, seq, event, &why)),
        }
    }

    /// Events shown again, handed over without a position, unless their key is set aside.
    fn take_again(&mut self, topics: &Topics, work: &mut Work<S::Input>) {
        for &topic in ServiceName::ALL {
            let again = topics.of(topic).again(self.again[topic as usize]);
            self.again[topic as usize] += again.len();
            for event in again {
                let lane = topics.lane(topic, event.key());
                let flows = S::hears().contains(event.kind()) && !self.parked.contains_key(&lane);
                if let (true, Accept::Hear(input)) = (flows, S::accept(event)) {
                    let mut arrived = heard(input, lane.partition, 0, event);
                    if let Origin::Event { topic, .. } = &mut arrived.origin {
                        // No place of its own: positions must not follow it.
                        topic.clear();
                    }
                    work.inputs.push(arrived);
                }
            }
        }
    }

    pub(super) fn set_aside(&mut self, lane: Lane, seq: i64, event: &Event, why: &str) -> Parked {
        let no = self.parked.get(&lane).copied().unwrap_or(1);
        self.parked.insert(lane, no + 1);
        let kind = event.kind();
        Parked {
            topic: lane.partition.topic.topic().to_owned(),
            part: lane.partition.part,
            key: lane.key,
            no,
            kind: kind.name().to_owned(),
            version: i64::from(kind.version()),
            sequence: event.sequence,
            seq,
            event_at: event.at,
            body: event.encode_body(),
            why: why.to_owned(),
            waits: false,
            attempts: 0,
            retry_at: Timestamp::from_micros(i64::MAX),
        }
    }

    /// How the positions move when `done` is committed and `rest` is not: to the last event of
    /// each topic among them, or past everything read where `rest` holds nothing of the topic.
    pub(super) fn progress(
        &self,
        topics: &Topics,
        done: &[Arrived<S::Input>],
        rest: &[Arrived<S::Input>],
    ) -> Vec<Progress> {
        let mut all = Vec::new();
        for place in &self.places {
            let partition = place.partition;
            let seq = |arrived| seq_in(arrived, partition);
            let next = if rest.iter().any(|arrived| seq(arrived).is_some()) {
                match done.iter().rev().find_map(seq) {
                    Some(seq) => seq + 1,
                    None => continue,
                }
            } else {
                place.next
            };
            if next != place.committed {
                all.push(Progress {
                    topic: partition.topic.topic().to_owned(),
                    part: partition.part,
                    from: place.committed,
                    next,
                    last_id: topics.id_before(partition, next).unwrap_or_default(),
                });
            }
        }
        all
    }

    pub(super) fn committed(&mut self, progress: &[Progress]) {
        for moved in progress {
            for place in &mut self.places {
                if place.partition.is(&moved.topic, moved.part) {
                    place.committed = moved.next;
                }
            }
        }
    }

    /// What was read since the last commit comes again.
    pub(super) fn rewind(&mut self) {
        for place in &mut self.places {
            place.next = place.committed;
        }
    }

    /// Somebody else moved a position: goes where the rows say.
    pub(super) fn reposition(&mut self, partition: Partition, next: i64) {
        for place in &mut self.places {
            if place.partition == partition {
                place.committed = next;
                place.next = next;
            }
        }
    }
}

/// The place of an input in a partition; none for one that came without a place.
fn seq_in<I>(arrived: &Arrived<I>, partition: Partition) -> Option<i64> {
    match &arrived.origin {
        Origin::Event {
            topic, part, seq, ..
        } if partition.is(topic, *part) => Some(*seq),
        Origin::Event { .. } | Origin::Again { .. } | Origin::Asked | Origin::Redriven { .. } => {
            None
        }
    }
}

fn heard<I>(input: I, partition: Partition, seq: i64, event: &Arc<Event>) -> Arrived<I> {
    Arrived {
        input,
        actor: event.actor,
        trace: event.trace.clone(),
        origin: Origin::Event {
            topic: partition.topic.topic().to_owned(),
            part: partition.part,
            seq,
            event: Arc::clone(event),
        },
    }
}

fn asked<I>(input: I, actor: Actor) -> Arrived<I> {
    Arrived {
        input,
        origin: Origin::Asked,
        actor,
        trace: Trace::NONE,
    }
}
