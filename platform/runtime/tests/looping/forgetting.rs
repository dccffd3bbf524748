//! An idle loop takes away what nobody needs any more.

use std::sync::Arc;
use std::time::Duration;

use contracts::envelope::ServiceName;
use contracts::ids::SagaId;
use db::rows;
use db::{Db, Failed, Fence, Idempotency, Outbox, Row, Standing, Table};
use event_log::{Start, Tail};
use futures::FutureExt;
use futures::future::join_all;
use tokio::sync::Notify;

use crate::bench::{Bench, add, at_last, jump, now, pass, stage, until};
use crate::counter::POISON;
use crate::publisher::left;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

rows! {
    struct Memory {
        idempotency: Table<Idempotency>,
        fence: Table<Fence>,
    }
}

/// Remembers a command and a saga's step, now.
fn remember(db: &mut Db, no: i64) {
    let whole = async {
        let mut memory = Memory::default();
        memory.idempotency.add(Idempotency {
            scope: format!("caller {no}"),
            fingerprint: vec![1],
            reference: no,
            status: 201,
            at: now(),
        });
        memory.fence.add(Fence {
            saga_id: SagaId::new(no),
            step: 1,
            state: Standing::Void,
            at: now(),
        });
        let mut tx = db.begin().await?;
        tx.flush(&mut memory).await?;
        tx.commit().await?;
        Ok::<_, Failed>(())
    };
    whole.now_or_never().expect("no wait").expect("writes");
}

/// Every service that listens to the counter reads its events up to `next`.
fn consumers(bench: &Bench, next: i64) -> Vec<Tail> {
    let start = Start {
        next: 1,
        last_id: None,
    };
    let open = |name: &ServiceName| {
        let (topic, wake) = (Arc::clone(&bench.own), Arc::new(Notify::new()));
        let tail = Tail::open(topic, name.as_str(), &start, wake).expect("opens");
        tail.committed(next);
        tail
    };
    ServiceName::ALL.iter().map(open).collect()
}

/// Time for the loop to look at every table more than once.
async fn some_hours() {
    for _ in 0..700 {
        pass(Duration::from_secs(10)).await;
    }
}

fn count<R: Row>(bench: &Bench) -> usize {
    bench.all::<R>().len()
}

#[tokio::test(start_paused = true)]
async fn keys_go_after_three_days_and_fences_after_two_weeks() {
    stage(async {
        let bench = Bench::new();
        let mut db = bench.open_db();
        remember(&mut db, 1);
        jump(60 * HOUR);
        remember(&mut db, 2);
        let running = bench.run().await;
        some_hours().await;
        assert_eq!(count::<Idempotency>(&bench), 2, "three days are not over");
        jump(13 * HOUR);
        at_last("the first goes", || count::<Idempotency>(&bench) == 1).await;
        assert_eq!(count::<Fence>(&bench), 2);
        jump(12 * DAY);
        at_last("its fence goes", || count::<Fence>(&bench) == 1).await;
        jump(3 * DAY);
        at_last("all go", || count::<Fence>(&bench) == 0).await;
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn fences_stay_while_an_event_is_parked() {
    stage(async {
        let mut bench = Bench::new();
        let mut db = bench.open_db();
        remember(&mut db, 1);
        let running = bench.run().await;
        bench.users.publish(left([(POISON, 1)]));
        until("parked", || bench.parked().len() == 1).await;
        jump(30 * DAY);
        at_last("the key goes", || count::<Idempotency>(&bench) == 0).await;
        some_hours().await;
        assert_eq!(count::<Fence>(&bench), 1);
        assert!(running.is_running());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn events_go_when_they_are_old_and_everybody_has_read_them() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        let said = join_all((0..1_500).map(|key| running.send(add(key, 1)))).await;
        assert!(said.iter().all(Result::is_ok));
        let tails = consumers(&bench, 1_201);
        some_hours().await;
        assert_eq!(count::<Outbox>(&bench), 1_500, "they are young");
        jump(8 * DAY);
        at_last("those that were read go", || count::<Outbox>(&bench) == 301).await;
        let oldest = bench.all::<Outbox>()[0].id.seq();
        assert_eq!(
            oldest, 1_200,
            "the event before the slowest consumer's place stays"
        );
        let slowest = Start {
            next: 1_201,
            last_id: None,
        };
        let wake = Arc::new(Notify::new());
        let mut again = Tail::open(Arc::clone(&bench.own), "order", &slowest, wake).expect("opens");
        assert_eq!(again.poll(9_999).expect("reads").len(), 300);
        drop(tails);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn events_stay_while_a_consumer_is_not_known() {
    stage(async {
        let bench = Bench::new();
        let running = bench.run().await;
        running.send(add(1, 1)).await.expect("decided");
        running.send(add(2, 1)).await.expect("decided");
        // Only one of those that listen: the others may run in processes of their own.
        let start = Start {
            next: 1,
            last_id: None,
        };
        let wake = Arc::new(Notify::new());
        let tail = Tail::open(Arc::clone(&bench.own), "order", &start, wake).expect("opens");
        tail.committed(3);
        jump(30 * DAY);
        some_hours().await;
        assert_eq!(count::<Outbox>(&bench), 2);
    })
    .await;
}
