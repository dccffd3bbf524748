//! Paths, filters, limits and cursors.

use axum::http::StatusCode;
use contracts::ids::ProductId;
use contracts::problem::Fault;
use serde_json::{Value, json};

use crate::server::send;

#[tokio::test]
async fn what_is_no_id_is_as_absent_as_what_nobody_has() {
    let id = ProductId::new(1 << 40).to_string();
    assert_eq!(
        send(&format!("/products/{id}"), &[]).await.json(),
        json!(id)
    );
    for bad in [
        "x",
        "1",
        "0000000000000",
        "ZZZZZZZZZZZZZ",
        "%00",
        "%ff",
        "..%2fme",
        "-1",
        "%27%20or%201=1",
    ] {
        let answer = send(&format!("/products/{bad}"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
        assert_eq!(answer.code(), "PRODUCT_NOT_FOUND", "{bad}");
    }
}

#[tokio::test]
async fn a_list_is_walked_to_its_end() {
    let mut seen: Vec<Value> = Vec::new();
    let mut path = "/notes?limit=20".to_owned();
    loop {
        let page = send(&path, &[]).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/notes?cursor={cursor}&limit=20");
    }
    assert_eq!(seen, (1..=50).map(Value::from).collect::<Vec<_>>());
    assert_eq!(
        send("/notes", &[]).await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
}

#[tokio::test]
async fn a_limit_is_a_number_from_1_to_100() {
    for limit in ["1", "100", "020"] {
        assert_eq!(
            send(&format!("/notes?limit={limit}"), &[]).await.status,
            StatusCode::OK
        );
    }
    for limit in [
        "",
        "0",
        "101",
        "-1",
        "+5",
        "1.5",
        "1e2",
        "1000000000",
        "99999999999999999999",
        "%EF%BC%91",
    ] {
        let answer = send(&format!("/notes?limit={limit}"), &[]).await;
        assert_eq!(answer.code(), "VALIDATION_FAILED", "{limit}");
        assert_eq!(answer.problem().errors[0].pointer, "limit");
    }
    assert_eq!(
        send("/notes?limit=1&limit=2", &[]).await.code(),
        "VALIDATION_FAILED"
    );
}

#[tokio::test]
async fn a_foreign_cursor_is_refused() {
    for cursor in ["", "x", "00", "5b5d", "%00", "5b226f74686572222c315d"] {
        let answer = send(&format!("/notes?cursor={cursor}"), &[]).await;
        assert_eq!(answer.code(), "INVALID_CURSOR", "{cursor}");
    }
}

#[tokio::test]
async fn filters_are_strict_beside_limit_and_cursor() {
    let page = send("/notes?kind=a%20b&limit=1&least=2", &[]).await.json();
    assert_eq!((&page["kind"], &page["least"]), (&json!("a b"), &json!(2)));
    for bad in [
        "least=-1",
        "least=x",
        "least=1.0",
        "other=1",
        "kind=a&kind=b",
        "%6cimit=5&least=x",
    ] {
        let answer = send(&format!("/notes?{bad}"), &[]).await;
        assert_eq!(answer.code(), "VALIDATION_FAILED", "{bad}");
    }
    for (bad, pointer, fault) in [
        ("least=x", "least", Fault::Type),
        ("other=1", "other", Fault::UnknownField),
    ] {
        let problem = send(&format!("/notes?{bad}"), &[]).await.problem();
        let error = &problem.errors[0];
        assert_eq!(
            (error.pointer.as_str(), error.code),
            (pointer, fault),
            "{bad}"
        );
    }
}
