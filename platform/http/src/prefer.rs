//! `Prefer: wait=N` (RFC 7240): how long a caller would rather wait than poll.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::http::request::Parts;

/// Whatever is asked for: the gateway gives an answer up after 3 s.
pub const LONGEST_WAIT: Duration = Duration::from_millis(2_500);

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// How long to wait, if at all. A preference that cannot be read is none, as the RFC asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait(pub Option<Duration>);

impl<S: Sync> FromRequestParts<S> for Wait {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Wait, Infallible> {
        Ok(Wait(wait_in(&parts.headers)))
    }
}

fn wait_in(headers: &HeaderMap) -> Option<Duration> {
    let values = headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut preferences = values
        .flat_map(|value| value.split([',', ';']))
        .map(str::trim);
    // The first of a preference named twice counts.
    let seconds = preferences.find_map(|preference| {
        let (name, seconds) = preference.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("wait")
            .then_some(seconds.trim())
    })?;
    let digits = !seconds.is_empty() && seconds.bytes().all(|c| c.is_ascii_digit());
    // More digits than a number holds still mean longer than we wait.
    let seconds: u64 = if digits {
        seconds.parse().unwrap_or(u64::MAX)
    } else {
        return None;
    };
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT)).filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn wait(values: &[&str]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PREFER, HeaderValue::from_str(value).unwrap());
        }
        wait_in(&headers)
    }

    #[test]
    fn a_wait_is_cut() {
        let second = Some(Duration::from_secs(1));
        for (values, expected) in [
            (&[][..], None),
            (&["wait=1"], second),
            (&["respond-async, Wait = 1"], second),
            (&["return=minimal", "wait=1; x=y"], second),
            (&["wait=1, wait=2"], second),
            (&["wait=3"], Some(LONGEST_WAIT)),
            (&["wait=99999999999999999999999"], Some(LONGEST_WAIT)),
            (&["wait=0"], None),
            (&["wait=-1"], None),
            (&["wait=1.5"], None),
            (&["wait="], None),
            (&["wait"], None),
            (&["await=1"], None),
        ] {
            assert_eq!(wait(values), expected, "{values:?}");
        }
    }
}
