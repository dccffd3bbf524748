//! A service that counts what it hears, and misbehaves when it is told to. It does not absorb
//! repeats, so that a repeat shows.

use std::cell::Cell;

use contracts::envelope::{Event, ServiceName};
use contracts::events::payment::PointCharged;
use contracts::events::{Fact, Kind};
use contracts::ids::UserId;
use contracts::money::Money;
use contracts::saga::Kinds;
use contracts::time::Timestamp;
use db::{Failed, Migration, Migrations, Store, Table};
use db::{coded, row, rows};
use runtime::{Accept, Decision, Moment, Service, Timer, TimerChange};

/// Events of these keys are poison to `accept`, by its word and by a panic.
pub const POISON: i64 = 666;
pub const PANIC: i64 = 667;
/// An event of this sequence, of any key, makes `decide` panic until it is cured.
pub const BAD: i64 = 50_000;
/// Keys from here on must be made known before their events are.
pub const STRANGERS: i64 = 1_000_000;

/// What `accept` makes of the poisonous keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    None,
    Hears,
    Ignores,
}

thread_local! {
    /// Each test has a thread, and so has its loop.
    pub static CURE: Cell<Cure> = const { Cell::new(Cure::None) };
}

coded! {
    pub enum Mood { Calm = 0, Angry = 1 }
}

row! {
    pub struct Tally in "tally" {
        key { pub key: i64 }
        pub count: i64,
        pub mood: Mood,
        /// The last batch that changed it.
        pub batch: i64,
    }
}

row! {
    /// What was heard of a key, in order; 0 for its deadline.
    pub struct Heard in "heard" {
        key { pub key: i64, pub no: i64 }
        pub sequence: i64,
        pub batch: i64,
    }
}

row! {
    pub struct Deadline in "deadline" {
        key { pub key: i64 }
        pub due: Timestamp,
    }
}

rows! {
    pub struct Rows {
        pub tally: Table<Tally>,
        pub heard: Table<Heard>,
        pub deadline: Table<Deadline>,
    }
}

pub const MIGRATIONS: Migrations = &[Migration {
    name: "V1__counter",
    sql: "
        CREATE TABLE tally (
            key INTEGER NOT NULL PRIMARY KEY, count INTEGER NOT NULL, mood INTEGER NOT NULL,
            batch INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE heard (
            key INTEGER NOT NULL, no INTEGER NOT NULL, sequence INTEGER NOT NULL,
            batch INTEGER NOT NULL, PRIMARY KEY (key, no)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE deadline (key INTEGER NOT NULL PRIMARY KEY, due INTEGER NOT NULL) STRICT;",
}];

#[derive(Clone, Debug)]
pub enum Input {
    Heard {
        key: i64,
        sequence: i64,
    },
    /// Adds, and says so. A negative amount is a bug that panics.
    Add {
        key: i64,
        amount: i64,
    },
    /// Makes a key known, calm or angry. Its events panic while it is angry.
    Meet {
        key: i64,
        mood: Mood,
    },
    Expect {
        key: i64,
        due: Timestamp,
    },
    Due {
        key: i64,
    },
}

impl Input {
    fn key(&self) -> i64 {
        match self {
            Self::Heard { key, .. }
            | Self::Add { key, .. }
            | Self::Meet { key, .. }
            | Self::Expect { key, .. }
            | Self::Due { key } => *key,
        }
    }
}

pub struct Counting<const VIEW: bool>;

pub type Counter = Counting<false>;
/// One that waits for events to come together.
pub type View = Counting<true>;

impl<const VIEW: bool> Service for Counting<VIEW> {
    const NAME: ServiceName = ServiceName::Payment;
    const IS_VIEW: bool = VIEW;
    type Input = Input;
    type Rows = Rows;
    type Reply = i64;

    fn hears() -> Kinds {
        Kinds::NONE
            .with(Kind::UserDeactivated)
            .with(Kind::CouponIssued)
    }

    fn accept(event: &Event) -> Accept<Input> {
        let (key, sequence) = (event.key(), event.sequence);
        match (key, CURE.get()) {
            (POISON, Cure::None) => Accept::Poison("it is poison".to_owned()),
            (PANIC, Cure::None) => panic!("it is worse"),
            (POISON | PANIC, Cure::Ignores) => Accept::Ignore,
            _ => Accept::Hear(Input::Heard { key, sequence }),
        }
    }

    fn ask(rows: &mut Rows, input: &Input) {
        let key = input.key();
        rows.tally.ask(key);
        rows.heard.ask_prefix(key);
        rows.deadline.ask(key);
    }

    fn decide(rows: &mut Rows, input: &Input, at: &Moment) -> Decision<i64> {
        let tally = rows.tally.get(&input.key()).cloned();
        let mood = tally.as_ref().map(|tally| tally.mood);
        let count = tally.map_or(0, |tally| tally.count);
        match *input {
            Input::Heard { key, .. } if mood.is_none() && key >= STRANGERS => Decision::not_yet(),
            Input::Heard { key, sequence } => {
                assert!(mood != Some(Mood::Angry), "key {key} is angry");
                let bad = sequence == BAD && CURE.get() == Cure::None;
                assert!(!bad, "a bad event");
                hear(rows, key, sequence, at);
                put(rows, (key, count + 1), Mood::Calm, at);
                Decision::quiet()
            }
            Input::Add { key, amount } => {
                assert!(amount >= 0, "a negative amount");
                put(rows, (key, count + amount), mood.unwrap_or(Mood::Calm), at);
                Decision::reply(count + amount).and_say(1, charged(key, amount))
            }
            Input::Meet { key, mood } => {
                put(rows, (key, count), mood, at);
                Decision::reply(count)
            }
            Input::Expect { key, due } => {
                rows.deadline.put(Deadline { key, due });
                Decision::reply(count).and_timer(TimerChange::Set(Timer { due, key }))
            }
            Input::Due { key } => {
                assert!(mood != Some(Mood::Angry), "key {key} is angry");
                hear(rows, key, 0, at);
                rows.deadline.remove(&key);
                Decision::quiet()
            }
        }
    }

    fn due(timer: Timer) -> Option<Input> {
        Some(Input::Due { key: timer.key })
    }

    fn open_timers(store: &impl Store, from: i64) -> Result<Vec<Timer>, Failed> {
        let mut timers = Vec::new();
        store.each_from::<Deadline>(&from, &mut |deadline| {
            timers.push(Timer {
                due: deadline.due,
                key: deadline.key,
            });
        })?;
        Ok(timers)
    }

    fn sheds(input: &Input) -> bool {
        matches!(input, Input::Add { .. })
    }
}

fn put(rows: &mut Rows, (key, count): (i64, i64), mood: Mood, at: &Moment) {
    let batch = at.batch_no;
    rows.tally.put(Tally {
        key,
        count,
        mood,
        batch,
    });
}

fn hear(rows: &mut Rows, key: i64, sequence: i64, at: &Moment) {
    let last = rows.heard.under(key).last().map_or(0, |heard| heard.no);
    let no = last + 1;
    let batch = at.batch_no;
    rows.heard.add(Heard {
        key,
        no,
        sequence,
        batch,
    });
}

fn charged(key: i64, amount: i64) -> Fact {
    Fact::PointCharged(PointCharged {
        user_id: UserId::new(key),
        amount: Money::new(amount),
        balance: Money::new(amount),
        point_version: 1,
    })
}
