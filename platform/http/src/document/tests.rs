use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use contracts::http::Role;
use contracts::problem::Code;
use http_body_util::BodyExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{Caller, Failure, Json, Keyed, Paging, PathName, Query, Reply};

/// What a note says.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WriteNote {
    #[schemars(length(min = 1, max = 10))]
    text: String,
    #[serde(default)]
    is_pinned: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
struct NoteView {
    text: String,
    at: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "read by its schema alone")]
struct Filter {
    /// The word to look for.
    word: String,
    most: Option<u8>,
}

async fn list(
    State(()): State<()>,
    _: Query<Filter>,
    _: Paging,
) -> Result<Json<Vec<NoteView>>, Failure> {
    Err(Code::Internal.into())
}

async fn write(_: Keyed<WriteNote>) -> Result<Reply<NoteView>, Failure> {
    Err(Code::Internal.into())
}

async fn remove(_: Caller, _: PathName) -> Result<StatusCode, Failure> {
    Err(Code::Internal.into())
}

const TAG: Tag = Tag {
    name: "notes",
    says: "Notes",
};

fn described() -> Value {
    const WRITE: Doc = Doc::new("writeNote", "쓰기", "Write")
        .says("Once.")
        .status(201)
        .role(Role::Admin)
        .headers(&["Location"])
        .examples(&[Example {
            name: "a word",
            body: r#"{ "text": "hi" }"#,
        }]);
    let routes = Routes::of(TAG)
        .get("/notes", list, Doc::new("listNotes", "목록", "Notes"))
        .post("/notes", write, WRITE)
        .delete(
            "/notes/{name}",
            remove,
            Doc::new("removeNote", "지우기", "Remove").at("a"),
        );
    let about = About {
        title: "Notes",
        says: "",
    };
    openapi(&about, &routes.operations())
}

fn codes(document: &Value, operation: &Value, status: &str) -> Value {
    let to = operation["responses"][status]["$ref"].as_str().unwrap();
    let problem = &document.pointer(&to[1..]).unwrap()["content"]["application/problem+json"];
    problem["schema"]["properties"]["code"]["enum"].clone()
}

#[test]
fn a_list_is_told_by_its_filter_and_its_paging() {
    let document = described();
    let list = &document["paths"]["/notes"]["get"];
    let names: Vec<_> = list["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().or(it["$ref"].as_str()).unwrap())
        .collect();
    let shared = |name| format!("#/components/parameters/{name}");
    assert_eq!(names[..2], ["most", "word"]);
    assert_eq!(
        names[2..],
        [shared("limit"), shared("cursor"), shared("AcceptLanguage")]
    );
    let word = &list["parameters"][1];
    assert_eq!(word["required"], true);
    assert_eq!(word["description"], "The word to look for.");
    assert_eq!(list["parameters"][0]["schema"]["type"], "integer");
    assert_eq!(list["parameters"][0].get("required"), None);
    assert_eq!(
        codes(&document, list, "400"),
        json!(["VALIDATION_FAILED", "INVALID_CURSOR"])
    );
    assert_eq!(list.get("security"), None);
}

#[test]
fn a_command_is_told_by_its_key_its_body_and_its_doc() {
    let document = described();
    let write = &document["paths"]["/notes"]["post"];
    assert_eq!(write["security"], json!([{ "bearer": ["admin"] }]));
    assert_eq!(write["summary"], "쓰기 · Write");
    assert_eq!(
        codes(&document, write, "400"),
        json!(["VALIDATION_FAILED", "IDEMPOTENCY_KEY_REQUIRED"])
    );
    assert_eq!(
        codes(&document, write, "401"),
        json!(["UNAUTHENTICATED", "TOKEN_EXPIRED"])
    );
    assert_eq!(codes(&document, write, "403"), json!(["FORBIDDEN"]));
    assert_eq!(
        codes(&document, write, "409"),
        json!(["REQUEST_IN_PROGRESS"])
    );
    assert_eq!(
        codes(&document, write, "503"),
        json!(["UPSTREAM_UNAVAILABLE"])
    );
    let body = &write["requestBody"];
    assert_eq!(body["required"], true);
    let json = &body["content"]["application/json"];
    assert_eq!(json["schema"]["$ref"], "#/components/schemas/WriteNote");
    assert_eq!(json["examples"]["a word"]["value"], json!({ "text": "hi" }));
    let done = &write["responses"]["201"];
    assert!(done["headers"].get("Location").is_some());
    assert!(done["headers"].get("Idempotent-Replayed").is_some());
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["WriteNote"]["required"], json!(["text"]));
    assert_eq!(schemas["NoteView"]["required"], json!(["text", "at"]));
}

#[test]
fn an_answer_without_a_body_is_204_and_a_path_has_its_parameter() {
    let document = described();
    let remove = &document["paths"]["/notes/{name}"]["delete"];
    assert_eq!(remove["responses"]["204"].get("content"), None);
    let name = &remove["parameters"][0];
    assert_eq!(
        (&name["name"], &name["in"]),
        (&json!("name"), &json!("path"))
    );
    assert_eq!(name["example"], "a");
}

/// Not at the start, where it would cost everybody who never reads it.
#[tokio::test]
async fn a_document_is_written_once_when_it_is_first_asked_for() {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let served = document("/openapi.json", || {
        WRITTEN.fetch_add(1, Ordering::Relaxed);
        described()
    });
    assert_eq!(WRITTEN.load(Ordering::Relaxed), 0);
    for _ in 0..2 {
        let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
        let answer = served.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/json");
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes, text(&described()));
    }
    assert_eq!(WRITTEN.load(Ordering::Relaxed), 1);
}
