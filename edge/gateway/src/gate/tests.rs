use futures::FutureExt;

use super::*;

fn gate(under_way: u32, waiting: u32) -> Gate {
    let text = format!(
        "[limits]\nunder_way = {under_way}\nwaiting = {waiting}\nwait_ms = 1000\n\
         [breaker]\nwindow = 4\nleast = 2\nprobes = 1\nopen_ms = 30000\n"
    );
    Gate::new("order", &Settings::read(&text).unwrap())
}

#[tokio::test(start_paused = true)]
async fn past_all_turns_some_wait_and_the_rest_is_refused_at_once() {
    let gate = gate(2, 1);
    let first = gate.enter().await.ok().unwrap();
    let _second = gate.enter().await.ok().unwrap();
    let mut third = Box::pin(gate.enter());
    assert!(third.as_mut().now_or_never().is_none());
    assert_eq!((gate.under_way(), gate.waiting()), (2, 1));
    let fourth = gate.enter().now_or_never().unwrap();
    assert_eq!(fourth.err(), Some(Refused::Full));
    assert_eq!(gate.waiting(), 1);
    first.tell(Outcome::Answered);
    assert!(third.await.is_ok());
    assert_eq!(gate.waiting(), 0);
    assert_eq!(gate.full.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends() {
    let gate = gate(1, 1);
    let _held = gate.enter().await.ok().unwrap();
    let before = Instant::now();
    assert_eq!(gate.enter().await.err(), Some(Refused::Full));
    assert_eq!(before.elapsed(), Duration::from_secs(1));
    assert_eq!((gate.waiting(), gate.state().number()), (0, 0));
}

/// Whoever gives up waiting leaves its place to another.
#[tokio::test(start_paused = true)]
async fn a_waiter_that_goes_away_is_not_counted() {
    let gate = gate(1, 1);
    let held = gate.enter().await.ok().unwrap();
    let mut gone = Box::pin(gate.enter());
    assert!(gone.as_mut().now_or_never().is_none());
    drop(gone);
    assert_eq!(gate.waiting(), 0);
    drop(held);
    assert_eq!(gate.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_broken_service_is_left_alone_and_tried_again() {
    let gate = gate(4, 4);
    for _ in 0..2 {
        gate.enter().await.ok().unwrap().tell(Outcome::Failed);
    }
    let retry_after = Duration::from_secs(30);
    assert_eq!(
        gate.enter().await.err(),
        Some(Refused::Broken { retry_after })
    );
    assert_eq!(gate.state().number(), 2);
    tokio::time::advance(Duration::from_millis(29_500)).await;
    let refused = gate.enter().await.err().unwrap();
    assert_eq!(refused.problem("order").retry_after_seconds, Some(1));
    tokio::time::advance(Duration::from_millis(500)).await;
    let probe = gate.enter().await.ok().unwrap();
    assert_eq!(gate.state().number(), 1);
    assert!(gate.enter().await.is_err());
    // Its caller went away: somebody else is the probe.
    drop(probe);
    gate.enter().await.ok().unwrap().tell(Outcome::Answered);
    assert_eq!(gate.state().number(), 0);
    assert_eq!(gate.broken.load(Ordering::Relaxed), 3);
}
