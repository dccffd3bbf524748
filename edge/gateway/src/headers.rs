//! What browsers are told with every answer, so that a page of ours can be turned against nobody.
//! Whoever answered and knows better has said so: nothing is written over.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Pages take everything from here, and nothing written into them runs: no inline script or style.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);
/// What is no page loads nothing at all.
const DATA_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// Links within the shop say where they come from; forms are checked by it.
const REFERRER: HeaderValue = HeaderValue::from_static("same-origin");
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");
/// Two years, of this host alone: what else its owner runs beside it is not ours to say.
const OVER_TLS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// How many are written below: room is made for them once.
const WRITTEN: usize = 7;

/// How callers come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Transport {
    Plain,
    Tls,
}

pub(crate) fn write(headers: &mut HeaderMap, transport: Transport) {
    headers.reserve(WRITTEN);
    let policy = match is_page(headers) {
        true => PAGE_POLICY,
        false => DATA_POLICY,
    };
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, REFERRER),
        (PERMISSIONS_POLICY, PERMISSIONS),
    ] {
        headers.entry(name).or_insert(value);
    }
    if transport == Transport::Tls {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(OVER_TLS);
    }
}

/// How long the answer took to begin, for the browser's own tools.
pub(crate) fn write_timing(headers: &mut HeaderMap, took: Duration) {
    let micros = took.as_micros();
    let text = format!("total;dur={}.{:03}", micros / 1_000, micros % 1_000);
    let value = HeaderValue::try_from(text).expect("digits and letters");
    // Services may have told their own.
    headers.append(SERVER_TIMING, value);
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: &'static str, transport: Transport) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        write(&mut headers, transport);
        headers
    }

    #[test]
    fn pages_run_nothing_inline_and_data_loads_nothing() {
        for (kind, policy) in [
            ("text/html; charset=utf-8", PAGE_POLICY),
            ("application/json", DATA_POLICY),
            ("text/event-stream", DATA_POLICY),
        ] {
            let headers = written(kind, Transport::Plain);
            assert_eq!(headers[CONTENT_SECURITY_POLICY], policy, "{kind}");
            assert_eq!(headers[X_FRAME_OPTIONS], "DENY");
            assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        }
        assert!(!PAGE_POLICY.to_str().unwrap().contains("unsafe"));
    }

    #[test]
    fn only_who_came_over_tls_is_bound_to_it() {
        let headers = written("application/json", Transport::Tls);
        assert_eq!(headers[STRICT_TRANSPORT_SECURITY], OVER_TLS);
    }

    #[test]
    fn nothing_is_written_over() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("own"));
        write(&mut headers, Transport::Plain);
        assert_eq!(headers.get_all(CONTENT_SECURITY_POLICY).iter().count(), 1);
        assert_eq!(headers[CONTENT_SECURITY_POLICY], "own");
    }

    #[test]
    fn a_time_is_told_in_milliseconds() {
        let mut headers = HeaderMap::new();
        write_timing(&mut headers, Duration::from_micros(12_034));
        assert_eq!(headers[SERVER_TIMING], "total;dur=12.034");
    }
}
