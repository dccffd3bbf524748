use serde_json::Value;

use super::Fixture;
use super::routes::{Route, Takes, routes};

/// What nobody may set, whatever the request: a field that a body does not have is refused.
const FOREIGN: [&str; 16] = [
    "price",
    "unitPrice",
    "totalPrice",
    "discountAmount",
    "paidPrice",
    "status",
    "userId",
    "role",
    "balance",
    "points",
    "version",
    "id",
    "orderId",
    "createdAt",
    "__proto__",
    "",
];

/// What no field takes, whatever it is.
const NEVER: &[&str] = &["true", "1.5", "1e400", "-0.0"];

const NO_WHOLE_NUMBER: &[&str] = &[
    "1.0",
    "1e2",
    "NaN",
    "-Infinity",
    "01",
    "0x10",
    "9223372036854775808",
    "-9223372036854775809",
    "100000000000000000000000000000000",
    r#""1""#,
    r#""٣""#,
    "[]",
    "[1]",
    "{}",
];

const NO_GUESS: &[&str] = &["1", "[]", "{}", r#""""#, r#""\ud800""#];

const BLANK: &[&str] = &[r#"" \t ""#, r#""\u0000""#];

const NO_ID: &[&str] = &[
    "1",
    "[]",
    "{}",
    r#""""#,
    r#""1""#,
    r#""ABCDEFGHJKMN""#,
    r#""ABCDEFGHJKMNPQ""#,
    r#""UUUUUUUUUUUUU""#,
    r#""ZZZZZZZZZZZZZ""#,
    r#""0000000000000""#,
    r#""' OR 1=1; --x""#,
];

const NO_TIME: &[&str] = &[
    "1",
    "[]",
    "{}",
    r#""""#,
    r#""now""#,
    r#""2024-13-01T00:00:00Z""#,
    r#""2024-01-01""#,
    r#""9999999-01-01T00:00:00Z""#,
];

const NO_WORD: &[&str] = &["1", "[]", "{}", r#""""#, r#""rate""#, r#""NONE""#];

const NO_LIST: &[&str] = &["1", "{}", r#""""#, "[1]", "[null]", "[[]]"];

const NO_OBJECT: &[&str] = &[
    "1",
    r#""""#,
    "[]",
    "[{}]",
    "[[],[]]",
    r#"["0ABCDEFGHJKMN",1]"#,
];

impl Takes {
    /// JSON texts that a field of this kind does not take.
    fn refuses(self) -> Vec<String> {
        let fixed: &[&[&str]] = match self {
            Self::Whole { .. } => &[NEVER, NO_WHOLE_NUMBER],
            Self::Text => &[NEVER, NO_GUESS, BLANK],
            Self::Guess => &[NEVER, NO_GUESS],
            Self::Id => &[NEVER, NO_ID],
            Self::Time => &[NEVER, NO_TIME],
            Self::Word => &[NEVER, NO_WORD],
            Self::List => &[NEVER, NO_LIST],
            Self::Object => &[NEVER, NO_OBJECT],
        };
        let mut texts: Vec<String> = fixed.concat().into_iter().map(str::to_owned).collect();
        match self {
            Self::Whole { least, most } => {
                let past = [least.checked_sub(1), most.checked_add(1)];
                let numbers = past.into_iter().flatten().chain([i64::MIN, i64::MAX]);
                texts.extend(numbers.map(|number| number.to_string()));
            }
            Self::Text | Self::Guess => texts.push(format!("\"{}\"", "가".repeat(10_000))),
            Self::List => texts.push(format!("[{}]", vec!["{}"; 101].join(","))),
            Self::Id | Self::Time | Self::Word | Self::Object => {}
        }
        texts
    }
}

/// The body with another text where the pointer points. The text need not be JSON.
fn with(body: &Value, pointer: &str, text: &str) -> String {
    const MARK: &str = "put-it-here";
    let mut body = body.clone();
    let field = body
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("no {pointer}"));
    *field = Value::String(MARK.to_owned());
    body.to_string().replace(&format!("\"{MARK}\""), text)
}

fn with_bodies() -> impl Iterator<Item = Route> {
    routes().into_iter().filter(|route| route.body.is_some())
}

#[tokio::test]
async fn every_field_refuses_what_it_does_not_take() {
    let fixture = Fixture::start().await;
    for route in with_bodies() {
        let by = fixture.caller(&route);
        let body = fixture.body(&route).expect("it has one");
        for (pointer, takes) in route.body.expect("it has one").fields {
            for text in takes.refuses() {
                let what = format!("{} {} with {pointer} {text:.60}", route.method, route.path);
                let sent = with(&body, pointer, &text).into_bytes();
                let answer = fixture.send(&route, by, sent).await;
                fixture.refused(answer, 400, "VALIDATION_FAILED", &what);
            }
        }
    }
    fixture.end().await;
}

#[tokio::test]
async fn no_body_sets_what_is_not_its_own() {
    let fixture = Fixture::start().await;
    for route in with_bodies() {
        let by = fixture.caller(&route);
        let body = fixture.body(&route).expect("it has one");
        let own = body.as_object().expect("an object");
        for name in FOREIGN.iter().filter(|name| !own.contains_key(**name)) {
            let mut body = body.clone();
            body[*name] = serde_json::json!(1);
            let what = format!("{} {} with {name:?}", route.method, route.path);
            let answer = fixture
                .send(&route, by, body.to_string().into_bytes())
                .await;
            assert_eq!(
                answer.body["errors"][0]["code"], "UNKNOWN_FIELD",
                "{what}: {answer:?}"
            );
            fixture.refused(answer, 400, "VALIDATION_FAILED", &what);
        }
    }
    // Inside a line, too.
    let order = with_bodies()
        .find(|route| route.path == "/api/v1/orders")
        .expect("a route");
    for name in ["price", "unitPrice", "name", "discount"] {
        let mut body = fixture.body(&order).expect("it has one");
        body["items"][0][name] = serde_json::json!(1);
        let by = fixture.caller(&order);
        let answer = fixture
            .send(&order, by, body.to_string().into_bytes())
            .await;
        fixture.refused(answer, 400, "VALIDATION_FAILED", name);
    }
    fixture.end().await;
}

#[tokio::test]
async fn what_is_required_is_missed_and_twice_is_too_often() {
    let fixture = Fixture::start().await;
    let optional = [
        "stock",
        "phone",
        "address",
        "userCouponId",
        "maxDiscount",
        "minOrderAmount",
        "scope",
    ];
    for route in with_bodies() {
        let by = fixture.caller(&route);
        let body = fixture.body(&route).expect("it has one");
        for (name, value) in body.as_object().expect("an object") {
            let text = body.to_string();
            let twice = format!("{{\"{name}\": {value}, {}", &text[1..]);
            let what = format!("{} {} with {name} twice", route.method, route.path);
            let answer = fixture.send(&route, by, twice.into_bytes()).await;
            fixture.refused(answer, 400, "VALIDATION_FAILED", &what);
            if optional.contains(&name.as_str()) || route.method == reqwest::Method::PATCH {
                continue;
            }
            let mut without = body.clone();
            without.as_object_mut().expect("an object").remove(name);
            let what = format!("{} {} without {name}", route.method, route.path);
            let answer = fixture
                .send(&route, by, without.to_string().into_bytes())
                .await;
            fixture.refused(answer, 400, "VALIDATION_FAILED", &what);
        }
    }
    fixture.end().await;
}

#[tokio::test]
async fn a_cart_has_one_line_to_fifty() {
    let fixture = Fixture::start().await;
    let route = with_bodies()
        .find(|route| route.path == "/api/v1/orders")
        .expect("a route");
    let line = format!(r#"{{"productId":"{}","quantity":999}}"#, fixture.product);
    for count in [0, 51, 1_000] {
        let body = format!(r#"{{"items":[{}]}}"#, vec![line.as_str(); count].join(","));
        let answer = fixture
            .send(&route, Some(&fixture.buyer), body.into_bytes())
            .await;
        fixture.refused(answer, 400, "VALIDATION_FAILED", &format!("{count} lines"));
    }
    fixture.end().await;
}
