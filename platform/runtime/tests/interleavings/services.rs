//! Services: one that counts and says so, and those that follow it.

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

    fn knows(&self, key: i64) -> bool {
        self.tally.get(&key).is_some()
    }

    fn meet(&mut self, key: i64) {
        self.tally.put(Tally { key, count: 0 });
    }

    fn add(&mut self, key: i64) -> i64 {
        let count = self.count(key) + 1;
        self.tally.put(Tally { key, count });
        count
    }

    /// As one who is sure that there is no such row.
    fn add_unread(&mut self, key: i64) -> i64 {
        self.tally.add(Tally { key, count: 1 });
        1
    }
}

/// A key that can be added to once: a second time fails its batch for good.
pub const ONCE: i64 = 7;
/// A key whose events a follower sets aside until it has met it.
pub const STRANGER: i64 = 8;

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
        if input.key != ONCE {
            rows.tally.ask(input.key);
        }
    }

    fn decide(rows: &mut Rows, Add { key }: &Add, _at: &Moment) -> Decision<i64> {
        let count = match *key {
            ONCE => rows.add_unread(ONCE),
            key => rows.add(key),
        };
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
pub struct Following<const IS_VIEW: bool, const IS_SECOND: bool>;

pub type Follower = Following<false, false>;
/// One more that follows the same topic.
pub type Second = Following<false, true>;
/// One that waits for events to come together: as time stands, until somebody asks for something.
pub type View = Following<true, false>;

pub enum Input {
    Heard {
        key: i64,
    },
    Count {
        key: i64,
    },
    /// Makes a stranger known.
    Meet {
        key: i64,
    },
}

impl<const IS_VIEW: bool, const IS_SECOND: bool> Service for Following<IS_VIEW, IS_SECOND> {
    const NAME: ServiceName = ServiceName::Order;
    const CONSUMER: &'static str = if IS_SECOND { "second" } else { "first" };
    const IS_VIEW: bool = IS_VIEW;
    type Input = Input;
    type Rows = Rows;
    type Reply = i64;

    fn hears() -> Kinds {
        CHARGED
    }

    fn accept(event: &Event) -> Accept<Input> {
        Accept::Hear(Input::Heard { key: event.key() })
    }

    fn ask(rows: &mut Rows, input: &Input) {
        let (Input::Heard { key } | Input::Count { key } | Input::Meet { key }) = input;
        rows.tally.ask(*key);
    }

    fn decide(rows: &mut Rows, input: &Input, _at: &Moment) -> Decision<i64> {
        match input {
            Input::Heard { key } if *key == STRANGER && !rows.knows(*key) => Decision::not_yet(),
            Input::Heard { key } => {
                rows.add(*key);
                Decision::quiet()
            }
            Input::Meet { key } => {
                rows.meet(*key);
                Decision::reply(0)
            }
            Input::Count { key } => Decision::reply(rows.count(*key)),
        }
    }

    fn sheds(input: &Input) -> bool {
        matches!(input, Input::Count { .. })
    }
}
