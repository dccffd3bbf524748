//! The drawing of one saga: a lane per service, from left to right what each said, dashed what is
//! still to come. Columns follow time and are as wide as their words, since most steps take a
//! millisecond and one may take a minute; the times stand above them.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::http::saga::{SagaState, SagaStoryView, StoryEventView};
use contracts::saga::{self, Form, Step};
use maud::{Markup, PreEscaped, html};

use super::saga::said;
use crate::format;
use crate::visit::Visitor;

const LANES: [ServiceName; 4] = [
    ServiceName::Order,
    ServiceName::Product,
    ServiceName::Promotion,
    ServiceName::Payment,
];
const LABEL: usize = 96;
const COLUMN: usize = 148;
const BOX_WIDTH: usize = 132;
const TOP: usize = 34;
const LANE: usize = 62;
const BOX_HEIGHT: usize = 42;

/// One box of the drawing.
struct Cell {
    lane: usize,
    class: &'static str,
    word: String,
    note: String,
    /// Above its column; none for what has not happened.
    time: Option<String>,
}

pub(super) fn draw(visitor: &Visitor, story: &SagaStoryView) -> Markup {
    let words = &visitor.texts().console.saga;
    let cells = cells(visitor, story);
    let width = LABEL + COLUMN * cells.len().max(1);
    let height = TOP + LANE * LANES.len();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.drawing) {
            svg.lanes width=(width) height=(height)
                role="img" aria-label=((words.described)(cells.len())) {
                @for (at, service) in LANES.iter().enumerate() {
                    @let y = TOP + LANE * at;
                    rect class=(if at % 2 == 0 { "lane" } else { "lane odd" })
                        x="0" y=(y) width="100%" height=(LANE) {}
                    text.lane-name x="12" y=(y + LANE / 2 + 5) { (service.as_str()) }
                }
                (PreEscaped(paths(&cells)))
                @for (at, cell) in cells.iter().enumerate() { (show_cell(at, cell)) }
            }
        }
    }
}

fn show_cell(at: usize, cell: &Cell) -> Markup {
    let x = LABEL + COLUMN * at + (COLUMN - BOX_WIDTH) / 2;
    let y = TOP + LANE * cell.lane + (LANE - BOX_HEIGHT) / 2;
    let middle = x + BOX_WIDTH / 2;
    html! {
        @if let Some(time) = &cell.time {
            text.time x=(middle) y=(TOP - 12) text-anchor="middle" { (time) }
        }
        g class={ "cell " (cell.class) } {
            rect x=(x) y=(y) width=(BOX_WIDTH) height=(BOX_HEIGHT) rx="8" {}
            @let down = if cell.note.is_empty() { 26 } else { 18 };
            text x=(middle) y=(y + down) text-anchor="middle" { (cell.word) }
            text.note x=(middle) y=(y + 33) text-anchor="middle" { (cell.note) }
        }
    }
}

/// Lines from each box to the next, dashed towards what is to come. Only numbers go in.
fn paths(cells: &[Cell]) -> String {
    let mut paths = String::new();
    for (at, pair) in cells.windows(2).enumerate() {
        let from_x = LABEL + COLUMN * at + (COLUMN + BOX_WIDTH) / 2;
        let to_x = LABEL + COLUMN * (at + 1) + (COLUMN - BOX_WIDTH) / 2;
        let y = |cell: &Cell| TOP + LANE * cell.lane + LANE / 2;
        let (from_y, to_y) = (y(&pair[0]), y(&pair[1]));
        let middle = from_x.midpoint(to_x);
        let class = if pair[1].time.is_none() {
            "link ahead"
        } else {
            "link"
        };
        paths.push_str(&format!(
            "<path class=\"{class}\" d=\"M{from_x} {from_y}C{middle} {from_y} {middle} {to_y} \
             {to_x} {to_y}\"/>"
        ));
    }
    paths
}

fn cells(visitor: &Visitor, story: &SagaStoryView) -> Vec<Cell> {
    let began = story.saga.created_at.micros();
    let happened = story.timeline.iter().filter_map(|event| {
        let lane = LANES
            .iter()
            .position(|lane| lane.as_str() == event.service)?;
        let (class, note) = class_of(event);
        Some(Cell {
            lane,
            class,
            word: said(visitor, event),
            note,
            time: Some(format!("+{}", format::span(event.at.micros() - began))),
        })
    });
    happened.chain(ahead(visitor, story)).collect()
}

/// How a box looks, and what stands below its word.
fn class_of(event: &StoryEventView) -> (&'static str, String) {
    let kind = Kind::from_name(&event.event);
    let code = event.code.map(|code| code.as_str().to_owned());
    let step = event.step.clone().unwrap_or_default();
    match kind {
        Some(kind) if saga::failures().contains(kind) => ("failed", code.unwrap_or(step)),
        Some(Kind::OrderCancelled) => ("failed", code.unwrap_or_default()),
        _ if event.undo => ("undo", step),
        Some(kind) if saga::ends().contains(kind) => ("end", step),
        Some(_) | None => ("did", step),
    }
}

/// The steps to come, or the undos that are owed.
fn ahead(visitor: &Visitor, story: &SagaStoryView) -> Vec<Cell> {
    let words = &visitor.texts().console.sagas;
    let undoing = story.saga.state == SagaState::Compensating;
    let steps = match undoing {
        true => story.saga.waits_for,
        false => story.remaining,
    };
    let cell = |step: Step| {
        let service = service_of(step)?;
        Some(Cell {
            lane: LANES.iter().position(|lane| *lane == service)?,
            class: if undoing { "ahead undo" } else { "ahead" },
            word: (words.step)(step).to_owned(),
            note: if undoing { words.undo } else { words.to_come }.to_owned(),
            time: None,
        })
    };
    steps.iter().filter_map(cell).collect()
}

/// Who does a step, as the saga table has it.
fn service_of(step: Step) -> Option<ServiceName> {
    let table = saga::table();
    let mut rows = table.sagas.iter().flat_map(|saga| &saga.rows);
    let row = rows.find(|row| matches!(&row.form, Form::On { step: known, .. } if *known == step));
    row.map(|row| row.service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_saga_table_says_who_does_a_step() {
        for (step, service) in [
            (Step::DeductStock, ServiceName::Product),
            (Step::ApplyCoupon, ServiceName::Promotion),
            (Step::PayPoints, ServiceName::Payment),
            (Step::ConfirmOrder, ServiceName::Order),
            (Step::ReturnPoints, ServiceName::Payment),
        ] {
            assert_eq!(service_of(step), Some(service), "{step}");
        }
    }

    #[test]
    fn lines_lead_from_box_to_box() {
        let cell = |lane, time: Option<&str>| Cell {
            lane,
            class: "did",
            word: String::new(),
            note: String::new(),
            time: time.map(str::to_owned),
        };
        let drawn = paths(&[cell(0, Some("+0")), cell(2, Some("+1")), cell(1, None)]);
        assert_eq!(drawn.matches("<path").count(), 2);
        assert_eq!(drawn.matches("link ahead").count(), 1);
        assert_eq!(paths(&[]), "");
    }
}
