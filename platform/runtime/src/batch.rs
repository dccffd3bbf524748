//! One batch: positions, rows, decisions and events in one transaction. The simulator calls this
//! very function; what it replaces is the loop around it.

use std::sync::Arc;

use contracts::envelope::{Actor, Event, EventId, ServiceName, Trace};
use contracts::events::Kind;
use contracts::saga;
use contracts::time::Timestamp;
use db::{Consumed, Failed, OutboxId, Parked, Rows, System, Tx, Writer};

use crate::decision::{Decision, Moment, Said};
use crate::parking::{self, Held};
use crate::service::Service;
use crate::timers::TimerChange;

/// How often `ask` may name more rows after seeing some.
pub const MAX_ROUNDS: usize = 3;

/// Who writes: a writer's number and the epoch under which it took the writer over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub writer: i64,
    pub epoch: i64,
}

impl Mark {
    /// The writer row as it stands, if this is still its epoch.
    pub(crate) fn check(self, found: Option<&Writer>) -> Result<Writer, Failed> {
        match found {
            Some(writer) if writer.epoch == self.epoch => Ok(writer.clone()),
            Some(_) | None => Err(Failed::Deposed {
                writer: self.writer,
                expected: self.epoch,
                found: found.map_or(0, |writer| writer.epoch),
            }),
        }
    }
}

/// How a batch moves the position of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub topic: String,
    pub part: i64,
    /// Where the consumer believes it stands: compared before anything else is done.
    pub from: i64,
    pub next: i64,
    /// The id of the event before `next`.
    pub last_id: String,
}

/// Where an input came from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A command or a timer.
    Asked,
    /// An event read from a topic.
    Event {
        topic: String,
        part: i64,
        seq: i64,
        event: Arc<Event>,
    },
    /// An event handed over once more, outside any position: what it did already it does not do
    /// again.
    Again { event: Arc<Event> },
    /// An event that was parked and is tried again; its row goes with this batch.
    Redriven {
        parked: Box<Parked>,
        event: Arc<Event>,
    },
}

/// One input with what `decide` is told about it.
#[derive(Debug)]
pub struct Arrived<I> {
    pub input: I,
    pub origin: Origin,
    pub actor: contracts::envelope::Actor,
    pub trace: contracts::envelope::Trace,
}

impl<I> Arrived<I> {
    /// The event it came from; none for a command or a timer.
    pub(crate) fn event(&self) -> Option<&Arc<Event>> {
        match &self.origin {
            Origin::Asked => None,
            Origin::Event { event, .. }
            | Origin::Again { event }
            | Origin::Redriven { event, .. } => Some(event),
        }
    }

    fn heard(&self) -> Option<Kind> {
        self.event().map(|event| event.kind())
    }

    fn cause(&self) -> Option<EventId> {
        self.event().map(|event| event.id())
    }
}

/// What one transaction is to do.
#[derive(Debug)]
pub struct Batch<'b, I> {
    pub mark: Mark,
    pub consumer: &'b str,
    pub read: &'b [Progress],
    pub inputs: &'b [Arrived<I>],
    /// Events set aside unread, because they are poison or stand behind one that is.
    pub park: &'b [Parked],
    pub now: Timestamp,
    /// The last millisecond ids were made in, and the lowest key with an open timer.
    pub last_ms: i64,
    pub timers_from: i64,
}

/// What a committed batch made, for the loop to act on.
#[derive(Debug)]
pub struct Done<R> {
    pub decisions: Vec<Decision<R>>,
    /// The events said, with their outbox numbers.
    pub events: Vec<(i64, Arc<Event>)>,
    /// Rows written for the inputs, events included; not what is kept of the batch as a whole.
    pub rows: usize,
    /// Events set aside because their aggregate is not known yet, and those behind them.
    pub waiting: Vec<Parked>,
}

/// Carries out a batch inside `tx`. Commit, replies and wake-ups are the caller's.
///
/// # Errors
/// Nothing of a failed batch stands; see `Failed` for what to do next.
///
/// # Panics
/// When `decide` panics, or says what the saga table does not allow (in debug builds). The
/// caller isolates the input and parks it.
pub async fn run_batch<S: Service>(
    tx: &mut Tx<'_>,
    batch: &Batch<'_, S::Input>,
) -> Result<Done<S::Reply>, Failed> {
    let mut system = System::default();
    let writer = advance(tx, &mut system, batch).await?;
    let mut rows = asked_for::<S>(tx, batch).await?;
    let now = batch.now;
    let mut done = Done {
        decisions: Vec::new(),
        events: Vec::new(),
        rows: 0,
        waiting: Vec::new(),
    };
    parking::set_aside(&mut system, batch.park);
    let mut held = Held::default();
    let mut next_seq = writer.next_seq;
    let whole = Moment {
        now,
        actor: Actor::System,
        trace: Trace::NONE,
        cause: None,
        writer: writer.id,
        batch_no: writer.batch_no + 1,
    };
    for arrived in batch.inputs {
        let moment = Moment {
            actor: arrived.actor,
            trace: arrived.trace.clone(),
            cause: arrived.cause(),
            ..whole
        };
        let decision = match held.holds(arrived) {
            true => Decision::not_yet(),
            false => S::decide(&mut rows, &arrived.input, &moment),
        };
        check_said(S::NAME, arrived.heard(), &decision.says);
        let waiting = parking::settle(&mut system, arrived, &decision, now, &mut held);
        done.waiting.extend(waiting);
        for said in &decision.says {
            let event = Arc::new(envelope(said, &moment));
            let id = OutboxId::new(writer.id, next_seq);
            system.outbox.add(event_log::outbox_row(id, &event));
            done.events.push((next_seq, event));
            next_seq += 1;
        }
        done.decisions.push(decision);
    }
    system.writer.put(Writer {
        batch_no: whole.batch_no,
        next_seq,
        // On the embedded log the outbox is the log: committed is published.
        sent_seq: next_seq - 1,
        last_ms: batch.last_ms.max(writer.last_ms),
        timers_from: lowest_timer(&done.decisions, batch.timers_from),
        ..writer
    });
    let changed = rows
        .tables()
        .iter()
        .map(|table| table.changed())
        .sum::<usize>();
    done.rows = changed + done.events.len();
    S::close(&mut rows, &whole);
    tx.flush(&mut rows).await?;
    tx.flush(&mut system).await?;
    Ok(done)
}

/// The rows that the inputs need, and the closing of the batch.
async fn asked_for<S: Service>(
    tx: &mut Tx<'_>,
    batch: &Batch<'_, S::Input>,
) -> Result<S::Rows, Failed> {
    let mut rows = S::Rows::default();
    S::ask_close(&mut rows, batch.mark.writer);
    for round in 0..=MAX_ROUNDS {
        for arrived in batch.inputs {
            S::ask(&mut rows, &arrived.input);
        }
        if !tx.fetch(&mut rows).await? {
            break;
        }
        debug_assert!(round < MAX_ROUNDS, "{} asks without end", S::NAME.as_str());
    }
    Ok(rows)
}

/// Where a start begins its scan: ids are made before they are queued, so a timer that this batch
/// sets may stand below all that were open before it.
fn lowest_timer<R>(decisions: &[Decision<R>], open_before: i64) -> i64 {
    let changes = decisions.iter().filter_map(|decision| decision.timer);
    changes.fold(open_before, |lowest, change| match change {
        TimerChange::Set(timer) => lowest.min(timer.key),
        TimerChange::Clear { .. } => lowest,
    })
}

/// Compares and sets the positions and checks the epoch, before any work.
async fn advance<I>(
    tx: &mut Tx<'_>,
    system: &mut System,
    batch: &Batch<'_, I>,
) -> Result<Writer, Failed> {
    let key = |read: &Progress| (batch.consumer.to_owned(), read.topic.clone(), read.part);
    system.writer.ask(batch.mark.writer);
    for read in batch.read {
        system.consumed.ask(key(read));
    }
    parking::ask(system, batch);
    tx.fetch(system).await?;
    for read in batch.read {
        let found = system
            .consumed
            .get(&key(read))
            .map_or(1, |consumed| consumed.next);
        if found != read.from {
            return Err(Failed::Moved {
                topic: read.topic.clone(),
                part: read.part,
                expected: read.from,
                found,
            });
        }
        system.consumed.put(Consumed {
            consumer: batch.consumer.to_owned(),
            topic: read.topic.clone(),
            part: read.part,
            next: read.next,
            last_id: read.last_id.clone(),
            at: batch.now,
        });
    }
    batch.mark.check(system.writer.get(&batch.mark.writer))
}

/// Holds the decision to the saga table: a service says only what its row allows.
fn check_said(service: ServiceName, heard: Option<Kind>, says: &[Said]) {
    for said in says {
        let kind = said.fact.kind();
        let allowed = saga::allowed(service, heard).contains(kind);
        debug_assert!(
            allowed,
            "{} may not say {} on {heard:?}",
            service.as_str(),
            kind.name()
        );
        if !allowed {
            tracing::error!(
                service = service.as_str(),
                said = kind.name(),
                "said what the saga table does not allow"
            );
        }
    }
}

fn envelope(said: &Said, moment: &Moment) -> Event {
    Event {
        sequence: said.sequence,
        at: moment.now,
        actor: moment.actor,
        trace: moment.trace.clone(),
        cause: moment.cause,
        fact: said.fact.clone(),
    }
}
