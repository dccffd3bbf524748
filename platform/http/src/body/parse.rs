//! From bytes to a value, or to a problem that points at the fault. The path is looked for only
//! after a failure, by parsing once more: good bodies do not pay for it.

use contracts::problem::{Fault, FieldError, Problem, Text};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

mod objects;

use objects::Objects;

/// An echo of what the client sent may be as long as the body.
const MESSAGE_MAX_CHARS: usize = 200;

pub(super) fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let message = Text::new("UTF-8이 아니에요", "is not UTF-8");
        return Err(invalid("", Fault::Syntax, message));
    };
    let text = if text.is_empty() { "{}" } else { text };
    whole(text).map_err(|error| match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => syntax(&error),
        Category::Data => data::<T>(text, &error),
    })
}

/// All of the text as one value.
fn whole<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Objects(&mut json))?;
    json.end()?;
    Ok(value)
}

fn syntax(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let message = Text::new(
        format!("{line}행 {column}열에서 JSON을 읽을 수 없어요"),
        format!("is not JSON: {}", said(error)),
    );
    invalid("", Fault::Syntax, message)
}

fn data<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Problem {
    let mut again = serde_json::Deserializer::from_str(text);
    let path = match serde_path_to_error::deserialize::<_, T>(Objects(&mut again)) {
        Ok(_) => String::new(),
        Err(error) => pointer(error.path()),
    };
    let message = said(error);
    let named = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        let text = Text::new("꼭 필요한 항목이에요", "is required");
        invalid(&member(&path, named), Fault::Required, text)
    } else if message.starts_with("unknown field") {
        let text = Text::new("알 수 없는 항목이에요", "is not known");
        invalid(&member(&path, named), Fault::UnknownField, text)
    } else if message.starts_with("duplicate field") {
        let text = Text::new("두 번 쓴 항목이에요", "is there twice");
        invalid(&member(&path, named), Fault::DuplicateField, text)
    } else {
        invalid(&path, Fault::Type, Text::new("형식이 맞지 않아요", message))
    }
}

fn invalid(pointer: &str, fault: Fault, message: Text) -> Problem {
    Problem::invalid(vec![FieldError::new(pointer, fault, message)])
}

/// The error without its position, which means nothing beside a pointer.
fn said(error: &serde_json::Error) -> String {
    let full = error.to_string();
    let end = full.rfind(" at line ").unwrap_or(full.len());
    full[..end].chars().take(MESSAGE_MAX_CHARS).collect()
}

/// The pointer of a member. The path ends with it already when the fault was met while reading it.
fn member(path: &str, name: &str) -> String {
    let step = format!("/{}", escaped(name));
    if path.ends_with(&step) {
        path.to_owned()
    } else {
        format!("{path}{step}")
    }
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
            Segment::Enum { variant } => pointer.push_str(&format!("/{}", escaped(variant))),
            Segment::Unknown => {}
        }
    }
    pointer
}

/// RFC 6901.
fn escaped(key: &str) -> String {
    let short: String = key.chars().take(MESSAGE_MAX_CHARS).collect();
    short.replace('~', "~0").replace('/', "~1")
}
