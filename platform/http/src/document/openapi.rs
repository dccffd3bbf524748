//! The OpenAPI 3.1 document of some routes, with the parts that all of them share.

use contracts::problem::Document as Problem;
use serde_json::{Map, Value, json};

use super::schemas::Schemas;
use super::{Operation, Told};
use crate::keyed::KEY_MAX;
use crate::list::{LIMIT_DEFAULT, LIMIT_MAX};

/// What a document is of.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub title: &'static str,
    pub says: &'static str,
}

/// The document.
pub fn openapi(about: &About, operations: &[Operation]) -> Value {
    let mut schemas = Schemas::new();
    schemas.answer::<Problem>();
    let mut paths = Map::<String, Value>::new();
    let mut tags = Vec::<Value>::new();
    for operation in operations {
        let route = &operation.route;
        let mut told = Told::new(&mut schemas, operation);
        (route.tell)(&mut told);
        let value = told.finish(operation);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = value;
        let tag = json!({ "name": operation.tag.name, "description": operation.tag.says });
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let (schemas, responses) = schemas.finish();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "version": "1",
            "description": about.says,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "parameters": parameters(),
            "headers": headers(),
            "securitySchemes": { "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "The accessToken of POST /api/v1/auth/login.",
            } },
        },
    })
}

fn parameters() -> Value {
    json!({
        "AcceptLanguage": {
            "name": "Accept-Language",
            "in": "header",
            "description": "Texts for people follow it: Korean, unless English weighs more.",
            "schema": { "type": "string" },
            "example": "ko",
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "Chosen by the caller, one for each command. The same key with the \
                same body gets the first answer again, for 72 hours; a refusal is decided anew.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": KEY_MAX,
                "pattern": "^[!-~]+$",
            },
            "example": "3f1c9a52-0c6e-4e7b-9a54-6d1f0f1f7b11",
        },
        "Prefer": {
            "name": "Prefer",
            "in": "header",
            "description": "`wait=N` waits up to N seconds, and never longer than 2.5, for the \
                end (RFC 7240).",
            "schema": { "type": "string" },
            "example": "wait=3",
        },
        "Accept": {
            "name": "Accept",
            "in": "header",
            "description": "`text/event-stream` follows what comes, instead of listing it.",
            "schema": { "type": "string" },
            "example": "application/json",
        },
        "LastEventId": {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "The number of the last event that was seen: those after it are told.",
            "schema": { "type": "string" },
            "example": "0",
        },
        "limit": {
            "name": "limit",
            "in": "query",
            "description": format!("How many to show; {LIMIT_DEFAULT} unless said otherwise."),
            "schema": { "type": "integer", "minimum": 1, "maximum": LIMIT_MAX },
            "example": LIMIT_DEFAULT,
        },
        "cursor": {
            "name": "cursor",
            "in": "query",
            "description": "The nextCursor of the page before; of no other list.",
            "schema": { "type": "string", "pattern": "^([0-9a-f]{2})+$" },
        },
    })
}

fn headers() -> Value {
    json!({
        "Location": {
            "description": "Where it is found.",
            "schema": { "type": "string" },
        },
        "Retry-After": {
            "description": "Seconds after which it is worth asking again.",
            "schema": { "type": "integer" },
        },
        "WWW-Authenticate": {
            "description": "How to be let in (RFC 6750).",
            "schema": { "type": "string" },
        },
        "ETag": {
            "description": "The version of what is shown.",
            "schema": { "type": "string" },
        },
        "Idempotent-Replayed": {
            "description": "`true` when this answer was given before, to the same key.",
            "schema": { "type": "string", "const": "true" },
        },
    })
}
