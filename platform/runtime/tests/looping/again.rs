//! Events handed to a loop once more, outside any position.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt;
use runtime::Unanswered;
use rusqlite::Connection;

use crate::bench::{Bench, Running, pass, stage, until};
use crate::counter::{Input, Mood, POISON, STRANGERS};
use crate::publisher::{Told, joined, left};

async fn again(running: &Running, told: Told) -> Result<(), Unanswered> {
    running.handle.hear_again(left([told]).remove(0)).await
}

#[tokio::test(start_paused = true)]
async fn an_event_is_heard_once_more_and_no_position_moves() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench.users.publish(left([(5, 1), (5, 2)]));
        until("heard", || bench.place(&bench.users) == 3).await;
        // The counter absorbs no repeats, so that one shows.
        assert_eq!(again(&running, (5, 1)).await, Ok(()));
        until("heard again", || bench.heard(5) == [1, 2, 1]).await;
        pass(Duration::from_secs(5)).await;
        assert_eq!(bench.place(&bench.users), 3);
        bench.users.publish(left([(5, 3)]));
        until("the topic goes on", || bench.heard(5) == [1, 2, 1, 3]).await;
    })
    .await;
}

/// A stranger, a poisonous one, one that panics and one that nobody hears: each is let go, and
/// none is parked, since nobody waits for it.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_heard_again_is_let_go() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let met = running.send(Input::Meet {
            key: 7,
            mood: Mood::Angry,
        });
        met.await.expect("decided");
        for told in [(STRANGERS, 1), (8, 1)] {
            assert_eq!(again(&running, told).await, Ok(()));
        }
        for told in [(POISON, 1), (7, 1)] {
            assert_eq!(again(&running, told).await, Err(Unanswered::Broken));
        }
        let unheard = joined([(9, 1)]).remove(0);
        assert_eq!(running.handle.hear_again(unheard).await, Ok(()));
        until("the good one", || bench.heard(8) == [1]).await;
        pass(Duration::from_secs(90)).await;
        assert_eq!(bench.heard_in_all(), 1);
        assert_eq!(bench.parked(), []);
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_to_be_heard_again_is_bounded() {
    stage(async {
        let bench = Bench::new();
        let (ready, handle) = bench.open().await;
        let mut events = left((1_000..11_000).map(|key| (key, 1)));
        // Queued when it is first polled; nobody stays for the answer.
        let taken = events
            .iter()
            .map(|event| handle.hear_again(event.clone()).now_or_never());
        let refused = taken
            .filter(|taken| *taken == Some(Err(Unanswered::Full)))
            .count();
        assert_eq!(refused, 10_000 - 8_192);
        let running = Running::start((ready, handle));
        until("all that was let in", || bench.heard_in_all() == 8_192).await;
        let handle = running.handle.clone();
        running.stop().await;
        let late = handle.hear_again(events.remove(0)).await;
        assert_eq!(late, Err(Unanswered::Stopping));
    })
    .await;
}

/// The disk is full for a while: what was let in comes again with a later batch.
#[tokio::test(start_paused = true)]
async fn a_full_disk_keeps_what_was_to_be_heard_again() {
    stage(async {
        let bench = Bench::new();
        let db = bench.open_db();
        let db::Db::Sqlite(sqlite) = &db else {
            panic!("SQLite")
        };
        let limited = sqlite.read(|connection| {
            connection.pragma_update(None, "max_page_count", 500)?;
            connection.execute_batch(FULL)
        });
        limited.expect("a trigger");
        let running = Running::start(bench.open_over(db).await);
        let event = left([(5, 1)]).remove(0);
        let mut heard = pin!(running.handle.hear_again(event));
        assert_eq!(heard.as_mut().now_or_never(), None, "the disk is full");
        let rollbacks = || running.handle.status().rollbacks.load(Ordering::Relaxed);
        until("it was tried", || rollbacks() > 10).await;
        let file = Connection::open(bench.path()).expect("opens");
        file.execute_batch("DROP TRIGGER full").expect("room");
        assert_eq!(heard.await, Ok(()));
        assert_eq!(bench.heard(5), [1]);
    })
    .await;
}

/// Needs more pages than there are as soon as anything is counted.
const FULL: &str = "
    CREATE TABLE filler (bytes BLOB) STRICT;
    CREATE TRIGGER full BEFORE INSERT ON tally
    BEGIN INSERT INTO filler VALUES (zeroblob(10000000)); END;";
