//! The operations console, one file a page. It only looks: whatever changes something is the
//! command line's, and every page names the command that shows the same.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use contracts::http::invariants::InvariantsView;
use contracts::http::loops::LoopView;
use contracts::http::saga::{SagaState, SagaView};
use contracts::time::Timestamp;
use maud::{Markup, html};

use crate::pieces::badge;
use crate::site::Shared;
use crate::visit::Visitor;

/// The state of the shop at a glance.
mod overview;

/// Sagas by state, step and age.
mod sagas;

/// One saga over all services.
mod saga;

/// The drawing of one saga.
mod lanes;

/// Keys that are set aside.
mod parked;

/// The loops: what they did, how fast, and how far behind they are.
mod loops;

/// Whether stock, points and coupons add up.
mod invariants;

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .merge(overview::routes())
        .merge(sagas::routes())
        .merge(saga::routes())
        .merge(parked::routes())
        .merge(loops::routes())
        .merge(invariants::routes())
}

/// A page is drawn anew so often: with the request and the drawing, a change is seen within a
/// second.
const REFRESH_MS: &str = "500";
/// Without scripts, more rarely: the whole page is loaded.
const LOOK_AGAIN_SECONDS: u32 = 5;
/// Rates are over this long at most.
const WINDOW_US: i64 = 60_000_000;
/// Two samples closer than this would say little.
const APART_US: i64 = 500_000;

/// What the console has seen, for all who look: it is made by looking, and lost with the process.
#[derive(Default)]
pub(crate) struct Watched {
    checked: Mutex<Option<(Timestamp, InvariantsView)>>,
    samples: Mutex<VecDeque<Sample>>,
}

/// How many inputs each loop had decided at some time.
struct Sample {
    at: Timestamp,
    inputs: Vec<(String, u64)>,
}

impl Watched {
    fn last_check(&self) -> Option<(Timestamp, InvariantsView)> {
        self.checked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn checked(&self, at: Timestamp, found: InvariantsView) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, found));
    }

    /// Inputs a second of each loop, over the last minute as far as somebody looked; none at the
    /// first look.
    fn rates(&self, now: Timestamp, loops: &[LoopView]) -> Vec<Option<f64>> {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        while samples
            .front()
            .is_some_and(|sample| now.micros() - sample.at.micros() > WINDOW_US)
        {
            samples.pop_front();
        }
        if samples
            .back()
            .is_none_or(|last| now.micros() - last.at.micros() >= APART_US)
        {
            let inputs = loops
                .iter()
                .map(|row| (row.name.clone(), row.inputs))
                .collect();
            samples.push_back(Sample { at: now, inputs });
        }
        let first = samples.front();
        let rate = |row: &LoopView| {
            let first = first?;
            let (_, before) = first.inputs.iter().find(|(name, _)| *name == row.name)?;
            let micros = now.micros() - first.at.micros();
            // A loop that was opened again counts from nothing.
            let inputs = row.inputs.checked_sub(*before)?;
            (micros >= APART_US).then(|| inputs as f64 * 1e6 / micros as f64)
        };
        loops.iter().map(rate).collect()
    }
}

/// The part of a page that is drawn anew while it is looked at.
fn live(visitor: &Visitor, part: &Markup) -> Markup {
    let words = &visitor.texts().console.frame;
    html! {
        div.live-bar {
            p.fine { span.pulse aria-hidden="true" {} (words.live) }
            button.link data-pause=(words.resume) hidden { (words.pause) }
        }
        div id="live" data-refresh=(REFRESH_MS) { (part) }
    }
}

/// The command that shows the same.
fn command(visitor: &Visitor, command: &str) -> Markup {
    let words = &visitor.texts().console.frame;
    html! {
        p.command {
            span.fine { (words.command) }
            code { (command) }
            button.link data-copy=(command) data-copied=(words.copied) hidden { (words.copy) }
        }
    }
}

fn state(visitor: &Visitor, saga: &SagaView) -> Markup {
    let words = &visitor.texts().console.sagas;
    let kind = match saga.state {
        SagaState::Running | SagaState::Compensating => "now",
        SagaState::Completed => "good",
        SagaState::Compensated => "off",
    };
    html! {
        (badge(kind, (words.state)(saga.state)))
        @if saga.parked { " " (badge("bad", words.parked)) }
    }
}

/// When nothing more of it was to come; none while something is.
fn rested_at(saga: &SagaView) -> Option<Timestamp> {
    match saga.state {
        SagaState::Running | SagaState::Compensating => None,
        SagaState::Completed => saga.ended_at,
        SagaState::Compensated => saga.compensated_at.or(saga.ended_at),
    }
}

/// How long it took, or has taken.
fn age_micros(saga: &SagaView, now: Timestamp) -> i64 {
    rested_at(saga).unwrap_or(now).micros() - saga.created_at.micros()
}

#[cfg(test)]
mod tests;
