//! Logging in and out. Operators log in here like anybody else.

use axum::extract::{Form, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use contracts::http::Role;
use contracts::problem::Document;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::Refused;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Field, Go};
use crate::session;
use crate::site::{DemoLogin, Shared};
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/login", get(show).post(log_in))
        .route("/logout", post(log_out))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    back: String,
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
    #[serde(default)]
    back: String,
}

async fn show(
    visit: Visit,
    Extension(shared): Extension<Shared>,
    Query(asked): Query<Asked>,
) -> Html<String> {
    page(&visit, &shared, "", &asked.back, None)
}

async fn log_in(
    visit: Visit,
    Extension(shared): Extension<Shared>,
    Form(form): Form<Credentials>,
) -> Result<Response, Trouble> {
    match session::log_in(&visit.api, form.email.trim(), &form.password).await {
        Ok(cookies) => {
            let go = Go::back(&form.back).say(Notice::LoggedIn);
            Ok(go.cookies(cookies).into_response())
        }
        Err(Refused::Problem(problem)) if matches!(problem.status, 400 | 401 | 403) => {
            let page = page(&visit, &shared, &form.email, &form.back, Some(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn log_out(visit: Visit, headers: HeaderMap) -> Go {
    let cookies = session::log_out(&visit.api, &headers).await;
    Go::to("/").say(Notice::LoggedOut).cookies(cookies)
}

fn page(
    visitor: &Visitor,
    shared: &Shared,
    email: &str,
    back: &str,
    problem: Option<&Document>,
) -> Html<String> {
    let words = &visitor.texts().login;
    let fields = [
        Field {
            name: "email",
            label: words.email,
            kind: "email",
            value: email,
            autocomplete: "username",
            required: true,
            hint: None,
        },
        Field {
            name: "password",
            label: words.password,
            kind: "password",
            value: "",
            autocomplete: "current-password",
            required: true,
            hint: None,
        },
    ];
    let register = pieces::address("/register", &[("back", back)]);
    let page = Page::new(words.title).under("login").body(html! {
        div.narrow {
            h1 { (words.title) }
            form.boxed method="post" action="/login" {
                (pieces::refusal(problem))
                input type="hidden" name="back" value=(back);
                @for field in &fields { (field.show(problem)) }
                button.whole { (words.log_in) }
            }
            p { (words.new_here) " " a href=(register) { (words.register) } }
            @if !shared.demo_logins.is_empty() { (demo(visitor, &shared.demo_logins, back)) }
        }
    });
    layout::shop(visitor, page)
}

/// The accounts of a demonstration, one press each.
fn demo(visitor: &Visitor, logins: &[DemoLogin], back: &str) -> Markup {
    let words = &visitor.texts().login;
    html! {
        section.boxed.demo aria-labelledby="demo" {
            h2 id="demo" { (words.demo) }
            p.fine { (words.demo_lead) }
            @for login in logins {
                form method="post" action="/login" {
                    input type="hidden" name="back" value=(back);
                    input type="hidden" name="email" value=(login.email);
                    input type="hidden" name="password" value=(login.password);
                    button.quiet.whole {
                        @match login.role {
                            Role::Shopper => (words.demo_shopper),
                            Role::Operator | Role::Admin => (words.demo_operator),
                        }
                        " " code { (login.email) }
                    }
                }
            }
        }
    }
}
