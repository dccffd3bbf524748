//! Everything around the handlers, in one place: context in, its headers out, panics and unknown
//! addresses as problems. Limits on rates and connections belong to the gateway and the server.

use std::any::Any;
use std::sync::Arc;

use anyhow::anyhow;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use contracts::problem::Code;
use tower_http::catch_panic::CatchPanicLayer;

use crate::context::CORRELATION_ID;
use crate::failure::{Asked, Untold};
use crate::{Context, Failure, Verifier};

/// Dresses a whole router: call it once, after every route has been merged and nested.
pub fn layers(router: Router, verifier: Arc<Verifier>) -> Router {
    router
        .fallback(async || Failure::from(Code::RouteNotFound))
        .method_not_allowed_fallback(async || Failure::from(Code::MethodNotAllowed))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(Extension(verifier))
        .layer(middleware::from_fn(dress))
}

async fn dress(mut request: Request, next: Next) -> Response {
    let context = Context::read(request.headers());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    request.extensions_mut().insert(context.clone());

    let mut response = next.run(request).await;

    if let Some(untold) = response.extensions_mut().remove::<Untold>() {
        untold.tell(
            &mut response,
            &Asked {
                context: &context,
                method: &method,
                path: uri.path(),
            },
        );
    }
    let headers = response.headers_mut();
    let name = HeaderValue::from_str(&context.correlation_id).expect("read as visible ASCII");
    headers.insert(CORRELATION_ID, name);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A handler that knows better has said so.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Failure::internal(anyhow!("a handler panicked: {message}")).into_response()
}
