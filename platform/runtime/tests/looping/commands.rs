//! Commands: their replies, what refuses them, and how they end with the loop.

use std::time::Duration;

use contracts::envelope::{Actor, Trace};
use contracts::events::Kind;
use contracts::saga::Kinds;
use contracts::time::Timestamp;
use futures::FutureExt;
use futures::future::join_all;
use runtime::{Stopped, Unanswered};
use rusqlite::Connection;

use crate::bench::{Bench, Running, add, pass, send, stage, until};
use crate::publisher::left;

#[tokio::test(start_paused = true)]
async fn a_reply_comes_when_its_rows_and_events_are_committed() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let sent = async {
            let reply = running.send(add(1, 5)).await;
            // Nobody else ran since the reply.
            (reply, bench.count(1), bench.own.end())
        };
        assert_eq!(sent.await, (Ok(5), 5, 2));
        assert_eq!(bench.writer().next_seq, 2);
        assert_eq!(bench.writer().sent_seq, 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_ready_goes_in_one_batch() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let replies = join_all((0..500).map(|_| running.send(add(1, 1)))).await;
        let last = replies
            .into_iter()
            .map(|reply| reply.expect("decided"))
            .max();
        assert_eq!(last, Some(500));
        assert_eq!(running.batches(), 1);
        let sizes = running.handle.status().sizes();
        let sizes: Vec<_> = sizes.filter(|(_, batches)| *batches > 0).collect();
        assert_eq!(sizes, [(Some(1_024), 1)], "more than 256 and at most 1,024");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn hard_case_25_one_bad_command_breaks_no_other() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let amount = |key| if key == 77 { -1 } else { 1 };
        let sent = (0..256).map(|key| running.send(add(key, amount(key))));
        let replies = join_all(sent).await;
        for (key, reply) in (0..).zip(replies) {
            match key {
                77 => assert_eq!(reply, Err(Unanswered::Broken)),
                _ => assert_eq!(reply, Ok(1), "key {key}"),
            }
        }
        assert_eq!(bench.count(77), 0);
        assert_eq!(bench.parked(), [], "a command is not parked");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses() {
    stage(async {
        let bench = Bench::new();
        let (_idle, handle) = bench.open().await;
        let sent = (0..8_193).map(|_| send(&handle, add(1, 1)).now_or_never());
        let answers: Vec<_> = sent.flatten().collect();
        assert_eq!(
            answers,
            [Err(Unanswered::Full)],
            "all but the last are let in"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn stopping_answers_what_is_queued_and_refuses_the_rest() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let handle = running.handle.clone();
        let queued = join_all((0..2_000).map(|_| send(&handle, add(1, 1))));
        let stopping = async {
            bench.users.publish(left([(5, 1)]));
            handle.stop();
            let refused = send(&handle, add(1, 1)).await;
            assert_eq!(refused, Err(Unanswered::Stopping));
        };
        let (queued, ()) = futures::join!(queued, stopping);
        assert!(queued.iter().all(Result::is_ok));
        assert!(matches!(running.ended().await, Stopped::Asked));
        assert_eq!(bench.count(1), 2_000);
        assert_eq!(bench.count(5), 0, "events wait for the next start");
        let later = send(&handle, add(1, 1)).await;
        assert_eq!(later, Err(Unanswered::Stopping));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_key_is_answered_once_at_a_time() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let keyed = |scope| {
            let handle = &running.handle;
            handle.send_keyed(scope, add(1, 1), Actor::System, Trace::NONE)
        };
        let (first, second, other) = futures::join!(keyed("a"), keyed("a"), keyed("b"));
        assert_eq!(first.map(|_| ()), Ok(()));
        assert_eq!(second, Err(Unanswered::InFlight));
        assert_eq!(other.map(|_| ()), Ok(()));
        assert_eq!(keyed("a").await, Ok(3), "and again when it was answered");
        // A caller that goes away lets go of the key; what it sent stands.
        assert!(keyed("c").now_or_never().is_none());
        assert_eq!(keyed("c").await, Ok(5));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_watch_wakes_for_its_key_and_no_other() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        let mut watches = [1, 2, 3].map(|key| running.handle.watch(key));
        running.send(add(1, 1)).await.expect("decided");
        bench.users.publish(left([(2, 1)]));
        let woken = tokio::time::timeout(Duration::from_secs(60), async {
            watches[0].changed().await;
            watches[1].changed().await;
        });
        woken.await.expect("said of one, heard of the other");
        assert!(watches[2].changed().now_or_never().is_none());
        assert!(watches[0].changed().now_or_never().is_none(), "once");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_said_next_of_a_key_goes_to_all_who_wait_for_it() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let charged = Kinds::NONE.with(Kind::PointCharged);
        let other_kind = Kinds::NONE.with(Kind::UserRegistered);
        let mut waits = [1, 1].map(|key| running.handle.next_said(key, charged));
        let mut in_vain = [(2, charged), (1, other_kind)]
            .map(|(key, kinds)| running.handle.next_said(key, kinds));
        running.send(add(1, 5)).await.expect("decided");
        running.send(add(1, 6)).await.expect("decided");
        for wait in &mut waits {
            let event = wait.event().now_or_never().flatten();
            let event = event.expect("it came with the reply");
            assert_eq!((event.key(), event.sequence), (1, 1), "the first");
        }
        for wait in &mut in_vain {
            assert!(wait.event().now_or_never().is_none());
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_refuses_commands_and_goes_on_when_there_is_room() {
    stage(async {
        let mut bench = Bench::new();
        let db = bench.open_db();
        let db::Db::Sqlite(sqlite) = &db else {
            panic!("SQLite")
        };
        let pages: i64 = sqlite
            .read(|connection| connection.query_row("PRAGMA page_count", [], |row| row.get(0)))
            .expect("counts");
        sqlite
            .read(|connection| connection.pragma_update(None, "max_page_count", pages + 2))
            .expect("limits");
        let running = Running::start(bench.open_over(db).await);
        let mut refused = 0;
        for key in 0..500 {
            match running.send(add(key, 1)).await {
                Ok(_) => {}
                Err(Unanswered::Full) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(refused > 0 && running.is_running());
        assert_eq!(bench.all::<crate::counter::Tally>().len(), 500 - refused);
        bench
            .users
            .publish(left((0..300).map(|key| (10_000 + key, 1))));
        pass(Duration::from_secs(5)).await;
        assert_eq!(bench.parked(), [], "events wait, and are not to blame");
        assert!(running.is_running());
    })
    .await;
}

/// Another process in the way.
fn lock(bench: &Bench) -> Connection {
    let connection = Connection::open(bench.path()).expect("opens");
    connection.execute_batch("BEGIN IMMEDIATE").expect("locks");
    connection
}

async fn impatient(bench: &Bench) -> Running {
    let db = bench.open_db();
    let db::Db::Sqlite(sqlite) = &db else {
        panic!("SQLite")
    };
    sqlite
        .read(|connection| connection.busy_timeout(Duration::ZERO))
        .expect("does not wait");
    Running::start(bench.open_over(db).await)
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_tried_again_with_the_same_commands() {
    stage(async {
        let mut bench = Bench::new();
        let running = impatient(&bench).await;
        let lock = lock(&bench);
        bench.users.publish(left([(5, 1)]));
        let sent = join_all((0..3).map(|_| running.send(add(1, 1))));
        let unlocking = async {
            until("it was tried", || {
                let status = running.handle.status();
                status.rollbacks.load(std::sync::atomic::Ordering::Relaxed) >= 2
            })
            .await;
            drop(lock);
        };
        let (replies, ()) = futures::join!(sent, unlocking);
        assert_eq!(replies, [Ok(1), Ok(2), Ok(3)], "in the order they came");
        until("the event", || bench.count(5) == 1).await;
        assert_eq!(bench.heard(5), [1]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_busy_is_not_waited_for_for_ever() {
    stage(async {
        let bench = Bench::new();
        let running = impatient(&bench).await;
        let lock = lock(&bench);
        assert_eq!(running.send(add(1, 1)).await, Err(Unanswered::Full));
        drop(lock);
        assert_eq!(running.send(add(1, 1)).await, Ok(1), "nothing of it stood");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_batch_never_goes_back() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        running.send(add(1, 1)).await.expect("decided");
        let before = bench.writer().last_ms;
        running.kill().await;
        // The restarted machine's clock is years behind.
        fn early() -> Timestamp {
            Timestamp::from_millis(1_704_067_200_000)
        }
        let mut db = bench.open_db();
        let writer = runtime::take_over(&mut db, crate::bench::WRITER, early()).await;
        assert_eq!(writer.expect("takes over").last_ms, before);
    })
    .await;
}
