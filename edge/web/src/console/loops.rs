//! The loops: what they have decided, how fast, and how far behind the log they are.

use axum::response::Html;
use axum::routing::get;
use axum::{Extension, Router};
use contracts::http::Page as Piece;
use contracts::http::loops::LoopView;
use contracts::http::outbox::OutboxView;
use futures::try_join;
use maud::{Markup, html};

use super::{LOOK_AGAIN_SECONDS, command, live};
use crate::format;
use crate::layout::{self, Page};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/console/loops", get(show))
}

async fn show(visit: Visit, Extension(shared): Extension<Shared>) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let words = &visit.texts().console.loops;
    let (loops, outbox) = try_join!(
        visit.api.get::<Piece<LoopView>>("/api/v1/loops"),
        visit.api.get::<Piece<OutboxView>>("/api/v1/outbox"),
    )?;
    let rates = shared.watched.rates(visit.now, &loops.items);
    let part = html! {
        (table(&visit, &loops.items, &rates))
        h2 { (words.log) }
        (log(&visit, &outbox.items))
    };
    let page = Page::new(words.title)
        .under("loops")
        .look_again(LOOK_AGAIN_SECONDS)
        .body(html! {
            h1 { (words.title) }
            p.lead { (words.lead) }
            (live(&visit, &part))
            (command(&visit, "jangteo outbox status"))
        });
    Ok(layout::console(&visit, page))
}

fn table(visitor: &Visitor, loops: &[LoopView], rates: &[Option<f64>]) -> Markup {
    let words = &visitor.texts().console.loops;
    let count = |number: u64| format::count(i64::try_from(number).unwrap_or(i64::MAX));
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.title) {
            table.data {
                thead {
                    tr {
                        th scope="col" { (words.name) }
                        th.number scope="col" { (words.rate) }
                        th.number scope="col" { (words.lag) }
                        th.number scope="col" { (words.unread) }
                        th.number scope="col" { (words.inputs) }
                        th.number scope="col" { (words.batches) }
                        th.number scope="col" { (words.repeats) }
                        th.number scope="col" { (words.rollbacks) }
                        th.number scope="col" { (words.reopened) }
                    }
                }
                tbody {
                    @for (row, rate) in loops.iter().zip(rates) {
                        tr {
                            th scope="row" { code { (row.name) } }
                            td.number {
                                @match rate {
                                    Some(rate) => { (format!("{rate:.1}/s")) },
                                    None => "–",
                                }
                            }
                            td.number { (format::span(row.lag_micros)) }
                            td.number { (format::count(row.unread)) }
                            td.number { (count(row.inputs)) }
                            td.number { (count(row.batches)) }
                            td.number { (count(row.repeats)) }
                            td.number { (count(row.rollbacks)) }
                            td.number { (count(row.reopened)) }
                        }
                    }
                }
            }
        }
    }
}

fn log(visitor: &Visitor, outbox: &[OutboxView]) -> Markup {
    let words = &visitor.texts().console.loops;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.log) {
            table.data {
                thead {
                    tr {
                        th scope="col" { (words.topic) }
                        th.number scope="col" { (words.written) }
                        th scope="col" { (words.readers) }
                    }
                }
                tbody {
                    @for topic in outbox {
                        tr {
                            th scope="row" { code { (topic.topic) } }
                            td.number { (format::count(topic.next - 1)) }
                            td {
                                @for (at, reader) in topic.consumers.iter().enumerate() {
                                    @if at > 0 { ", " }
                                    code { (reader.consumer) }
                                    @if reader.behind > 0 {
                                        " " ((words.behind)(&format::count(reader.behind)))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
