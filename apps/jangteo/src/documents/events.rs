//! `/docs/events`: the sagas and every event, as a plain page in Korean or English. All of it is
//! read off the saga table and the schemas; it needs no script.

use std::sync::LazyLock;

use axum::extract::Query;
use axum::response::Html;
use contracts::asyncapi;
use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::problem::Language;
use contracts::saga::{self, Form, Kinds, Row, Saga};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use platform_http::Context;
use serde::Deserialize;
use serde_json::Value;

use words::Words;

/// The page's words in both languages.
mod words;

const STYLE: &str = include_str!("events/style.css");

/// `?lang=en` goes before the browser's own wish.
#[derive(Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
}

pub(super) async fn page(context: Context, Query(asked): Query<Asked>) -> Html<&'static str> {
    let language = match asked.lang.as_deref() {
        Some("ko") => Language::Ko,
        Some("en") => Language::En,
        Some(_) | None => context.language,
    };
    let page = match language {
        Language::Ko => &KOREAN,
        Language::En => &ENGLISH,
    };
    Html(page.as_str())
}

/// Nothing on it changes while the program runs.
static KOREAN: LazyLock<String> = LazyLock::new(|| render(&Words::of(Language::Ko)).into_string());
static ENGLISH: LazyLock<String> = LazyLock::new(|| render(&Words::of(Language::En)).into_string());

fn render(words: &Words) -> Markup {
    let table = saga::table();
    let document = asyncapi::document();
    html! {
        (DOCTYPE)
        html lang=(words.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (words.title) }
                    nav aria-label=(words.elsewhere) {
                        a href="/docs/" { "REST" }
                        a href="/asyncapi.json" { "AsyncAPI" }
                        a href=(words.other.0) hreflang=(words.other.1) { (words.other.2) }
                    }
                }
                main {
                    @for line in words.introduction { p { (line) } }
                    @for saga in &table.sagas { (steps(words, saga)) }
                    (services(words))
                    h2 { (words.events) }
                    @for service in ServiceName::ALL {
                        @for kind in saga::says(*service).iter() {
                            (event(words, kind, &document))
                        }
                    }
                }
            }
        }
    }
}

/// A saga, step by step.
fn steps(words: &Words, saga: &Saga) -> Markup {
    html! {
        section {
            h2 { (words.saga(saga.name)) }
            div.wide tabindex="0" {
                table {
                    thead { tr {
                        @for head in words.columns { th scope="col" { (head) } }
                    } }
                    tbody { @for row in &saga.rows { tr {
                        th scope="row" { (what(words, row)) }
                        td { (row.service) }
                        td { (links(heard(row))) }
                        td { (links(row.success().into_iter().collect())) }
                        td { (links(refusals(row))) }
                    } } }
                }
            }
        }
    }
}

fn services(words: &Words) -> Markup {
    html! {
        section {
            h2 { (words.services) }
            dl {
                @for service in ServiceName::ALL {
                    dt { (service) " " code { (service.topic()) } }
                    dd { (words.hears) ": " (kinds(words, saga::hears(*service))) }
                    dd { (words.says) ": " (kinds(words, saga::says(*service))) }
                }
            }
        }
    }
}

/// One event: who says and hears it, what it holds, and one of them.
fn event(words: &Words, kind: Kind, document: &Value) -> Markup {
    let hears = |service: &&ServiceName| saga::hears(**service).contains(kind);
    let hearers: Vec<_> = ServiceName::ALL.iter().filter(hears).collect();
    let fields = document.pointer(&format!("/components/schemas/{kind}"));
    html! {
        section id=(kind) {
            h3 { (kind) " " code { (kind.event_type()) } }
            p {
                (words.said_by) ": " (kind.publisher()) " · " (words.heard_by) ": "
                @if hearers.is_empty() { (words.nobody) }
                @for hearer in hearers {
                    (hearer)
                    @if let Some((step, direction)) = saga::step_on(*hearer, kind) {
                        " (" (words.step(step, direction)) ")"
                    }
                    " "
                }
            }
            @if let Some(schema) = fields { (content(words, schema)) }
            details {
                summary { (words.example) }
                pre tabindex="0" { (kind.sample()) }
            }
        }
    }
}

fn content(words: &Words, schema: &Value) -> Markup {
    let fields = schema["properties"].as_object().into_iter().flatten();
    let required: Vec<&Value> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    html! {
        @if let Some(says) = schema["description"].as_str() { p { (says) } }
        ul.fields {
            @for (name, field) in fields {
                li {
                    code { (name) } " " (form(field))
                    @if !required.iter().any(|it| *it == name) { " · " (words.optional) }
                    @if let Some(says) = field["description"].as_str() { " · " (says) }
                }
            }
        }
    }
}

/// A field's type in a word or two.
fn form(field: &Value) -> String {
    if let Some(to) = field["$ref"].as_str() {
        return to.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(choices) = field["anyOf"].as_array() {
        return choices.iter().map(form).collect::<Vec<_>>().join(" | ");
    }
    match &field["type"] {
        Value::String(kind) if kind == "array" => format!("[{}]", form(&field["items"])),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds: Vec<_> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" | ")
        }
        _ => String::new(),
    }
}

fn kinds(words: &Words, kinds: Kinds) -> Markup {
    html! {
        @if kinds.is_empty() { (words.nothing) } @else { (links(kinds)) }
    }
}

fn links(kinds: Kinds) -> Markup {
    html! {
        @for kind in kinds.iter() { a href={ "#" (kind) } { (kind) } " " }
    }
}

fn what(words: &Words, row: &Row) -> String {
    match &row.form {
        Form::Command(command) => words.command(*command),
        Form::On { step, .. } => words.step(*step, saga::Direction::Do),
        Form::Undo(step) => words.step(*step, saga::Direction::Undo),
    }
}

fn heard(row: &Row) -> Kinds {
    match &row.form {
        Form::Command(_) => Kinds::NONE,
        Form::On { hears, .. } => hears.iter().collect(),
        Form::Undo(step) => saga::undo_causes(*step),
    }
}

fn refusals(row: &Row) -> Kinds {
    row.says.iter().skip(1).collect()
}
