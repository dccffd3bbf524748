//! The trace of callers that speak B3, as older Spring services do: one `b3` header, or several
//! `X-B3-*`. It is carried on in the form of the W3C, which is asked for first.

use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use contracts::envelope::Trace;

const SINGLE: HeaderName = HeaderName::from_static("b3");
const TRACE_ID: HeaderName = HeaderName::from_static("x-b3-traceid");
const SPAN_ID: HeaderName = HeaderName::from_static("x-b3-spanid");
const SAMPLED: HeaderName = HeaderName::from_static("x-b3-sampled");
const FLAGS: HeaderName = HeaderName::from_static("x-b3-flags");

const TRACE_ID_LEN: usize = 32;
/// Ids of 64 bits are the lower half of ours.
const SHORT_TRACE_ID_LEN: usize = 16;
const SPAN_ID_LEN: usize = 16;

pub(super) fn trace_in(headers: &HeaderMap) -> Option<Trace> {
    single(headers).or_else(|| several(headers))
}

/// `<trace id>-<span id>[-<sampled>[-<parent>]]`; a sampling decision alone names no trace.
fn single(headers: &HeaderMap) -> Option<Trace> {
    let mut parts = text(headers, &SINGLE)?.split('-');
    let (trace_id, span_id) = (parts.next()?, parts.next()?);
    trace(trace_id, span_id, parts.next())
}

fn several(headers: &HeaderMap) -> Option<Trace> {
    let (trace_id, span_id) = (text(headers, &TRACE_ID)?, text(headers, &SPAN_ID)?);
    let sampled = match text(headers, &FLAGS) {
        Some("1") => Some("d"),
        Some(_) | None => text(headers, &SAMPLED),
    };
    trace(trace_id, span_id, sampled)
}

/// Who leaves the sampling to us has it sampled, like a trace that begins here.
fn trace(trace_id: &str, span_id: &str, sampled: Option<&str>) -> Option<Trace> {
    let whole = matches!(trace_id.len(), TRACE_ID_LEN | SHORT_TRACE_ID_LEN);
    let zero = |id: &str| id.bytes().all(|c| c == b'0');
    if !whole || span_id.len() != SPAN_ID_LEN || zero(trace_id) || zero(span_id) {
        return None;
    }
    let flags = match sampled {
        Some("0" | "false") => "00",
        Some(_) | None => "01",
    };
    let text = format!("00-{trace_id:0>TRACE_ID_LEN$}-{span_id}-{flags}");
    // Some tracers write their hexadecimals large.
    text.to_ascii_lowercase().parse().ok()
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const LONG: &str = "80f198ee56343ba864fe8b2a57d3eff7";
    const SHORT: &str = "64fe8b2a57d3eff7";
    const SPAN: &str = "e457b5a2e4d86bd1";

    fn read(pairs: &[(&'static str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        trace_in(&headers).map(|trace| trace.as_str().unwrap().to_owned())
    }

    #[test]
    fn one_header_names_a_trace() {
        let zeros = "0".repeat(16);
        for (header, expected) in [
            (format!("{LONG}-{SPAN}"), format!("00-{LONG}-{SPAN}-01")),
            (format!("{LONG}-{SPAN}-1"), format!("00-{LONG}-{SPAN}-01")),
            (format!("{LONG}-{SPAN}-d"), format!("00-{LONG}-{SPAN}-01")),
            (
                format!("{LONG}-{SPAN}-0-{SPAN}"),
                format!("00-{LONG}-{SPAN}-00"),
            ),
            (
                format!("{SHORT}-{SPAN}-1"),
                format!("00-{zeros}{SHORT}-{SPAN}-01"),
            ),
            (
                format!("{LONG}-{SPAN}").to_uppercase(),
                format!("00-{LONG}-{SPAN}-01"),
            ),
        ] {
            assert_eq!(read(&[("b3", &header)]), Some(expected), "{header}");
        }
    }

    #[test]
    fn several_headers_name_a_trace() {
        let ids = [("x-b3-traceid", LONG), ("x-b3-spanid", SPAN)];
        let with = |more: &[(&'static str, &str)]| read(&[&ids, more].concat());
        let ends = |flags: &str| Some(format!("00-{LONG}-{SPAN}-{flags}"));
        assert_eq!(with(&[]), ends("01"));
        assert_eq!(with(&[("x-b3-sampled", "0")]), ends("00"));
        assert_eq!(with(&[("x-b3-sampled", "false")]), ends("00"));
        assert_eq!(
            with(&[("x-b3-sampled", "0"), ("x-b3-flags", "1")]),
            ends("01")
        );
        assert_eq!(read(&ids[..1]), None);
        assert_eq!(read(&ids[1..]), None);
    }

    #[test]
    fn what_names_no_trace_is_none() {
        for bad in [
            String::new(),
            "0".to_owned(),
            LONG.to_owned(),
            format!("{LONG}-"),
            format!("{LONG}-{SHORT}x"),
            format!("{}-{SPAN}", &LONG[1..]),
            format!("{}-{SPAN}", "0".repeat(32)),
            format!("{LONG}-{}", "0".repeat(16)),
            format!("{}-{SPAN}", LONG.replace('8', "g")),
            format!("{}-{SPAN}", "한".repeat(16)),
        ] {
            let mut headers = HeaderMap::new();
            headers.append("b3", HeaderValue::from_bytes(bad.as_bytes()).unwrap());
            assert_eq!(trace_in(&headers), None, "{bad}");
        }
    }
}
