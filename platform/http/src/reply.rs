//! An answer with the headers that our API gives beside a body.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::Failure;

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A `T` as JSON, with its status.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    status: StatusCode,
    headers: HeaderMap,
    body: T,
}

impl<T> Reply<T> {
    pub fn new(status: StatusCode, body: T) -> Reply<T> {
        Reply {
            status,
            headers: HeaderMap::new(),
            body,
        }
    }

    pub fn ok(body: T) -> Reply<T> {
        Reply::new(StatusCode::OK, body)
    }

    pub fn created(body: T) -> Reply<T> {
        Reply::new(StatusCode::CREATED, body)
    }

    pub fn accepted(body: T) -> Reply<T> {
        Reply::new(StatusCode::ACCEPTED, body)
    }

    /// Where the made thing is found: a path of ours, so visible ASCII.
    #[must_use]
    pub fn location(self, path: &str) -> Reply<T> {
        let path = HeaderValue::from_str(path).expect("paths of ours are visible ASCII");
        self.header(LOCATION, path)
    }

    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Reply<T> {
        self.header(RETRY_AFTER, seconds.into())
    }

    /// The version of what is shown, for `If-None-Match` and `If-Match`.
    #[must_use]
    pub fn etag(self, version: i64) -> Reply<T> {
        let tag = format!("\"{version}\"");
        self.header(
            ETAG,
            HeaderValue::from_str(&tag).expect("digits and quotes"),
        )
    }

    /// The answer was given before, to the same key.
    #[must_use]
    pub fn replayed(self) -> Reply<T> {
        self.header(REPLAYED, HeaderValue::from_static("true"))
    }

    fn header(mut self, name: HeaderName, value: HeaderValue) -> Reply<T> {
        self.headers.insert(name, value);
        self
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let bytes = match serde_json::to_vec(&self.body) {
            Ok(bytes) => bytes,
            Err(error) => return Failure::internal(error.into()).into_response(),
        };
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}
