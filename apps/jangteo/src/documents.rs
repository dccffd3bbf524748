//! What the shop's interfaces are, for programs and for people: the OpenAPI document of its routes,
//! the AsyncAPI document of its events, and pages over both. Nothing here comes from elsewhere.

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
use axum::routing::get;
use boot::Hosted;
use contracts::asyncapi;
use platform_http::{About, Operation, document};
use serde_json::Value;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::operations;

/// The events, to be read.
mod events;

const OPENAPI: &str = "/openapi.json";
const ASYNCAPI: &str = "/asyncapi.json";

const ABOUT: About = About {
    title: "Jangteo · 장터",
    says: "\
The API of a jangteo shop. Ids are strings, times RFC 3339 in UTC, money whole won. What is \
refused is told as `application/problem+json` with a stable `code`; its texts are Korean or \
English by `Accept-Language`. Every answer has an `X-Correlation-Id`, the caller's own if there \
was one, and a `traceparent` that came in is carried on into the events.\n\n\
장터 상점의 API예요. 거절은 바뀌지 않는 `code`와 함께 `application/problem+json`으로 알려요. \
이벤트는 [/docs/events](/docs/events)에 있어요.",
};

/// The pages may load what the shop itself serves, and nothing may frame them. Swagger UI sets
/// styles and draws its icons inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// The document of every route of the shop.
pub fn openapi() -> Value {
    platform_http::openapi(&ABOUT, &operations())
}

/// Both documents and the pages over them.
pub fn router() -> Router {
    let policy = HeaderValue::from_static(POLICY);
    let pages = Router::new()
        .merge(SwaggerUi::new("/docs").config(Config::from(OPENAPI)))
        .route("/docs/events", get(events::page))
        .layer(header(CONTENT_SECURITY_POLICY, policy));
    Router::new()
        .merge(document(OPENAPI, openapi))
        .merge(document(ASYNCAPI, asyncapi::document))
        .merge(pages)
}

fn operations() -> Vec<Operation> {
    let mut all = order::Order::operations();
    all.extend(product::Product::operations());
    all.extend(payment::Payment::operations());
    all.extend(promotion::Promotion::operations());
    all.extend(user::User::operations());
    all.extend(operations::documented());
    all
}

fn header(name: HeaderName, value: HeaderValue) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, value)
}
