//! Events go first, commands get their part, and new work is refused before the open is late.

use std::time::Duration;

use futures::future::join_all;
use runtime::Unanswered;

use crate::bench::{Bench, add, pass, send, stage, until};
use crate::counter::{Input, Mood, POISON};
use crate::publisher::{issued, left};

#[tokio::test(start_paused = true)]
async fn hard_case_24_a_burst_of_new_orders_does_not_starve_open_sagas() {
    stage(async {
        let mut bench = Bench::new();
        let (ready, handle) = bench.open().await;
        bench.users.publish(left((0..500).map(|key| (key, 1))));
        let burst = join_all((0..8_000).map(|_| send(&handle, add(9_000, 1))));
        let running = crate::bench::Running::start((ready, handle.clone()));
        let watching = async {
            until("the open ones", || bench.heard_in_all() == 500).await;
            (running.batches(), bench.count(9_000))
        };
        let (answers, (batches, added)) = futures::join!(burst, watching);
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(batches, 1, "they were in the first batch");
        assert_eq!(added, 1_024 - 500, "and new work had what was left of it");
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
        let burst = join_all((0..600).map(|_| {
            let meet = Input::Meet {
                key: 9_000,
                mood: Mood::Calm,
            };
            send(&handle, meet)
        }));
        let running = crate::bench::Running::start((ready, handle.clone()));
        let answers = burst.await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(running.batches(), 5, "128 in each");
        assert_eq!(bench.heard(1).len(), 5 * 896, "and the events had the rest");
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
            .publish(left((0..5_000).map(|sequence| (1, sequence))));
        bench.coupons.publish(issued([(7, 1)]));
        let running = crate::bench::Running::start(ready);
        until("the other topic", || bench.count(7) == 1).await;
        assert_eq!(running.batches(), 1);
        assert_eq!(bench.heard(1).len(), 895, "what one leaves the other takes");
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
