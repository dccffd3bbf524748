//! A view lets events come together, and is not left behind by it.

use std::time::Duration;

use runtime::Stopped;
use tokio::time::Instant;

use crate::bench::{Bench, pass, stage, until};
use crate::publisher::left;

/// How far behind a view may be that has nothing else to do.
const PACE: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn events_of_a_tenth_of_a_second_are_one_batch() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run_view().await;
        let began = Instant::now();
        for key in 1..=9 {
            bench.users.publish(left([(key, 1)]));
            pass(PACE / 10).await;
            assert_eq!(bench.heard_in_all(), 0, "more may come");
        }
        until("all of them", || bench.heard_in_all() > 0).await;
        assert!(began.elapsed() <= PACE + Duration::from_millis(10));
        assert_eq!(bench.by_batch(), [(0, 9)]);
        assert!(matches!(running.stop().await, Stopped::Asked));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_fills_a_batch_waits_for_no_more() {
    stage(async {
        let mut bench = Bench::new();
        bench
            .users
            .publish(left((1_000..9_960).map(|key| (key, 1))));
        let began = Instant::now();
        let running = bench.run_view().await;
        until("all of them", || bench.heard_in_all() == 8_960).await;
        assert!(began.elapsed() <= 2 * PACE, "{:?}", began.elapsed());
        assert_eq!(bench.by_batch(), [(0, 896); 10]);
        assert!(matches!(running.stop().await, Stopped::Asked));
    })
    .await;
}
