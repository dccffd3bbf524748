//! Killed at any moment and opened again from the rows: nothing is lost, nothing comes twice.

use std::time::Duration;

use db::{Consumed, Outbox};
use futures::FutureExt;
use futures::future::join_all;

use crate::bench::{Bench, add, pass, stage, until};
use crate::publisher::{issued, joined, left};

#[tokio::test(start_paused = true)]
async fn a_killed_loop_loses_nothing_and_repeats_nothing() {
    stage(async {
        let mut bench = Bench::new();
        let mut sent = 0;
        for round in 0..12 {
            let running = bench.run().await;
            bench.users.publish(left((0..400).map(|key| (key, round))));
            bench
                .coupons
                .publish(issued((0..100).map(|key| (5_000 + key, round))));
            let replies = join_all((0..50).map(|_| running.send(add(9_000, 1))));
            // Killed before it began, in the middle, or when it was done.
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            match round % 3 {
                0 => {
                    let answered = replies.await;
                    sent += answered.iter().filter(|reply| reply.is_ok()).count();
                }
                _ => {
                    let none = replies.now_or_never();
                    assert!(none.is_none(), "polled once: queued, not answered");
                }
            }
            running.kill().await;
        }
        let running = bench.run().await;
        until("everything is heard", || bench.heard_in_all() >= 12 * 500).await;
        pass(Duration::from_secs(3)).await;
        let rounds: Vec<i64> = (0..12).collect();
        for key in [0, 17, 399, 5_000, 5_099] {
            assert_eq!(bench.heard(key), rounds, "key {key}");
        }
        assert_eq!(bench.heard_in_all(), 12 * 500);
        assert!(
            bench.count(9_000) >= i64::try_from(sent).expect("small"),
            "answered is kept"
        );
        let outbox = bench.all::<Outbox>();
        let numbers: Vec<_> = outbox.iter().map(|row| row.id.seq()).collect();
        let dense: Vec<_> = (1..bench.writer().next_seq).collect();
        assert_eq!(numbers, dense, "the outbox is dense");
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn positions_carry_the_id_of_the_event_before_them() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let events = left([(5, 1), (6, 1)]);
        let last = events[1].id().to_string();
        bench.users.publish(events);
        until("the events", || bench.count(6) == 1).await;
        let consumed = bench.all::<Consumed>();
        assert_eq!(consumed.len(), 1, "only the topic that moved");
        assert_eq!((consumed[0].next, &consumed[0].last_id), (3, &last));
        drop(running);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn positions_over_events_nobody_hears_are_written_within_a_second_or_so() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench.users.publish(joined([(5, 1), (6, 1)]));
        until("the position", || bench.place(&bench.users) == 3).await;
        let before = running.batches();
        // They wake the loop more often than it ticks, and must not keep it from writing.
        for no in 0..40 {
            bench.users.publish(joined([(7, no)]));
            pass(Duration::from_millis(100)).await;
        }
        let place = bench.place(&bench.users);
        assert!(place > 30, "it stands at {place}");
        assert_eq!(running.batches(), before, "no inputs, no batch");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_was_skipped_is_written_when_it_stops() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        tokio::task::yield_now().await;
        bench.users.publish(joined([(5, 1), (6, 1)]));
        bench.coupons.publish(issued([(7, 1)]));
        until("the coupon", || bench.count(7) == 1).await;
        running.stop().await;
        assert_eq!(
            (bench.place(&bench.users), bench.place(&bench.coupons)),
            (3, 2)
        );
    })
    .await;
}
