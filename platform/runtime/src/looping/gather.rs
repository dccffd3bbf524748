//! What is ready for the next batch, and the way back to who asked for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use contracts::envelope::{Actor, Event, Trace};
use contracts::events::Kind;
use contracts::time::Timestamp;
use db::{Failed, Parked, System};
use futures::FutureExt;
use sync::oneshot;

use super::carry_out::undoes;
use super::{LEAST_COMMANDS, Loop, MOST_EVENTS, MOST_INPUTS};
use crate::batch::{Arrived, Origin};
use crate::handle::{Answer, Asked, Unanswered, tell};
use crate::inbox;
use crate::parking::{self, Discard, ParkedKey, Redrive};
use crate::service::{Accept, Service};
use crate::timers::{Timer, TimerChange};

/// Parked events taken up again in one batch.
const MOST_REDRIVEN: usize = 256;

/// Keys to take up again in the coming turns.
pub(super) type Redrives = BTreeSet<ParkedKey>;

/// Who waits for an input to be decided.
pub(super) enum Waits<S: Service> {
    /// Nobody: an event comes again until its position is written.
    Nobody,
    Caller(oneshot::Sender<Result<S::Reply, Unanswered>>),
    /// Whoever handed an event over once more.
    Asker(Answer),
    /// The timer is open until then.
    Timer(Timer),
}

/// The inputs of one turn, each with who waits for it.
pub(super) struct Work<S: Service> {
    pub inputs: Vec<Arrived<S::Input>>,
    pub waits: Vec<Waits<S>>,
    pub park: Vec<Parked>,
    /// Keys taken up again, each with the last of its numbers that was.
    pub redriven: Vec<(ParkedKey, i64)>,
    /// Whether the log may have more, though nothing of what came is heard here.
    pub has_more: bool,
}

impl<S: Service> Work<S> {
    pub fn nothing() -> Self {
        Self {
            inputs: Vec::new(),
            waits: Vec::new(),
            park: Vec::new(),
            redriven: Vec::new(),
            has_more: false,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty() && self.park.is_empty() && self.redriven.is_empty()
    }

    pub fn push(&mut self, input: Arrived<S::Input>, waits: Waits<S>) {
        self.inputs.push(input);
        self.waits.push(waits);
    }

    fn ask(&mut self, input: S::Input, actor: Actor, trace: Trace, waits: Waits<S>) {
        let origin = Origin::Asked;
        let arrived = Arrived {
            input,
            origin,
            actor,
            trace,
        };
        self.push(arrived, waits);
    }
}

impl<S: Service> Loop<S> {
    /// What is ready now. When stopping, only commands already queued; a view hears what it let
    /// come together. A log that cannot be read holds events and timers up, and no commands.
    pub(super) fn gather(&mut self, stopping: bool) -> Work<S> {
        let mut work = Work::nothing();
        let hears = !stopping || S::IS_VIEW;
        if hears && let Err(failed) = self.gather_heard(&mut work) {
            tracing::warn!(service = S::CONSUMER, %failed, "could not read the log");
            let keys = work.redriven.drain(..).map(|(key, _)| key);
            self.redrives.extend(keys);
            work = Work::nothing();
            self.go_back();
        }
        let room = MOST_INPUTS.saturating_sub(work.inputs.len());
        for command in self.shared.take_commands(room.max(LEAST_COMMANDS)) {
            let waits = Waits::Caller(command.reply);
            work.ask(command.input, command.actor, command.trace, waits);
        }
        work
    }

    fn gather_heard(&mut self, work: &mut Work<S>) -> Result<(), Failed> {
        let now = self.now();
        let polled = self.inbox.poll::<S>(MOST_EVENTS, self.shared.observer())?;
        work.waits
            .resize_with(polled.inputs.len(), || Waits::Nobody);
        work.inputs = polled.inputs;
        work.park = polled.park;
        work.has_more = polled.is_full;
        self.note_lag()?;
        self.gather_discards()?;
        self.gather_redrives(now, work)?;
        self.gather_again(work);
        self.gather_timers(now, work);
        Ok(())
    }

    pub(super) fn note_lag(&self) -> Result<(), Failed> {
        let (unread, oldest) = (self.inbox.unread(), self.inbox.oldest_unread()?);
        self.shared.status.set_lag(unread, oldest);
        let (keys, paused) = (self.inbox.queues.len(), self.inbox.paused());
        self.shared.status.set_parked(keys, paused);
        Ok(())
    }

    fn gather_timers(&mut self, now: Timestamp, work: &mut Work<S>) {
        let inbox = &self.inbox;
        let passed = |ends: &[i64]| inbox.has_passed(ends);
        let due = self
            .deadlines
            .due(now, LEAST_COMMANDS, || inbox.ends(), passed);
        for timer in due {
            match S::due(timer) {
                Some(input) => {
                    work.ask(input, Actor::System, Trace::NONE, Waits::Timer(timer));
                }
                None => self.deadlines.apply(TimerChange::Clear { key: timer.key }),
            }
        }
    }

    /// Events handed over once more. One that cannot be heard is let go: no position waits for it.
    fn gather_again(&mut self, work: &mut Work<S>) {
        for asked in self.shared.take_again(MOST_REDRIVEN) {
            let Asked {
                what: event,
                answer,
            } = asked;
            let accepted = match S::hears().contains(event.kind()) {
                true => inbox::accept::<S>(&event),
                false => Accept::Ignore,
            };
            match accepted {
                Accept::Hear(input) => {
                    let (actor, trace) = (event.actor, event.trace.clone());
                    let origin = Origin::Again { event };
                    let arrived = Arrived {
                        input,
                        origin,
                        actor,
                        trace,
                    };
                    work.push(arrived, Waits::Asker(answer));
                }
                Accept::Ignore => tell(answer, Ok(())),
                Accept::Poison(why) => {
                    let event = event.id();
                    tracing::warn!(service = S::CONSUMER, %event, why, "not heard again");
                    tell(answer, Err(Unanswered::Broken));
                }
            }
        }
    }

    /// Takes first events away that somebody gave up, and their keys up again. Where the rows
    /// cannot be read, the answers are dropped, which says that nobody knows.
    fn gather_discards(&mut self) -> Result<(), Failed> {
        for Asked { what, answer } in self.shared.take_discards() {
            let rows = self.parked_rows(&what.key)?;
            let first = rows.first().filter(|first| first.no == what.no);
            match first.map(|first| self.give_up_parked(first, &what)) {
                Some(Ok(())) => self.take_up(what.key, answer),
                Some(Err(why)) => tell(answer, Err(why)),
                None => tell(answer, Ok(())),
            }
        }
        Ok(())
    }

    fn take_up(&mut self, key: ParkedKey, answer: Answer) {
        self.redrives.insert(key.clone());
        self.wait_for.push((key, answer));
    }

    /// Refused when the event stays: what an undo takes back would stand, or the store could not.
    fn give_up_parked(&mut self, row: &Parked, asked: &Discard) -> Result<(), Unanswered> {
        let (service, topic, seq, kind) = (S::CONSUMER, &row.topic, row.seq, &row.kind);
        if Kind::from_name(kind).is_some_and(undoes::<S>) {
            tracing::error!(service, topic, seq, kind, "an undo is not discarded");
            return Err(Unanswered::Broken);
        }
        let (by, reason) = (asked.by, asked.reason.as_str());
        let given_up = parking::give_up(&mut self.db, self.mark, row, (by, reason, self.last_now));
        match given_up.now_or_never() {
            Some(Ok(())) => {
                let body = &row.body;
                tracing::error!(service, topic, seq, kind, body, %by, reason, "discarded an event");
                Ok(())
            }
            Some(Err(failed)) => {
                tracing::warn!(service, %failed, "could not discard a parked event");
                Err(Unanswered::Full)
            }
            None => Err(Unanswered::Full),
        }
    }

    fn gather_redrives(&mut self, now: Timestamp, work: &mut Work<S>) -> Result<(), Failed> {
        for Asked { what, answer } in self.shared.take_redrives() {
            let Redrive { key } = what;
            self.take_up(key, answer);
        }
        self.redrives.extend(self.inbox.queues.retries(now));
        let mut room = MOST_REDRIVEN;
        while let Some(key) = self.redrives.pop_first() {
            if room == 0 {
                self.redrives.insert(key);
                break;
            }
            // Noted first: what is taken up and fails comes again.
            work.redriven.push((key.clone(), 0));
            let rows = self.parked_rows(&key)?;
            for row in rows.into_iter().take(room) {
                room -= 1;
                if !self.redrive(row, work) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes one parked event up again. False when its key goes no further for now.
    fn redrive(&mut self, row: Parked, work: &mut Work<S>) -> bool {
        let version = u16::try_from(row.version).unwrap_or(u16::MAX);
        let event = Event::decode(&row.kind, version, row.sequence, row.event_at, &row.body);
        if let Some((_, last)) = work.redriven.last_mut() {
            *last = row.no;
        }
        let why = match event.map(|event| (inbox::accept::<S>(&event), event)) {
            Ok((Accept::Hear(input), event)) => {
                let (actor, trace) = (event.actor, event.trace.clone());
                let (parked, event) = (Box::new(row), Arc::new(event));
                let origin = Origin::Redriven { parked, event };
                let arrived = Arrived {
                    input,
                    origin,
                    actor,
                    trace,
                };
                work.push(arrived, Waits::Nobody);
                return true;
            }
            Ok((Accept::Ignore, _)) => return self.discard(&row),
            Ok((Accept::Poison(why), _)) => why,
            Err(error) => error.to_string(),
        };
        let undoes = Kind::from_name(&row.kind).is_some_and(undoes::<S>);
        let failed = parking::failed_again(&row, &why);
        work.park.push(match undoes {
            true => parking::persist(failed, self.last_now),
            // If it only waited, it waits for a person from now on.
            false => failed,
        });
        false
    }

    /// Takes away a parked event that this program does not hear any more. False when the store
    /// could not: then it is tried at the next redrive.
    fn discard(&mut self, row: &Parked) -> bool {
        let discarded = parking::discard(&mut self.db, self.mark, row).now_or_never();
        match discarded {
            Some(Ok(())) => true,
            Some(Err(failed)) => {
                tracing::warn!(service = S::CONSUMER, %failed, "could not discard a parked event");
                false
            }
            None => false,
        }
    }

    pub(super) fn parked_rows(&mut self, key: &ParkedKey) -> Result<Vec<Parked>, Failed> {
        let prefix = (key.topic.clone(), key.part, key.key);
        let mut system = System::default();
        system.parked.ask_prefix(prefix.clone());
        let fetched = async {
            let mut tx = self.db.begin().await?;
            tx.fetch(&mut system).await
        };
        fetched
            .now_or_never()
            .expect("a store in this process does not wait")?;
        Ok(system.parked.under(prefix).cloned().collect())
    }
}
