//! Sagas by state, step and age, the newest first.

use axum::Router;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contracts::http::Page as Piece;
use contracts::http::saga::{SagaKind, SagaState, SagaView};
use contracts::ids::{OrderNumber, SagaId};
use contracts::saga::Step;
use maud::{Markup, html};
use serde::Deserialize;

use super::{LOOK_AGAIN_SECONDS, age_micros, command, live, state};
use crate::format;
use crate::layout::{self, Page};
use crate::pieces::{self, Go, address};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

/// The steps that a saga can wait for.
const STEPS: [Step; 8] = [
    Step::DeductStock,
    Step::ApplyCoupon,
    Step::PayPoints,
    Step::ConfirmOrder,
    Step::ReturnStock,
    Step::ReturnCoupon,
    Step::ReturnPoints,
    Step::FinishRefund,
];

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/console/sagas", get(show))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    state: String,
    step: String,
    age: String,
    cursor: String,
    /// An order's number or a saga's id: leads straight to it.
    find: String,
}

impl Wanted {
    fn filter(&self) -> [(&'static str, &str); 3] {
        [
            ("state", &self.state),
            ("step", &self.step),
            ("age", &self.age),
        ]
    }

    fn at(&self, path: &str, cursor: &str) -> String {
        let [state, step, age] = self.filter();
        address(path, &[state, step, age, ("cursor", cursor)])
    }

    fn command(&self) -> String {
        let named = self
            .filter()
            .into_iter()
            .filter(|(_, value)| !value.is_empty());
        let flags = named.map(|(name, value)| format!(" --{name} {value}"));
        format!("jangteo saga list{}", flags.collect::<String>())
    }
}

async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Trouble> {
    visit.member()?;
    if let Some(saga) = found(&wanted.find) {
        return Ok(Go::to(&format!("/console/sagas/{saga}")).into_response());
    }
    let words = &visit.texts().console.sagas;
    let list = wanted.at("/api/v1/sagas", &wanted.cursor);
    let found: Piece<SagaView> = visit.api.get(&list).await?;
    let next = found.next_cursor.as_deref();
    let part = html! {
        @if found.items.is_empty() { p.empty { (words.nothing) } }
        @else { (table(&visit, &found.items)) }
        (pieces::more(&visit, next, |cursor| wanted.at("/console/sagas", cursor)))
    };
    let page = Page::new(words.title)
        .under("sagas")
        .look_again(LOOK_AGAIN_SECONDS)
        .body(html! {
            h1 { (words.title) }
            (filters(&visit, &wanted))
            (live(&visit, &part))
            (command(&visit, &wanted.command()))
        });
    Ok(layout::console(&visit, page).into_response())
}

fn found(text: &str) -> Option<SagaId> {
    let text = text.trim();
    let number = text
        .parse::<OrderNumber>()
        .map(|number| SagaId::from(number.id()));
    number.ok().or_else(|| text.parse().ok())
}

fn filters(visitor: &Visitor, wanted: &Wanted) -> Markup {
    let words = &visitor.texts().console.sagas;
    html! {
        form.filters action="/console/sagas" {
            div.field {
                label for="state" { (words.by_state) }
                select id="state" name="state" {
                    option value="" { (words.any) }
                    @for state in SagaState::ALL {
                        option value=(state.as_str()) selected[wanted.state == state.as_str()] {
                            ((words.state)(state))
                        }
                    }
                }
            }
            div.field {
                label for="step" { (words.by_step) }
                select id="step" name="step" {
                    option value="" { (words.any) }
                    @for step in STEPS {
                        option value=(step.slug()) selected[wanted.step == step.slug()] {
                            ((words.step)(step))
                        }
                    }
                }
            }
            div.field {
                label for="age" { (words.by_age) }
                input id="age" name="age" type="number" min="0" value=(wanted.age);
            }
            div.field {
                label for="find" { (words.find) }
                input id="find" name="find" type="text" autocomplete="off" data-key="/"
                    placeholder=(words.find_hint);
            }
            button { (words.apply) }
        }
    }
}

/// Sagas as rows; each leads to its timeline.
pub(super) fn table(visitor: &Visitor, sagas: &[SagaView]) -> Markup {
    let words = &visitor.texts().console.sagas;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.title) {
            table.data {
                thead {
                    tr {
                        th scope="col" { (words.order) }
                        th scope="col" { (words.by_state) }
                        th scope="col" { (words.waits_for) }
                        th scope="col" { (words.reason) }
                        th.number scope="col" { (words.began) }
                        th.number scope="col" { (words.took) }
                    }
                }
                tbody { @for saga in sagas { (row(visitor, saga)) } }
            }
        }
    }
}

fn row(visitor: &Visitor, saga: &SagaView) -> Markup {
    let words = &visitor.texts().console.sagas;
    let waits: Vec<&str> = saga.waits_for.iter().map(words.step).collect();
    html! {
        tr {
            th scope="row" {
                a href={ "/console/sagas/" (saga.saga_id) } { code { (saga.order_number) } }
                @if saga.kind == SagaKind::Refund { " " span.fine { (words.refund) } }
            }
            td { (state(visitor, saga)) }
            td { (waits.join(", ")) }
            td { (saga.failure_code.map(|code| code.as_str()).unwrap_or_default()) }
            td.number {
                time datetime=(saga.created_at) {
                    (format::instant(saga.created_at))
                }
            }
            td.number { (format::span(age_micros(saga, visitor.now))) }
        }
    }
}
