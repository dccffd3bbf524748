//! Services on ports of their own, healthy and dying.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt, stream};
use http_body_util::BodyExt;
use platform_http::{Caller, Json, layers};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::server::{Door, TRACE, USER, request, token, verifier};

const ROUTES: &str = r#"
[breaker]
window = 10
least = 3
open_ms = 600000

[limits]
first_byte_ms = 500

[routes.open]
service = "order"
public = true
match = [
    "GET /echo", "POST /echo", "GET /events", "GET /never", "GET /half", "GET /gone",
    "GET /cookies", "GET /502",
]

[routes.stream]
service = "order"
public = true
stream = true
body_bytes = 1000
match = ["POST /stream"]

[routes.members]
service = "order"
match = ["GET /me"]
"#;

fn door(address: SocketAddr) -> Door {
    let file = format!("[services.order]\nurl = \"http://{address}\"\n{ROUTES}");
    Door::over(&file, Vec::new())
}

/// Serves a router for as long as the test runs.
async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// What came, as it came.
async fn echo(request: Request) -> Json<Value> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut headers = serde_json::Map::new();
    for (name, value) in &parts.headers {
        headers.insert(name.to_string(), value.to_str().unwrap().into());
    }
    Json(json!({
        "method": parts.method.as_str(),
        "uri": parts.uri.to_string(),
        "headers": headers,
        "body": String::from_utf8(body.to_vec()).unwrap(),
    }))
}

#[tokio::test]
async fn a_request_arrives_as_it_was_and_an_answer_comes_back() {
    let door = door(serve(Router::new().route("/echo", any(echo))).await);
    let headers = [
        ("host", "shop.example"),
        ("accept-language", "en"),
        ("traceparent", TRACE),
        ("x-request-id", "mine"),
        ("idempotency-key", "k"),
    ];
    let path = "/echo?q=%EC%9E%A5%ED%84%B0&x=a%2Fb";
    let sent = request("POST", path, &headers, "안녕");
    let answer = door.ask(sent).await;
    let seen = answer.json();
    assert_eq!(
        (&seen["method"], &seen["uri"]),
        (&json!("POST"), &json!(path))
    );
    assert_eq!(seen["body"], "안녕");
    for (name, value) in [
        ("accept-language", "en"),
        ("traceparent", TRACE),
        ("x-correlation-id", "mine"),
        ("idempotency-key", "k"),
        ("x-forwarded-host", "shop.example"),
        ("x-forwarded-proto", "http"),
        ("content-length", "6"),
    ] {
        assert_eq!(seen["headers"][name], value, "{name}");
    }
    assert_eq!(answer.header("x-correlation-id"), "mine");
    assert_eq!(answer.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn what_is_hostile_in_headers_ends_at_the_gateway() {
    let door = door(serve(Router::new().route("/echo", any(echo))).await);
    let headers = [
        (
            "connection",
            "keep-alive, x-mine, x-forwarded-proto, traceparent",
        ),
        ("x-mine", "1"),
        ("keep-alive", "timeout=9"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
        ("proxy-authorization", "Basic eDp4"),
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-real-ip", "192.0.2.1"),
        ("traceparent", "00-evil"),
        ("transfer-encoding", "chunked"),
        ("content-length", "3"),
    ];
    let answer = door.ask(request("POST", "/echo", &headers, "five!")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let seen = answer.json();
    let headers = seen["headers"].as_object().unwrap();
    for gone in [
        "connection",
        "x-mine",
        "keep-alive",
        "te",
        "upgrade",
        "proxy-authorization",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
        "transfer-encoding",
    ] {
        assert!(!headers.contains_key(gone), "{gone} in {headers:?}");
    }
    assert_eq!(headers["x-forwarded-proto"], "http");
    assert_eq!(headers["content-length"], "5");
    assert_ne!(headers["traceparent"], "00-evil");
    assert_eq!(headers["traceparent"].as_str().map(str::len), Some(55));
    assert_eq!(seen["body"], "five!");
}

#[tokio::test]
async fn an_answer_keeps_what_is_its_own() {
    async fn cookies() -> Response {
        let cookies = [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-own", "1")];
        let mut response = "baked".into_response();
        let headers: &mut HeaderMap = response.headers_mut();
        for (name, value) in cookies {
            headers.append(name, value.parse().unwrap());
        }
        headers.append("connection", "x-secret".parse().unwrap());
        headers.append("x-secret", "1".parse().unwrap());
        response
    }
    let door = door(serve(Router::new().route("/cookies", get(cookies))).await);
    let answer = door.get("/cookies", &[]).await;
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
    assert_eq!(
        (answer.header("x-own"), answer.header("x-secret")),
        ("1", "")
    );
    let head = door.ask(request("HEAD", "/cookies", &[], "")).await;
    assert_eq!((head.text(), head.header("content-length")), ("", "5"));
}

/// Elsewhere the token is looked at again: only in this process is the gateway's word enough.
#[tokio::test]
async fn a_token_goes_along() {
    let me = async |caller: Caller| Json(json!({ "user": caller.user }));
    let router = Router::new().route("/me", get(me));
    let door = door(serve(layers(router, verifier())).await);
    let own = token(USER);
    let answer = door.get("/me", &[("authorization", &own)]).await;
    assert_eq!(answer.json()["user"], USER.to_string());
    door.get("/me", &[]).await.problem("UNAUTHENTICATED");
    door.get("/nowhere", &[]).await.problem("ROUTE_NOT_FOUND");
}

/// The second event is sent only when the first has come through.
#[tokio::test]
async fn events_come_through_one_by_one() {
    let came = Arc::new(Notify::new());
    let told = Arc::clone(&came);
    let events = async move || {
        let events = stream::unfold(0, move |sent| {
            let came = Arc::clone(&came);
            async move {
                if sent == 1 {
                    came.notified().await;
                }
                let event = Event::default().data(format!("event {sent}"));
                (sent < 2).then_some((Ok::<_, Infallible>(event), sent + 1))
            }
        });
        Sse::new(events)
    };
    let door = door(serve(Router::new().route("/events", get(events))).await);
    let response = door
        .respond(request("GET", "/events", &[], Body::empty()))
        .await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body().into_data_stream();
    let first = body.next().await.unwrap().unwrap();
    assert_eq!(first, "data: event 0\n\n");
    told.notify_one();
    let second = body.next().await.unwrap().unwrap();
    assert_eq!(second, "data: event 1\n\n");
    assert!(body.next().await.is_none());
}

#[tokio::test]
async fn a_body_is_passed_on_as_it_comes_where_a_route_says_so() {
    let back = async |request: Request| Response::new(request.into_body());
    let door = door(serve(Router::new().route("/stream", post(back))).await);
    let (mut send, body) = mpsc::channel::<Result<&str, Infallible>>(1);
    send.send(Ok("first")).await.unwrap();
    let body = Body::from_stream(body);
    let response = door.respond(request("POST", "/stream", &[], body)).await;
    let mut back = response.into_body().into_data_stream();
    assert_eq!(back.next().await.unwrap().unwrap(), "first");
    send.send(Ok("second")).await.unwrap();
    assert_eq!(back.next().await.unwrap().unwrap(), "second");
    drop(send);
    assert!(back.next().await.is_none());
}

#[tokio::test]
async fn a_body_that_is_passed_on_is_cut_off_at_its_limit() {
    let whole = async |request: Request| {
        let read = request.into_body().collect().await;
        read.map_or("broken off", |_| "whole")
    };
    let door = door(serve(Router::new().route("/stream", post(whole))).await);
    let chunks = |count: usize| {
        let chunks = stream::iter((0..count).map(|_| Ok::<_, Infallible>("x".repeat(100))));
        request("POST", "/stream", &[], Body::from_stream(chunks))
    };
    assert_eq!(door.ask(chunks(10)).await.text(), "whole");
    door.ask(chunks(11)).await.problem("BODY_TOO_LARGE");
    assert_eq!(door.metric("jangteo_breaker_state{service=\"order\"}"), 0);
}

/// Accepts connections, reads a head each, answers with these bytes and hangs up.
async fn dying(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                match stream.read(&mut byte).await {
                    Ok(1) => head.push(byte[0]),
                    Ok(_) | Err(_) => break,
                }
            }
            let _hung_up = stream.write_all(bytes).await;
        }
    });
    address
}

#[tokio::test]
async fn a_service_that_dies_before_its_answer_is_out_of_reach() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\nContent-",
        b"not HTTP at all\r\n\r\n",
    ] {
        let door = door(dying(bytes).await);
        let answer = door.get("/gone", &[("accept-language", "en")]).await;
        let problem = answer.problem("UPSTREAM_UNAVAILABLE");
        assert_eq!(answer.header("retry-after"), "1");
        let detail = problem.detail.unwrap();
        assert!(detail.starts_with("order gave no answer"), "{detail}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_whole() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    let door = door(dying(half).await);
    let response = door
        .respond(request("GET", "/half", &[], Body::empty()))
        .await;
    assert_eq!(response.status(), 200);
    assert!(response.into_body().collect().await.is_err());
}

#[tokio::test]
async fn a_port_where_nobody_listens_opens_the_breaker() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = door(listener.local_addr().unwrap());
    drop(listener);
    for _ in 0..3 {
        let answer = door.get("/gone", &[]).await;
        answer.problem("UPSTREAM_UNAVAILABLE");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let open = door.get("/gone", &[]).await;
    open.problem("UPSTREAM_UNAVAILABLE");
    assert_eq!(open.header("retry-after"), "600");
}

#[tokio::test]
async fn an_answer_that_does_not_begin_in_time_is_given_up() {
    let (gone, hung_up) = oneshot::channel::<()>();
    let gone = Arc::new(std::sync::Mutex::new(Some(gone)));
    let never = async move || -> &'static str {
        // Dropped with the handler, when its connection ends.
        let _held = gone.lock().unwrap().take();
        std::future::pending().await
    };
    let door = door(serve(Router::new().route("/never", get(never))).await);
    door.get("/never", &[]).await.problem("UPSTREAM_TIMEOUT");
    // The service is not left working for nobody.
    assert!(hung_up.await.is_err());
}

/// A gateway in front of another: what that one could not reach is out of reach here, too.
#[tokio::test]
async fn a_server_between_us_that_reaches_nobody_opens_the_breaker() {
    let bad = async || axum::http::StatusCode::BAD_GATEWAY;
    let door = door(serve(Router::new().route("/502", get(bad))).await);
    for _ in 0..3 {
        assert_eq!(door.get("/502", &[]).await.status, 502);
    }
    door.get("/502", &[]).await.problem("UPSTREAM_UNAVAILABLE");
}
