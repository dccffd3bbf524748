//! Cookies as they come and as they are set. All of ours are HttpOnly and SameSite=Lax: no script
//! reads them and no other site's form sends them.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};

/// The value of a cookie; the first one of a name counts.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    for pair in pairs {
        if let Some((found, value)) = pair.trim().split_once('=')
            && found == name
        {
            return Some(value);
        }
    }
    None
}

/// A cookie that lives for so many seconds. Its value is ours, so visible ASCII without `;`.
pub(crate) fn set(name: &str, value: &str, seconds: u32) -> HeaderValue {
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&line).unwrap_or_else(|_| clear(name))
}

pub(crate) fn clear(name: &str) -> HeaderValue {
    let line = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&line).expect("the names of our cookies are visible ASCII")
}

/// The same cookie, for a connection that is encrypted.
pub(crate) fn secured(cookie: &HeaderValue) -> HeaderValue {
    let mut line = cookie.as_bytes().to_vec();
    line.extend_from_slice(b"; Secure");
    HeaderValue::from_bytes(&line).unwrap_or_else(|_| cookie.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("xa=1; a=2;b=3"));
        headers.append(COOKIE, HeaderValue::from_static("c=4=5; a=6"));
        for (name, value) in [
            ("a", Some("2")),
            ("b", Some("3")),
            ("c", Some("4=5")),
            ("x", None),
        ] {
            assert_eq!(cookie(&headers, name), value, "{name}");
        }
    }

    #[test]
    fn a_value_that_is_no_header_sets_nothing() {
        let cookie = set("a", "b\n", 5);
        assert_eq!(cookie, clear("a"));
        assert!(
            secured(&set("a", "b", 5))
                .to_str()
                .unwrap()
                .ends_with("; Secure")
        );
    }
}
