//! Decisions carried out on the tables as the migrations make them: how many rows a completed
//! order writes, what a crash leaves, and that no end of an order offends a CHECK.

use contracts::envelope::{Event, Trace};
use contracts::time::Timestamp;
use db::{Db, Digest, Rows as _, Sqlite, Tx};
use futures::FutureExt;
use runtime::{Accept, Moment, Service};

use super::*;
use crate::MIGRATIONS;
use crate::store::Rows;

/// design: orders insert and one update, order_event 5, outbox 2, idempotency 1, order_item 2.
const ROWS: usize = 12;
const NOW: Timestamp = Timestamp::from_millis(1_795_305_600_000);

#[derive(Clone, Copy)]
enum Outcome {
    Commit,
    /// The process ends after the rows were written, before they were committed.
    Crash,
}

struct Tables(Db);

impl Tables {
    fn new() -> Self {
        Self(Db::Sqlite(Sqlite::in_memory(MIGRATIONS).unwrap()))
    }

    /// Decides one input in a transaction of its own; how many rows it writes, with what it says.
    fn run(&mut self, input: &Input, outcome: Outcome) -> usize {
        let at = Moment {
            now: NOW,
            actor: Actor::User(USER),
            trace: Trace::NONE,
            cause: None,
            writer: 1,
            batch_no: 1,
        };
        let decided = async {
            let mut tx: Tx<'_> = self.0.begin().await?;
            let mut rows = Rows::default();
            loop {
                Order::ask(&mut rows, input);
                if !tx.fetch(&mut rows).await? {
                    break;
                }
            }
            let decision = Order::decide(&mut rows, input, &at);
            let mut count = decision.says.len();
            for table in rows.tables() {
                table.changes(&mut |_| {
                    count += 1;
                    Ok(())
                })?;
            }
            tx.flush(&mut rows).await?;
            match outcome {
                Outcome::Commit => tx.commit().await?,
                Outcome::Crash => drop(tx),
            }
            Ok::<_, db::Failed>(count)
        };
        decided.now_or_never().expect("no wait").unwrap()
    }

    fn digest(&self) -> u64 {
        let Db::Sqlite(sqlite) = &self.0 else {
            panic!("made as SQLite")
        };
        let mut digest = Digest::default();
        sqlite.digest(&mut Rows::default(), &mut digest).unwrap();
        digest.value()
    }
}

fn heard(fact: Fact) -> Input {
    let event = Event {
        sequence: 1,
        at: NOW,
        actor: Actor::System,
        trace: Trace::NONE,
        cause: None,
        fact,
    };
    match Order::accept(&event) {
        Accept::Hear(input) => input,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_completed_order_of_two_lines_writes_twelve_rows() {
    let world = placed();
    let inputs = [
        (Input::PlaceOrder(place_with(Some(COUPON))), 4),
        (heard(deducted(&world).into()), 1),
        (heard(applied(&world).into()), 1),
        (heard(paid(&world).into()), 6),
    ];
    let mut tables = Tables::new();
    let mut total = 0;
    for (input, expected) in &inputs {
        let count = tables.run(input, Outcome::Commit);
        assert_eq!(count, *expected, "{input:?}");
        total += count;
    }
    assert_eq!(total, ROWS);
}

#[test]
fn a_repeat_writes_nothing() {
    let world = placed();
    let mut tables = Tables::new();
    let inputs = [
        Input::PlaceOrder(place_with(Some(COUPON))),
        heard(deducted(&world).into()),
        heard(paid(&world).into()),
    ];
    for input in &inputs {
        assert!(tables.run(input, Outcome::Commit) > 0);
    }
    for input in &inputs {
        assert_eq!(tables.run(input, Outcome::Commit), 0, "{input:?}");
    }
}

#[test]
fn hard_case_13_a_crash_before_the_commit_leaves_nothing_and_the_batch_runs_again() {
    let world = placed();
    let inputs = [
        Input::PlaceOrder(place_with(Some(COUPON))),
        heard(deducted(&world).into()),
        heard(unpaid(Some(COUPON))),
        heard(restored()),
        heard(freed()),
    ];
    let (mut calm, mut crashed) = (Tables::new(), Tables::new());
    for input in &inputs {
        let before = crashed.digest();
        let lost = crashed.run(input, Outcome::Crash);
        assert_eq!(crashed.digest(), before, "{input:?}");
        assert_eq!(crashed.run(input, Outcome::Commit), lost, "{input:?}");
        calm.run(input, Outcome::Commit);
        assert_eq!(crashed.digest(), calm.digest(), "{input:?}");
        // After the commit the reply is lost, or the position: asked again, nothing is written.
        assert_eq!(crashed.run(input, Outcome::Commit), 0, "{input:?}");
    }
}

#[test]
fn no_end_of_an_order_offends_a_check() {
    for coupon in [None, Some(COUPON)] {
        let world = placed_with(coupon);
        let (stock, applied) = (Fact::from(deducted(&world)), Fact::from(applied(&world)));
        let ends = [
            by_customer(),
            Input::Expire(ORDER),
            heard(sold_out()),
            heard(rejected()),
            heard(unpaid(coupon)),
            heard(paid(&world).into()),
        ];
        for end in ends {
            for known in [
                vec![],
                vec![stock.clone()],
                vec![stock.clone(), applied.clone()],
            ] {
                let mut tables = Tables::new();
                tables.run(&Input::PlaceOrder(place_with(coupon)), Outcome::Commit);
                for fact in known {
                    tables.run(&heard(fact), Outcome::Commit);
                }
                tables.run(&end, Outcome::Commit);
                for undone in [restored(), freed(), refunded()] {
                    tables.run(&heard(undone), Outcome::Commit);
                }
            }
        }
    }
}
