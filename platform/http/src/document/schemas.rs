//! What many routes of a document share: schemas by name, and the refusals.

use std::collections::BTreeSet;

use contracts::problem::{Code, Language};
use contracts::schema;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The schemas of a whole document.
pub(super) struct Schemas {
    pub answers: SchemaGenerator,
    pub requests: SchemaGenerator,
    /// What is sent, by name.
    pub bodies: Map<String, Value>,
    refusals: Map<String, Value>,
}

impl Schemas {
    pub(super) fn new() -> Schemas {
        Schemas {
            answers: schema::of_answers(),
            requests: schema::of_requests(),
            bodies: Map::new(),
            refusals: Map::new(),
        }
    }

    /// The schemas, and what is answered in refusal, by name. A schema's name is a request's or an
    /// answer's, never both.
    pub(super) fn finish(mut self) -> (Map<String, Value>, Map<String, Value>) {
        let mut all = self.answers.take_definitions(true);
        for (name, body) in self.bodies {
            let other = all.insert(name.clone(), body);
            assert!(other.is_none(), "{name} is sent and answered");
        }
        (all, self.refusals)
    }

    /// A problem with one of these codes, told once for all routes that answer just these.
    pub(super) fn refusal(&mut self, status: u16, codes: &BTreeSet<Code>) -> Value {
        let names: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
        let name = format!("{status}.{}", names.join("."));
        let to = format!("#/components/responses/{name}");
        self.refusals.insert(name, refusal(status, codes));
        json!({ "$ref": to })
    }

    pub(super) fn answer<T: JsonSchema>(&mut self) -> Schema {
        self.answers.subschema_for::<T>()
    }
}

/// Headers of an answer, by their names in the document.
pub(super) fn headers<'n>(names: impl IntoIterator<Item = &'n &'static str>) -> Value {
    let told = names.into_iter().map(|name| {
        let to = format!("#/components/headers/{name}");
        ((*name).to_owned(), json!({ "$ref": to }))
    });
    Value::Object(told.collect())
}

fn refusal(status: u16, codes: &BTreeSet<Code>) -> Value {
    let lines = codes.iter().map(|code| {
        let (korean, english) = (code.title(Language::Ko), code.title(Language::En));
        format!("`{code}` {korean} · {english}")
    });
    let mut told = json!({
        "description": lines.collect::<Vec<_>>().join("\n\n"),
        "content": { "application/problem+json": { "schema": {
            "$ref": "#/components/schemas/Problem",
            "properties": { "code": { "enum": codes } },
        } } },
    });
    let header = match status {
        401 => "WWW-Authenticate",
        503 => "Retry-After",
        _ => return told,
    };
    told["headers"] = headers([&header]);
    told
}
