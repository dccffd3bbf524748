//! The account: name, phone and address, logging out, and leaving the shop for good.

use axum::Router;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use contracts::http::user::{UpdateProfile, UserView};
use contracts::problem::Document;
use maud::{Markup, html};
use serde::Deserialize;

use super::register::written;
use crate::api::Refused;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{Field, Go};
use crate::session::Session;
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/account", get(show).post(save))
        .route("/account/close", post(close))
}

#[derive(Deserialize)]
struct Entered {
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    address: String,
}

#[derive(Deserialize)]
struct Close {
    /// Ticked, or absent.
    sure: Option<String>,
}

async fn show(visit: Visit) -> Result<Html<String>, Trouble> {
    let member = visit.member()?;
    let entered = Entered {
        name: member.name.clone(),
        phone: member.phone.clone().unwrap_or_default(),
        address: member.address.clone().unwrap_or_default(),
    };
    Ok(page(&visit, member, &entered, None))
}

async fn save(visit: Visit, Form(entered): Form<Entered>) -> Result<Response, Trouble> {
    let member = visit.member()?;
    let body = UpdateProfile {
        name: Some(entered.name.clone()),
        phone: Some(written(&entered.phone)),
        address: Some(written(&entered.address)),
    };
    match visit.api.patch::<UserView>("/api/v1/users/me", &body).await {
        Ok(_) => Ok(Go::to("/account").say(Notice::AccountSaved).into_response()),
        Err(Refused::Problem(problem)) if problem.status == 400 => {
            let page = page(&visit, member, &entered, Some(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn close(visit: Visit, Form(close): Form<Close>) -> Result<Go, Trouble> {
    visit.member()?;
    if close.sure.is_none() {
        return Ok(Go::to("/account"));
    }
    visit.api.delete("/api/v1/users/me").await?;
    let cookies = Session::ended().cookies;
    Ok(Go::to("/").say(Notice::AccountClosed).cookies(cookies))
}

fn page(
    visitor: &Visitor,
    member: &UserView,
    entered: &Entered,
    problem: Option<&Document>,
) -> Html<String> {
    let words = &visitor.texts().login;
    let field = |name, label, kind, value, autocomplete, required| Field {
        name,
        label,
        kind,
        value,
        autocomplete,
        required,
        hint: None,
    };
    let fields = [
        field(
            "name",
            words.name,
            "text",
            entered.name.as_str(),
            "name",
            true,
        ),
        field(
            "phone",
            words.phone,
            "tel",
            entered.phone.as_str(),
            "tel",
            false,
        ),
        field(
            "address",
            words.address,
            "text",
            entered.address.as_str(),
            "street-address",
            false,
        ),
    ];
    let page = Page::new(words.account).under("account").body(html! {
        div.narrow {
            h1 { (words.account) }
            p { (member.email) }
            form.boxed method="post" action="/account" {
                @for field in &fields { (field.show(problem)) }
                button.whole { (words.save) }
            }
            form method="post" action="/logout" { button.quiet.whole { (words.log_out) } }
            (leave(visitor))
        }
    });
    layout::shop(visitor, page)
}

fn leave(visitor: &Visitor) -> Markup {
    let words = &visitor.texts().login;
    html! {
        details.boxed {
            summary { (words.close) }
            form method="post" action="/account/close" {
                p { (words.close_lead) }
                label.tick {
                    input type="checkbox" name="sure" value="yes" required;
                    " " (words.close_sure)
                }
                button.quiet.whole { (words.close) }
            }
        }
    }
}
