use super::*;

fn refused(text: &str) -> String {
    Settings::read(text).unwrap_err().to_string()
}

#[test]
fn the_shipped_file_is_what_a_file_without_keys_means() {
    let shipped = Settings::shipped();
    shipped.check().unwrap();
    let empty = Settings::read("").unwrap();
    assert_eq!(empty.tls, shipped.tls);
    assert_eq!(empty.limits, shipped.limits);
    assert_eq!(empty.breaker, shipped.breaker);
    assert_eq!(empty.rate_limit, shipped.rate_limit);
    assert_eq!(empty.services, shipped.services);
    assert_eq!(empty.routes, shipped.routes);
}

/// What is commented out in the shipped file may be taken in.
#[test]
fn every_key_that_the_shipped_file_shows_is_one() {
    let shown: Vec<&str> = SHIPPED
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.starts_with('[') || line.contains(" = "))
        .collect();
    assert_eq!(shown.len(), 7, "{shown:?}");
    let settings = Settings::read(&shown.join("\n")).unwrap();
    let rate = settings.rate_limit.unwrap();
    assert_eq!((rate.per_second, rate.burst), (50, 100));
    let order = &settings.services["order"];
    assert_eq!(order.url.as_deref(), Some("http://127.0.0.1:7001"));
}

#[test]
fn a_file_says_what_it_changes_and_its_routes_replace_all() {
    let text = r#"
        [limits]
        first_byte_ms = 500
        [routes.one]
        match = ["GET /one"]
        service = "order"
    "#;
    let settings = Settings::read(text).unwrap();
    assert_eq!(settings.limits.first_byte_ms, 500);
    assert_eq!(settings.limits.under_way, Limits::default().under_way);
    assert_eq!(settings.routes.len(), 1);
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
    for (text, line, meant) in [
        ("[limits]\nfirst_byte = 3\n", 2, "first_byte_ms"),
        ("[limit]\n", 1, "limits"),
        ("\n[breaker]\nfailurerate = 50\n", 3, "failure_rate"),
        (
            "[services.order]\nurl = \"\"\nunderway = 1\n",
            3,
            "under_way",
        ),
        (
            "[routes.x]\nmatch = []\nservice = \"order\"\npublik = true\n",
            4,
            "public",
        ),
    ] {
        let says = refused(text);
        assert!(says.contains(&format!("line {line}")), "{says}");
        assert!(
            says.ends_with(&format!("did you mean `{meant}`?")),
            "{says}"
        );
    }
    assert!(!refused("zzz = 1\n").contains("did you mean"));
}

#[test]
fn a_value_out_of_range_is_named() {
    for (text, says) in [
        (
            "[limits]\nfirst_byte_ms = 0",
            "limits.first_byte_ms must be at least 1",
        ),
        (
            "[limits]\nunder_way = 0",
            "limits.under_way must be at least 1",
        ),
        (
            "[breaker]\nfailure_rate = 101",
            "breaker.failure_rate must be from 1 to 100",
        ),
        (
            "[breaker]\nwindow = 129",
            "breaker.window must be from 1 to 128",
        ),
        (
            "[breaker]\nwindow = 10",
            "breaker.least must be from 1 to 10",
        ),
        (
            "[breaker]\nprobes = 0",
            "breaker.probes must be from 1 to 65535",
        ),
        (
            "[rate_limit]\nper_second = 0\nburst = 1",
            "rate_limit.per_second must be at least 1",
        ),
        (
            "[services.order]\nunder_way = 0",
            "services.order.under_way must be at least 1",
        ),
        (
            "[routes.a]\nmatch = []\nservice = \"an order\"",
            "routes.a.service must be a name of letters, digits and dashes",
        ),
    ] {
        assert_eq!(refused(text), says);
    }
    for text in ["[limits]\nfirst_byte_ms = -1", "tls = 1", "[routes.x]", "="] {
        assert!(
            refused(text).starts_with("TOML parse error at line "),
            "{text}"
        );
    }
}
