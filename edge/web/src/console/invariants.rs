//! Whether stock, points and coupons add up. A check reads whole tables, so it runs when somebody
//! asks, and its result stays for everybody until the next.

use axum::response::Html;
use axum::routing::get;
use axum::{Extension, Router};
use contracts::http::invariants::InvariantsView;
use maud::{Markup, html};

use super::command;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Go, badge};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/console/invariants", get(show).post(check))
}

async fn check(visit: Visit, Extension(shared): Extension<Shared>) -> Result<Go, Trouble> {
    visit.member()?;
    let found: InvariantsView = visit.api.get("/api/v1/invariants?atRest=true").await?;
    shared.watched.checked((shared.clock)(), found);
    Ok(Go::to("/console/invariants").say(Notice::Checked))
}

async fn show(visit: Visit, Extension(shared): Extension<Shared>) -> Result<Html<String>, Trouble> {
    // The last result is kept here: the API is not asked, so its guard is asked for by hand.
    visit.member()?;
    if !visit.is_operator() {
        return Err(Trouble::forbidden(&visit));
    }
    let words = &visit.texts().console.invariants;
    let last = shared.watched.last_check();
    let page = Page::new(words.title).under("invariants").body(html! {
        h1 { (words.title) }
        p.lead { (words.lead) }
        form method="post" action="/console/invariants" { button { (words.check) } }
        @match &last {
            None => { p.empty { (words.never) } }
            Some((at, found)) => {
                p.fine { (words.checked_at) " " (pieces::moment(&visit, *at)) }
                (result(&visit, found))
            }
        }
        (command(&visit, "jangteo verify --at-rest"))
    });
    Ok(layout::console(&visit, page))
}

fn result(visitor: &Visitor, found: &InvariantsView) -> Markup {
    let words = &visitor.texts().console.invariants;
    html! {
        @if found.violations.is_empty() {
            p.said { (words.holds) }
        } @else {
            ul.said.bad {
                @for violation in &found.violations {
                    li {
                        strong { code { (violation.invariant) } " " (violation.subject) }
                        " " (violation.witness)
                    }
                }
            }
        }
        @if !found.unrest.is_empty() {
            p.fine { (words.unrest) " " (found.unrest.join(", ")) }
        }
        @for exception in &found.exceptions {
            p.fine { (words.exception) " " (exception) }
        }
        ul.checks {
            @for checked in &found.checked {
                @let broken = found.violations.iter().any(|it| it.invariant == checked.invariant);
                li {
                    @if broken { (badge("bad", words.broken)) }
                    @else { (badge("good", words.kept)) }
                    " " code { (checked.invariant) } " " span lang="en" { (checked.meaning) }
                }
            }
        }
    }
}
