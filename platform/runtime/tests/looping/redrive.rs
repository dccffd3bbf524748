//! Taking parked keys up again.

use std::sync::atomic::Ordering;
use std::time::Duration;

use contracts::envelope::ServiceName;
use runtime::{ParkedKey, Redrive};

use crate::bench::{Bench, Running, pass, stage, until};
use crate::counter::{CURE, Cure, Input, Mood, PANIC, POISON};
use crate::publisher::left;

pub async fn redrive(running: &Running, key: i64) {
    let topic = ServiceName::User.topic().to_owned();
    let key = ParkedKey {
        topic,
        part: 0,
        key,
    };
    let taken_up = running.handle.redrive(Redrive { key }).await;
    assert_eq!(taken_up, Ok(()));
}

async fn meet(running: &Running, key: i64, mood: Mood) {
    let met = running.send(Input::Meet { key, mood }).await;
    met.expect("decided");
}

#[tokio::test(start_paused = true)]
async fn a_cured_key_is_heard_in_order_and_then_flows() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left((1..=4).map(|sequence| (POISON, sequence))));
        until("parked", || bench.parked().len() == 4).await;
        redrive(&running, POISON).await;
        pass(Duration::from_secs(2)).await;
        assert_eq!(bench.parked().len(), 4, "not cured: it stays");
        CURE.set(Cure::Hears);
        bench.users.publish(left([(POISON, 5)]));
        redrive(&running, POISON).await;
        until("heard", || bench.heard(POISON).len() == 5).await;
        assert_eq!(bench.heard(POISON), [1, 2, 3, 4, 5]);
        until("nothing is parked", || bench.parked().is_empty()).await;
        bench.users.publish(left([(POISON, 6)]));
        until("it flows", || bench.heard(POISON).len() == 6).await;
        redrive(&running, POISON).await;
        pass(Duration::from_secs(2)).await;
        assert_eq!(bench.heard(POISON).len(), 6, "nothing to take up");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_redriven_event_that_panics_again_stays_with_those_behind_it() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        meet(&running, 7, Mood::Angry).await;
        bench.users.publish(left([(7, 1), (7, 2)]));
        until("parked", || bench.parked().len() == 2).await;
        for attempts in 1..=3 {
            redrive(&running, 7).await;
            until("tried", || bench.parked_rows()[0].attempts == attempts).await;
            assert_eq!(bench.parked(), [(7, 1), (7, 2)]);
            assert_eq!(bench.parked_rows()[1].attempts, 0, "its turn does not come");
        }
        let rollbacks = || running.handle.status().rollbacks.load(Ordering::Relaxed);
        let before = rollbacks();
        pass(Duration::from_secs(30)).await;
        assert_eq!(rollbacks(), before, "nobody asked again");
        meet(&running, 7, Mood::Calm).await;
        redrive(&running, 7).await;
        until("heard", || bench.heard(7) == [1, 2]).await;
        until("nothing is parked", || bench.parked().is_empty()).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stranger_that_turns_out_to_be_poison_stops_knocking() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let key = crate::counter::STRANGERS;
        bench.users.publish(left([(key, 1), (key, 2)]));
        until("parked", || bench.parked().len() == 2).await;
        meet(&running, key, Mood::Angry).await;
        until("it panicked", || !bench.parked_rows()[0].waits).await;
        let rollbacks = || running.handle.status().rollbacks.load(Ordering::Relaxed);
        let before = rollbacks();
        pass(Duration::from_secs(90)).await;
        assert_eq!(rollbacks(), before);
        assert!(bench.parked_rows()[0].why.contains("angry"));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_long_queue_is_taken_up_to_its_end() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left((0..700).map(|sequence| (POISON, sequence))));
        until("parked", || bench.parked().len() == 700).await;
        CURE.set(Cure::Hears);
        redrive(&running, POISON).await;
        until("heard", || bench.heard(POISON).len() == 700).await;
        let all: Vec<_> = (0..700).collect();
        assert_eq!(bench.heard(POISON), all);
        until("nothing is parked", || bench.parked().is_empty()).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_topic_goes_on_when_its_key_was_taken_up() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left((0..1_000).map(|sequence| (POISON, sequence))));
        until("parked", || bench.parked().len() == 1_000).await;
        bench.users.publish(left([(POISON, 1_000), (5, 1)]));
        pass(Duration::from_secs(2)).await;
        assert_eq!(bench.count(5), 0, "paused");
        CURE.set(Cure::Hears);
        redrive(&running, POISON).await;
        until("it goes on", || bench.count(5) == 1).await;
        until("all of it", || bench.heard(POISON).len() == 1_001).await;
        let all: Vec<_> = (0..=1_000).collect();
        assert_eq!(bench.heard(POISON), all);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_a_newer_program_does_not_hear_any_more_is_let_go() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left([(POISON, 1), (PANIC, 1), (POISON, 2)]));
        until("parked", || bench.parked().len() == 3).await;
        CURE.set(Cure::Ignores);
        redrive(&running, POISON).await;
        until("let go", || bench.parked() == [(PANIC, 1)]).await;
        assert!(bench.heard(POISON).is_empty());
        assert!(running.is_running());
    })
    .await;
}
