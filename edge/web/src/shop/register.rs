//! Becoming a member. Who has registered is logged in.

use axum::Router;
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use contracts::http::user::{Password, Register, UserView};
use contracts::problem::Document;
use maud::html;
use serde::Deserialize;

use crate::api::Refused;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Field, Go};
use crate::session;
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/register", get(show).post(register))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entered {
    email: String,
    password: String,
    name: String,
    phone: String,
    address: String,
    back: String,
}

async fn show(visit: Visit, Query(entered): Query<Entered>) -> Html<String> {
    page(&visit, &entered, None)
}

async fn register(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Trouble> {
    let body = Register {
        email: entered.email.trim().to_owned(),
        password: Password::new(entered.password.as_str()),
        name: entered.name.clone(),
        phone: written(&entered.phone),
        address: written(&entered.address),
    };
    match visit.api.post::<UserView>("/api/v1/users", &body).await {
        Ok(_) => {
            let login = session::log_in(&visit.api, &body.email, &entered.password);
            let go = Go::back(&entered.back).say(Notice::Registered);
            Ok(go.cookies(login.await?).into_response())
        }
        Err(Refused::Problem(problem)) if matches!(problem.status, 400 | 409) => {
            let page = page(&visit, &entered, Some(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(refused) => Err(refused.into()),
    }
}

/// An empty field says nothing.
pub(super) fn written(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn page(visitor: &Visitor, entered: &Entered, problem: Option<&Document>) -> Html<String> {
    let words = &visitor.texts().login;
    let field = |name, label, kind, value, autocomplete, required, hint| Field {
        name,
        label,
        kind,
        value,
        autocomplete,
        required,
        hint,
    };
    let (email, name) = (entered.email.as_str(), entered.name.as_str());
    let (phone, address) = (entered.phone.as_str(), entered.address.as_str());
    let fields = [
        field("email", words.email, "email", email, "email", true, None),
        field(
            "password",
            words.password,
            "password",
            "",
            "new-password",
            true,
            Some(words.password_hint),
        ),
        field("name", words.name, "text", name, "name", true, None),
        field(
            "phone",
            words.phone,
            "tel",
            phone,
            "tel",
            false,
            Some(words.optional),
        ),
        field(
            "address",
            words.address,
            "text",
            address,
            "street-address",
            false,
            Some(words.optional),
        ),
    ];
    // A fault of a field stands at the field.
    let whole = problem.filter(|problem| problem.errors.is_empty());
    let page = Page::new(words.register).under("login").body(html! {
        div.narrow {
            h1 { (words.register) }
            form.boxed method="post" action="/register" {
                (pieces::refusal(whole))
                input type="hidden" name="back" value=(entered.back);
                @for field in &fields { (field.show(problem)) }
                button.whole { (words.register_button) }
            }
        }
    });
    layout::shop(visitor, page)
}
