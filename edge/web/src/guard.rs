//! Which requests may change something, and what browsers may do with our pages.

use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderMap, HeaderName, HeaderValue,
    ORIGIN, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
/// Nobody who uses our pages reads it.
const REFUSED: &str = "다른 사이트에서 보낸 요청이라 받지 않았어요.\n\
                       Refused: the request came from another site.\n";
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// Lets a request change something only when its browser says that it comes from our own pages.
/// The cookies are SameSite=Lax; this is the second lock, for browsers and sites that get past
/// the first.
pub(crate) async fn same_site(request: Request, next: Next) -> Response {
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if looks || is_own(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, REFUSED).into_response()
    }
}

/// Browsers name the site that a form stands on, all of them by `Origin` and most by
/// `Sec-Fetch-Site` too. Who names none is no browser of a visitor.
fn is_own(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    match (text(ORIGIN), text(HOST)) {
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)),
        (_, _) => false,
    }
}

/// True for a browser that opens an address, and not for a program that asks for data.
pub(crate) fn wants_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/html"))
}

/// Headers of all that is ours. A page depends on its visitor, so nothing in between keeps it.
pub(crate) async fn dress(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        CROSS_ORIGIN_OPENER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_change_something() {
        let cases: [(&[(&'static str, &'static str)], bool); 9] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (
                &[("origin", "http://shop:8080"), ("host", "shop:8080")],
                true,
            ),
            (
                &[("origin", "http://shop:8081"), ("host", "shop:8080")],
                false,
            ),
            (&[("origin", "null"), ("host", "shop:8080")], false),
            (&[("host", "shop:8080")], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "http://shop"),
                    ("host", "shop"),
                ],
                false,
            ),
        ];
        for (named, own) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in named {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_own(&headers), own, "{named:?}");
        }
    }
}
