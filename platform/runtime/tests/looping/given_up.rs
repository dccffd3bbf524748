//! Taking the first event of a parked key away, and keeping its trace.

use std::sync::atomic::Ordering;
use std::time::Duration;

use contracts::envelope::{Actor, ServiceName};
use contracts::ids::UserId;
use contracts::time::Timestamp;
use db::{Discarded, Parked};
use runtime::{Discard, ParkedKey, Unanswered};
use rusqlite::Connection;

use crate::bench::{Bench, Running, now, pass, stage, until};
use crate::counter::{BAD, POISON};
use crate::publisher::left;

const BY: Actor = Actor::Operator(UserId::new(77));

async fn discard(running: &Running, key: i64, no: i64) -> Result<(), Unanswered> {
    let discard = Discard {
        key: ParkedKey {
            topic: ServiceName::User.topic().to_owned(),
            part: 0,
            key,
        },
        no,
        by: BY,
        reason: "counted by hand".to_owned(),
    };
    running.handle.discard(discard).await
}

#[tokio::test(start_paused = true)]
async fn the_first_event_is_kept_with_who_and_why_and_the_others_are_heard() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench.users.publish(left([(7, BAD), (7, 1), (7, 2)]));
        until("parked", || bench.parked().len() == 3).await;
        let first = bench.parked_rows().remove(0);
        assert_eq!(discard(&running, 7, first.no).await, Ok(()));
        until("the others", || bench.heard(7) == [1, 2]).await;
        assert_eq!(bench.parked(), []);
        let kept: Vec<Discarded> = bench.all();
        let [kept] = kept.as_slice() else {
            panic!("one trace: {kept:?}")
        };
        assert_eq!((kept.key, kept.no, kept.seq), (7, 1, first.seq));
        assert_eq!((&kept.kind, &kept.body), (&first.kind, &first.body));
        assert_eq!((&kept.why, kept.event_at), (&first.why, first.event_at));
        assert_eq!(kept.actor, BY.to_string());
        assert_eq!(kept.reason, "counted by hand");
        bench.users.publish(left([(7, 3)]));
        until("it flows", || bench.heard(7) == [1, 2, 3]).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn only_the_event_that_was_meant_is_taken_away() {
    stage(async {
        let mut bench = Bench::new();
        let running = bench.run().await;
        bench
            .users
            .publish(left([(POISON, 1), (POISON, 2), (POISON, 3)]));
        until("parked", || bench.parked().len() == 3).await;
        // Asked for twice: the second one finds another event there.
        assert_eq!(discard(&running, POISON, 1).await, Ok(()));
        assert_eq!(discard(&running, POISON, 1).await, Ok(()));
        assert_eq!(discard(&running, POISON + 9, 1).await, Ok(()));
        until("one is gone", || bench.parked().len() == 2).await;
        pass(Duration::from_secs(2)).await;
        assert_eq!(bench.parked(), [(POISON, 2), (POISON, 3)]);
        assert_eq!(discard(&running, POISON, 2).await, Ok(()));
        until("the next", || bench.parked() == [(POISON, 3)]).await;
        let kept: Vec<Discarded> = bench.all();
        let numbers: Vec<_> = kept.iter().map(|kept| (kept.no, kept.sequence)).collect();
        assert_eq!(numbers, [(1, 1), (2, 2)]);
    })
    .await;
}

/// Payment takes points back when an order was cancelled: such an event is never given up, and
/// is tried again for ever, also while it cannot even be read.
#[tokio::test(start_paused = true)]
async fn hard_case_11_an_undo_is_not_taken_away_and_knocks_for_ever() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        running.kill().await;
        let topic = ServiceName::User.topic();
        let undo = Parked {
            topic: topic.to_owned(),
            part: 0,
            key: 5,
            no: 1,
            kind: "OrderCancelled".to_owned(),
            version: 99,
            sequence: 1,
            seq: 1,
            event_at: now(),
            body: "{}".to_owned(),
            why: "unknown version".to_owned(),
            waits: true,
            attempts: 1,
            retry_at: Timestamp::from_micros(0),
        };
        park(&bench, &undo);
        let running = bench.run().await;
        until("tried", || bench.parked_rows()[0].attempts > 4).await;
        assert!(bench.parked_rows()[0].waits, "it will be tried again");
        assert_eq!(discard(&running, 5, 1).await, Err(Unanswered::Broken));
        pass(Duration::from_secs(5)).await;
        assert_eq!(bench.parked(), [(5, 1)]);
        assert_eq!(bench.all::<Discarded>(), []);
        let keys = || running.handle.status().parked_keys.load(Ordering::Relaxed);
        assert_eq!(keys(), 1);
    })
    .await;
}

fn park(bench: &Bench, row: &Parked) {
    let file = Connection::open(bench.path()).expect("opens");
    let insert = "INSERT INTO parked VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    let written = file.execute(
        insert,
        (
            &row.topic,
            row.part,
            row.key,
            row.no,
            &row.kind,
            row.version,
            row.sequence,
            row.seq,
            row.event_at.micros(),
            &row.body,
            &row.why,
            row.waits,
            row.attempts,
            row.retry_at.micros(),
        ),
    );
    assert_eq!(written.expect("writes"), 1);
}
