//! One saga over all services: what each said and when, what is still to come, what is taken
//! back, and until when.

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use contracts::events::Kind;
use contracts::http::saga::{SagaKind, SagaStoryView, SagaView, StoryEventView};
use contracts::ids::{OrderNumber, SagaId};
use maud::{Markup, html};

use super::{LOOK_AGAIN_SECONDS, age_micros, command, lanes, live, state};
use crate::format;
use crate::layout::{self, Page};
use crate::pieces;
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/console/sagas/{id}", get(show))
}

async fn show(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let number = || {
        id.parse::<OrderNumber>()
            .map(|number| SagaId::from(number.id()))
    };
    let id = id.parse::<SagaId>().or_else(|_| number());
    let id = id.map_err(|_| Trouble::NoSuchPage)?;
    let story: SagaStoryView = visit.api.get(&format!("/api/v1/sagas/{id}")).await?;
    let words = &visit.texts().console.saga;
    let title = (words.title)(&story.saga.order_number.to_string());
    let part = html! {
        (facts(&visit, &story))
        (lanes::draw(&visit, &story))
        (events(&visit, &story.timeline, &story.saga))
    };
    let page = Page::new(&title).under("sagas");
    let page = match story.saga.state.is_at_rest() {
        true => page,
        false => page.look_again(LOOK_AGAIN_SECONDS),
    };
    let page = page.body(html! {
        nav.crumbs aria-label=(visit.texts().product.place) {
            a href="/console/sagas" { (visit.texts().console.sagas.title) }
        }
        h1 { (title) }
        (live(&visit, &part))
        (command(&visit, &format!("jangteo saga show {id}")))
        p { a href={ "/orders/" (story.saga.order_id) } { (words.as_customer) } }
    });
    Ok(layout::console(&visit, page))
}

fn facts(visitor: &Visitor, story: &SagaStoryView) -> Markup {
    let words = &visitor.texts().console.saga;
    let sagas = &visitor.texts().console.sagas;
    let saga = &story.saga;
    let remaining: Vec<&str> = story.remaining.iter().map(sagas.step).collect();
    let waits: Vec<&str> = saga.waits_for.iter().map(sagas.step).collect();
    let kind = match saga.kind {
        SagaKind::Order => words.order,
        SagaKind::Refund => sagas.refund,
    };
    html! {
        dl.facts {
            div { dt { (sagas.by_state) } dd { span role="status" { (state(visitor, saga)) } } }
            div { dt { (words.kind) } dd { (kind) } }
            div { dt { (words.id) } dd { code { (saga.saga_id) } } }
            div { dt { (sagas.began) } dd { (pieces::moment(visitor, saga.created_at)) } }
            div { dt { (sagas.took) } dd { (format::span(age_micros(saga, visitor.now))) } }
            @if let Some(code) = saga.failure_code {
                div {
                    dt { (sagas.reason) }
                    dd { code { (code) } " " (code.title(visitor.language)) }
                }
            }
            div { dt { (words.remaining) } dd { (listed(visitor, &remaining)) } }
            div { dt { (sagas.waits_for) } dd { (listed(visitor, &waits)) } }
            @if let Some(deadline) = saga.expires_at.filter(|_| !saga.state.is_at_rest()) {
                div { dt { (words.deadline) } dd {
                    time datetime=(deadline) { (format::instant(deadline)) }
                    @let left = deadline.micros() - visitor.now.micros();
                    " " span.fine { ((words.left)(&format::span(left))) }
                } }
            }
        }
    }
}

fn listed(visitor: &Visitor, steps: &[&str]) -> String {
    match steps {
        [] => visitor.texts().console.saga.none.to_owned(),
        steps => steps.join(", "),
    }
}

/// The drawing in words: everything that it shows, and the exact times.
fn events(visitor: &Visitor, events: &[StoryEventView], saga: &SagaView) -> Markup {
    let words = &visitor.texts().console.saga;
    html! {
        div {
            h2 { (words.events) }
            @if events.is_empty() { p.fine { (words.pruned) } }
            div.scroll tabindex="0" role="region" aria-label=(words.events) {
                table.data {
                    thead {
                        tr {
                            th.number scope="col" { (words.at) }
                            th.number scope="col" { (words.after) }
                            th scope="col" { (words.service) }
                            th scope="col" { (words.event) }
                            th scope="col" { (words.code) }
                        }
                    }
                    tbody {
                        @for event in events {
                            @let after = event.at.micros() - saga.created_at.micros();
                            tr {
                                td.number {
                                    time datetime=(event.at) { (format::instant(event.at)) }
                                }
                                td.number { "+" (format::span(after)) }
                                td { code { (event.service) } }
                                td { (said(visitor, event)) " " code.fine { (event.event) } }
                                td {
                                    @if let Some(code) = event.code { code { (code) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What an event means; its own name when this program is older than it.
pub(super) fn said(visitor: &Visitor, event: &StoryEventView) -> String {
    match Kind::from_name(&event.event) {
        Some(kind) => (visitor.texts().event)(Some(kind)).to_owned(),
        None => event.event.clone(),
    }
}
