//! Parked keys of all services: what is set aside and why, taking it up again, and giving an
//! event up. Nothing here decides an event: the service's own loop does.

use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::http::dead_letter::{
    DeadLetterDetailView, DeadLetterView, ParkedEventView, RedrivenView, WithReason,
};
use contracts::http::{Page, Role};
use contracts::ids::Id;
use contracts::problem::{Code, Problem};
use contracts::saga::{self, Direction};
use db::{Failed, Parked, Store};
use platform_http::{Caller, Failure, PathName};
use runtime::{Discard, ParkedKey, Redrive};

use super::Operations;
use crate::shop::Places;

/// More parked keys than this are told in parts nobody would read.
const MOST_TOLD: usize = 200;
/// The embedded log has one partition a topic.
const PART: i64 = 0;
/// How long an answer waits for the loop to have taken a key up.
const LONGEST: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(10);

pub(super) fn routes() -> Router<Operations> {
    Router::new()
        .route("/api/v1/dead-letters", get(list))
        .route("/api/v1/dead-letters/{id}", get(show))
        .route("/api/v1/dead-letters/{id}/redrive", post(redrive))
        .route("/api/v1/dead-letters/{id}/discard", post(discard))
}

/// One parked key: who set it aside, and whose events they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Letter {
    service: ServiceName,
    publisher: ServiceName,
    key: i64,
}

async fn list(
    State(operations): State<Operations>,
    caller: Caller,
) -> Result<Json<Page<DeadLetterView>>, Failure> {
    caller.require(Role::Operator)?;
    let letters = operations.places.letters();
    Ok(Json(Page {
        items: letters.context("could not read what is parked")?,
        next_cursor: None,
    }))
}

async fn show(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(id): PathName,
) -> Result<Json<DeadLetterDetailView>, Failure> {
    caller.require(Role::Operator)?;
    let (letter, rows) = operations.places.letter(&id)?;
    let view = letter.view(&rows).ok_or(Code::DeadLetterNotFound)?;
    let queue = rows.into_iter().map(|row| ParkedEventView {
        no: row.no,
        event: row.kind,
        at: row.event_at,
        why: row.why,
        body: row.body,
    });
    Ok(Json(DeadLetterDetailView {
        letter: view,
        queue: queue.collect(),
    }))
}

/// Takes the key up again, in order, as far as it goes.
async fn redrive(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(id): PathName,
) -> Result<Json<RedrivenView>, Failure> {
    caller.require(Role::Operator)?;
    let (letter, before) = operations.places.letter(&id)?;
    let key = letter.parked_key();
    operations.places.redrive(letter.service, Redrive { key });
    let parked = operations.places.once_taken_up(letter, &before).await?;
    Ok(Json(RedrivenView { parked }))
}

/// Gives the first event of the key up. What it would have done is not done: an undo may not be.
async fn discard(
    State(operations): State<Operations>,
    caller: Caller,
    PathName(id): PathName,
    platform_http::Json(body): platform_http::Json<WithReason>,
) -> Result<Json<RedrivenView>, Failure> {
    caller.require(Role::Operator)?;
    let reason = body.validate()?;
    let (letter, before) = operations.places.letter(&id)?;
    let first = before.first().ok_or(Code::DeadLetterNotFound)?;
    if letter.undoes(first) {
        let problem = Problem::new(Code::UndoNotDiscardable).detail(
            "되돌리기는 계속 다시 시도돼요. 다른 길로 정리했다면 saga resolve 를 쓰세요",
            "an undo is tried again for ever; if it was settled otherwise, use saga resolve",
        );
        return Err(problem.into());
    }
    let (key, no) = (letter.parked_key(), first.no);
    let why = format!("{}: {reason}", caller.user);
    operations
        .places
        .discard(letter.service, Discard { key, no, why });
    let parked = operations.places.once_taken_up(letter, &before).await?;
    Ok(Json(RedrivenView { parked }))
}

impl Letter {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut name = || parts.next().and_then(named);
        let (service, publisher) = (name()?, name()?);
        let key: Id<()> = parts.next()?.parse().ok()?;
        parts.next().is_none().then(|| Self {
            service,
            publisher,
            key: key.get(),
        })
    }

    fn parked_key(self) -> ParkedKey {
        ParkedKey {
            topic: self.publisher.topic().to_owned(),
            part: PART,
            key: self.key,
        }
    }

    fn undoes(self, row: &Parked) -> bool {
        let kind = Kind::ALL.iter().find(|kind| kind.name() == row.kind);
        let step = kind.and_then(|kind| saga::step_on(self.service, *kind));
        matches!(step, Some((_, Direction::Undo)))
    }

    fn view(self, rows: &[Parked]) -> Option<DeadLetterView> {
        let first = rows.first()?;
        let key = Id::<()>::new(self.key);
        Some(DeadLetterView {
            id: format!("{}.{}.{key}", self.service, self.publisher),
            service: self.service.to_string(),
            publisher: self.publisher.to_string(),
            key: key.to_string(),
            events: rows.len(),
            event: first.kind.clone(),
            why: first.why.clone(),
            attempts: first.attempts,
            retry_at: first.waits.then_some(first.retry_at),
            event_at: first.event_at,
            undo: self.undoes(first),
        })
    }
}

fn named(text: &str) -> Option<ServiceName> {
    let mut names = ServiceName::ALL.iter();
    names.find(|name| name.as_str() == text).copied()
}

impl Places {
    fn letters(&self) -> Result<Vec<DeadLetterView>, Failed> {
        let mut letters = Vec::new();
        for service in ServiceName::ALL {
            for publisher in ServiceName::ALL {
                let mut from = (publisher.topic().to_owned(), PART, i64::MIN, 0);
                while letters.len() < MOST_TOLD {
                    let next = self
                        .readers(*service)
                        .with(|reader| reader.page_from::<Parked>(&from, 1))?;
                    let Some(row) = next.first() else { break };
                    let letter = Letter {
                        service: *service,
                        publisher: *publisher,
                        key: row.key,
                    };
                    letters.extend(letter.view(&self.parked(letter)?));
                    // The next key: its events may be a thousand.
                    from = (from.0, PART, row.key.saturating_add(1), 0);
                }
            }
        }
        Ok(letters)
    }

    /// A parked key with its events.
    fn letter(&self, id: &str) -> Result<(Letter, Vec<Parked>), Failure> {
        let letter = Letter::parse(id).ok_or(Code::DeadLetterNotFound)?;
        let rows = self
            .parked(letter)
            .context("could not read what is parked")?;
        match rows.is_empty() {
            true => Err(Code::DeadLetterNotFound.into()),
            false => Ok((letter, rows)),
        }
    }

    /// The events of a key, the first first.
    fn parked(&self, letter: Letter) -> Result<Vec<Parked>, Failed> {
        let prefix = (letter.publisher.topic().to_owned(), PART, letter.key);
        self.readers(letter.service)
            .with(|reader| reader.under::<Parked, _>(prefix))
    }

    fn redrive(&self, service: ServiceName, redrive: Redrive) {
        match service {
            ServiceName::User => self.user.handle.redrive(redrive),
            ServiceName::Product => self.product.handle.redrive(redrive),
            ServiceName::Order => self.order.handle.redrive(redrive),
            ServiceName::Payment => self.payment.handle.redrive(redrive),
            ServiceName::Promotion => self.promotion.handle.redrive(redrive),
        }
    }

    fn discard(&self, service: ServiceName, discard: Discard) {
        match service {
            ServiceName::User => self.user.handle.discard(discard),
            ServiceName::Product => self.product.handle.discard(discard),
            ServiceName::Order => self.order.handle.discard(discard),
            ServiceName::Payment => self.payment.handle.discard(discard),
            ServiceName::Promotion => self.promotion.handle.discard(discard),
        }
    }

    /// How many events the key still has once the loop has been at it, or after a while.
    async fn once_taken_up(&self, letter: Letter, before: &[Parked]) -> Result<usize, Failure> {
        let mut look = tokio::time::interval(LOOK);
        let changed = async {
            loop {
                look.tick().await;
                let rows = self
                    .parked(letter)
                    .context("could not read what is parked")?;
                if rows != before {
                    return Ok::<_, Failure>(rows.len());
                }
            }
        };
        match tokio::time::timeout(LONGEST, changed).await {
            Ok(left) => left,
            Err(_as_it_was) => Ok(before.len()),
        }
    }
}
