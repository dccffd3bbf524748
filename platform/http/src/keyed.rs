//! `Idempotency-Key`: presence, shape, and what a service keeps the first answer under. Keeping
//! and replaying it is the service's, inside its transaction.

use std::fmt;

use aws_lc_rs::digest::{Context as Hash, SHA256};
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, OriginalUri, Request};
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use contracts::ids::UserId;
use contracts::problem::{Code, Fault, FieldError, Problem, Text};
use serde::de::DeserializeOwned;

use crate::body;
use crate::{Caller, Failure};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(crate) const KEY_MAX: usize = 255;

/// 1 to 255 visible ASCII characters, as the caller chose them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Refuses a request without a key, or with one that has not its shape.
    pub fn look(headers: &HeaderMap) -> Result<(), Problem> {
        key_in(headers).map(|_| ())
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<IdempotencyKey, Failure> {
        let key = key_in(&parts.headers)?;
        Ok(IdempotencyKey(key.to_owned()))
    }
}

/// What an answer is kept under: caller, route and key, so that nobody meets another's answer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Scope(String);

impl Scope {
    /// `route` is the route's template; the path itself is in the fingerprint. None of the parts
    /// holds a blank, so none can be taken for another: `/notes` with the key `all:1` is not
    /// `/notes:all` with the key `1`.
    pub fn new(user: UserId, route: &str, key: &IdempotencyKey) -> Scope {
        Scope(format!("{user} {route} {}", key.0))
    }

    /// The scope of one item of a batch. The last `#` splits, so no key can be taken for another.
    pub fn item(&self, index: usize) -> Scope {
        Scope(format!("{}#{index}", self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first half of a SHA-256 over method, path and body: what a key was first used for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    pub fn of(method: &str, path: &str, body: &[u8]) -> Fingerprint {
        let mut hash = Hash::new(&SHA256);
        // Neither a method nor a path holds a line feed, so no two requests run together.
        for part in [method.as_bytes(), b"\n", path.as_bytes(), b"\n", body] {
            hash.update(part);
        }
        let digest = hash.finish();
        let half = digest
            .as_ref()
            .first_chunk()
            .expect("a SHA-256 has 32 bytes");
        Fingerprint(*half)
    }
}

/// A command that may be sent again: who, under which key, and what. It reads the body, so it is
/// a handler's last argument.
#[derive(Clone, Debug)]
pub struct Keyed<T> {
    pub caller: Caller,
    pub scope: Scope,
    pub fingerprint: Fingerprint,
    pub body: T,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Keyed<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Keyed<T>, Failure> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let key = IdempotencyKey(key_in(&parts.headers)?.to_owned());
        let scope = Scope::new(caller.user, route(&parts), &key);
        let (method, uri) = (parts.method.clone(), full_uri(&parts));
        let bytes = body::read(Request::from_parts(parts, body)).await?;
        let fingerprint = Fingerprint::of(method.as_str(), uri.path(), &bytes);
        Ok(Keyed {
            caller,
            scope,
            fingerprint,
            body: body::parse(&bytes)?,
        })
    }
}

fn key_in(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let first = values.next().ok_or(Code::IdempotencyKeyRequired)?;
    let key = first.to_str().unwrap_or_default();
    let well_formed = values.next().is_none()
        && (1..=KEY_MAX).contains(&key.len())
        && key.bytes().all(|c| c.is_ascii_graphic());
    if well_formed {
        return Ok(key);
    }
    let message = Text::new(
        format!("보이는 ASCII 문자 1자부터 {KEY_MAX}자까지 한 번만 쓸 수 있어요"),
        format!("must be there once, with 1 to {KEY_MAX} visible ASCII characters"),
    );
    Err(Problem::invalid(vec![FieldError::new(
        "Idempotency-Key",
        Fault::Format,
        message,
    )]))
}

/// The route's template; the path where a handler runs outside a router.
fn route(parts: &Parts) -> &str {
    match parts.extensions.get::<MatchedPath>() {
        Some(path) => path.as_str(),
        None => parts.uri.path(),
    }
}

/// Nesting cuts prefixes off the URI of the request.
fn full_uri(parts: &Parts) -> axum::http::Uri {
    match parts.extensions.get::<OriginalUri>() {
        Some(OriginalUri(uri)) => uri.clone(),
        None => parts.uri.clone(),
    }
}
