//! A document under its address, whoever serves it.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::Value;

/// The document as JSON: written when it is first asked for, and kept.
pub fn document(path: &str, write: impl Fn() -> Value + Send + Sync + 'static) -> Router {
    let written = Arc::new((OnceLock::<Bytes>::new(), write));
    let handler = move || {
        let (kept, write) = &*written;
        let bytes = kept.get_or_init(|| text(&write()).into()).clone();
        async move { ([(CONTENT_TYPE, "application/json")], bytes) }
    };
    Router::new().route(path, get(handler))
}

/// As files and answers have it: indented, with a line feed at its end.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}
