//! What `layers` puts around every handler.

use axum::http::StatusCode;

use crate::server::{ask, post_json, request, send};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn a_problem_names_its_path_and_trace_in_the_readers_language() {
    let korean = send("/me", &[("traceparent", TRACE)]).await;
    assert_eq!(korean.status, StatusCode::UNAUTHORIZED);
    assert_eq!(korean.header("content-language"), "ko");
    assert_eq!(korean.header("www-authenticate"), "Bearer");
    let problem = korean.problem();
    assert_eq!(problem.title, "로그인이 필요해요");
    assert_eq!(problem.instance.as_deref(), Some("/api/v1/me"));
    assert_eq!(problem.trace_id.as_deref(), Some(&TRACE[3..35]));

    let english = send("/me", &[("accept-language", "en-GB,ko;q=0.5")]).await;
    assert_eq!(english.header("content-language"), "en");
    assert_eq!(english.problem().title, "Sign in first");
    assert_eq!(english.problem().code, problem.code);
}

#[tokio::test]
async fn every_answer_has_the_same_safe_headers() {
    for path in ["/context", "/me", "/nowhere", "/panic", "/products/x"] {
        let answer = send(path, &[("x-request-id", "named-by-me")]).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-correlation-id"), "named-by-me", "{path}");
    }
    let unnamed = send("/context", &[("traceparent", TRACE)]).await;
    assert_eq!(unnamed.header("x-correlation-id"), &TRACE[3..35]);
    assert_eq!(unnamed.json()["trace"], TRACE);
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    for path in [
        "/nowhere",
        "/notes/",
        "//notes",
        "/Notes",
        "/me/%2e%2e/admin",
    ] {
        assert_eq!(send(path, &[]).await.code(), "ROUTE_NOT_FOUND", "{path}");
    }
    let answer = ask(request("DELETE", "/notes", &[])).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
    let mut allowed: Vec<_> = answer.header("allow").split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    let overridden = ask(request(
        "POST",
        "/admin",
        &[("x-http-method-override", "GET")],
    ))
    .await;
    assert_eq!(overridden.code(), "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn our_own_faults_are_answered_without_their_causes() {
    for path in ["/panic", "/broken"] {
        let answer = send(path, &[("traceparent", TRACE)]).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert_eq!(answer.code(), "INTERNAL");
        assert_eq!(answer.problem().trace_id.as_deref(), Some(&TRACE[3..35]));
        assert!(
            !String::from_utf8_lossy(&answer.body).contains("secret"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_busy_service_says_when_to_come_back() {
    let answer = send("/busy", &[]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.code(), "UPSTREAM_UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), "7");
}

#[tokio::test]
async fn a_reply_carries_its_headers() {
    let answer = post_json("/made", "").await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("location"), "/notes/1");
    assert_eq!(answer.header("idempotent-replayed"), "true");
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_wait_reaches_the_handler_cut() {
    assert_eq!(send("/wait", &[("prefer", "wait=3")]).await.json(), 2_500);
    assert_eq!(
        send("/wait", &[("prefer", "respond-async")]).await.json(),
        serde_json::Value::Null
    );
}
