//! Idempotency keys: S14 of the security checklist, as far as shape and scope go.

use std::time::Duration;

use contracts::http::Role;
use contracts::ids::{ProductId, UserId};
use platform_http::Fingerprint;
use serde_json::Value;

use crate::server::{Answer, NOW, USER, ask, signer, token, with_body};

const KEY: &str = "3f1c0d9a-cart-7";

async fn keep(bearer: &str, product: i64, keys: &[&str], body: &'static str) -> Answer {
    let authorization = format!("Bearer {bearer}");
    let mut headers = vec![
        ("content-type", "application/json"),
        ("authorization", &authorization),
    ];
    headers.extend(keys.iter().map(|key| ("idempotency-key", *key)));
    let path = format!("/products/{}/keep", ProductId::new(product));
    ask(with_body("POST", &path, &headers, body)).await
}

async fn kept(bearer: &str, product: i64, body: &'static str) -> (String, Value) {
    let answer = keep(bearer, product, &[KEY], body).await.json();
    (
        answer["scope"].as_str().unwrap().to_owned(),
        answer["fingerprint"].clone(),
    )
}

#[tokio::test]
async fn a_key_is_required_and_has_a_shape() {
    let token = token(Role::Shopper);
    assert_eq!(
        keep(&token, 1, &[], "").await.code(),
        "IDEMPOTENCY_KEY_REQUIRED"
    );
    let long = "k".repeat(256);
    let huge = "k".repeat(10 * 1024);
    for bad in [
        &[""][..],
        &["two words"],
        &["tab\tbed"],
        &["한글"],
        &[&long],
        &[&huge],
        &["a", "a"],
    ] {
        let problem = keep(&token, 1, bad, "").await.problem();
        assert_eq!(problem.code.as_str(), "VALIDATION_FAILED", "{bad:?}");
        assert_eq!(problem.errors[0].pointer, "Idempotency-Key");
    }
    let longest = "k".repeat(255);
    assert_eq!(keep(&token, 1, &[&longest], "").await.status, 200);
}

#[tokio::test]
async fn who_calls_is_asked_before_the_key_and_the_body() {
    assert_eq!(
        keep("not.a.token", 1, &[], "{").await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn a_scope_is_caller_route_and_key() {
    let (scope, _) = kept(&token(Role::Shopper), 1, "").await;
    assert_eq!(scope, format!("{USER} /api/v1/products/{{id}}/keep {KEY}"));
    let other = signer().sign(UserId::new(77), Role::Shopper, NOW, Duration::from_secs(60));
    assert_ne!(kept(&other, 1, "").await.0, scope);
}

#[tokio::test]
async fn a_fingerprint_tells_path_and_body_apart() {
    let token = token(Role::Shopper);
    let (scope, first) = kept(&token, 1, "").await;
    assert_eq!(kept(&token, 1, "").await, (scope.clone(), first.clone()));
    // The same route and key, so the same scope: the fingerprint alone tells them apart.
    assert_eq!(kept(&token, 2, "").await.0, scope);
    assert_ne!(kept(&token, 2, "").await.1, first);
    assert_ne!(kept(&token, 1, "{}").await.1, first);
}

#[tokio::test]
async fn a_command_without_parameters_takes_none() {
    let token = token(Role::Shopper);
    assert_eq!(keep(&token, 1, &[KEY], "{}").await.status, 200);
    assert_eq!(
        keep(&token, 1, &[KEY], r#"{"why":1}"#).await.code(),
        "VALIDATION_FAILED"
    );
}

#[test]
fn nothing_runs_into_its_neighbour_in_a_fingerprint() {
    assert_ne!(
        Fingerprint::of("POST", "/ab", b"c"),
        Fingerprint::of("POST", "/a", b"bc")
    );
    assert_ne!(
        Fingerprint::of("POST", "/a", b""),
        Fingerprint::of("PUT", "/a", b"")
    );
}
