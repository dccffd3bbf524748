use std::collections::BTreeMap;

use jangteo::documents::openapi;
use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Map, Value, json};
use shop_tests::Answer;

/// The document, with the schemas of its answers ready.
pub struct Spec {
    document: Value,
    /// By operation, status and media type.
    answers: BTreeMap<(String, String, String), Validator>,
}

/// One route of it.
#[derive(Clone)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub told: Value,
}

impl Spec {
    pub fn read() -> Self {
        let document = openapi();
        let mut spec = Self {
            answers: BTreeMap::new(),
            document,
        };
        spec.resolve_responses();
        let closed = closed(spec.document["components"]["schemas"].clone());
        for operation in spec.operations() {
            for (status, told) in members(&operation.told["responses"]) {
                for (media, content) in members(&told["content"]) {
                    let mut schema = content["schema"].clone();
                    schema["components"] = json!({ "schemas": closed });
                    let options = jsonschema::draft202012::options();
                    let validator = options.should_validate_formats(true).build(&schema);
                    let validator = validator.expect("a schema");
                    let key = (operation.id.clone(), status.clone(), media.clone());
                    spec.answers.insert(key, validator);
                }
            }
        }
        spec
    }

    /// Puts each shared response where it is referred to.
    fn resolve_responses(&mut self) {
        let shared = self.document["components"]["responses"].clone();
        let paths = self.document["paths"].as_object_mut().expect("paths");
        let methods = paths.values_mut().filter_map(Value::as_object_mut);
        for operation in methods.flat_map(|methods| methods.values_mut()) {
            let responses = operation["responses"].as_object_mut().expect("responses");
            for response in responses.values_mut() {
                if let Some(to) = response["$ref"].as_str() {
                    let name = to.rsplit('/').next().expect("a name");
                    *response = shared[name].clone();
                }
            }
        }
    }

    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, methods) in members(&self.document["paths"]) {
            for (method, told) in members(methods) {
                operations.push(Operation {
                    id: told["operationId"].as_str().expect("an id").to_owned(),
                    method: method.to_uppercase().parse().expect("a method"),
                    path: path.clone(),
                    told: told.clone(),
                });
            }
        }
        operations
    }

    /// Examples that stand beside a schema, of answers and requests alike, that it does not allow.
    pub fn wrong_examples(&self) -> (usize, Vec<String>) {
        let (mut seen, mut wrong) = (0, Vec::new());
        let schemas = &self.document["components"]["schemas"];
        let mut open = vec![(String::new(), schemas)];
        while let Some((at, value)) = open.pop() {
            if let Some(examples) = value["examples"].as_array() {
                let mut schema = value.clone();
                schema["components"] = json!({ "schemas": schemas });
                let validator = jsonschema::draft202012::new(&schema).expect("a schema");
                seen += examples.len();
                let bad = examples.iter().filter(|it| !validator.is_valid(it));
                wrong.extend(bad.map(|it| format!("{at}: {it}")));
            }
            open.extend(members(value).map(|(name, it)| (format!("{at}/{name}"), it)));
        }
        (seen, wrong)
    }

    /// The parameters of a route, those that many share looked up.
    pub fn parameters(&self, operation: &Operation) -> Vec<Value> {
        let told = operation.told["parameters"]
            .as_array()
            .into_iter()
            .flatten();
        let whole = |parameter: &Value| match parameter["$ref"].as_str() {
            Some(to) => self.at(to).clone(),
            None => parameter.clone(),
        };
        told.map(whole).collect()
    }

    /// The schema of the body that a route takes.
    pub fn body(&self, operation: &Operation) -> Option<&Value> {
        let media = &operation.told["requestBody"]["content"]["application/json"];
        media["schema"]["$ref"].as_str().map(|to| self.at(to))
    }

    fn at(&self, to: &str) -> &Value {
        let pointer = to.strip_prefix('#').expect("a place in the document");
        self.document.pointer(pointer).expect("something there")
    }

    /// Whether an answer is one that the document tells of; else why not.
    pub fn check(&self, operation: &Operation, answer: &Answer) -> Result<(), String> {
        let status = answer.status.as_u16().to_string();
        let told = &operation.told["responses"][&status];
        if told.is_null() {
            return Err(format!("{status} is not told"));
        }
        let media = answer.header("content-type").split(';').next();
        let media = media.unwrap_or_default().trim().to_owned();
        let key = (operation.id.clone(), status, media.clone());
        match self.answers.get(&key) {
            Some(_) if media.starts_with("text/") => Ok(()),
            Some(validator) => {
                let errors = validator.iter_errors(&answer.body);
                let errors: Vec<_> = errors
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                errors.is_empty().then_some(()).ok_or(errors.join("; "))
            }
            None if media.is_empty() && told["content"].is_null() => Ok(()),
            None if media.is_empty() && answer.status == 204 => Ok(()),
            None => Err(format!("{media:?} is not told")),
        }
    }
}

impl Operation {
    /// The least that a caller must be; none where anybody may call.
    pub fn role(&self) -> Option<&str> {
        let bearer = self.told["security"][0]["bearer"].as_array()?;
        Some(bearer.first().and_then(Value::as_str).unwrap_or("shopper"))
    }

    pub fn examples(&self) -> Vec<Value> {
        let media = &self.told["requestBody"]["content"]["application/json"];
        let examples = members(&media["examples"]);
        examples
            .map(|(_, example)| example["value"].clone())
            .collect()
    }

    pub fn is_keyed(&self) -> bool {
        let parameters = self.told["parameters"].as_array().into_iter().flatten();
        let refs = parameters.filter_map(|parameter| parameter["$ref"].as_str());
        refs.into_iter().any(|to| to.ends_with("/IdempotencyKey"))
    }
}

pub fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The same schemas, refusing fields that they do not name: the document must tell of all.
fn closed(schemas: Value) -> Value {
    match schemas {
        Value::Object(schema) => {
            let open = schema.contains_key("properties")
                && !schema.contains_key("additionalProperties")
                && !schema.contains_key("$ref");
            let mut closed: Map<String, Value> = schema
                .into_iter()
                .map(|(name, value)| (name, self::closed(value)))
                .collect();
            // A property may itself be called so; a schema has a type beside it.
            if open && closed.get("type").is_some_and(|kind| kind == "object") {
                closed.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(closed)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(closed).collect()),
        other => other,
    }
}
