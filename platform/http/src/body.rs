//! A JSON body: bounded while it streams in, then parsed strictly, with a pointer to the fault.
//! An absent body reads as `{}`, so that a command without parameters needs none.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use contracts::problem::{Code, Problem};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Failure, Reply};

mod parse;

/// What a body may weigh where no `BodyLimit` says otherwise: a cart of 50 lines takes 5 KiB.
pub const DEFAULT_BODY_BYTES: usize = 64 * 1024;

/// Layered on a route (`Extension(BodyLimit(..))`) that takes more, such as a batch.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// The body as a `T`, in both directions.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Json<T>, Failure> {
        let bytes = read(request).await?;
        Ok(Json(parse::from_bytes(&bytes)?))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        Reply::ok(self.0).into_response()
    }
}

/// The whole of a body that is no longer than the limit; one that says it is longer is refused
/// unread.
pub async fn read_whole(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Failure> {
    if announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    collect(body, limit).await
}

/// The body's bytes, if they are JSON by their header and no more than the limit.
pub(crate) async fn read(request: Request) -> Result<Bytes, Failure> {
    let limit = request
        .extensions()
        .get()
        .map_or(DEFAULT_BODY_BYTES, |BodyLimit(limit)| *limit);
    let (parts, body) = request.into_parts();
    let bytes = read_whole(&parts.headers, body, limit).await?;
    if !bytes.is_empty() && !is_json(&parts.headers) {
        let problem = Problem::new(Code::UnsupportedMediaType).detail(
            "Content-Type은 application/json이어야 해요",
            "Content-Type must be application/json",
        );
        return Err(problem.into());
    }
    Ok(bytes)
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    parse::from_bytes(bytes).map_err(Failure::from)
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Failure> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(_) => {
            let problem = Problem::new(Code::ValidationFailed).detail(
                "요청 본문을 끝까지 받지 못했어요",
                "the body ended too early",
            );
            Err(problem.into())
        }
    }
}

fn too_large(limit: usize) -> Failure {
    let problem = Problem::new(Code::BodyTooLarge).detail(
        format!("{limit}바이트까지 보낼 수 있어요"),
        format!("at most {limit} bytes may be sent"),
    );
    problem.into()
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Compressed bodies are not read: their size says nothing about what comes out of them.
fn is_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let encoding = text(CONTENT_ENCODING).unwrap_or("identity");
    let Some(full) = text(CONTENT_TYPE) else {
        return false;
    };
    let mut parts = full.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let utf8 = parts.all(
        |part| match part.to_ascii_lowercase().strip_prefix("charset=") {
            Some(charset) => charset.trim_matches('"') == "utf-8",
            None => true,
        },
    );
    let json = kind == "application/json"
        || kind
            .strip_prefix("application/")
            .is_some_and(|kind| kind.ends_with("+json"));
    encoding.eq_ignore_ascii_case("identity") && json && utf8
}
