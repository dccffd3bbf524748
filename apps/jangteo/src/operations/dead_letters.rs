//! Parked keys of all services: what is set aside and why, taking it up again, and giving an
//! event up. Nothing here decides an event: the service's own loop does.

use anyhow::Context as _;
use axum::extract::State;
use contracts::http::dead_letter::{
    DeadLetterDetailView, DeadLetterView, DiscardedEventView, ListDeadLetters, ParkedEventView,
    RedrivenView, WithReason,
};
use contracts::http::{Page, Role};
use contracts::problem::{Code, Fault, FieldError, Problem, Text};
use db::{Discarded, Parked};
use platform_http::{Caller, Failure, Json, Paging, PathName, Query, Routes};
use runtime::Discard;

use super::{Operations, docs};

mod letter;

pub(super) use letter::{Consumer, LONGEST, Letter};

/// Goes into the cursors of the list.
const LETTERS: &str = "dead-letters";

pub(super) fn routes() -> Routes<Operations> {
    let (again, away) = (
        "/api/v1/dead-letters/{id}/redrive",
        "/api/v1/dead-letters/{id}/discard",
    );
    Routes::of(docs::TAG)
        .get("/api/v1/dead-letters", list, docs::LETTERS)
        .get("/api/v1/dead-letters/{id}", show, docs::LETTER)
        .post(again, redrive, docs::REDRIVE)
        .post(away, discard, docs::DISCARD)
}

async fn list(
    State(operations): State<Operations>,
    caller: Caller,
    Query(filter): Query<ListDeadLetters>,
    paging: Paging,
) -> Result<Json<Page<DeadLetterView>>, Failure> {
    caller.require(Role::Operator)?;
    let consumer = filter.service.as_deref().map(consumer).transpose()?;
    let after = match paging.after::<String>(LETTERS)? {
        Some(id) => Some(Letter::parse(&id).ok_or(Code::InvalidCursor)?),
        None => None,
    };
    let letters = operations.places.letters(consumer, after, paging.rows());
    let letters = letters.context("could not read what is parked")?;
    Ok(Json(
        paging.page(LETTERS, letters, |letter| letter.id.clone()),
    ))
}

/// A key with its events, and with those of it that were given up: they stay to be looked at
/// when the key flows again.
async fn show(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(id): PathName,
) -> Result<Json<DeadLetterDetailView>, Failure> {
    caller.require(Role::Operator)?;
    let letter = Letter::parse(&id).ok_or(Code::DeadLetterNotFound)?;
    let places = &operations.places;
    let parked = places.parked(letter);
    let parked = parked.context("could not read what is parked")?;
    let discarded = places.discarded(letter);
    let discarded = discarded.context("could not read what was discarded")?;
    let view = match (parked.first(), discarded.last()) {
        (Some(_), _) => letter.view(&parked),
        (None, Some(last)) => Some(letter.flowing(last)),
        (None, None) => None,
    };
    Ok(Json(DeadLetterDetailView {
        letter: view.ok_or(Code::DeadLetterNotFound)?,
        queue: parked.into_iter().map(parked_event).collect(),
        discarded: discarded.into_iter().map(discarded_event).collect(),
    }))
}

/// Takes the key up again, in order, as far as it goes.
async fn redrive(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(id): PathName,
) -> Result<Json<RedrivenView>, Failure> {
    caller.require(Role::Operator)?;
    let places = &operations.places;
    let (letter, _) = places.letter(&id)?;
    tracing::warn!(key = id, by = %caller.actor(), "redrives a parked key");
    let asked = places.redrive(letter);
    let parked = places.once_taken_up(letter, asked).await?;
    Ok(Json(RedrivenView { parked }))
}

/// Gives the first event of the key up. What it would have done is not done: an undo may not be.
async fn discard(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(id): PathName,
    Json(body): Json<WithReason>,
) -> Result<Json<RedrivenView>, Failure> {
    caller.require(Role::Operator)?;
    let reason = body.validate()?;
    let (letter, before) = operations.places.letter(&id)?;
    let first = before.first().ok_or(Code::DeadLetterNotFound)?;
    if letter.undoes(&first.kind) {
        let problem = Problem::new(Code::UndoNotDiscardable).detail(
            "되돌리기는 계속 다시 시도돼요. 다른 길로 정리했다면 saga resolve 를 쓰세요",
            "an undo is tried again for ever; if it was settled otherwise, use saga resolve",
        );
        return Err(problem.into());
    }
    let discard = Discard {
        key: letter.parked_key(),
        no: first.no,
        by: caller.actor(),
        reason,
    };
    let asked = operations.places.discard(letter, discard);
    let parked = operations.places.once_taken_up(letter, asked).await?;
    Ok(Json(RedrivenView { parked }))
}

fn consumer(name: &str) -> Result<Consumer, Failure> {
    Consumer::named(name).ok_or_else(|| {
        let names: Vec<&str> = Consumer::all().map(Consumer::name).collect();
        let names = names.join(", ");
        let message = Text::new(
            format!("{names} 가운데 하나예요"),
            format!("must be one of {names}"),
        );
        let invalid = FieldError::new("service", Fault::Format, message);
        Problem::invalid(vec![invalid]).into()
    })
}

fn parked_event(row: Parked) -> ParkedEventView {
    ParkedEventView {
        no: row.no,
        event: row.kind,
        at: row.event_at,
        why: row.why,
        body: row.body,
    }
}

fn discarded_event(row: Discarded) -> DiscardedEventView {
    DiscardedEventView {
        event: row.kind,
        at: row.event_at,
        why: row.why,
        body: row.body,
        discarded_at: row.at,
        by: row.actor,
        reason: row.reason,
    }
}
