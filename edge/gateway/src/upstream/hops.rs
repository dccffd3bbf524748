//! Headers that are about one connection and end with it (RFC 9110, 7.6.1), and those that only a
//! gateway may write. Neither is passed on.

use axum::http::HeaderMap;
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, FORWARDED, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

const OF_ONE_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

pub(super) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
pub(super) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Written by the gateway alone: a service that trusts them trusts no caller.
const OURS: [HeaderName; 7] = [
    FORWARDED,
    FORWARDED_FOR,
    FORWARDED_HOST,
    FORWARDED_PROTO,
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-real-ip"),
];

/// Takes from a request what ends here.
pub(super) fn strip_request(headers: &mut HeaderMap) {
    for name in &OURS {
        headers.remove(name);
    }
    strip(headers);
}

/// Takes from an answer what ends here.
pub(super) fn strip_response(headers: &mut HeaderMap) {
    strip(headers);
}

fn strip(headers: &mut HeaderMap) {
    // A length beside another framing is how two servers come to read two different requests.
    if headers.contains_key(TRANSFER_ENCODING) {
        headers.remove(CONTENT_LENGTH);
    }
    for name in named(headers) {
        headers.remove(name);
    }
    for name in &OF_ONE_HOP {
        headers.remove(name);
    }
}

/// The headers that `Connection` says are of this hop, too.
fn named(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(CONNECTION).iter();
    let texts = values.filter_map(|value: &HeaderValue| value.to_str().ok());
    let names = texts.flat_map(|text| text.split(','));
    names.filter_map(|name| name.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        pairs.map(pair).collect()
    }

    #[test]
    fn what_is_of_one_hop_ends_here() {
        let mut headers = map(&[
            ("connection", "close, X-Mine ,, b@d"),
            ("connection", "x-too"),
            ("x-mine", "1"),
            ("x-too", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("trailer", "x"),
            ("upgrade", "websocket"),
            ("proxy-authorization", "Basic x"),
            ("proxy-connection", "close"),
            ("accept", "*/*"),
            ("content-length", "5"),
        ]);
        strip_request(&mut headers);
        assert_eq!(headers, map(&[("accept", "*/*"), ("content-length", "5")]));
    }

    #[test]
    fn a_length_does_not_stand_beside_another_framing() {
        let mut headers = map(&[("content-length", "5"), ("transfer-encoding", "chunked")]);
        strip_request(&mut headers);
        assert!(headers.is_empty());
    }

    #[test]
    fn nobody_says_for_us_where_a_request_is_from() {
        let mut headers = map(&[
            ("forwarded", "for=192.0.2.1"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("x-real-ip", "192.0.2.1"),
        ]);
        strip_request(&mut headers);
        assert!(headers.is_empty(), "{headers:?}");
        let mut answer = map(&[("x-forwarded-host", "told"), ("connection", "close")]);
        strip_response(&mut answer);
        assert_eq!(answer, map(&[("x-forwarded-host", "told")]));
    }
}
