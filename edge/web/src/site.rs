//! What the program that serves the pages gives them, and all their routes.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware;
use axum::response::Response;
use axum::{Extension, Router};
use contracts::http::Role;
use contracts::time::Timestamp;

use crate::console::Watched;
use crate::trouble::Trouble;
use crate::{art, assets, console, guard, shop, visit};

/// Our longest form has fifty lines.
const FORM_BYTES: usize = 64 * 1_024;

/// What the pages are made with.
pub struct Site {
    /// The shop's public API, with everything that stands around it.
    pub api: Router,
    pub clock: fn() -> Timestamp,
    /// Shown on the login page; none where the accounts are people's own.
    pub demo_logins: Vec<DemoLogin>,
}

/// An account that anybody may use.
#[derive(Clone, Debug)]
pub struct DemoLogin {
    pub email: String,
    pub password: String,
    pub role: Role,
}

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) api: Router,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) demo_logins: Arc<[DemoLogin]>,
    pub(crate) watched: Arc<Watched>,
}

/// The pages; every other address is the API's.
pub fn router(site: Site) -> Router {
    let shared = Shared {
        api: site.api,
        clock: site.clock,
        demo_logins: site.demo_logins.into(),
        watched: Arc::default(),
    };
    let pages = Router::new()
        .merge(shop::routes())
        .merge(console::routes())
        .method_not_allowed_fallback(async || Trouble::NoSuchPage)
        .layer(middleware::from_fn_with_state(
            shared.clone(),
            visit::around,
        ))
        .layer(middleware::from_fn(guard::same_site))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(Extension(shared.clone()));
    let missing =
        Router::new()
            .fallback(async || Trouble::NoSuchPage)
            .layer(middleware::from_fn_with_state(
                shared.clone(),
                visit::around,
            ));
    let beyond = Beyond {
        api: shared.api.clone(),
        missing,
    };
    Router::new()
        .merge(pages)
        .merge(assets::routes())
        .merge(art::routes())
        .layer(middleware::map_response(guard::dress))
        .with_state(shared)
        .fallback_service(Router::new().fallback(elsewhere).with_state(beyond))
}

/// Who answers where no page is.
#[derive(Clone)]
struct Beyond {
    api: Router,
    missing: Router,
}

/// The API answers; a person who mistyped an address gets a page that says so.
async fn elsewhere(State(beyond): State<Beyond>, request: Request) -> Response {
    let path = request.uri().path();
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    let person = looks && !path.starts_with("/api/") && guard::wants_html(request.headers());
    let again = person.then(|| {
        let mut again = Request::new(axum::body::Body::empty());
        *again.uri_mut() = request.uri().clone();
        *again.headers_mut() = request.headers().clone();
        again
    });
    let answered = call(beyond.api, request).await;
    match again {
        Some(again) if answered.status() == StatusCode::NOT_FOUND => {
            guard::dress(call(beyond.missing, again).await).await
        }
        Some(_) | None => answered,
    }
}

async fn call(router: Router, request: Request) -> Response {
    match tower::ServiceExt::oneshot(router, request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
