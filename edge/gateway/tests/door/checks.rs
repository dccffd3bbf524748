use axum::body::Body;
use axum::http::StatusCode;
use contracts::ids::UserId;
use futures::stream;

use crate::server::{Door, TRACE, USER, request, token};

#[tokio::test]
async fn what_is_no_route_is_told_in_the_readers_language() {
    let door = Door::new("");
    let korean = door.get("/nowhere", &[("traceparent", TRACE)]).await;
    let problem = korean.problem("ROUTE_NOT_FOUND");
    assert_eq!(problem.title, "없는 주소예요");
    assert_eq!(problem.instance.as_deref(), Some("/nowhere"));
    assert_eq!(problem.trace_id.as_deref(), Some(&TRACE[3..35]));
    let english = door.get("/nowhere", &[("accept-language", "en")]).await;
    assert_eq!(english.problem("ROUTE_NOT_FOUND").title, "No such address");
    assert_eq!(english.header("content-language"), "en");
}

#[tokio::test]
async fn a_route_takes_its_own_methods() {
    let door = Door::new("");
    let answer = door.ask(request("DELETE", "/orders", &[], "")).await;
    answer.problem("METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "POST");
    let head = door.ask(request("HEAD", "/open", &[], "")).await;
    assert_eq!((head.status, head.text()), (StatusCode::OK, ""));
    assert_eq!(head.header("content-length"), "4");
}

/// The service has no verifier of its own: it takes the gateway's word.
#[tokio::test]
async fn a_token_is_verified_once_and_its_bearer_handed_on() {
    let door = Door::new("");
    let own = token(USER);
    let me = door.get("/me", &[("authorization", &own)]).await;
    assert_eq!(me.json()["user"], USER.to_string());
    for bad in [
        "",
        "Bearer",
        "Bearer x",
        "Basic eDp4",
        &own[..own.len() - 1],
    ] {
        let answer = door.get("/me", &[("authorization", bad)]).await;
        answer.problem("UNAUTHENTICATED");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{bad}");
    }
    let twice = [("authorization", own.as_str()), ("authorization", &own)];
    door.get("/me", &twice).await.problem("UNAUTHENTICATED");
    door.get("/me", &[]).await.problem("UNAUTHENTICATED");
    door.get("/admin", &[("authorization", &own)])
        .await
        .problem("FORBIDDEN");
}

#[tokio::test]
async fn a_public_route_asks_for_no_token_and_its_handler_may() {
    let door = Door::new("");
    for headers in [&[][..], &[("authorization", "Bearer x")]] {
        assert_eq!(door.get("/open", headers).await.text(), "open");
        door.get("/who", headers).await.problem("UNAUTHENTICATED");
    }
    let own = token(USER);
    let who = door.get("/who", &[("authorization", &own)]).await;
    assert_eq!(who.json()["user"], USER.to_string());
}

#[tokio::test]
async fn a_key_is_asked_for_after_the_token_and_before_the_body() {
    let door = Door::new("");
    let own = token(USER);
    let caller = ("authorization", own.as_str());
    let long = "k".repeat(256);
    door.post("/orders", &[], "{")
        .await
        .problem("UNAUTHENTICATED");
    door.post("/orders", &[caller], "{")
        .await
        .problem("IDEMPOTENCY_KEY_REQUIRED");
    for bad in ["", "two words", &long] {
        let key = ("idempotency-key", bad);
        let problem = door.post("/orders", &[caller, key], "{").await;
        let problem = problem.problem("VALIDATION_FAILED");
        assert_eq!(problem.errors[0].pointer, "Idempotency-Key");
    }
    let key = ("idempotency-key", "cart-7");
    let kept = door
        .post("/orders/9/cancel", &[caller, key], r#"{"a":1}"#)
        .await;
    let kept = kept.json();
    assert_eq!(
        kept["scope"],
        format!("{USER} /orders/{{id}}/cancel cart-7")
    );
    assert_eq!(kept["body"]["a"], 1);
}

/// Also where the service would not.
#[tokio::test]
async fn the_gateway_itself_asks_for_keys() {
    let door = Door::new("");
    let own = token(USER);
    let caller = ("authorization", own.as_str());
    let none = door.post("/careless", &[caller], "").await;
    none.problem("IDEMPOTENCY_KEY_REQUIRED");
    let key = ("idempotency-key", "k");
    assert_eq!(
        door.post("/careless", &[caller, key], "").await.text(),
        "done"
    );
}

/// What the routes do not name is its service's: it verifies for itself.
#[tokio::test]
async fn a_method_that_only_its_service_knows_is_served() {
    let door = Door::new("");
    let own = token(USER);
    let delete = |headers: &[(&str, &str)]| request("DELETE", "/careless", headers, "");
    let answer = door.ask(delete(&[("authorization", &own)])).await;
    assert_eq!(answer.json()["user"], USER.to_string());
    door.ask(delete(&[])).await.problem("UNAUTHENTICATED");
}

#[tokio::test]
async fn a_body_is_bounded_however_it_comes() {
    let door = Door::new("[limits]\nbody_bytes = 8");
    let json = ("content-type", "application/json");
    let told = request("POST", "/login", &[json, ("content-length", "9")], "{}");
    door.ask(told).await.problem("BODY_TOO_LARGE");
    let chunks = || stream::iter(["{\"a\"", ":1", "}  "].map(Ok::<_, std::io::Error>));
    let body = Body::from_stream(chunks());
    let untold = door.ask(request("POST", "/login", &[json], body)).await;
    let problem = untold.problem("BODY_TOO_LARGE");
    assert_eq!(
        problem.detail.as_deref(),
        Some("8바이트까지 보낼 수 있어요")
    );
    let fits = door.post("/login", &[], r#"{"a":1} "#).await;
    assert_eq!(fits.json()["a"], 1);
    let broken = stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let broken = request("POST", "/login", &[json], Body::from_stream(broken));
    door.ask(broken).await.problem("VALIDATION_FAILED");
}

#[tokio::test]
async fn our_own_faults_are_told_without_their_causes() {
    let door = Door::new("[breaker]\nwindow = 2\nleast = 1");
    for path in ["/panic", "/broken", "/panic", "/broken"] {
        let answer = door.get(path, &[]).await;
        answer.problem("INTERNAL");
        assert!(!answer.text().contains("secret"), "{path}");
    }
    // A service that asks for less is there, and so is one with a bad handler.
    let busy = door.get("/busy", &[]).await;
    assert_eq!(busy.header("retry-after"), "7");
    assert_eq!(door.get("/open", &[]).await.text(), "open");
    assert_eq!(door.metric("jangteo_breaker_state{service=\"order\"}"), 0);
}

#[tokio::test]
async fn every_answer_has_the_same_headers() {
    let door = Door::new("");
    for path in ["/open", "/nowhere", "/panic", "/me", "/busy"] {
        let named = [("x-request-id", "named-by-me"), ("traceparent", TRACE)];
        let answer = door.get(path, &named).await;
        for (name, value) in [
            ("x-correlation-id", "named-by-me"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            (
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            ),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert!(answer.header("server-timing").starts_with("total;dur="));
        assert_eq!(answer.header("strict-transport-security"), "");
    }
    let page = door.get("/page", &[]).await;
    assert_eq!(page.header("x-served-by"), "order");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
    let tls = Door::new("tls = true").get("/open", &[]).await;
    assert!(
        tls.header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn a_handler_sees_the_trace_and_the_name_that_came_in() {
    let door = Door::new("");
    let b3 = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1";
    for (header, value) in [("traceparent", TRACE), ("b3", b3)] {
        let seen = door.get("/context", &[(header, value)]).await.json();
        assert_eq!(seen["trace"], TRACE);
        assert_eq!(seen["correlationId"], TRACE[3..35]);
    }
    let begun = door.get("/context", &[]).await;
    let trace = begun.json()["trace"].as_str().unwrap().to_owned();
    assert_eq!(begun.header("x-correlation-id"), &trace[3..35]);
}

#[tokio::test]
async fn each_member_has_a_share_of_their_own() {
    let door = Door::new("[rate_limit]\nper_second = 1\nburst = 2");
    let (one, other) = (token(USER), token(UserId::new(77)));
    let ask = async |token: &str| door.get("/me", &[("authorization", token)]).await;
    assert_eq!(ask(&one).await.status, 200);
    assert_eq!(ask(&one).await.status, 200);
    let held = ask(&one).await;
    held.problem("RATE_LIMITED");
    assert_eq!(held.header("retry-after"), "1");
    assert_eq!(ask(&other).await.status, 200);
}

#[tokio::test]
async fn answers_are_counted_by_route_and_status() {
    let door = Door::new("");
    let own = token(USER);
    for _ in 0..3 {
        door.get("/me", &[("authorization", &own)]).await;
    }
    door.get("/me", &[]).await;
    door.get("/nowhere/7", &[]).await;
    door.ask(request("PUT", "/orders/7/cancel", &[], "")).await;
    let count = |labels: &str| {
        door.metric(&format!(
            "http_server_request_duration_seconds_count{{{labels}}}"
        ))
    };
    for (method, route, status, expected) in [
        ("GET", ",http_route=\"/me\"", 200, 3),
        ("GET", ",http_route=\"/me\"", 401, 1),
        ("_OTHER", "", 404, 1),
        ("_OTHER", ",http_route=\"/orders/{id}/cancel\"", 405, 1),
    ] {
        let labels = format!(
            "http_request_method=\"{method}\"{route},http_response_status_code=\"{status}\""
        );
        assert_eq!(count(&labels), expected, "{labels}");
    }
}
