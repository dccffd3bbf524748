use std::time::Duration;

use reqwest::Method;
use shop_tests::{Answer, LONGEST};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Fixture;
use super::routes::{Route, routes};

fn with_bodies() -> impl Iterator<Item = Route> {
    routes().into_iter().filter(|route| route.body.is_some())
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let fixture = Fixture::start().await;
    let deep = |open: &str, close: &str| {
        let open = open.repeat(10_000);
        format!("{open}1{}", close.repeat(10_000)).into_bytes()
    };
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("a word", b"hello".to_vec()),
        ("blanks", b"   ".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("a text", br#""text""#.to_vec()),
        ("a list", b"[]".to_vec()),
        ("a list of values", b"[1]".to_vec()),
        ("half of it", br#"{"items": ["#.to_vec()),
        ("more than one", b"{} {}".to_vec()),
        ("a comma too many", br#"{"items": [],}"#.to_vec()),
        ("a comment", b"{} // so be it".to_vec()),
        ("10,000 lists deep", deep("[", "]")),
        ("10,000 objects deep", deep(r#"{"a":"#, "}")),
        (
            "10,000 deep inside",
            [&br#"{"items":"#[..], &deep("[", "]"), b"}"].concat(),
        ),
        ("no UTF-8", b"{\"items\": \"\xff\xfe\"}".to_vec()),
        ("an overlong NUL", b"{\"\xc0\x80\": 1}".to_vec()),
        ("UTF-16", b"\xff\xfe{\0}\0".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec()),
        ("NUL bytes", vec![0; 100]),
        (
            "XML",
            b"<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///\">]>".to_vec(),
        ),
    ];
    for route in with_bodies() {
        let by = fixture.caller(&route);
        for (kind, body) in &bodies {
            let what = format!("{} with {kind}", name(&route));
            let answer = fixture.send(&route, by, body.clone()).await;
            fixture.refused(answer, 400, "VALIDATION_FAILED", &what);
        }
    }
    fixture.end().await;
}

#[tokio::test]
async fn only_json_by_its_header_is_read() {
    let fixture = Fixture::start().await;
    for route in with_bodies() {
        let by = fixture.caller(&route);
        let body = fixture.body(&route).expect("it has one").to_string();
        for (header, value) in [
            ("Content-Type", "text/plain"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Type", "multipart/form-data; boundary=x"),
            ("Content-Type", "application/json; charset=euc-kr"),
            ("Content-Type", "application/jsonp"),
            ("Content-Type", "json"),
            ("X-None", "no type at all"),
        ] {
            let what = format!("{} with {header}: {value}", name(&route));
            let request = fixture
                .request(&route, by)
                .header(header, value)
                .body(body.clone());
            let answer = fixture.shop.send(request).await;
            fixture.refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE", &what);
        }
        let request = fixture
            .request(&route, by)
            .header("Content-Type", "application/json");
        let request = request.header("Content-Encoding", "gzip").body(body);
        let answer = fixture.shop.send(request).await;
        fixture.refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE", &name(&route));
    }
    fixture.end().await;
}

/// The head of a request, word for word, and as much of a body as the caller sends before it
/// reads the answer.
async fn raw(fixture: &Fixture, route: &Route, framing: &str, body: &[u8]) -> Answer {
    let path = fixture.path(route);
    let token = fixture.caller(route).map_or("", |member| &member.token);
    let key = fixture.shop.fresh_key();
    let head = format!(
        "{} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: {key}\r\nConnection: close\r\n\
         {framing}\r\n\r\n",
        route.method
    );
    let address = fixture.shop.url.strip_prefix("http://").expect("a URL");
    let mut stream = TcpStream::connect(address).await.expect("the shop listens");
    stream.write_all(head.as_bytes()).await.expect("sends");
    stream.write_all(body).await.expect("sends");
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    tokio::time::timeout(LONGEST, read)
        .await
        .expect("in time")
        .expect("an answer");
    parsed(&bytes)
}

/// An answer of known length.
fn parsed(bytes: &[u8]) -> Answer {
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .expect("a status");
    let mut headers = reqwest::header::HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        let name = reqwest::header::HeaderName::try_from(name).expect("a name");
        headers.insert(name, value.parse().expect("a value"));
    }
    Answer {
        status: status
            .parse::<u16>()
            .ok()
            .and_then(|status| status.try_into().ok())
            .expect("one"),
        headers,
        body: serde_json::from_str(body).expect("JSON"),
    }
}

#[tokio::test]
async fn ten_mebibytes_are_refused_before_they_are_sent() {
    let fixture = Fixture::start().await;
    for route in with_bodies() {
        let framing = format!("Content-Length: {}", 10 << 20);
        let answer = raw(&fixture, &route, &framing, b"{").await;
        fixture.refused(answer, 413, "BODY_TOO_LARGE", &name(&route));
    }
    fixture.end().await;
}

/// Whoever does not say how much comes is cut off where it becomes too much.
#[tokio::test]
async fn a_body_of_unknown_length_is_read_up_to_the_limit() {
    let fixture = Fixture::start().await;
    for route in with_bodies() {
        let length = 64 * 1024 + 1;
        let chunk = [format!("{length:x}\r\n").into_bytes(), vec![b' '; length]].concat();
        let answer = raw(&fixture, &route, "Transfer-Encoding: chunked", &chunk).await;
        fixture.refused(answer, 413, "BODY_TOO_LARGE", &name(&route));
    }
    fixture.end().await;
}

#[tokio::test]
async fn a_body_that_never_comes_holds_nobody_else_up() {
    let fixture = Fixture::start().await;
    let address = fixture
        .shop
        .url
        .strip_prefix("http://")
        .expect("a URL")
        .to_owned();
    let mut idle = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(&address)
            .await
            .expect("the shop listens");
        let head = "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\
                    Content-Type: application/json\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.expect("sends");
        idle.push(stream);
    }
    let path = "/api/v1/products";
    let answer = fixture.shop.call(Method::GET, path, None, None);
    let answer = tokio::time::timeout(Duration::from_secs(5), answer).await;
    answer.expect("at once").is(200);
    drop(idle);
    fixture.end().await;
}

#[tokio::test]
async fn a_key_is_asked_for_and_has_its_form() {
    let fixture = Fixture::start().await;
    let long = "k".repeat(256);
    let huge = "k".repeat(10 * 1024);
    let keyed = routes().into_iter().filter(|route| route.keyed);
    for route in keyed {
        let by = fixture.caller(&route).expect("keys have owners");
        let path = fixture.path(&route);
        let body = fixture.body(&route).expect("it has one");
        let request = || {
            let request = fixture.shop.request(route.method.clone(), &path);
            request.bearer_auth(&by.token).json(&body)
        };
        let none = fixture.shop.send(request()).await;
        fixture.refused(none, 400, "IDEMPOTENCY_KEY_REQUIRED", &name(&route));
        let korean = "주문".as_bytes();
        let keys: [&[u8]; 6] = [
            b"",
            b"two words",
            b"tab\tbed",
            korean,
            long.as_bytes(),
            huge.as_bytes(),
        ];
        for key in keys {
            let answer = fixture
                .shop
                .send(request().header("Idempotency-Key", key))
                .await;
            let what = format!("{} with a key of {} bytes", name(&route), key.len());
            fixture.refused(answer, 400, "VALIDATION_FAILED", &what);
        }
        let twice = request()
            .header("Idempotency-Key", "a")
            .header("Idempotency-Key", "b");
        let answer = fixture.shop.send(twice).await;
        fixture.refused(answer, 400, "VALIDATION_FAILED", &name(&route));
    }
    fixture.end().await;
}
