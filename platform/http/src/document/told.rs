//! What one route's arguments, answer and documentation have told so far.

use std::collections::{BTreeMap, BTreeSet};

use contracts::problem::{Code, Problem};
use contracts::schema;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::routes::{Operation, Route};
use super::schemas::{Schemas, headers};
use super::{Answered, Doc};

/// Collects what is told of one route.
pub struct Told<'a> {
    schemas: &'a mut Schemas,
    path: &'static str,
    at: Option<&'static str>,
    parameters: Vec<Value>,
    body: Option<Value>,
    answer: Option<Schema>,
    headers: BTreeSet<&'static str>,
    codes: BTreeSet<Code>,
    secured: bool,
}

impl<'a> Told<'a> {
    pub(super) fn new(schemas: &'a mut Schemas, operation: &Operation) -> Told<'a> {
        Told {
            schemas,
            path: operation.route.path,
            at: operation.route.doc.at,
            parameters: Vec::new(),
            body: None,
            answer: None,
            headers: BTreeSet::new(),
            codes: BTreeSet::from([Code::Internal]),
            secured: false,
        }
    }

    pub(super) fn secured(&mut self) {
        self.secured = true;
        self.refuses(&[Code::Unauthenticated, Code::TokenExpired]);
    }

    pub(super) fn refuses(&mut self, codes: &[Code]) {
        self.codes.extend(codes);
    }

    pub(super) fn parameter(&mut self, parameter: Value) {
        self.parameters.push(parameter);
    }

    /// A parameter that many routes have.
    pub(super) fn shared(&mut self, name: &str) {
        let to = format!("#/components/parameters/{name}");
        self.parameters.push(json!({ "$ref": to }));
    }

    pub(super) fn header(&mut self, name: &'static str) {
        self.headers.insert(name);
    }

    /// The one parameter of the path, a `T`.
    pub(super) fn path<T: JsonSchema>(&mut self) {
        let named = self.path.split(['{', '}']).nth(1);
        let name = named.expect("a path with a parameter");
        let schema = T::json_schema(&mut self.schemas.requests).to_value();
        let example = match self.at {
            Some(at) => json!(at),
            None => schema["examples"][0].clone(),
        };
        self.parameter(json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": schema,
            "example": example,
        }));
    }

    /// A parameter for each field of a `T`.
    pub(super) fn query<T: JsonSchema>(&mut self) {
        let schema = self.schemas.requests.root_schema_for::<T>().to_value();
        let required: Vec<&str> = names(&schema["required"]);
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let mut field = without_null(field.clone());
            let mut parameter = json!({ "name": name, "in": "query" });
            if required.contains(&name.as_str()) {
                parameter["required"] = json!(true);
            }
            if let Some(says) = field
                .as_object_mut()
                .and_then(|it| it.remove("description"))
            {
                parameter["description"] = says;
            }
            parameter["schema"] = field;
            self.parameter(parameter);
        }
    }

    /// A `T` as JSON. What has no required field may be left out whole.
    pub(super) fn body<T: JsonSchema>(&mut self) {
        let schema = self.schemas.requests.root_schema_for::<T>().to_value();
        let name = T::schema_name().into_owned();
        let required = !names(&schema["required"]).is_empty();
        let to = format!("#{}/{name}", schema::SCHEMAS);
        self.schemas.bodies.insert(name, schema);
        self.body = Some(json!({
            "required": required,
            "content": { "application/json": { "schema": { "$ref": to } } },
        }));
    }

    pub(super) fn answer<T: JsonSchema>(&mut self) {
        self.answer = Some(self.schemas.answer::<T>());
    }

    /// The operation, with what its `Doc` adds.
    pub(super) fn finish(mut self, operation: &Operation) -> Value {
        let Operation { tag, route } = operation;
        let Route { method, doc, .. } = route;
        self.add(doc);
        if !method.is_safe() {
            self.refuses(&[Code::UpstreamUnavailable]);
        }
        let mut value = json!({
            "operationId": doc.id,
            "tags": [tag.name],
            "summary": format!("{} · {}", doc.korean, doc.english),
            "responses": self.responses(doc),
        });
        let role = doc.role.map(|role| role.as_str());
        if let Some(description) = description(doc) {
            value["description"] = json!(description);
        }
        if self.secured {
            value["security"] = json!([{ "bearer": Vec::from_iter(role) }]);
        }
        if let Some(mut body) = self.body {
            body["content"]["application/json"]["examples"] = examples(doc);
            value["requestBody"] = body;
        }
        value["parameters"] = json!(self.parameters);
        value
    }

    fn add(&mut self, doc: &Doc) {
        self.shared("AcceptLanguage");
        for name in doc.takes {
            self.shared(name);
        }
        self.headers.extend(doc.headers);
        self.refuses(doc.codes);
        if doc.role.is_some() {
            self.refuses(&[Code::Forbidden]);
        }
    }

    fn responses(&mut self, doc: &Doc) -> Map<String, Value> {
        let mut responses = Map::new();
        let status = match (doc.status, &self.answer) {
            (Some(status), _) => status,
            (None, Some(_)) => 200,
            (None, None) => 204,
        };
        if doc.answers.is_empty() {
            let schema = self.answer.take().map(Schema::to_value);
            let schema = schema.or_else(|| doc.media.map(|_| json!({ "type": "string" })));
            let media = doc.media.unwrap_or("application/json");
            responses.insert(status.to_string(), self.response("", media, schema));
        }
        for answered in doc.answers {
            let Answered { says, media, .. } = *answered;
            let schema = answered.schema.map(|of| of(&mut self.schemas.answers));
            let told = self.response(says, media, schema.map(Schema::to_value));
            let entry = responses.entry(answered.status.to_string());
            let known = entry.or_insert_with(|| told.clone());
            if let Some(content) = told.get("content") {
                known["content"][media] = content[media].clone();
            }
        }
        for (status, codes) in self.by_status(doc) {
            let told = self.schemas.refusal(status, &codes);
            responses.insert(status.to_string(), told);
        }
        responses
    }

    fn response(&self, says: &str, media: &str, schema: Option<Value>) -> Value {
        let says = match (says, &schema) {
            ("", Some(_)) => "Done.",
            ("", None) => "Done; there is no body.",
            (says, _) => says,
        };
        let mut response = json!({ "description": says });
        if !self.headers.is_empty() {
            response["headers"] = headers(&self.headers);
        }
        if let Some(schema) = schema {
            response["content"] = json!({ media: { "schema": schema } });
        }
        response
    }

    fn by_status(&self, doc: &Doc) -> BTreeMap<u16, BTreeSet<Code>> {
        let mut by_status = BTreeMap::<_, BTreeSet<_>>::new();
        for code in &self.codes {
            by_status.entry(code.status()).or_default().insert(*code);
        }
        for code in doc.outcomes {
            let status = Problem::outcome_status(*code);
            by_status.entry(status).or_default().insert(*code);
        }
        by_status
    }
}

fn description(doc: &Doc) -> Option<String> {
    let role = doc
        .role
        .map(|role| format!("For a caller who is {role} or more."));
    let parts = [doc.says, role.as_deref().unwrap_or("")];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

fn examples(doc: &Doc) -> Value {
    let examples = doc.examples.iter().map(|example| {
        let value: Value = serde_json::from_str(example.body)
            .unwrap_or_else(|error| panic!("the example of {}: {error}", doc.id));
        (example.name.to_owned(), json!({ "value": value }))
    });
    Value::Object(examples.collect())
}

/// A query has no null: what is not said is absent.
fn without_null(mut schema: Value) -> Value {
    if let Some(types) = schema["type"].as_array() {
        let only = types.iter().find(|kind| *kind != "null").cloned();
        schema["type"] = only.expect("a type besides null");
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let mut choices = choices.iter().filter(|choice| choice["type"] != "null");
        let only = choices.next().cloned().expect("a choice besides null");
        let mut all = schema.as_object().cloned().unwrap_or_default();
        all.remove("anyOf");
        for (name, value) in only.as_object().into_iter().flatten() {
            all.entry(name).or_insert_with(|| value.clone());
        }
        return Value::Object(all);
    }
    schema
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}
