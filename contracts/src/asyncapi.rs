//! The AsyncAPI 3.0 document, written from the saga table and the facts: topics are channels, kinds
//! are messages, and each row of the table is what one service hears and answers. It says what is
//! said, never how the log carries it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::envelope::{Actor, EventId, ServiceName, Trace};
use crate::events::Kind;
use crate::ids::SagaId;
use crate::saga::{self, Form, Kinds, Row, Table};
use crate::schema;
use crate::time::Timestamp;

/// The whole document.
pub fn document() -> Value {
    let table = saga::table();
    let mut generator = schema::of_answers();
    let messages: Map<String, Value> = Kind::ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), message(*kind, &mut generator)))
        .collect();
    let columns = columns(&mut generator);
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Columns".to_owned(), columns);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Jangteo events · 장터 이벤트",
            "version": "1",
            "description": ABOUT,
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "channels": ServiceName::ALL.iter().map(|it| (it.to_string(), channel(*it)))
            .collect::<Map<_, _>>(),
        "operations": operations(&table),
        "components": { "messages": messages, "schemas": schemas },
    })
}

const ABOUT: &str = "\
Facts that the five services commit, in the transaction that makes them true. A fact is never \
refused: whoever hears it acts, or answers with a fact of its own. An event may be heard twice and \
topics overtake each other; its id is the same each time. Within a major version a content only \
gains optional fields.\n\n\
서비스 다섯이 커밋한 사실이에요. 같은 이벤트를 두 번 들을 수 있고 토픽 사이의 순서는 정해져 있지 \
않아요. id는 늘 같고, 같은 주 버전 안에서는 선택 항목만 늘어나요.";

fn channel(service: ServiceName) -> Value {
    let says = saga::says(service);
    let messages: Map<String, Value> = says
        .iter()
        .map(|kind| {
            let to = format!("#/components/messages/{kind}");
            (kind.name().to_owned(), json!({ "$ref": to }))
        })
        .collect();
    json!({
        "address": service.topic(),
        "title": format!("What {service} says"),
        "messages": messages,
    })
}

fn message(kind: Kind, generator: &mut schemars::SchemaGenerator) -> Value {
    let sample: Value = serde_json::from_str(kind.sample()).expect("golden files are JSON");
    json!({
        "name": kind.event_type(),
        "title": kind.name(),
        "headers": { "$ref": "#/components/schemas/Columns" },
        "payload": {
            "type": "object",
            "properties": {
                "actor": generator.subschema_for::<Actor>(),
                "trace": generator.subschema_for::<Trace>(),
                "cause": generator.subschema_for::<EventId>(),
                "content": kind.schema(generator),
            },
            "required": ["actor", "content"],
        },
        "examples": [{ "payload": sample }],
    })
}

/// What stands beside the body of every event.
fn columns(generator: &mut schemars::SchemaGenerator) -> Value {
    json!({
        "type": "object",
        "description": "What the log holds beside the body.",
        "properties": {
            "kind": { "enum": Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>() },
            "key": {
                "description": "The order's id for every event of a saga, else the id of what \
                    changed: events of one key stay in order.",
                "type": "string",
                "pattern": "^[0-9A-HJKMNP-TV-Z]{13}$",
            },
            "sagaId": generator.subschema_for::<SagaId>(),
            "sequence": {
                "description": "The version of the aggregate that the fact made.",
                "type": "integer",
                "minimum": 1,
            },
            "at": generator.subschema_for::<Timestamp>(),
        },
        "required": ["kind", "key", "sequence", "at"],
    })
}

fn operations(table: &Table) -> Value {
    let mut all = Map::new();
    for saga in &table.sagas {
        for row in &saga.rows {
            for (name, operation) in of_row(saga.name, row) {
                all.insert(name, operation);
            }
        }
    }
    for follow in &table.follows {
        for service in &follow.services {
            let heard: Kinds = follow.hears.iter().collect();
            for (publisher, kinds) in by_publisher(heard) {
                let name = format!("{service}.{}.{publisher}", follow.step.slug());
                let summary = format!("{service}: {} (follows)", follow.step);
                all.insert(name, receive(publisher, &kinds, &summary));
            }
        }
    }
    for announcement in &table.announcements {
        let service = announcement.service;
        let summary = format!("{service}: on a command outside any saga");
        let name = format!("{service}.announce");
        all.insert(name, send(service, &announcement.says, &summary));
    }
    Value::Object(all)
}

/// What one row of a saga hears, a topic at a time, and what it answers.
fn of_row(saga: &str, row: &Row) -> Vec<(String, Value)> {
    let service = row.service;
    let (what, slug, heard) = match &row.form {
        Form::Command(command) => {
            let words = command.words();
            let name = format!("{service}.{}", words.replace(' ', "-"));
            let summary = format!("{service}: command {words} (saga {saga})");
            return vec![(name, send(service, &row.says, &summary))];
        }
        Form::On { hears, step } => {
            let (words, slug) = (step.words().to_owned(), step.slug().to_owned());
            (words, slug, hears.iter().collect())
        }
        Form::Undo(step) => {
            let (words, slug) = (format!("undo {step}"), format!("undo-{}", step.slug()));
            (words, slug, saga::undo_causes(*step))
        }
    };
    let summary = format!("{service}: {what} (saga {saga})");
    let topics = by_publisher(heard);
    let told = topics.into_iter().map(|(publisher, kinds)| {
        let mut operation = receive(publisher, &kinds, &summary);
        if !row.says.is_empty() {
            operation["reply"] = json!({
                "channel": { "$ref": format!("#/channels/{service}") },
                "messages": refs(service, &row.says),
            });
        }
        (format!("{service}.{slug}.{publisher}"), operation)
    });
    told.collect()
}

fn by_publisher(kinds: Kinds) -> BTreeMap<ServiceName, Vec<Kind>> {
    let mut topics = BTreeMap::<_, Vec<_>>::new();
    for kind in kinds.iter() {
        topics.entry(kind.publisher()).or_default().push(kind);
    }
    topics
}

fn send(service: ServiceName, says: &[Kind], summary: &str) -> Value {
    operation("send", service, says, summary)
}

fn receive(publisher: ServiceName, kinds: &[Kind], summary: &str) -> Value {
    operation("receive", publisher, kinds, summary)
}

fn operation(action: &str, channel: ServiceName, kinds: &[Kind], summary: &str) -> Value {
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "summary": summary,
        "messages": refs(channel, kinds),
    })
}

fn refs(channel: ServiceName, kinds: &[Kind]) -> Vec<Value> {
    let one = |kind: &Kind| json!({ "$ref": format!("#/channels/{channel}/messages/{kind}") });
    kinds.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
