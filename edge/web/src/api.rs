//! The public API, called in process with the visitor's token and language. Nothing here can do
//! more than the same request over the wire.

use anyhow::{Context as _, anyhow};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;
use contracts::problem::{Code, Document, Language};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// What a request is followed by through the services.
const FOLLOWED_BY: [HeaderName; 3] = [
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("x-correlation-id"),
];
/// Above every page of a list; an answer past it is a fault.
const ANSWER_BYTES: usize = 8 * 1_024 * 1_024;

/// The API as one visitor calls it.
#[derive(Clone)]
pub(crate) struct Api {
    router: Router,
    headers: HeaderMap,
}

/// Why the API gave no answer.
#[derive(Debug)]
pub(crate) enum Refused {
    /// As the API says it, in the visitor's language.
    Problem(Box<Document>),
    /// It answered in a way that it should not.
    Broken(anyhow::Error),
}

impl Refused {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Problem(document) => document.code,
            Self::Broken(_) => Code::Internal,
        }
    }
}

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl Api {
    pub(crate) fn new(router: Router, language: Language, from: &HeaderMap) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(language.tag()));
        for name in FOLLOWED_BY {
            if let Some(value) = from.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        Self { router, headers }
    }

    /// The same, with a token. One that is no header value is none of ours.
    #[must_use]
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        if let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {token}")) {
            self.headers.insert(AUTHORIZATION, bearer);
        }
        self
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refused> {
        let response = self.call(Method::GET, path, HeaderMap::new(), Body::empty());
        parsed(response.await?).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Refused> {
        let response = self.send(Method::POST, path, body, None).await?;
        parsed(response).await
    }

    /// A command that may be sent again under its key.
    pub(crate) async fn command<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        key: &str,
    ) -> Result<T, Refused> {
        let response = self.send(Method::POST, path, body, Some(key)).await?;
        parsed(response).await
    }

    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Refused> {
        let response = self.send(Method::PATCH, path, body, None).await?;
        parsed(response).await
    }

    pub(crate) async fn post_unanswered(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(), Refused> {
        let response = self.send(Method::POST, path, body, None).await?;
        checked(response).await.map(drop)
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<(), Refused> {
        let response = self.call(Method::DELETE, path, HeaderMap::new(), Body::empty());
        checked(response.await?).await.map(drop)
    }

    /// An event stream as it comes: its end is the API's to say.
    pub(crate) async fn stream(
        &self,
        path: &str,
        last_event_id: Option<&HeaderValue>,
    ) -> Result<Response, Refused> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(last) = last_event_id {
            headers.insert(LAST_EVENT_ID, last.clone());
        }
        let response = self.call(Method::GET, path, headers, Body::empty()).await?;
        checked(response).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        key: Option<&str>,
    ) -> Result<Response, Refused> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = key {
            // A key that was tampered with is refused as a missing one is.
            if let Ok(key) = HeaderValue::from_str(key) {
                headers.insert(IDEMPOTENCY_KEY, key);
            }
        }
        let bytes = serde_json::to_vec(body).context("could not write a request")?;
        self.call(method, path, headers, Body::from(bytes)).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response, Refused> {
        let request = Request::builder().method(method).uri(path).body(body);
        let mut request = request.with_context(|| format!("no address: {path}"))?;
        request.headers_mut().extend(self.headers.clone());
        request.headers_mut().extend(headers);
        match self.router.clone().oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}

async fn parsed<T: DeserializeOwned>(response: Response) -> Result<T, Refused> {
    let bytes = body(checked(response).await?).await?;
    let parsed = serde_json::from_slice(&bytes);
    Ok(parsed.context("the API answered in another form than its contracts say")?)
}

/// The response when it is no refusal.
async fn checked(response: Response) -> Result<Response, Refused> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let bytes = body(response).await?;
    Err(match serde_json::from_slice::<Document>(&bytes) {
        Ok(document) => Refused::Problem(Box::new(document)),
        Err(_) => Refused::Broken(unsaid(status)),
    })
}

fn unsaid(status: StatusCode) -> anyhow::Error {
    anyhow!("the API answered {status} without a problem")
}

async fn body(response: Response) -> Result<axum::body::Bytes, Refused> {
    let bytes = to_bytes(response.into_body(), ANSWER_BYTES).await;
    Ok(bytes.context("could not read an answer of the API")?)
}
