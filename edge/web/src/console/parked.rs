//! Keys that are set aside: an event that could not be handled, those behind it, and why.

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use contracts::http::Page as Piece;
use contracts::http::dead_letter::{DeadLetterDetailView, DeadLetterView};
use maud::{Markup, html};

use super::{LOOK_AGAIN_SECONDS, command, live};
use crate::layout::{self, Page};
use crate::pieces::{self, badge, encoded};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/console/parked", get(show_all))
        .route("/console/parked/{id}", get(show))
}

async fn show_all(visit: Visit) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let words = &visit.texts().console.parked;
    let found: Piece<DeadLetterView> = visit.api.get("/api/v1/dead-letters").await?;
    let part = html! {
        @if found.items.is_empty() { p.empty { (words.nothing) } }
        @else { (table(&visit, &found.items)) }
    };
    let page = Page::new(words.title)
        .under("parked")
        .look_again(LOOK_AGAIN_SECONDS)
        .body(html! {
            h1 { (words.title) }
            p.lead { (words.lead) }
            (live(&visit, &part))
            (command(&visit, "jangteo dlq list"))
        });
    Ok(layout::console(&visit, page))
}

fn table(visitor: &Visitor, letters: &[DeadLetterView]) -> Markup {
    let words = &visitor.texts().console.parked;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.title) {
            table.data {
                thead {
                    tr {
                        th scope="col" { (words.key) }
                        th scope="col" { (words.event) }
                        th.number scope="col" { (words.events) }
                        th scope="col" { (words.why) }
                        th.number scope="col" { (words.attempts) }
                        th scope="col" { (words.next) }
                    }
                }
                tbody {
                    @for letter in letters {
                        tr {
                            th scope="row" {
                                a href={ "/console/parked/" (encoded(&letter.id)) } {
                                    code { (letter.id) }
                                }
                            }
                            td { code { (letter.event) } }
                            td.number { (letter.events) }
                            td.wrap { (letter.why) }
                            td.number { (letter.attempts) }
                            td { (next(visitor, letter)) }
                        }
                    }
                }
            }
        }
    }
}

fn next(visitor: &Visitor, letter: &DeadLetterView) -> Markup {
    let words = &visitor.texts().console.parked;
    html! {
        @match (letter.events, letter.retry_at) {
            (0, _) => (badge("off", words.discarded)),
            (_, Some(at)) => (pieces::moment(visitor, at)),
            (_, None) => (badge("bad", words.waits)),
        }
        @if letter.undo { " " (badge("few", words.undo)) }
    }
}

async fn show(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let words = &visit.texts().console.parked;
    let path = format!("/api/v1/dead-letters/{}", encoded(&id));
    let found: DeadLetterDetailView = visit.api.get(&path).await?;
    let page = Page::new(&id).under("parked").body(html! {
        nav.crumbs aria-label=(visit.texts().product.place) {
            a href="/console/parked" { (words.title) }
        }
        h1 { code { (id) } }
        p { (found.letter.why) }
        p { (next(&visit, &found.letter)) }
        @for event in &found.queue {
            section.boxed {
                h2 { code { (event.event) } }
                p.fine { (pieces::moment(&visit, event.at)) " · " (event.why) }
                pre tabindex="0" { (event.body) }
            }
        }
        @if !found.discarded.is_empty() {
            h2 { (words.discarded) }
            @for event in &found.discarded {
                section.boxed {
                    h3 { code { (event.event) } }
                    p.fine {
                        (pieces::moment(&visit, event.discarded_at)) " · " (event.by) " · "
                        (event.reason)
                    }
                    pre tabindex="0" { (event.body) }
                }
            }
        }
        (command(&visit, &format!("jangteo dlq show {id}")))
        (command(&visit, &format!("jangteo dlq redrive {id}")))
    });
    Ok(layout::console(&visit, page))
}
