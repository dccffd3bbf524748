//! What surrounds a request: the reader's language, the trace it belongs to, and the name its
//! caller gave it. Read once by `layers`; no span is opened here.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, HeaderName};
use axum::http::request::Parts;
use contracts::envelope::Trace;
use contracts::problem::{Document, Language, Problem};

mod b3;

pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const CORRELATION_ID_MAX: usize = 128;
const TRACEPARENT_LEN: usize = 55;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Context {
    pub language: Language,
    /// As it came in, or begun here; never none.
    pub trace: Trace,
    pub correlation_id: Arc<str>,
}

impl Context {
    pub(crate) fn read(headers: &HeaderMap) -> Context {
        let trace = trace_in(headers).or_else(|| b3::trace_in(headers));
        let trace = trace.unwrap_or_else(new_trace);
        let correlation_id = match correlation_in(headers) {
            Some(name) => name.into(),
            None => trace.trace_id().unwrap_or_default().into(),
        };
        Context {
            language: language_in(headers),
            trace,
            correlation_id,
        }
    }

    /// A problem inside an answer that is none as a whole, such as one of a batch.
    pub fn document(&self, problem: &Problem) -> Document {
        problem.document(self.language, None, self.trace.trace_id())
    }
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Context, Infallible> {
        let known = parts.extensions.get::<Context>().cloned();
        Ok(known.unwrap_or_else(|| Context::read(&parts.headers)))
    }
}

/// A `traceparent` that the W3C lets us continue. Of a later version we know the first four parts.
fn trace_in(headers: &HeaderMap) -> Option<Trace> {
    let text = headers.get(TRACEPARENT)?.to_str().ok()?;
    let known = text.get(..TRACEPARENT_LEN)?;
    let rest = &text[TRACEPARENT_LEN..];
    let version = &known[..2];
    let continues = match version {
        "00" => rest.is_empty(),
        "ff" => false,
        _ => rest.is_empty() || rest.starts_with('-'),
    };
    let names_nothing =
        known[3..35].bytes().all(|c| c == b'0') || known[36..52].bytes().all(|c| c == b'0');
    if !continues || names_nothing {
        return None;
    }
    known.parse().ok()
}

/// Neither part may be zero, which would name nothing.
fn new_trace() -> Trace {
    let bytes = random::<24>();
    let (trace, parent) = bytes.split_at(16);
    let trace = u128::from_le_bytes(trace.try_into().expect("16 bytes")).max(1);
    let parent = u64::from_le_bytes(parent.try_into().expect("8 bytes")).max(1);
    format!("00-{trace:032x}-{parent:016x}-01")
        .parse()
        .expect("it has the form of a traceparent")
}

/// For names only: nothing is decided by it, so no seed has to replay it.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the generator aborts sooner than it fails");
    bytes
}

fn correlation_in(headers: &HeaderMap) -> Option<&str> {
    let name = headers
        .get(CORRELATION_ID)
        .or_else(|| headers.get(REQUEST_ID))?
        .to_str()
        .ok()?;
    let fine = (1..=CORRELATION_ID_MAX).contains(&name.len())
        && name.bytes().all(|c| c.is_ascii_graphic());
    fine.then_some(name)
}

/// The heavier of Korean and English; Korean when neither is named.
fn language_in(headers: &HeaderMap) -> Language {
    let mut best: Option<(u16, Language)> = None;
    let named = headers
        .get_all(ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    for range in named.flat_map(|value| value.split(',')).take(MAX_RANGES) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let Some(language) = language_of(tag) else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1_000, thousandths);
        if weight > best.map_or(0, |(heaviest, _)| heaviest) {
            best = Some((weight, language));
        }
    }
    best.map_or(Language::default(), |(_, language)| language)
}

/// No reader speaks more languages than this, and headers may be long.
const MAX_RANGES: usize = 16;

fn language_of(tag: &str) -> Option<Language> {
    let primary = tag.split('-').next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("ko") {
        Some(Language::Ko)
    } else if primary.eq_ignore_ascii_case("en") {
        Some(Language::En)
    } else {
        None
    }
}

/// `0.8` is 800; what is no weight weighs nothing.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<3}");
    match digits.parse() {
        Ok(weight @ 0..=1_000) if digits.len() == 4 => weight,
        Ok(_) | Err(_) => 0,
    }
}

#[cfg(test)]
mod tests;
