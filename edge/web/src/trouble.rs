//! Why there is no page, and the page that says so. A page gives a `Trouble` back; `visit`
//! renders it, because only there it is known for whom.

use std::sync::Arc;

use anyhow::anyhow;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contracts::problem::{Code, Problem};
use maud::html;

use crate::api::Refused;
use crate::layout::{self, Page};
use crate::pieces::{self, Go};
use crate::visit::{Visit, Visitor};

#[derive(Debug)]
pub(crate) enum Trouble {
    /// The page is for members.
    LogInFirst,
    NoSuchPage,
    Refused(Refused),
}

impl Trouble {
    pub(crate) fn broken(why: &'static str) -> Self {
        Self::Refused(Refused::Broken(anyhow!(why)))
    }

    /// As the API would say it.
    pub(crate) fn forbidden(visitor: &Visitor) -> Self {
        let problem = Problem::new(Code::Forbidden).document(visitor.language, None, None);
        Self::Refused(Refused::Problem(Box::new(problem)))
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// Rides on a response until somebody knows whom to tell.
#[derive(Clone)]
pub(crate) struct Untold(pub(crate) Arc<Trouble>);

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Untold(Arc::new(self)));
        response
    }
}

impl Trouble {
    /// The login that a visitor came with is over.
    pub(crate) fn ends_session(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.code().status() == 401)
    }

    pub(crate) fn told(&self, visit: &Visit) -> Response {
        let words = &visit.texts().trouble;
        match self {
            Self::LogInFirst => to_login(visit),
            Self::Refused(refused) if refused.code().status() == 401 => to_login(visit),
            Self::NoSuchPage => said(visit, 404, words.no_page, words.no_page_detail, None),
            Self::Refused(Refused::Problem(problem)) => {
                let detail = problem
                    .detail
                    .as_deref()
                    .unwrap_or_else(|| hint(visit, problem.code));
                let trace = problem.trace_id.as_deref();
                said(visit, problem.status, &problem.title, detail, trace)
            }
            Self::Refused(Refused::Broken(error)) => {
                tracing::error!(
                    url.path = visit.address,
                    error.message = format!("{error:#}"),
                    "could not make a page"
                );
                let title = Code::Internal.title(visit.language);
                said(visit, 500, title, words.try_again, None)
            }
        }
    }
}

/// The login page, which leads back to where the visitor was going.
fn to_login(visit: &Visit) -> Response {
    let back = pieces::encoded(&visit.address);
    Go::to(&format!("/login?back={back}")).into_response()
}

fn hint(visit: &Visit, code: Code) -> &'static str {
    let words = &visit.texts().trouble;
    match code.status() {
        404 => words.no_page_detail,
        403 => words.not_yours,
        429 | 503 | 504 => words.busy,
        _ => words.try_again,
    }
}

fn said(visit: &Visit, status: u16, title: &str, detail: &str, trace: Option<&str>) -> Response {
    let words = &visit.texts().trouble;
    let page = Page::new(title).body(html! {
        div.trouble {
            p.trouble-code aria-hidden="true" { (status) }
            h1 { (title) }
            p { (detail) }
            @if let Some(trace) = trace {
                p.fine { (words.trace) " " code { (trace) } }
            }
            p.actions {
                a.button href="/" { (words.home) }
                @if status >= 429 { a.button.quiet href=(visit.address) { (words.again) } }
            }
        }
    });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, layout::shop(visit, page)).into_response()
}
