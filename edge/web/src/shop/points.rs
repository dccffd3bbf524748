//! Points: what is left, charging more, and where they came from and went.

use axum::Router;
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use contracts::events::payment::PointDirection;
use contracts::http::Page as Piece;
use contracts::http::payment::{
    BalanceView, CHARGE_MAX_WON, ChargePoints, ChargeView, PointLedgerView,
};
use contracts::money::Money;
use contracts::problem::Document;
use futures::try_join;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::Refused;
use crate::format;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Go, address};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

/// Charged with one press.
const AMOUNTS: [i64; 3] = [10_000, 50_000, 100_000];

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/points", get(show).post(charge))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    #[serde(rename = "type")]
    kind: String,
    cursor: String,
    /// What is missing somewhere else, and where.
    amount: String,
    back: String,
}

#[derive(Deserialize)]
struct Charge {
    key: String,
    /// The button that was pressed; without one, it is what was written.
    preset: Option<i64>,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    back: String,
}

async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Html<String>, Trouble> {
    page(&visit, &wanted, None).await
}

async fn charge(visit: Visit, Form(form): Form<Charge>) -> Result<Response, Trouble> {
    visit.member()?;
    let digits: String = form.amount.chars().filter(char::is_ascii_digit).collect();
    let amount = form.preset.or_else(|| digits.parse().ok()).unwrap_or(0);
    let body = ChargePoints { amount };
    let path = "/api/v1/points/me/charge";
    match visit
        .api
        .command::<ChargeView>(path, &body, &form.key)
        .await
    {
        Ok(_) => {
            let back = if form.back.is_empty() {
                "/points"
            } else {
                &form.back
            };
            Ok(Go::back(back).say(Notice::PointsCharged).into_response())
        }
        Err(Refused::Problem(problem)) if matches!(problem.status, 400 | 422) => {
            let wanted = Wanted {
                amount: form.amount,
                back: form.back,
                ..Wanted::default()
            };
            let page = page(&visit, &wanted, Some(&problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn page(
    visit: &Visit,
    wanted: &Wanted,
    problem: Option<&Document>,
) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let words = &visit.texts().points;
    let kind = ("type", wanted.kind.as_str());
    let list = address(
        "/api/v1/points/me/history",
        &[kind, ("cursor", &wanted.cursor)],
    );
    let (balance, history) = try_join!(
        visit.api.get::<BalanceView>("/api/v1/points/me"),
        visit.api.get::<Piece<PointLedgerView>>(&list),
    )?;
    let tabs = [
        ("", words.all),
        ("CHARGE", words.charged),
        ("USE", words.used),
        ("REFUND", words.returned),
    ];
    let tabs = tabs.map(|(value, word)| {
        let to = address("/points", &[("type", value)]);
        (word.to_owned(), to, wanted.kind == value)
    });
    let next = history.next_cursor.as_deref();
    let page = Page::new(words.title).under("points").body(html! {
        h1 { (words.title) }
        div.columns {
            section aria-labelledby="history" {
                h2 id="history" { (words.history) }
                (pieces::tabs(words.history, &tabs))
                @if history.items.is_empty() { p.fine { (words.nothing) } }
                ul.rows { @for row in &history.items { (self::row(visit, row)) } }
                (pieces::more(visit, next, |cursor| {
                    address("/points", &[kind, ("cursor", cursor)])
                }))
            }
            aside.sum {
                p.fine { (words.balance) }
                p.price.grand { (pieces::won(visit, balance.balance)) }
                (charge_form(visit, wanted, problem))
            }
        }
    });
    Ok(layout::shop(visit, page))
}

fn charge_form(visitor: &Visitor, wanted: &Wanted, problem: Option<&Document>) -> Markup {
    let words = &visitor.texts().points;
    let most = format::won(Money::new(CHARGE_MAX_WON), visitor.language);
    let hint = (words.at_most)(&most);
    html! {
        form method="post" action="/points" {
            h2 { (words.charge) }
            (pieces::key_field())
            input type="hidden" name="back" value=(wanted.back);
            @if problem.is_some_and(|problem| problem.errors.is_empty()) {
                (pieces::refusal(problem))
            }
            @let field = pieces::Field {
                name: "amount",
                label: words.amount,
                kind: "text",
                value: &wanted.amount,
                autocomplete: "off",
                required: false,
                hint: Some(&hint),
            };
            (field.show(problem))
            button.whole { (words.charge_button) }
            div.presets {
                @for amount in AMOUNTS {
                    button.quiet name="preset" value=(amount) {
                        "+" (format::won(Money::new(amount), visitor.language))
                    }
                }
            }
        }
    }
}

fn row(visitor: &Visitor, row: &PointLedgerView) -> Markup {
    let words = &visitor.texts().points;
    let (word, sign, class) = match row.kind {
        PointDirection::Charge => (words.charged, "+", "amount plus"),
        PointDirection::Use => (words.used, "−", "amount"),
        PointDirection::Refund => (words.returned, "+", "amount plus"),
    };
    html! {
        li {
            div.what {
                strong { (word) }
                p.fine { (pieces::moment(visitor, row.created_at)) }
                @if let Some(order) = row.order_id {
                    p.fine { a href={ "/orders/" (order) } { (words.order) } }
                }
            }
            p class=(class) {
                (sign) (pieces::won(visitor, row.amount))
                span.fine { (words.after) " " (pieces::won(visitor, row.balance_after)) }
            }
        }
    }
}
