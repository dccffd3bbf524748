//! One service over a store of maps, with a clock that only the test moves.

use std::sync::Arc;
use std::time::Duration;

use contracts::envelope::{Actor, Event, Trace};
use contracts::events::Fact;
use contracts::time::Timestamp;
use db::{Db, Digest, Maps, Parked, Row, Store};
use futures::FutureExt;
use runtime::idempotency::KeyUse;
use runtime::{Accept, Arrived, Batch, Decision, Mark, Origin, Service, run_batch, take_over};

/// The clock of a new world: 2026-11-22 00:00 UTC.
const START: Timestamp = Timestamp::from_millis(1_795_305_600_000);
const WRITER: i64 = 1;

/// An input on its way into a batch.
pub enum Input<S: Service> {
    Event {
        fact: Box<Fact>,
        sequence: i64,
        at: Option<Timestamp>,
    },
    Command {
        input: S::Input,
        actor: Actor,
    },
}

/// An event with the sequence 1, now.
pub fn event<S: Service>(fact: Fact) -> Input<S> {
    Input::Event {
        fact: Box::new(fact),
        sequence: 1,
        at: None,
    }
}

/// An event said at another time than now.
pub fn event_at<S: Service>(fact: Fact, at: Timestamp) -> Input<S> {
    Input::Event {
        fact: Box::new(fact),
        sequence: 1,
        at: Some(at),
    }
}

/// A command or a timer's input, on behalf of the system.
pub fn command<S: Service>(input: S::Input) -> Input<S> {
    command_by(Actor::System, input)
}

pub fn command_by<S: Service>(actor: Actor, input: S::Input) -> Input<S> {
    Input::Command { input, actor }
}

/// An idempotency key of one request, by its scope.
pub fn key(scope: &str) -> KeyUse {
    KeyUse {
        scope: scope.to_owned(),
        fingerprint: vec![1],
    }
}

/// A service with its committed rows.
pub struct World<S: Service> {
    pub now: Timestamp,
    db: Db,
    mark: Mark,
    said: Vec<Fact>,
    next_seq: i64,
    service: std::marker::PhantomData<S>,
}

impl<S: Service> Default for World<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Service> World<S> {
    pub fn new() -> Self {
        Self::over(Db::Maps(Maps::default()))
    }

    /// The same over another store, for parity.
    pub fn over(mut db: Db) -> Self {
        let taken = take_over(&mut db, WRITER, START).now_or_never();
        let writer = taken
            .expect("no wait")
            .expect("an empty store can be taken over");
        Self {
            now: START,
            db,
            mark: Mark {
                writer: writer.id,
                epoch: writer.epoch,
            },
            said: Vec::new(),
            next_seq: 1,
            service: std::marker::PhantomData,
        }
    }

    pub fn advance(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
    }

    /// Puts a committed row.
    pub fn row<R: Row>(&mut self, row: R) {
        self.maps_mut().table_mut::<R>().insert(row.key(), row);
    }

    pub fn get<R: Row>(&self, key: &R::Key) -> Option<R> {
        self.maps().get::<R>(key).expect("maps do not fail")
    }

    pub fn all<R: Row>(&self) -> Vec<R> {
        self.maps().all::<R>().expect("maps do not fail")
    }

    /// Everything said so far, in order.
    pub fn said(&self) -> &[Fact] {
        &self.said
    }

    /// The hash of the service's own rows: equal when nothing changed.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        self.maps().digest(&mut S::Rows::default(), &mut digest);
        digest.value()
    }

    /// One batch of one event, said now.
    pub fn hear(&mut self, fact: Fact) -> Decision<S::Reply> {
        self.one(event(fact))
    }

    /// One batch of one event, said at `at`.
    pub fn hear_at(&mut self, fact: Fact, at: Timestamp) -> Decision<S::Reply> {
        self.one(event_at(fact, at))
    }

    /// One batch of one command of the system's.
    pub fn send(&mut self, input: S::Input) -> Decision<S::Reply> {
        self.one(command(input))
    }

    pub fn send_as(&mut self, actor: Actor, input: S::Input) -> Decision<S::Reply> {
        self.one(command_by(actor, input))
    }

    /// One batch of several inputs. An event that `accept` ignores decides nothing.
    ///
    /// # Panics
    /// When `accept` calls an event poison, or the batch fails.
    pub fn batch(&mut self, inputs: Vec<Input<S>>) -> Vec<Decision<S::Reply>> {
        let count = inputs.len();
        let mut arrived = Vec::new();
        let mut places = Vec::new();
        for (place, input) in inputs.into_iter().enumerate() {
            if let Some(input) = self.arrived(input) {
                arrived.push(input);
                places.push(place);
            }
        }
        let decisions = self.run(&arrived);
        let mut all: Vec<_> = (0..count).map(|_| Decision::quiet()).collect();
        for (place, decision) in places.into_iter().zip(decisions) {
            self.said
                .extend(decision.says.iter().map(|said| said.fact.clone()));
            all[place] = decision;
        }
        all
    }

    fn one(&mut self, input: Input<S>) -> Decision<S::Reply> {
        self.batch(vec![input])
            .pop()
            .expect("one input, one decision")
    }

    fn arrived(&mut self, input: Input<S>) -> Option<Arrived<S::Input>> {
        let trace = Trace::NONE;
        match input {
            Input::Command { input, actor } => Some(Arrived {
                input,
                origin: Origin::Asked,
                actor,
                trace,
            }),
            Input::Event { fact, sequence, at } => {
                let (at, actor) = (at.unwrap_or(self.now), Actor::System);
                let event = Event {
                    sequence,
                    at,
                    actor,
                    trace: trace.clone(),
                    cause: None,
                    fact: *fact,
                };
                let input = match S::accept(&event) {
                    Accept::Hear(input) => input,
                    Accept::Ignore => return None,
                    Accept::Poison(why) => panic!("poison: {why}"),
                };
                let topic = event.topic().to_owned();
                let seq = self.next_seq;
                self.next_seq += 1;
                let origin = Origin::Event {
                    topic,
                    part: 0,
                    seq,
                    event: Arc::new(event),
                };
                Some(Arrived {
                    input,
                    origin,
                    actor,
                    trace,
                })
            }
        }
    }

    fn run(&mut self, inputs: &[Arrived<S::Input>]) -> Vec<Decision<S::Reply>> {
        let batch = Batch {
            mark: self.mark,
            consumer: S::CONSUMER,
            read: &[],
            inputs,
            park: &[],
            now: self.now,
            last_ms: self.now.millis(),
            timers_from: 0,
        };
        let done = async {
            let mut tx = self.db.begin().await?;
            let done = run_batch::<S>(&mut tx, &batch).await?;
            tx.commit().await?;
            Ok::<_, db::Failed>(done)
        };
        let done = done
            .now_or_never()
            .expect("no wait")
            .expect("the batch commits");
        // No loop tries what waits again: a test hears it anew when it likes.
        if let Db::Maps(maps) = &mut self.db {
            maps.table_mut::<Parked>().clear();
        }
        done.decisions
    }

    fn maps(&self) -> &Maps {
        match &self.db {
            Db::Maps(maps) => maps,
            Db::Sqlite(_) => panic!("this world stands on SQLite"),
            Db::MySql(never) => match *never {},
        }
    }

    /// The committed rows, to look at or to change by hand.
    pub fn maps_mut(&mut self) -> &mut Maps {
        match &mut self.db {
            Db::Maps(maps) => maps,
            Db::Sqlite(_) => panic!("this world stands on SQLite"),
            Db::MySql(never) => match *never {},
        }
    }
}
