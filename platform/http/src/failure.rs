//! A refused or failed request on its way out. The body is written where the reader's language
//! and the trace are known: in `layers`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::header::{HeaderValue, WWW_AUTHENTICATE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use contracts::problem::{Code, Document, Language, Problem};

use crate::Context;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What a handler gives back when it does not answer.
#[derive(Debug)]
pub struct Failure {
    problem: Box<Problem>,
    cause: Option<anyhow::Error>,
}

impl Failure {
    /// Our own fault. The cause is logged, never shown.
    pub fn internal(cause: anyhow::Error) -> Failure {
        Failure {
            problem: Box::new(Problem::new(Code::Internal)),
            cause: Some(cause),
        }
    }

    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure {
            problem: Box::new(problem),
            cause: None,
        }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Failure {
        Problem::new(code).into()
    }
}

impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Failure {
        Failure::internal(cause)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let document = self.problem.document(Language::default(), None, None);
        let mut response = written(&document, Language::default());
        *response.status_mut() = status_of(&self.problem);
        if let Some(seconds) = self.problem.retry_after_seconds {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = challenge(self.problem.code) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Untold(Arc::new(self)));
        response
    }
}

/// Rides on a response until somebody knows whom to tell.
#[derive(Clone)]
pub(crate) struct Untold(Arc<Failure>);

impl Untold {
    /// Writes the body anew for this reader, and logs the cause: the one place that does.
    pub(crate) fn tell(&self, response: &mut Response, asked: &Asked<'_>) {
        let Failure { problem, cause } = &*self.0;
        let Context {
            language,
            trace,
            correlation_id,
        } = asked.context;
        if let Some(cause) = cause {
            tracing::error!(
                trace.id = trace.trace_id(),
                labels.correlation_id = &**correlation_id,
                http.request.method = %asked.method,
                url.path = asked.path,
                error.message = format!("{cause:#}"),
                "could not answer a request"
            );
        }
        let document = problem.document(*language, Some(asked.path), trace.trace_id());
        let body = written(&document, *language);
        let (parts, body) = body.into_parts();
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().extend(parts.headers);
        *response.body_mut() = body;
    }
}

/// What was asked, and by a reader of which language.
pub(crate) struct Asked<'a> {
    pub(crate) context: &'a Context,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
}

fn written(document: &Document, language: Language) -> Response {
    let bytes = serde_json::to_vec(document).expect("a document has string keys and no maps");
    let mut response = Response::new(Body::from(bytes));
    let language = HeaderValue::from_static(language.tag());
    response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
    response.headers_mut().insert(CONTENT_LANGUAGE, language);
    response
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).expect("the table has statuses from 400 to 504")
}

/// RFC 6750: a caller without a token is not told of an error in one.
fn challenge(code: Code) -> Option<HeaderValue> {
    if code == Code::TokenExpired {
        Some(HeaderValue::from_static(r#"Bearer error="invalid_token""#))
    } else if code.status() == 401 {
        Some(HeaderValue::from_static("Bearer"))
    } else {
        None
    }
}
