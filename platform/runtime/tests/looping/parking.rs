//! Poison and strangers: what is set aside, and what is not.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt;
use rusqlite::Connection;

use crate::bench::{Bench, Running, add, now, pass, stage, until};
use crate::counter::{BAD, CURE, Cure, Input, Mood, PANIC, POISON, STRANGERS};
use crate::publisher::{issued, left};

async fn meet(running: &Running, key: i64, mood: Mood) {
    let met = running.send(Input::Meet { key, mood }).await;
    met.expect("decided");
}

#[tokio::test(start_paused = true)]
async fn hard_case_25_one_poisonous_event_in_a_batch_of_256() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        meet(&running, 77, Mood::Angry).await;
        bench.users.publish(left((0..256).map(|key| (key, 1))));
        until("the others", || bench.heard_in_all() == 255).await;
        assert!(bench.heard(77).is_empty());
        assert_eq!(bench.parked(), [(77, 1)]);
        let parked = &bench.parked_rows()[0];
        assert!(parked.why.contains("key 77 is angry"), "{}", parked.why);
        assert_eq!((parked.seq, parked.no, parked.waits), (78, 1, false));
        assert_eq!(bench.place(&bench.users), 257);
        assert_eq!(running.handle.status().parked.load(Ordering::Relaxed), 1);
        until("it rests", || running.handle.lag().messages == 0).await;
        let before = running.handle.status().rollbacks.load(Ordering::Relaxed);
        pass(Duration::from_secs(60)).await;
        let after = running.handle.status().rollbacks.load(Ordering::Relaxed);
        assert_eq!(before, after, "poison waits for a person");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn later_events_of_the_key_in_the_same_batch_stand_behind_it() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let told = (BAD..BAD + 5).flat_map(|sequence| [(7, sequence), (8, sequence + 1)]);
        bench.users.publish(left(told));
        until("the others", || bench.heard(8).len() == 5).await;
        until("the rest", || bench.place(&bench.users) == 11).await;
        assert_eq!(bench.heard(8), [1, 2, 3, 4, 5].map(|no| BAD + no));
        assert!(bench.heard(7).is_empty());
        assert_eq!(bench.parked(), [0, 1, 2, 3, 4].map(|no| (7, BAD + no)));
        // A later batch queues behind them, also after a restart.
        running.kill().await;
        let running = bench.run().await;
        bench.users.publish(left([(7, BAD + 5), (9, 1)]));
        until("the other", || bench.count(9) == 1).await;
        assert_eq!(bench.parked().last(), Some(&(7, BAD + 5)));
        let numbers: Vec<_> = bench.parked_rows().iter().map(|row| row.no).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn hard_case_12_what_cannot_be_understood_is_parked_and_stops_no_other_key() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench.users.publish_unreadable(5);
        bench
            .users
            .publish(left([(POISON, 1), (PANIC, 1), (5, 2), (6, 1), (POISON, 2)]));
        bench.coupons.publish(issued([(5, 3)]));
        until("the others", || bench.count(6) == 1 && bench.count(5) == 1).await;
        assert_eq!(bench.heard(5), [3], "the key is parked in its topic alone");
        let parked = [(5, 1), (5, 2), (POISON, 1), (POISON, 2), (PANIC, 1)];
        assert_eq!(bench.parked(), parked);
        let why: Vec<_> = bench.parked_rows().into_iter().map(|row| row.why).collect();
        assert!(why[0].contains("UserTeleported"), "{}", why[0]);
        assert!(why[1].contains("behind"), "{}", why[1]);
        assert_eq!(why[2], "it is poison");
        assert!(why[4].contains("it is worse"), "{}", why[4]);
        until("positions", || bench.place(&bench.users) == 7).await;
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_place_behind_an_unreadable_event_is_kept_over_a_restart() {
    stage(async {
        let mut bench = Bench::new();
        bench.users.publish(left([(5, 1)]));
        bench.users.publish_unreadable(6);
        bench.users.restart();
        for start in 1..=3 {
            let running = bench.run().await;
            until("parked", || bench.parked() == [(6, 1)]).await;
            assert_eq!(running.send(add(9, 1)).await, Ok(start));
            assert_eq!(bench.heard(5), [1], "start {start}");
            assert_eq!(bench.place(&bench.users), 3);
            running.kill().await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_rollback_forgets_what_was_only_about_to_be_parked() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        meet(&running, 7, Mood::Angry).await;
        // While another owner holds the position, nothing this loop tries can be committed.
        let connection = Connection::open(bench.path()).expect("opens");
        bench.users.publish(left([(7, 1)]));
        until("parked", || bench.parked() == [(7, 1)]).await;
        let moved = connection.execute("UPDATE consumed SET next = 3", []);
        assert_eq!(moved.expect("writes"), 1);
        bench
            .users
            .publish(left([(POISON, 1), (POISON, 2), (8, 1), (POISON, 3)]));
        until("the others", || bench.count(8) == 1).await;
        until("positions", || bench.place(&bench.users) == 6).await;
        let parked = [(7, 1), (POISON, 2), (POISON, 3)];
        assert_eq!(bench.parked(), parked, "the other owner has the first");
        let numbers: Vec<_> = bench.parked_rows().iter().map(|row| row.no).collect();
        assert_eq!(numbers, [1, 1, 2], "counted from the rows");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn hard_case_25_what_is_parked_goes_with_the_position_that_passes_it() {
    stage(async {
        let mut bench = Bench::new();
        let db = bench.open_db();
        let db::Db::Sqlite(sqlite) = &db else {
            panic!("SQLite")
        };
        let limited = sqlite.read(|connection| {
            connection.pragma_update(None, "max_page_count", 500)?;
            connection.execute_batch(FULL_PAST_950)
        });
        limited.expect("a trigger");
        let running = Running::start(bench.open_over(db).await);
        meet(&running, 900, Mood::Angry).await;
        // What comes before the bad event is committed, and then the disk is full: all behind it
        // comes again and again, the one that `accept` refuses among it.
        let told = (800..1_000).map(|key| (key, 1));
        bench.users.publish(left(told.chain([(POISON, 1)])));
        until("what goes before", || bench.heard_in_all() == 100).await;
        let rollbacks = || running.handle.status().rollbacks.load(Ordering::Relaxed);
        let before = rollbacks();
        until("it was tried", || rollbacks() > before + 30).await;
        let connection = Connection::open(bench.path()).expect("opens");
        let healed = connection.execute_batch("DROP TRIGGER full");
        healed.expect("drops");
        until("the rest", || bench.heard_in_all() == 199).await;
        until("positions", || bench.place(&bench.users) == 202).await;
        assert_eq!(bench.parked(), [(POISON, 1), (900, 1)], "each once");
    })
    .await;
}

/// Needs more pages than there are as soon as a key past 950 is counted.
const FULL_PAST_950: &str = "
    CREATE TABLE filler (bytes BLOB) STRICT;
    CREATE TRIGGER full BEFORE INSERT ON tally WHEN new.key BETWEEN 951 AND 999
    BEGIN INSERT INTO filler VALUES (zeroblob(10000000)); END;";

#[tokio::test(start_paused = true)]
async fn a_stranger_is_tried_again_after_a_second_and_then_ever_later() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let key = STRANGERS;
        let first = now();
        bench.users.publish(left([(key, 1), (5, 1), (key, 2)]));
        until("the other", || bench.count(5) == 1).await;
        until("parked", || bench.parked() == [(key, 1), (key, 2)]).await;
        let rows = bench.parked_rows();
        assert_eq!(
            (rows[0].waits, rows[1].waits),
            (true, false),
            "one knocks for all"
        );
        let mut tried = Vec::new();
        for attempts in 1..=5 {
            until("the next try", || {
                bench.parked_rows()[0].attempts == attempts
            })
            .await;
            tried.push(now().since(first).as_secs());
        }
        assert_eq!(
            tried,
            [1, 3, 7, 15, 31],
            "after 1, 2, 4, 8 and 16 seconds more"
        );
        meet(&running, key, Mood::Calm).await;
        until("it was let in", || bench.heard(key) == [1, 2]).await;
        until("nothing is parked", || bench.parked().is_empty()).await;
        bench.users.publish(left([(key, 3)]));
        until("the key flows", || bench.heard(key) == [1, 2, 3]).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn strangers_knock_over_restarts_too() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let key = STRANGERS + 1;
        bench.users.publish(left([(key, 1)]));
        until("parked", || bench.parked() == [(key, 1)]).await;
        meet(&running, key, Mood::Calm).await;
        running.kill().await;
        let running = bench.run().await;
        until("it was let in", || bench.heard(key) == [1]).await;
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn too_much_of_one_key_pauses_its_topic_and_no_other() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left((0..999).map(|sequence| (POISON, sequence))));
        bench.users.publish(left([(5, 1)]));
        until("999 are not too many", || bench.count(5) == 1).await;
        bench.users.publish(left([(POISON, 999)]));
        until("a thousand", || bench.parked().len() == 1_000).await;
        bench.users.publish(left([(6, 1)]));
        bench.coupons.publish(issued([(7, 1)]));
        until("the other topic", || bench.count(7) == 1).await;
        pass(Duration::from_secs(10)).await;
        assert_eq!(bench.count(6), 0);
        let paused = || running.handle.status().paused.load(Ordering::Relaxed);
        assert_eq!(paused(), 1, "and it shows");
        let lag = running.handle.lag();
        assert!(lag.messages == 1 && lag.micros > 9_000_000, "{lag:?}");
        assert!(
            running.send(add(1, 1)).now_or_never().is_some(),
            "new work is shed"
        );
    })
    .await;
}

/// One poll brings more of the key than it has room for: the topic stands at the one too many.
#[tokio::test(start_paused = true)]
async fn a_key_never_has_more_than_a_thousand() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left((0..900).map(|sequence| (POISON, sequence))));
        until("900", || bench.parked().len() == 900).await;
        let more = (900..1_100).map(|sequence| (POISON, sequence));
        bench.users.publish(left([(5, 1)]));
        bench.users.publish(left(more));
        bench.users.publish(left([(6, 1)]));
        until("a thousand", || bench.parked().len() == 1_000).await;
        until("positions", || bench.place(&bench.users) == 1_002).await;
        pass(Duration::from_secs(5)).await;
        assert_eq!(bench.parked().len(), 1_000);
        assert_eq!((bench.count(5), bench.count(6)), (1, 0));
        // What was polled and left is read after a restart too.
        running.kill().await;
        CURE.set(Cure::Hears);
        let running = bench.run().await;
        crate::redrive::redrive(&running, POISON).await;
        until("all of it", || bench.heard(POISON).len() == 1_100).await;
        let all: Vec<_> = (0..1_100).collect();
        assert_eq!(bench.heard(POISON), all);
        until("and the other", || bench.count(6) == 1).await;
        let paused = || running.handle.status().paused.load(Ordering::Relaxed);
        until("it shows", || paused() == 0).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stranger_s_later_events_wait_with_it_when_its_batch_is_halved() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let key = STRANGERS;
        // The stranger knocks in one half, the poison and the stranger again are in the other.
        meet(&running, 77, Mood::Angry).await;
        let told = [
            (key, 1),
            (1, 1),
            (2, 1),
            (3, 1),
            (77, 1),
            (key, 2),
            (4, 1),
            (key, 3),
        ];
        bench.users.publish(left(told));
        until("all are placed", || bench.place(&bench.users) == 9).await;
        assert_eq!(bench.parked(), [(77, 1), (key, 1), (key, 2), (key, 3)]);
        let rows = bench.parked_rows();
        let waits: Vec<_> = rows.iter().map(|row| (row.no, row.waits)).collect();
        assert_eq!(waits, [(1, false), (1, true), (2, false), (3, false)]);
        for row in &rows[2..] {
            assert!(
                row.why.contains("behind"),
                "it is not to blame: {}",
                row.why
            );
        }
        meet(&running, key, Mood::Calm).await;
        until("it was let in", || bench.heard(key) == [1, 2, 3]).await;
    })
    .await;
}
