//! Everything around the handlers, in one place: context in, its headers out, panics and unknown
//! addresses as problems. Limits on rates and connections belong to the gateway and the server,
//! and so does the dressing of what the gateway calls in process.

use std::any::Any;
use std::sync::Arc;

use anyhow::anyhow;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::{Method, Uri};
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
    inner(router)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(Extension(verifier))
        .layer(middleware::from_fn(dress))
}

/// A router that somebody else dresses: whoever calls it in process puts the `Dress` on, hands
/// the caller or the verifier on as an extension, and tells of panics. All it needs of its own
/// is to answer for addresses and methods that it does not have.
pub fn inner(router: Router) -> Router {
    router
        .fallback(async || Failure::from(Code::RouteNotFound))
        .method_not_allowed_fallback(async || Failure::from(Code::MethodNotAllowed))
}

async fn dress(mut request: Request, next: Next) -> Response {
    let dress = Dress::of(&mut request);
    let mut response = next.run(request).await;
    dress.put_on(&mut response);
    response
}

/// What surrounds one request: read before it is handled, written onto its answer.
#[derive(Debug)]
pub struct Dress {
    context: Context,
    method: Method,
    uri: Uri,
}

impl Dress {
    /// Handlers find the context among the request's extensions from here on.
    pub fn of(request: &mut Request) -> Dress {
        let context = Context::read(request.headers());
        let (method, uri) = (request.method().clone(), request.uri().clone());
        request.extensions_mut().insert(context.clone());
        Dress {
            context,
            method,
            uri,
        }
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Writes a problem for its reader, and the headers that every answer has.
    pub fn put_on(&self, response: &mut Response) {
        if let Some(untold) = response.extensions_mut().remove::<Untold>() {
            untold.tell(
                response,
                &Asked {
                    context: &self.context,
                    method: &self.method,
                    path: self.uri.path(),
                },
            );
        }
        let headers = response.headers_mut();
        let name = HeaderValue::from_str(&self.context.correlation_id);
        headers.insert(CORRELATION_ID, name.expect("read as visible ASCII"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // A handler that knows better has said so.
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
}

/// The answer of a handler that panicked: our own fault, its message only in the log.
pub fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Failure::internal(anyhow!("a handler panicked: {message}")).into_response()
}
