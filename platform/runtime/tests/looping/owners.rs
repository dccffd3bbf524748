//! Two owners of one writer or one position: the second wins, the first writes nothing more.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use contracts::envelope::ServiceName;
use contracts::time::Timestamp;
use db::Failed;
use event_log::Topic;
use runtime::{Stopped, Unanswered, take_over};
use rusqlite::Connection;

use crate::bench::{Bench, WRITER, add, now, stage, until};
use crate::publisher::{joined, left};

#[tokio::test(start_paused = true)]
async fn hard_case_14_a_loop_that_was_taken_over_ends_and_writes_nothing() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        assert_eq!(running.send(add(1, 1)).await, Ok(1));
        let mut other = bench.open_db();
        let taken = take_over(&mut other, WRITER, now()).await.expect("taken");
        bench.users.publish(left([(5, 1)]));
        assert_eq!(running.send(add(1, 1)).await, Err(Unanswered::Stopping));
        let stopped = running.ended().await;
        let Stopped::Deposed(Failed::Deposed {
            expected, found, ..
        }) = stopped
        else {
            panic!("{stopped}");
        };
        assert_eq!((expected, found), (taken.epoch - 1, taken.epoch));
        assert_eq!((bench.count(1), bench.count(5)), (1, 0));
        assert_eq!(bench.writer().batch_no, taken.batch_no);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_deposed_loop_with_only_positions_to_write_ends_too() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let mut other = bench.open_db();
        take_over(&mut other, WRITER, now()).await.expect("taken");
        bench.users.publish(joined([(5, 1)]));
        until("it ends", || !running.is_running()).await;
        assert!(matches!(running.ended().await, Stopped::Deposed(_)));
        assert_eq!(bench.place(&bench.users), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn hard_case_14_a_position_that_moved_is_followed_and_commands_are_decided_alone() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench.users.publish(left([(5, 1)]));
        until("the first event", || bench.count(5) == 1).await;
        // Another owner has read the next two events.
        let connection = Connection::open(bench.path()).expect("opens");
        let moved = connection.execute("UPDATE consumed SET next = 4", []);
        assert_eq!(moved.expect("writes"), 1);
        bench.users.publish(left([(6, 1), (7, 1), (8, 1)]));
        assert_eq!(running.send(add(1, 1)).await, Ok(1));
        until("the event behind", || bench.count(8) == 1).await;
        assert_eq!((bench.count(6), bench.count(7)), (0, 0), "the other's");
        let rollbacks = running.handle.status().rollbacks.load(Ordering::Relaxed);
        assert_eq!((rollbacks, bench.place(&bench.users)), (1, 5));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn every_start_raises_the_epoch_and_keeps_the_rest() {
    stage(async {
        let bench = Bench::new();
        let mut db = bench.open_db();
        let first = take_over(&mut db, WRITER, now()).await.expect("taken");
        let second = take_over(&mut db, WRITER, now()).await.expect("taken");
        assert_eq!((first.epoch, second.epoch), (1, 2));
        assert_eq!((second.next_seq, second.sent_seq), (1, 0));
        assert_eq!(second.lease_until, Timestamp::from_micros(i64::MAX));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_read_holds_no_command_up() {
    stage(async {
        let mut bench = Bench::new();
        let garbage = bench.path().with_file_name("garbage.db");
        std::fs::write(&garbage, "no database\n".repeat(999)).expect("writes");
        let readable = std::mem::replace(&mut bench.coupons.topic, {
            let name = ServiceName::Promotion.topic();
            Arc::new(Topic::elsewhere(name, 2, &garbage))
        });
        let running = bench.run().await;
        bench.users.publish(left([(5, 1)]));
        for count in 1..=3 {
            assert_eq!(running.send(add(1, 1)).await, Ok(count));
        }
        running.kill().await;
        bench.coupons.topic = readable;
        let running = bench.run().await;
        until("the event", || bench.heard(5) == [1]).await;
        assert!(running.is_running());
    })
    .await;
}
