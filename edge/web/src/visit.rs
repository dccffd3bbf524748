//! One visit: who comes, in which language, with which cart. Every page is rendered for one, and
//! a page that cannot be is told to one.

use std::ops::Deref;
use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{FromRequestParts, OriginalUri, Request, State};
use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contracts::http::Role;
use contracts::http::user::UserView;
use contracts::problem::{Document, Language};
use contracts::time::Timestamp;
use platform_http::Context;

use crate::api::{Api, Refused};
use crate::cart::Cart;
use crate::cookies::{cookie, secured};
use crate::notice::{self, Notice};
use crate::session::Session;
use crate::site::Shared;
use crate::text::{Texts, texts};
use crate::trouble::{Trouble, Untold};

pub(crate) const LANGUAGE: &str = "jangteo_language";
pub(crate) const THEME: &str = "jangteo_theme";
pub(crate) const KEYS: &str = "jangteo_keys";
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Named by the script when it asks for a part of a page: what is said once is not for it, and
/// would be lost to the page that follows a form.
const PART: HeaderName = HeaderName::from_static("x-part");

/// What a page is rendered for.
#[derive(Clone)]
pub(crate) struct Visit(Arc<Visitor>);

pub(crate) struct Visitor {
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    /// Whether the console listens to single keys.
    pub(crate) keys: bool,
    /// The page's own address, to come back to.
    pub(crate) address: String,
    pub(crate) api: Api,
    pub(crate) who: Who,
    pub(crate) cart: Cart,
    pub(crate) notice: Option<Notice>,
    pub(crate) now: Timestamp,
}

/// Who comes.
pub(crate) enum Who {
    Anybody,
    Member(UserView),
    /// The shop could not say who it is.
    Unknown(Box<Document>),
}

/// Light, dark, or as the visitor's system is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

impl Deref for Visit {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.0
    }
}

impl Visitor {
    pub(crate) fn texts(&self) -> &'static Texts {
        texts(self.language)
    }

    /// The member, where a page needs one.
    pub(crate) fn member(&self) -> Result<&UserView, Trouble> {
        match &self.who {
            Who::Member(member) => Ok(member),
            Who::Anybody => Err(Trouble::LogInFirst),
            Who::Unknown(problem) => Err(Trouble::Refused(Refused::Problem(problem.clone()))),
        }
    }

    pub(crate) fn is_member(&self) -> bool {
        matches!(self.who, Who::Member(_))
    }

    pub(crate) fn is_operator(&self) -> bool {
        matches!(&self.who, Who::Member(member) if member.role >= Role::Operator)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let known = parts.extensions.get::<Self>().cloned();
        known.ok_or_else(|| Trouble::broken("no visit stands around this page"))
    }
}

/// Stands around every page: knows the visitor before it, and tells what went wrong after it.
pub(crate) async fn around(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let proto = request.headers().get(FORWARDED_PROTO);
    let encrypted = proto.is_some_and(|proto| proto == "https");
    let is_opened = *request.method() == Method::GET && !request.headers().contains_key(PART);
    let accepted = match request.extract_parts::<Context>().await {
        Ok(context) => context.language,
        Err(never) => match never {},
    };
    let address = address(&request);
    let (visit, mut cookies) = begin(&shared, request.headers(), address, accepted).await;
    request.extensions_mut().insert(visit.clone());

    let mut response = next.run(request).await;

    if let Some(Untold(trouble)) = response.extensions_mut().remove::<Untold>() {
        response = trouble.told(&visit).into_response();
        if trouble.ends_session() {
            cookies = Session::ended().cookies;
        }
    }
    if is_opened && visit.notice.is_some() && is_page(&response) {
        cookies.push(notice::forget());
    }
    // What a page sets itself, such as a fresh login, comes after what was set around it.
    let own: Vec<HeaderValue> = response
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .cloned()
        .collect();
    response.headers_mut().remove(SET_COOKIE);
    for cookie in cookies.into_iter().chain(own) {
        let cookie = if encrypted { secured(&cookie) } else { cookie };
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

async fn begin(
    shared: &Shared,
    headers: &HeaderMap,
    address: String,
    accepted: Language,
) -> (Visit, Vec<HeaderValue>) {
    let language = chosen(headers).unwrap_or(accepted);
    let nobody = Api::new(shared.api.clone(), language, headers);
    let session = Session::resume(&nobody, headers).await;
    let mut cookies = session.cookies;
    let (api, who) = match &session.token {
        None => (nobody, Who::Anybody),
        Some(token) => {
            let api = nobody.clone().with_token(token);
            match api.get::<UserView>("/api/v1/users/me").await {
                Ok(member) => (api, Who::Member(member)),
                Err(Refused::Problem(problem)) if matches!(problem.status, 401 | 403 | 404) => {
                    cookies = Session::ended().cookies;
                    (nobody, Who::Anybody)
                }
                Err(Refused::Problem(problem)) => (api, Who::Unknown(problem)),
                Err(Refused::Broken(error)) => {
                    tracing::error!(error.message = format!("{error:#}"), "no account was read");
                    (nobody, Who::Anybody)
                }
            }
        }
    };
    let visitor = Visitor {
        language,
        theme: cookie(headers, THEME)
            .and_then(Theme::named)
            .unwrap_or(Theme::System),
        keys: cookie(headers, KEYS) != Some("off"),
        address,
        api,
        who,
        cart: Cart::read(headers),
        notice: Notice::read(headers),
        now: (shared.clock)(),
    };
    (Visit(Arc::new(visitor)), cookies)
}

/// The visitor's choice; without one, it is what their browser asks for.
fn chosen(headers: &HeaderMap) -> Option<Language> {
    let known = [Language::Ko, Language::En];
    let word = cookie(headers, LANGUAGE)?;
    known.into_iter().find(|language| language.tag() == word)
}

fn address(request: &Request) -> String {
    let uri = match request.extensions().get::<OriginalUri>() {
        Some(OriginalUri(uri)) => uri,
        None => request.uri(),
    };
    uri.path_and_query()
        .map_or("/", |address| address.as_str())
        .to_owned()
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    response.status().is_success() && kind.is_some_and(|kind| kind.starts_with("text/html"))
}
