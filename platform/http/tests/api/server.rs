//! The router under test, its clock and its keys, and a client for it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::{get, post};
use axum::{Extension, Router};
use contracts::http::{NoBody, Page, Role};
use contracts::ids::{Product, UserId};
use contracts::problem::Document;
use contracts::time::Timestamp;
use http_body_util::BodyExt;
use platform_http::{
    BodyLimit, Caller, Context, Failure, Json, Keyed, Paging, PathId, Query, Realm, Reply, Signer,
    TokenKey, Verifier, Wait, layers,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub const USER: UserId = UserId::new(1 << 40);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    pub text: String,
    pub stars: Option<i64>,
    #[serde(default)]
    pub tags: Vec<Tag>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    pub name: String,
}

#[derive(Serialize, Deserialize)]
struct Loose {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    kind: Option<String>,
    least: Option<u32>,
}

/// The private key of the service under test, which hostile tokens are signed with too.
pub fn private_key() -> &'static [u8] {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    KEY.get_or_init(Signer::generate)
}

pub fn signer() -> Signer {
    Signer::from_pkcs8(private_key(), Realm::default()).unwrap()
}

pub fn verifier(keys: Vec<TokenKey>) -> Arc<Verifier> {
    Arc::new(Verifier::new(Realm::default(), keys, || NOW))
}

pub fn token(role: Role) -> String {
    signer().sign(USER, role, NOW, Duration::from_secs(600))
}

pub fn router() -> Router {
    let batch = post(async |Json(all): Json<Vec<Note>>| Json(all.len()))
        .layer(Extension(BodyLimit(16 * 1024)));
    let inner = Router::new()
        .route(
            "/notes",
            post(async |Json(note): Json<Note>| Json(note)).get(list),
        )
        .route("/notes:batch", batch)
        .route("/loose", post(async |Json(loose): Json<Loose>| Json(loose)))
        .route("/free", post(async |Json(value): Json<Value>| Json(value)))
        .route(
            "/products/{id}",
            get(async |PathId(id): PathId<Product>| Json(id)),
        )
        .route("/products/{id}/keep", post(keep))
        .route(
            "/me",
            get(async |caller: Caller| Json(json!({"user": caller.user}))),
        )
        .route("/admin", get(admin))
        .route(
            "/wait",
            get(async |Wait(wait): Wait| Json(wait.map(|wait| wait.as_millis()))),
        )
        .route("/context", get(context))
        .route("/panic", get(panic))
        .route("/broken", get(broken))
        .route("/busy", get(busy))
        .route(
            "/made",
            post(async || Reply::created(()).location("/notes/1").replayed()),
        );
    layers(
        Router::new().nest("/api/v1", inner),
        verifier(vec![signer().key()]),
    )
}

async fn list(paging: Paging, Query(filter): Query<Filter>) -> Result<Json<Value>, Failure> {
    let after: Option<i64> = paging.after("notes")?;
    let first = after.map_or(1, |last| last + 1);
    let rows: Vec<i64> = (first..=50).take(paging.rows()).collect();
    let Page { items, next_cursor } = paging.page("notes", rows, |row| *row);
    Ok(Json(json!({
        "items": items, "nextCursor": next_cursor, "kind": filter.kind, "least": filter.least,
    })))
}

async fn keep(PathId(_): PathId<Product>, keyed: Keyed<NoBody>) -> Json<Value> {
    Json(json!({"scope": keyed.scope.as_str(), "fingerprint": keyed.fingerprint.0}))
}

async fn admin(caller: Caller) -> Result<Json<Role>, Failure> {
    caller.require(Role::Admin)?;
    Ok(Json(caller.role))
}

async fn context(context: Context) -> Json<Value> {
    Json(json!({"trace": context.trace, "correlationId": &*context.correlation_id}))
}

async fn panic() -> Json<Value> {
    panic!("the secret of the handler")
}

async fn broken() -> Result<Json<Value>, Failure> {
    Err(anyhow::anyhow!("the secret of the disk")
        .context("could not read")
        .into())
}

async fn busy() -> Result<Json<Value>, Failure> {
    Err(contracts::problem::Problem::unavailable(7).into())
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body as a problem, which must agree with the status line.
    pub fn problem(&self) -> Document {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem: Document = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        problem
    }

    pub fn code(&self) -> String {
        self.problem().code.to_string()
    }
}

pub async fn ask(request: Request<Body>) -> Answer {
    let (parts, body) = router().oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    with_body(method, path, headers, "")
}

pub fn with_body(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

pub async fn send(path: &str, headers: &[(&str, &str)]) -> Answer {
    ask(request("GET", path, headers)).await
}

pub async fn post_json(path: &str, body: impl Into<Body>) -> Answer {
    let english = ("accept-language", "en");
    ask(with_body(
        "POST",
        path,
        &[("content-type", "application/json"), english],
        body,
    ))
    .await
}
