//! Timers: when they fire, and what goes before them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use contracts::time::Timestamp;
use rusqlite::Connection;

use crate::bench::{Bench, Running, at_last, looks, now, pass, stage, until};
use crate::counter::{Deadline, Input, Mood, POISON};
use crate::publisher::left;

const MINUTE: Duration = Duration::from_secs(60);

async fn expect(running: &Running, key: i64, due: Timestamp) {
    let set = running.send(Input::Expect { key, due }).await;
    set.expect("decided");
}

#[tokio::test(start_paused = true)]
async fn a_timer_fires_once_when_it_is_due() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let due = now().plus(MINUTE);
        expect(&running, 7, due).await;
        pass(MINUTE - Duration::from_millis(50)).await;
        assert!(bench.heard(7).is_empty());
        until("it fires", || bench.heard(7) == [0]).await;
        assert!(
            now().since(due) < Duration::from_millis(100),
            "at {:?}",
            now()
        );
        let batches = running.batches();
        pass(MINUTE).await;
        assert_eq!((bench.heard(7), running.batches()), (vec![0], batches));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn hard_case_06_a_deadline_comes_after_every_event_seen_when_it_passed() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let due = now().plus(MINUTE);
        expect(&running, 7, due).await;
        // More than some batches take, the last one about the key, all there at the due time.
        let others = (0..3_000).map(|sequence| (8, sequence));
        let events = left(others.chain([(7, 1)]));
        tokio::time::advance(MINUTE).await;
        bench.users.publish(events);
        until("both", || bench.heard(7).len() == 2).await;
        assert_eq!(bench.heard(7), [1, 0], "the event goes before the deadline");
        assert_eq!(bench.heard(8).len(), 3_000);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn hard_case_06_a_log_that_cannot_be_read_holds_deadlines_for_half_an_hour() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let due = now().plus(MINUTE);
        expect(&running, 7, due).await;
        bench
            .users
            .publish(left((0..1_000).map(|sequence| (POISON, sequence))));
        until("the topic is paused", || bench.parked().len() == 1_000).await;
        bench.users.publish(left([(7, 1)]));
        pass(30 * MINUTE).await;
        assert!(bench.heard(7).is_empty());
        until("the hard limit", || bench.heard(7) == [0]).await;
        let late = now().since(due);
        assert!(late >= 30 * MINUTE && late < 32 * MINUTE, "{late:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_closed_gate_does_not_keep_the_loop_spinning() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left((0..1_000).map(|sequence| (POISON, sequence))));
        until("the topic is paused", || bench.parked().len() == 1_000).await;
        bench.users.publish(left([(7, 1)]));
        expect(&running, 7, now()).await;
        let before = looks();
        let waited = tokio::time::timeout(MINUTE, std::future::pending::<()>()).await;
        assert!(waited.is_err() && bench.heard(7).is_empty());
        let looked = looks() - before;
        assert!(looked < 1_000, "{looked} looks at the clock in a minute");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn hard_case_23_an_outage_of_five_minutes_expires_nothing_that_can_still_complete() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        expect(&running, 7, now().plus(MINUTE)).await;
        expect(&running, 8, now().plus(MINUTE)).await;
        running.kill().await;
        pass(5 * MINUTE).await;
        let running = bench.run().await;
        let started = now();
        // The others need their time too: this one's answer comes some seconds after the start.
        pass(Duration::from_secs(9)).await;
        assert!(bench.heard(7).is_empty() && bench.heard(8).is_empty());
        bench.users.publish(left([(7, 1)]));
        until("the deadlines", || bench.heard(8) == [0]).await;
        until("the deadlines", || bench.heard(7).len() == 2).await;
        assert_eq!(bench.heard(7), [1, 0], "what completes it goes first");
        assert!(now().since(started) < Duration::from_secs(12));
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_start_behind_a_clock_that_was_ahead_gives_its_deadlines_time_all_the_same() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        expect(&running, 7, now().plus(MINUTE)).await;
        running.kill().await;
        // Whoever wrote last had a clock that was an hour ahead; the writer's time never goes back.
        let connection = Connection::open(bench.path()).expect("opens");
        let ahead = connection.execute("UPDATE writer SET last_ms = last_ms + 3600000", []);
        assert_eq!(ahead.expect("writes"), 1);
        let _running = bench.run().await;
        pass(Duration::from_secs(9)).await;
        assert!(bench.heard(7).is_empty());
        bench.users.publish(left([(7, 1)]));
        at_last("both", || bench.heard(7).len() == 2).await;
        assert_eq!(bench.heard(7), [1, 0], "what completes it goes first");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn open_timers_are_found_again_whatever_order_they_were_set_in() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let due = now().plus(MINUTE);
        // Ids are made before they are queued: a lower one may come later.
        for key in [50, 60, 20] {
            expect(&running, key, due).await;
        }
        running.kill().await;
        assert!(bench.writer().timers_from <= 20, "where the scan begins");
        let running = bench.run().await;
        until("all of them", || bench.heard_in_all() == 3).await;
        assert_eq!(bench.all::<Deadline>(), []);
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_timer_that_was_set_again_fires_at_its_new_time() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        expect(&running, 7, now().plus(MINUTE)).await;
        expect(&running, 7, now().plus(3 * MINUTE)).await;
        pass(2 * MINUTE).await;
        pass(Duration::from_secs(2)).await;
        assert!(bench.heard(7).is_empty());
        until("it fires", || bench.heard(7) == [0]).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_timer_whose_decision_panics_is_tried_again_a_minute_later() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let key = 7;
        let angry = Input::Meet {
            key,
            mood: Mood::Angry,
        };
        running.send(angry).await.expect("decided");
        expect(&running, key, now()).await;
        expect(&running, 8, now()).await;
        until("the other", || bench.heard(8) == [0]).await;
        let rollbacks = || running.handle.status().rollbacks.load(Ordering::Relaxed);
        let before = rollbacks();
        pass(Duration::from_secs(50)).await;
        assert_eq!(rollbacks(), before);
        let calm = Input::Meet {
            key,
            mood: Mood::Calm,
        };
        running.send(calm).await.expect("decided");
        until("the next try", || bench.heard(7) == [0]).await;
    })
    .await;
}
