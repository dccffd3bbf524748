//! The state of the shop at a glance: what is open, what is stuck, what is behind, how much goes
//! through, and whether it adds up.

use axum::response::Html;
use axum::routing::get;
use axum::{Extension, Router};
use contracts::http::Page as Piece;
use contracts::http::dead_letter::DeadLetterView;
use contracts::http::loops::LoopView;
use contracts::http::saga::{SagaKind, SagaView};
use contracts::time::Timestamp;
use futures::try_join;
use maud::{Markup, html};

use super::{LOOK_AGAIN_SECONDS, command, live, sagas};
use crate::format;
use crate::layout::{self, Page};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

/// The most that one page of the API has.
const MOST: usize = 100;
/// How many of the newest are listed.
const NEWEST: usize = 12;
const MINUTE_US: i64 = 60_000_000;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/console", get(show))
}

/// What the tiles tell.
struct Glance {
    running: Piece<SagaView>,
    compensating: Piece<SagaView>,
    newest: Piece<SagaView>,
    parked: Piece<DeadLetterView>,
    loops: Piece<LoopView>,
}

/// One number that somebody looks at first.
struct Tile {
    word: &'static str,
    value: String,
    note: String,
    link: &'static str,
    bad: bool,
}

async fn show(visit: Visit, Extension(shared): Extension<Shared>) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let api = &visit.api;
    let (running, compensating, newest, parked, loops) = try_join!(
        api.get("/api/v1/sagas?state=RUNNING&limit=100"),
        api.get("/api/v1/sagas?state=COMPENSATING&limit=100"),
        api.get("/api/v1/sagas?limit=100"),
        api.get("/api/v1/dead-letters"),
        api.get("/api/v1/loops"),
    )?;
    let glance = Glance {
        running,
        compensating,
        newest,
        parked,
        loops,
    };
    let words = &visit.texts().console.overview;
    let tiles = [
        open(&visit, &glance),
        oldest(&visit, &glance),
        throughput(&visit, &glance.newest.items),
        lag(&visit, &glance.loops.items),
        set_aside(&visit, &glance.parked),
        checked(&visit, &shared),
    ];
    let newest = &glance.newest.items[..glance.newest.items.len().min(NEWEST)];
    let part = html! {
        ul.tiles { @for tile in &tiles { (show_tile(tile)) } }
        section aria-labelledby="newest" {
            div.heading {
                h2 id="newest" { (words.newest) }
                a href="/console/sagas" { (words.all) }
            }
            (sagas::table(&visit, newest))
        }
    };
    let page = Page::new(words.title)
        .under("overview")
        .look_again(LOOK_AGAIN_SECONDS)
        .body(html! {
            h1 { (words.title) }
            (live(&visit, &part))
            (command(&visit, "jangteo saga list"))
        });
    Ok(layout::console(&visit, page))
}

fn show_tile(tile: &Tile) -> Markup {
    html! {
        li class=(if tile.bad { "tile bad" } else { "tile" }) {
            a href=(tile.link) {
                span.tile-word { (tile.word) }
                strong.tile-value { (tile.value) }
                span.fine { (tile.note) }
            }
        }
    }
}

/// `100+` when there are more than a page has.
fn many(page: &Piece<SagaView>) -> String {
    let more = if page.next_cursor.is_some() { "+" } else { "" };
    format!("{}{more}", page.items.len())
}

fn open(visitor: &Visitor, glance: &Glance) -> Tile {
    let words = &visitor.texts().console.overview;
    let (running, compensating) = (many(&glance.running), many(&glance.compensating));
    let all = glance.running.items.len() + glance.compensating.items.len();
    let more = running.ends_with('+') || compensating.ends_with('+');
    Tile {
        word: words.open,
        value: format!("{all}{}", if more { "+" } else { "" }),
        note: (words.open_note)(&running, &compensating),
        link: "/console/sagas?state=RUNNING",
        bad: false,
    }
}

fn oldest(visitor: &Visitor, glance: &Glance) -> Tile {
    let words = &visitor.texts().console.overview;
    let open = glance
        .running
        .items
        .iter()
        .chain(&glance.compensating.items);
    let oldest = open.min_by_key(|saga| saga.created_at);
    // A saga takes milliseconds, and expires after a minute.
    let age = oldest.map(|saga| visitor.now.micros() - saga.created_at.micros());
    Tile {
        word: words.oldest,
        value: age.map_or("–".to_owned(), format::span),
        note: oldest.map_or(words.none_open.to_owned(), |saga| {
            saga.order_number.to_string()
        }),
        link: "/console/sagas?age=60",
        bad: age.is_some_and(|age| age > MINUTE_US),
    }
}

fn throughput(visitor: &Visitor, newest: &[SagaView]) -> Tile {
    let words = &visitor.texts().console.overview;
    let orders = newest.iter().filter(|saga| saga.kind == SagaKind::Order);
    let placed: Vec<Timestamp> = orders.map(|saga| saga.created_at).collect();
    Tile {
        word: words.throughput,
        value: format::count(per_minute(&placed, visitor.now)),
        note: words.throughput_note.to_owned(),
        link: "/console/loops",
        bad: false,
    }
}

/// Orders of the last minute; when a page holds fewer than that, as its own span would have it.
fn per_minute(newest_first: &[Timestamp], now: Timestamp) -> i64 {
    let age = |at: &Timestamp| now.micros() - at.micros();
    let within = newest_first
        .iter()
        .filter(|at| age(at) <= MINUTE_US)
        .count();
    let count = i64::try_from(within).unwrap_or(i64::MAX);
    let span = newest_first.last().map_or(MINUTE_US, age).max(1);
    if within == newest_first.len() && within + NEWEST >= MOST {
        count.saturating_mul(MINUTE_US) / span
    } else {
        count
    }
}

fn lag(visitor: &Visitor, loops: &[LoopView]) -> Tile {
    let words = &visitor.texts().console.overview;
    let worst = loops.iter().max_by_key(|row| (row.lag_micros, row.unread));
    let worst = worst.filter(|row| row.unread > 0);
    Tile {
        word: words.lag,
        value: worst.map_or("0 µs".to_owned(), |row| format::span(row.lag_micros)),
        note: match worst {
            Some(row) => (words.lag_note)(&row.name, &format::count(row.unread)),
            None => words.no_lag.to_owned(),
        },
        link: "/console/loops",
        bad: worst.is_some_and(|row| row.lag_micros > 1_000_000),
    }
}

fn set_aside(visitor: &Visitor, parked: &Piece<DeadLetterView>) -> Tile {
    let words = &visitor.texts().console.overview;
    let keys = parked
        .items
        .iter()
        .filter(|letter| letter.events > 0)
        .count();
    Tile {
        word: words.parked,
        value: keys.to_string(),
        note: if keys == 0 {
            words.none_parked
        } else {
            words.parked_note
        }
        .to_owned(),
        link: "/console/parked",
        bad: keys > 0,
    }
}

fn checked(visitor: &Visitor, shared: &Shared) -> Tile {
    let words = &visitor.texts().console.overview;
    let last = shared.watched.last_check();
    let violations = last.as_ref().map(|(_, found)| found.violations.len());
    Tile {
        word: words.invariants,
        value: violations.map_or("–".to_owned(), |count| (words.violations)(count)),
        note: match last {
            Some((at, _)) => (words.checked_at)(&format::hour_minute(at)),
            None => words.never_checked.to_owned(),
        },
        link: "/console/invariants",
        bad: violations.is_some_and(|count| count > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_a_minute_are_counted_or_when_a_page_is_too_short_reckoned() {
        let now = Timestamp::from_millis(10_000_000);
        let ago = |ms: i64| Timestamp::from_millis(10_000_000 - ms);
        assert_eq!(per_minute(&[], now), 0);
        assert_eq!(per_minute(&[ago(1_000), ago(59_000), ago(61_000)], now), 2);
        let full: Vec<_> = (1..=100).map(|nth| ago(nth * 10)).collect();
        assert_eq!(per_minute(&full, now), 6_000);
    }
}
