//! Killed at a named point and opened again for the same handles; and standing still when asked.

use std::sync::atomic::Ordering;
use std::time::Duration;

use db::Outbox;
use runtime::{FaultPoint, Stopped, Unanswered};

use crate::bench::{Bench, add, pass, send, stage, until};
use crate::publisher::{joined, left};

#[tokio::test(start_paused = true)]
async fn killed_at_any_point_it_goes_on_where_it_was() {
    stage(async {
        for point in FaultPoint::ALL {
            let mut bench = Bench::new();
            let running = bench.run().await;
            let handle = running.handle.clone();
            assert_eq!(running.send(add(900, 1)).await, Ok(1));
            handle.fail_at(point);
            bench.users.publish(left((0..20).map(|key| (key, 1))));
            let answer = send(&handle, add(900, 1)).await;
            assert_eq!(answer, Err(Unanswered::Lost), "{point}: nobody is answered");
            let ended = running.ended().await;
            assert!(
                matches!(ended, Stopped::Fault(at) if at == point),
                "{ended}"
            );
            if point == FaultPoint::BeforeCommit {
                let behind = handle.lag().messages;
                assert_eq!(behind, 20, "what it was at is unread until it is back");
            }

            // A command that comes meanwhile waits for the loop to be there again.
            let waiting = send(&handle, add(900, 1));
            let (again, answer) = tokio::join!(bench.run_again(handle.clone()), waiting);
            let stands = i64::from(point != FaultPoint::BeforeCommit);
            assert_eq!(answer, Ok(2 + stands), "{point}: what was committed stands");
            until("the events", || bench.heard_in_all() == 20).await;
            pass(Duration::from_secs(3)).await;
            for key in 0..20 {
                assert_eq!(bench.heard(key), [1], "{point}: once, key {key}");
            }
            let outbox = bench.all::<Outbox>();
            let numbers: Vec<_> = outbox.iter().map(|row| row.id.seq()).collect();
            let dense: Vec<_> = (1..bench.writer().next_seq).collect();
            assert_eq!(numbers, dense, "{point}");
            assert_eq!(
                bench.own.end(),
                bench.writer().next_seq,
                "{point}: all is visible"
            );
            assert_eq!(handle.status().reopened.load(Ordering::Relaxed), 1);
            assert!(again.is_running());
            // It struck once.
            assert_eq!(again.send(add(900, 1)).await, Ok(3 + stands));
        }
    })
    .await;
}

/// A batch that only writes positions is killed as any other.
#[tokio::test(start_paused = true)]
async fn killed_while_it_writes_positions_it_ends() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        running.handle.fail_at(FaultPoint::BeforeCommit);
        bench.users.publish(joined([(1, 1), (2, 1)]));
        until("it ends", || !running.is_running()).await;
        let handle = running.handle.clone();
        let ended = running.ended().await;
        assert!(
            matches!(ended, Stopped::Fault(FaultPoint::BeforeCommit)),
            "{ended}"
        );
        let again = bench.run_again(handle).await;
        until("positions", || bench.place(&bench.users) == 3).await;
        assert!(again.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_loop_stands_between_two_batches_until_it_may_go_on() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        assert_eq!(running.send(add(900, 1)).await, Ok(1));
        let paused = running.handle.pause().await.expect("it runs");
        let mut waiting = Box::pin(send(&running.handle, add(900, 1)));
        let early = tokio::time::timeout(Duration::from_secs(1), &mut waiting).await;
        assert!(early.is_err(), "nothing is decided while it stands");
        assert_eq!(bench.count(900), 1);
        drop(paused);
        assert_eq!(waiting.await, Ok(2));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nobody_holds_a_loop_up_for_long() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let paused = running.handle.pause().await.expect("it runs");
        assert_eq!(running.send(add(900, 1)).await, Ok(1), "two seconds later");
        drop(paused);
        assert!(matches!(running.stop().await, Stopped::Asked));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_has_ended_cannot_be_paused() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let handle = running.handle.clone();
        assert!(matches!(running.stop().await, Stopped::Asked));
        assert_eq!(handle.pause().await.err(), Some(Unanswered::Stopping));
    })
    .await;
}
