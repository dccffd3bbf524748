use futures::FutureExt;

use super::*;

fn turnstile(under_way: u32, waiting: u32) -> Turnstile {
    let text = format!(
        "[limits]\nunder_way = {under_way}\nwaiting = {waiting}\nwait_ms = 1000\n\
         [breaker]\nwindow = 4\nleast = 2\nprobes = 1\nopen_ms = 30000\n"
    );
    Turnstile::new("order", &Settings::read(&text).unwrap())
}

#[tokio::test(start_paused = true)]
async fn past_all_turns_some_wait_and_the_rest_is_refused_at_once() {
    let turnstile = turnstile(2, 1);
    let first = turnstile.enter().await.ok().unwrap();
    let _second = turnstile.enter().await.ok().unwrap();
    let mut third = Box::pin(turnstile.enter());
    assert!(third.as_mut().now_or_never().is_none());
    assert_eq!((turnstile.under_way(), turnstile.waiting()), (2, 1));
    let fourth = turnstile.enter().now_or_never().unwrap();
    assert_eq!(fourth.err(), Some(Refused::Full));
    assert_eq!(turnstile.waiting(), 1);
    first.tell(Outcome::Answered);
    assert!(third.await.is_ok());
    assert_eq!(turnstile.waiting(), 0);
    assert_eq!(turnstile.full.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends() {
    let turnstile = turnstile(1, 1);
    let _held = turnstile.enter().await.ok().unwrap();
    let before = Instant::now();
    assert_eq!(turnstile.enter().await.err(), Some(Refused::Full));
    assert_eq!(before.elapsed(), Duration::from_secs(1));
    assert_eq!((turnstile.waiting(), turnstile.state().number()), (0, 0));
}

/// Whoever gives up waiting leaves its place to another.
#[tokio::test(start_paused = true)]
async fn a_waiter_that_goes_away_is_not_counted() {
    let turnstile = turnstile(1, 1);
    let held = turnstile.enter().await.ok().unwrap();
    let mut gone = Box::pin(turnstile.enter());
    assert!(gone.as_mut().now_or_never().is_none());
    drop(gone);
    assert_eq!(turnstile.waiting(), 0);
    drop(held);
    assert_eq!(turnstile.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_broken_service_is_left_alone_and_tried_again() {
    let turnstile = turnstile(4, 4);
    for _ in 0..2 {
        turnstile.enter().await.ok().unwrap().tell(Outcome::Failed);
    }
    let retry_after = Duration::from_secs(30);
    assert_eq!(
        turnstile.enter().await.err(),
        Some(Refused::Broken { retry_after })
    );
    assert_eq!(turnstile.state().number(), 2);
    tokio::time::advance(Duration::from_millis(29_500)).await;
    let refused = turnstile.enter().await.err().unwrap();
    assert_eq!(refused.problem("order").retry_after_seconds, Some(1));
    tokio::time::advance(Duration::from_millis(500)).await;
    let probe = turnstile.enter().await.ok().unwrap();
    assert_eq!(turnstile.state().number(), 1);
    assert!(turnstile.enter().await.is_err());
    // Its caller went away: somebody else is the probe.
    drop(probe);
    turnstile
        .enter()
        .await
        .ok()
        .unwrap()
        .tell(Outcome::Answered);
    assert_eq!(turnstile.state().number(), 0);
    assert_eq!(turnstile.broken.load(Ordering::Relaxed), 3);
}
