//! Two services: one that counts and says so, and one that follows it.

use contracts::envelope::{Event, ServiceName};
use contracts::events::payment::PointCharged;
use contracts::events::{Fact, Kind};
use contracts::ids::UserId;
use contracts::money::Money;
use contracts::saga::Kinds;
use db::{Table, row, rows};
use runtime::{Accept, Decision, Moment, Service};

row! {
    pub struct Tally in "tally" {
        key { pub key: i64 }
        pub count: i64,
    }
}

rows! {
    pub struct Rows {
        pub tally: Table<Tally>,
    }
}

impl Rows {
    fn count(&self, key: i64) -> i64 {
        self.tally.get(&key).map_or(0, |tally| tally.count)
    }

    fn add(&mut self, key: i64) -> i64 {
        let count = self.count(key) + 1;
        self.tally.put(Tally { key, count });
        count
    }
}

/// What it says of a command: the count.
pub const CHARGED: Kinds = Kinds::NONE.with(Kind::PointCharged);

/// Adds one to a key when it is told to, answers with the count, and says it.
pub struct Till;

pub struct Add {
    pub key: i64,
}

impl Service for Till {
    const NAME: ServiceName = ServiceName::Payment;
    type Input = Add;
    type Rows = Rows;
    type Reply = i64;

    fn hears() -> Kinds {
        Kinds::NONE
    }

    fn accept(_event: &Event) -> Accept<Add> {
        Accept::Ignore
    }

    fn ask(rows: &mut Rows, input: &Add) {
        rows.tally.ask(input.key);
    }

    fn decide(rows: &mut Rows, Add { key }: &Add, _at: &Moment) -> Decision<i64> {
        let count = rows.add(*key);
        Decision::reply(count).and_say(count, charged(*key, count))
    }
}

fn charged(key: i64, count: i64) -> Fact {
    Fact::PointCharged(PointCharged {
        user_id: UserId::new(key),
        amount: Money::new(1),
        balance: Money::new(count),
        point_version: count,
    })
}

/// Counts what it hears of a key. Absorbs no repeats, so that one shows. Says its count when it is
/// asked, unless it is behind.
pub struct Following<const VIEW: bool>;

pub type Follower = Following<false>;
/// One that waits for events to come together, and hears none.
pub type View = Following<true>;

pub enum Input {
    Heard { key: i64 },
    Count { key: i64 },
}

impl<const VIEW: bool> Service for Following<VIEW> {
    const NAME: ServiceName = ServiceName::Order;
    const IS_VIEW: bool = VIEW;
    type Input = Input;
    type Rows = Rows;
    type Reply = i64;

    fn hears() -> Kinds {
        if VIEW { Kinds::NONE } else { CHARGED }
    }

    fn accept(event: &Event) -> Accept<Input> {
        Accept::Hear(Input::Heard { key: event.key() })
    }

    fn ask(rows: &mut Rows, input: &Input) {
        let (Input::Heard { key } | Input::Count { key }) = input;
        rows.tally.ask(*key);
    }

    fn decide(rows: &mut Rows, input: &Input, _at: &Moment) -> Decision<i64> {
        match input {
            Input::Heard { key } => {
                rows.add(*key);
                Decision::quiet()
            }
            Input::Count { key } => Decision::reply(rows.count(*key)),
        }
    }

    fn sheds(input: &Input) -> bool {
        matches!(input, Input::Count { .. })
    }
}
