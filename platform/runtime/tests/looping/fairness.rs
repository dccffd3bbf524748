//! Events go first, commands get their part, and new work is refused before the open is late.

use std::time::Duration;

use futures::future::join_all;
use runtime::{Stopped, Unanswered};
use tokio::time::Instant;

use crate::bench::{Bench, Running, add, pass, send, stage, until};
use crate::counter::{Heard, Input, Mood, POISON};
use crate::publisher::{issued, joined, left};

#[tokio::test(start_paused = true)]
async fn hard_case_24_a_burst_of_new_orders_does_not_starve_open_sagas() {
    stage(async {
        let mut bench = Bench::new();
        let (ready, handle) = bench.open().await;
        bench
            .users
            .publish(left((0..500).map(|sequence| (1, sequence))));
        let burst = join_all((0..4_000).map(|key| send(&handle, add(9_000 + key, 1))));
        let burst = polled_once(burst).await;
        let running = Running::start((ready, handle.clone()));
        assert!(burst.await.iter().all(Result::is_ok));
        let batches = bench.by_batch();
        assert_eq!(batches[0], (1_024 - 500, 500), "what is open goes first");
        assert_eq!(batches[1], (1_024, 0));
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_events_leaves_commands_an_eighth_of_a_batch() {
    stage(async {
        let mut bench = Bench::new();
        let (ready, handle) = bench.open().await;
        bench
            .users
            .publish(left((0..8_000).map(|sequence| (1, sequence))));
        let meet = |key: i64| {
            let key = 9_000 + key;
            let mood = Mood::Calm;
            send(&handle, Input::Meet { key, mood })
        };
        let burst = polled_once(join_all((0..600).map(meet))).await;
        let running = Running::start((ready, handle.clone()));
        assert!(burst.await.iter().all(Result::is_ok));
        until("the events", || bench.heard_in_all() == 8_000).await;
        let batches = bench.by_batch();
        assert_eq!(batches[..4], [(128, 896); 4]);
        assert_eq!(batches[4..6], [(600 - 4 * 128, 896), (0, 896)]);
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_topic_s_flood_does_not_delay_another() {
    stage(async {
        let mut bench = Bench::new();
        let ready = bench.open().await;
        bench
            .users
            .publish(left((0..2_000).map(|sequence| (1, sequence))));
        bench.coupons.publish(issued([(7, 1)]));
        let running = Running::start(ready);
        until("all of it", || bench.heard_in_all() == 2_001).await;
        let heard = bench.all::<Heard>();
        let first = heard.iter().map(|heard| heard.batch).min().expect("heard");
        let coupon = heard.iter().find(|heard| heard.key == 7).expect("heard");
        assert_eq!(coupon.batch, first);
        let whole = heard.iter().filter(|heard| heard.batch == first).count();
        assert_eq!(whole, 896, "what one topic leaves the other takes");
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn new_work_is_shed_while_the_service_is_behind_and_other_work_is_not() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left((0..1_000).map(|sequence| (POISON, sequence))));
        until("the topic is paused", || bench.parked().len() == 1_000).await;
        bench.users.publish(left([(5, 1)]));
        assert_eq!(running.send(add(1, 1)).await, Ok(1), "not late yet");
        pass(Duration::from_secs(2)).await;
        assert_eq!(running.send(add(1, 1)).await, Err(Unanswered::Behind));
        let meet = Input::Meet {
            key: 1,
            mood: Mood::Calm,
        };
        assert_eq!(running.send(meet).await, Ok(1));
    })
    .await;
}

/// Has everything in it queued before anybody else runs.
async fn polled_once<F: Future>(future: F) -> std::pin::Pin<Box<F>> {
    let mut future = Box::pin(future);
    let ready = futures::poll!(&mut future);
    assert!(ready.is_pending());
    future
}

#[tokio::test(start_paused = true)]
async fn what_stands_behind_many_events_that_are_not_heard_waits_for_no_tick() {
    stage(async {
        let mut bench = Bench::new();
        bench
            .users
            .publish(joined((1_000..9_000).map(|key| (key, 1))));
        bench.users.publish(left([(1, 1)]));
        let began = Instant::now();
        let running = bench.run().await;
        until("it is heard", || bench.heard_in_all() == 1).await;
        let took = began.elapsed();
        assert!(took < Duration::from_millis(100), "{took:?}");
        assert!(matches!(running.stop().await, Stopped::Asked));
    })
    .await;
}
