use axum::http::HeaderValue;

use super::*;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn read(pairs: &[(&'static str, &str)]) -> Context {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    Context::read(&headers)
}

#[test]
fn a_valid_trace_is_carried_on_as_it_came() {
    let context = read(&[("traceparent", TRACE)]);
    assert_eq!(context.trace.as_str(), Some(TRACE));
    assert_eq!(&*context.correlation_id, "0af7651916cd43dd8448eb211c80319c");
    let later = TRACE.replacen("00", "cc", 1);
    let longer = format!("{later}-what-comes-later");
    assert_eq!(
        read(&[("traceparent", &longer)]).trace.as_str(),
        Some(&*later)
    );
}

#[test]
fn b3_is_asked_after_the_w3c() {
    let b3 = ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0");
    let carried = "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-00";
    assert_eq!(read(&[b3]).trace.as_str(), Some(carried));
    let both = read(&[b3, ("traceparent", TRACE)]);
    assert_eq!(both.trace.as_str(), Some(TRACE));
    assert_eq!(&*both.correlation_id, &TRACE[3..35]);
    assert_eq!(
        read(&[b3, ("traceparent", "x")]).trace.as_str(),
        Some(carried)
    );
}

#[test]
fn any_other_trace_is_begun_anew() {
    for bad in [
        "",
        "00",
        &TRACE[1..],
        &TRACE.to_uppercase(),
        &format!("{TRACE}-01"),
        &TRACE.replacen("00", "ff", 1),
        &TRACE.replacen("00", "01", 1).replace("-01", "-01x"),
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ] {
        let trace = read(&[("traceparent", bad)]).trace;
        assert_ne!(trace.trace_id(), Some(&TRACE[3..35]), "{bad}");
        assert_eq!(trace.as_str().map(str::len), Some(55), "{bad}");
    }
    assert_ne!(read(&[]).trace, read(&[]).trace);
}

#[test]
fn a_caller_names_its_request_within_bounds() {
    let named = |pairs: &[(&'static str, &str)]| read(pairs).correlation_id.to_string();
    assert_eq!(
        named(&[("x-correlation-id", "cart-7"), ("x-request-id", "r")]),
        "cart-7"
    );
    assert_eq!(named(&[("x-request-id", "r-1")]), "r-1");
    assert_eq!(named(&[("x-request-id", &"x".repeat(128))]).len(), 128);
    for bad in ["", "two words", "tab\there", &"x".repeat(129)] {
        assert_eq!(
            named(&[("x-correlation-id", bad), ("traceparent", TRACE)]),
            TRACE[3..35]
        );
    }
}

#[test]
fn the_heavier_language_is_spoken_and_korean_by_default() {
    for (header, expected) in [
        ("", Language::Ko),
        ("*", Language::Ko),
        ("fr, de;q=0.9", Language::Ko),
        ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Language::Ko),
        ("en-US,en;q=0.9,ko;q=0.8", Language::En),
        ("EN", Language::En),
        ("ko;q=0.1, en;q=0.2", Language::En),
        ("fr, en;q=0.001", Language::En),
        ("en;q=0, ko;q=0", Language::Ko),
        ("en;q=2", Language::Ko),
        ("en;q=1.5", Language::Ko),
        ("en;q=99999999999", Language::Ko),
        ("en;q=0.12345", Language::Ko),
        ("english", Language::Ko),
    ] {
        assert_eq!(
            read(&[("accept-language", header)]).language,
            expected,
            "{header}"
        );
    }
}
