use std::time::Duration;

use axum::body::Body;
use futures::{FutureExt, stream};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::server::{Door, USER, request, token};

const BREAKER: &str = "[breaker]\nwindow = 10\nleast = 4\nprobes = 2\nopen_ms = 30000\n";

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_begin_in_time_is_given_up() {
    let door = Door::new("");
    let before = Instant::now();
    let late = door.get("/never", &[("accept-language", "en")]).await;
    assert_eq!(before.elapsed(), Duration::from_secs(3));
    let problem = late.problem("UPSTREAM_TIMEOUT");
    assert_eq!(
        problem.detail.unwrap(),
        "order took too long; try again in a moment"
    );
    let own = token(USER);
    let headers = [("authorization", own.as_str()), ("idempotency-key", "k")];
    let late = door.post("/orders/never", &headers, "{}").await;
    let detail = late.problem("UPSTREAM_TIMEOUT").detail.unwrap();
    assert!(
        detail.ends_with("같은 Idempotency-Key로 다시 보내 주세요"),
        "{detail}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_answer_is_left_alone_until_probes_say_otherwise() {
    let door = Door::new(BREAKER);
    for _ in 0..4 {
        door.get("/never", &[]).await.problem("UPSTREAM_TIMEOUT");
    }
    let before = Instant::now();
    let open = door.get("/open", &[]).await;
    open.problem("UPSTREAM_UNAVAILABLE");
    assert_eq!(open.header("retry-after"), "30");
    assert_eq!(before.elapsed(), Duration::ZERO);
    let refused = "jangteo_upstream_refused_total{service=\"order\",reason=\"breaker\"}";
    assert_eq!(door.metric(refused), 1);
    // What is refused before it would get there is refused as ever.
    door.get("/me", &[]).await.problem("UNAUTHENTICATED");

    tokio::time::advance(Duration::from_secs(30)).await;
    let state = "jangteo_breaker_state{service=\"order\"}";
    assert_eq!(door.metric(state), 2);
    assert_eq!(door.get("/open", &[]).await.text(), "open");
    assert_eq!(door.metric(state), 1);
    assert_eq!(door.get("/open", &[]).await.text(), "open");
    assert_eq!(door.metric(state), 0);
}

/// The time of a caller who is slow to say what it wants is nobody's fault but its own.
#[tokio::test(start_paused = true)]
async fn a_slow_body_is_not_its_services_fault() {
    let door = Door::new(BREAKER);
    let (send, rest) = oneshot::channel();
    let rest = rest.map(|rest: Result<&str, _>| Ok::<_, std::io::Error>(rest.unwrap()));
    let body = Body::from_stream(stream::once(rest));
    let json = ("content-type", "application/json");
    let mut slow = Box::pin(door.ask(request("POST", "/login", &[json], body)));
    assert!(slow.as_mut().now_or_never().is_none());
    // It takes no turn at its service meanwhile.
    assert_eq!(
        door.metric("jangteo_upstream_under_way{service=\"order\"}"),
        0
    );
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(slow.as_mut().now_or_never().is_none());
    send.send(r#"{"a":1}"#).unwrap();
    assert_eq!(slow.await.json()["a"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_full_service_says_when_to_come_back() {
    let door = Door::new("[limits]\nunder_way = 1\nwaiting = 1\nwait_ms = 500");
    let mut first = Box::pin(door.get("/never", &[]));
    let mut second = Box::pin(door.get("/open", &[]));
    assert!(first.as_mut().now_or_never().is_none());
    assert!(second.as_mut().now_or_never().is_none());
    let third = door.get("/open", &[]).now_or_never().unwrap();
    third.problem("UPSTREAM_UNAVAILABLE");
    assert_eq!(third.header("retry-after"), "1");
    drop(first);
    assert_eq!(second.await.text(), "open");
}

/// Time spent waiting for a turn counts: the caller waits for its answer once.
#[tokio::test(start_paused = true)]
async fn the_wait_for_a_turn_is_part_of_the_time() {
    let door = Door::new("[limits]\nunder_way = 1\nfirst_byte_ms = 3000\nwait_ms = 2000");
    let mut first = Box::pin(door.get("/never", &[]));
    assert!(first.as_mut().now_or_never().is_none());
    let mut second = Box::pin(door.get("/never", &[]));
    assert!(second.as_mut().now_or_never().is_none());
    tokio::time::advance(Duration::from_millis(1_500)).await;
    drop(first);
    let before = Instant::now();
    second.await.problem("UPSTREAM_TIMEOUT");
    assert_eq!(before.elapsed(), Duration::from_millis(1_500));
}

/// Whoever hangs up says nothing about the service, and leaves its turn.
#[tokio::test(start_paused = true)]
async fn callers_that_go_away_do_not_open_a_breaker() {
    let door = Door::new(BREAKER);
    let own = token(USER);
    let caller = [("authorization", own.as_str())];
    for _ in 0..20 {
        let mut gone = Box::pin(door.get("/never/mine", &caller));
        assert!(gone.as_mut().now_or_never().is_none());
    }
    assert_eq!(
        door.metric("jangteo_upstream_under_way{service=\"order\"}"),
        0
    );
    assert_eq!(door.get("/open", &[]).await.text(), "open");
}
