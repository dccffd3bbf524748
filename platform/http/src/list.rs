//! Lists by keyset: `?limit&cursor` beside a list's own filters. A cursor is opaque to clients,
//! says where to go on and grants nothing: whose rows are shown is the handler's filter.

use std::fmt::Write;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use contracts::http::Page;
use contracts::problem::{Code, Fault, FieldError, Problem, Text};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Failure;

pub(crate) const LIMIT_DEFAULT: usize = 20;
pub(crate) const LIMIT_MAX: usize = 100;
/// Far above any keyset of ours; a URL may be longer.
const CURSOR_MAX_CHARS: usize = 1_024;

/// Which piece of a list is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paging {
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Paging {
    /// How many rows to read: one more than is shown tells whether there is a next page.
    pub fn rows(&self) -> usize {
        self.limit() + 1
    }

    fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT_DEFAULT)
    }

    /// How many a list shows that has no next page and a default of its own.
    pub fn limit_or(&self, default: usize) -> usize {
        self.limit.unwrap_or(default)
    }

    /// The key of the last row the client has seen in this list.
    pub fn after<K: DeserializeOwned>(&self, list: &str) -> Result<Option<K>, Failure> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        match decode::<K>(cursor) {
            Some((of, key)) if of == list => Ok(Some(key)),
            Some(_) | None => Err(Code::InvalidCursor.into()),
        }
    }

    /// The page of at most `rows()` views, in the order of the list.
    pub fn page<V, K: Serialize>(
        &self,
        list: &str,
        mut views: Vec<V>,
        key: impl Fn(&V) -> K,
    ) -> Page<V> {
        let more = views.len() > self.limit();
        views.truncate(self.limit());
        let last = views.last().filter(|_| more);
        let next_cursor = last.map(|last| encode(list, &key(last)));
        Page {
            items: views,
            next_cursor,
        }
    }

    /// A page of a reading that stopped before the page was full, because it had looked at enough
    /// rows that are not shown. The next one goes on after `last`, whatever that row was.
    pub fn unfinished<V, K: Serialize>(&self, list: &str, views: Vec<V>, last: &K) -> Page<V> {
        Page {
            items: views,
            next_cursor: Some(encode(list, last)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Paging, Failure> {
        let pairs = parsed::<Vec<(String, String)>>(&parts.uri)?;
        let one = |name: &'static str| {
            let mut values = pairs
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value);
            match (values.next(), values.next()) {
                (value, None) => Ok(value),
                (_, Some(_)) => Err(invalid(name, Fault::DuplicateField, once())),
            }
        };
        let limit = match one("limit")? {
            None => None,
            Some(text) => Some(limit(text)?),
        };
        let cursor = one("cursor")?.cloned();
        Ok(Paging { limit, cursor })
    }
}

/// The filters of a list, or any other query: every parameter but `limit` and `cursor`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Failure> {
        let own = |pair: &&str| {
            let name = pair.split('=').next().unwrap_or_default();
            !matches!(name, "limit" | "cursor")
        };
        let query = parts.uri.query().unwrap_or_default();
        let filters: Vec<&str> = query.split('&').filter(own).collect();
        let uri = format!("/?{}", filters.join("&"));
        let uri = Uri::try_from(uri).expect("a part of a query is a query");
        Ok(Query(parsed(&uri)?))
    }
}

fn parsed<T: DeserializeOwned>(uri: &Uri) -> Result<T, Failure> {
    match axum::extract::Query::try_from_uri(uri) {
        Ok(axum::extract::Query(value)) => Ok(value),
        Err(rejection) => {
            let reason = std::error::Error::source(&rejection).map(ToString::to_string);
            let reason = reason
                .unwrap_or_default()
                .chars()
                .take(200)
                .collect::<String>();
            let name = reason
                .split([':', '`'])
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned();
            if reason.contains("unknown field") {
                let text = Text::new("알 수 없는 항목이에요", "is not known");
                return Err(invalid(&name, Fault::UnknownField, text));
            }
            let text = Text::new("형식이 맞지 않아요", reason);
            Err(invalid(&name, Fault::Type, text))
        }
    }
}

fn limit(text: &str) -> Result<usize, Failure> {
    let digits = text.bytes().all(|c| c.is_ascii_digit());
    match text.parse() {
        Ok(limit @ 1..=LIMIT_MAX) if digits => Ok(limit),
        Ok(_) | Err(_) => {
            let message = Text::new(
                format!("1부터 {LIMIT_MAX}까지 쓸 수 있어요"),
                format!("must be from 1 to {LIMIT_MAX}"),
            );
            Err(invalid("limit", Fault::OutOfRange, message))
        }
    }
}

fn once() -> Text {
    Text::new("한 번만 쓸 수 있어요", "may be there once only")
}

fn invalid(name: &str, fault: Fault, message: Text) -> Failure {
    Problem::invalid(vec![FieldError::new(name, fault, message)]).into()
}

/// The list's name goes in, so that the cursor of one list is no place in another.
fn encode<K: Serialize>(list: &str, key: &K) -> String {
    let json = serde_json::to_vec(&(list, key)).expect("keys are plain values");
    json.iter()
        .fold(String::with_capacity(2 * json.len()), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes all that is written to it");
            hex
        })
}

fn decode<K: DeserializeOwned>(cursor: &str) -> Option<(String, K)> {
    if cursor.len() > CURSOR_MAX_CHARS || !cursor.len().is_multiple_of(2) {
        return None;
    }
    let digit = |c: u8| {
        char::from(c)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let byte = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    let json: Vec<u8> = cursor
        .as_bytes()
        .chunks_exact(2)
        .map(byte)
        .collect::<Option<_>>()?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests;
