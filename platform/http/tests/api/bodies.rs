//! Bodies as they should not be: S11, S15 and S3 of the security checklist, at the edge.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::server::{ask, post_json, with_body};

/// What the answer says about the one fault: its code, pointer and message.
async fn fault(path: &str, body: impl Into<Body>) -> (String, String, String) {
    let answer = post_json(path, body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let problem = answer.problem();
    assert_eq!(problem.code.as_str(), "VALIDATION_FAILED");
    let [error] = &problem.errors[..] else {
        panic!("one fault, not {:?}", problem.errors)
    };
    let code = serde_json::to_value(error.code).unwrap();
    (
        code.as_str().unwrap().to_owned(),
        error.pointer.clone(),
        error.message.clone(),
    )
}

#[tokio::test]
async fn a_good_body_arrives() {
    let note = json!({"text": "안녕", "stars": 5, "tags": [{"name": "a"}]});
    let answer = post_json("/notes", note.to_string()).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, note));
}

#[tokio::test]
async fn a_fault_is_pointed_at() {
    for (body, code, pointer) in [
        (r#"{"text":1}"#, "TYPE", "/text"),
        (r#"{"text":"t","stars":"5"}"#, "TYPE", "/stars"),
        (r#"{"text":"t","stars":1.0}"#, "TYPE", "/stars"),
        (r#"{"text":"t","stars":1e2}"#, "TYPE", "/stars"),
        (
            r#"{"text":"t","stars":9223372036854775808}"#,
            "TYPE",
            "/stars",
        ),
        (
            r#"{"text":"t","tags":[{"name":"a"},{"name":null}]}"#,
            "TYPE",
            "/tags/1/name",
        ),
        (r#"{"text":"t","tags":{}}"#, "TYPE", "/tags"),
        (r#"[]"#, "TYPE", ""),
        // The values of a struct's fields in their order: serde alone would take them.
        (r#"["t",5,[]]"#, "TYPE", ""),
        (r#"{"text":"t","tags":[["a"]]}"#, "TYPE", "/tags/0"),
        (r#"null"#, "TYPE", ""),
        (r#"{}"#, "REQUIRED", "/text"),
        ("", "REQUIRED", "/text"),
        (r#"{"text":"t","tags":[{}]}"#, "REQUIRED", "/tags/0/name"),
        (r#"{"text":"t","role":"admin"}"#, "UNKNOWN_FIELD", "/role"),
        (
            r#"{"text":"t","__proto__":{}}"#,
            "UNKNOWN_FIELD",
            "/__proto__",
        ),
        (
            r#"{"text":"t","tags":[{"name":"a","a/b~c":1}]}"#,
            "UNKNOWN_FIELD",
            "/tags/0/a~1b~0c",
        ),
        (r#"{"text":"t","text":"u"}"#, "DUPLICATE_FIELD", "/text"),
    ] {
        let (found_code, found_pointer, _) = fault("/notes", body).await;
        assert_eq!((&*found_code, &*found_pointer), (code, pointer), "{body}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_said_with_its_place() {
    for body in [
        &b"{"[..],
        b"{\"text\":}",
        b"{\"text\":\"t\"} x",
        b"{\"text\":\"t\",}",
        b"{'text':'t'}",
        b"\xff\xfe",
        b"{\"text\":\"\xc3\x28\"}",
        b"{\"text\":\"\\ud800\"}",
        b"{\"text\":\"a\nb\"}",
        b"{\"text\":\"t\",\"stars\":NaN}",
        b"{\"text\":\"t\",\"stars\":1e400}",
        b"{\"text\":\"t\",\"stars\":01}",
        "{\"text\":\"t\",\"stars\":١}".as_bytes(),
        b"\xef\xbb\xbf{}",
        b"text=t",
        b" ",
    ] {
        let shown = String::from_utf8_lossy(body);
        let (code, pointer, message) = fault("/notes", Bytes::copy_from_slice(body)).await;
        assert_eq!((&*code, &*pointer), ("SYNTAX", ""), "{shown}");
        assert!(message.starts_with("is not"), "{message}");
    }
    let korean = ask(with_body(
        "POST",
        "/notes",
        &[("content-type", "application/json")],
        "{\n!",
    ));
    let message = korean.await.problem().errors[0].message.clone();
    assert_eq!(message, "2행 1열에서 JSON을 읽을 수 없어요");
}

#[tokio::test]
async fn deep_nesting_ends_in_a_problem_and_not_in_the_stack() {
    for (open, close) in [("[", "]"), ("{\"\":", "}")] {
        let bomb = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let (code, _, message) = fault("/free", bomb.clone()).await;
        assert_eq!(code, "SYNTAX");
        assert!(message.contains("recursion limit"), "{message}");
        let (code, pointer, _) = fault("/notes", format!(r#"{{"text":{bomb}}}"#)).await;
        assert_eq!((&*code, &*pointer), ("TYPE", "/text"));
        let (code, pointer, _) = fault("/notes", format!(r#"{{"bomb":{bomb}}}"#)).await;
        assert_eq!((&*code, &*pointer), ("UNKNOWN_FIELD", "/bomb"));
        // Where unknown fields are let in, they are skipped without recursion.
        let loose = post_json("/loose", format!(r#"{{"bomb":{bomb},"text":"t"}}"#)).await;
        assert_eq!(loose.json(), json!({"text": "t"}));
        let open_ended = open.repeat(10_000);
        assert_eq!(
            fault("/loose", format!(r#"{{"bomb":{open_ended}"#)).await.0,
            "SYNTAX"
        );
    }
}

#[tokio::test]
async fn a_long_echo_is_cut() {
    let body = format!(r#"{{"text":"t","stars":"{}"}}"#, "x".repeat(10_000));
    let (_, _, message) = fault("/notes", body).await;
    assert!(message.len() <= 200, "{}", message.len());
    let body = format!(r#"{{"{}":1}}"#, "y".repeat(10_000));
    let (code, pointer, _) = fault("/notes", body).await;
    assert_eq!(code, "UNKNOWN_FIELD");
    assert!(pointer.len() < 500, "{}", pointer.len());
}

#[tokio::test]
async fn a_large_body_is_refused_by_its_announced_length_unread() {
    // Reading it would end the request otherwise than expected.
    let untouched = futures::stream::iter([Err::<Bytes, _>("it was read")]);
    let untouched = Body::from_stream(untouched);
    let length = (10 * 1024 * 1024).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("content-length", &*length),
    ];
    let answer = ask(with_body("POST", "/free", &headers, untouched)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.code(), "BODY_TOO_LARGE");
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_cut_off_while_it_streams() {
    let endless = futures::stream::repeat(Ok::<_, Infallible>(Bytes::from_static(&[b' '; 1_024])));
    let answer = post_json("/free", Body::from_stream(endless)).await;
    assert_eq!(answer.code(), "BODY_TOO_LARGE");
    assert_eq!(
        answer.problem().detail.unwrap(),
        "at most 65536 bytes may be sent"
    );
}

#[tokio::test]
async fn a_limit_includes_its_end_and_a_route_may_have_its_own() {
    let of_size = |size: usize| format!("\"{}\"", "x".repeat(size - 2));
    assert_eq!(
        post_json("/free", of_size(64 * 1024)).await.status,
        StatusCode::OK
    );
    assert_eq!(
        post_json("/free", of_size(64 * 1024 + 1)).await.code(),
        "BODY_TOO_LARGE"
    );
    assert_eq!(
        post_json("/notes:batch", of_size(16 * 1024)).await.code(),
        "VALIDATION_FAILED"
    );
    assert_eq!(
        post_json("/notes:batch", of_size(16 * 1024 + 1))
            .await
            .code(),
        "BODY_TOO_LARGE"
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_problem() {
    let broken = futures::stream::iter([Ok(Bytes::from_static(b"{")), Err("connection reset")]);
    let answer = post_json("/free", Body::from_stream(broken)).await;
    assert_eq!(answer.code(), "VALIDATION_FAILED");
    assert_eq!(answer.problem().detail.unwrap(), "the body ended too early");
}

#[tokio::test]
async fn only_json_is_read() {
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/jsonx")],
        &[("content-type", "application/json; charset=euc-kr")],
        &[
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
        ],
    ] {
        let answer = ask(with_body("POST", "/free", headers, "{}")).await;
        assert_eq!(answer.code(), "UNSUPPORTED_MEDIA_TYPE", "{headers:?}");
    }
    for kind in [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/x+json",
    ] {
        let answer = ask(with_body("POST", "/free", &[("content-type", kind)], "{}")).await;
        assert_eq!(answer.json(), Value::Object(Default::default()), "{kind}");
    }
    let absent = ask(with_body("POST", "/free", &[], "")).await;
    assert_eq!(absent.json(), Value::Object(Default::default()));
}
