use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

/// A value that the schema allows.
pub fn good(draw: &mut StdRng, schema: &Value) -> Value {
    if let Some(word) = schema.get("const") {
        return word.clone();
    }
    for choices in ["enum", "examples"] {
        if let Some(some) = schema[choices].as_array().and_then(|it| it.choose(draw)) {
            return some.clone();
        }
    }
    for choices in ["oneOf", "anyOf"] {
        if let Some(some) = schema[choices].as_array().and_then(|it| it.choose(draw)) {
            return good(draw, some);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.choose(draw).and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => object(draw, schema),
        Some("array") => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let count = draw.random_range(least..=least + 1);
            (0..count).map(|_| good(draw, &schema["items"])).collect()
        }
        Some("integer") => {
            let least = schema["minimum"].as_i64().unwrap_or(-100);
            let most = schema["maximum"].as_i64().unwrap_or(100).min(least + 1_000);
            json!(draw.random_range(least..=most))
        }
        Some("boolean") => json!(draw.random_bool(0.5)),
        Some("string") => text(draw, schema),
        _ => Value::Null,
    }
}

fn object(draw: &mut StdRng, schema: &Value) -> Value {
    let required: Vec<&str> = names(&schema["required"]);
    let mut members = Map::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if required.contains(&name.as_str()) || draw.random_bool(0.5) {
            members.insert(name.clone(), good(draw, field));
        }
    }
    Value::Object(members)
}

fn text(draw: &mut StdRng, schema: &Value) -> Value {
    match schema["format"].as_str() {
        Some("date") => return json!("2026-11-22"),
        Some("email") => return json!(format!("{:x}@example.com", draw.random::<u64>())),
        _ => {}
    }
    let least = schema["minLength"].as_u64().unwrap_or(1);
    let most = schema["maxLength"].as_u64().unwrap_or(20).min(least + 20);
    let count = draw.random_range(least..=most);
    let one = |draw: &mut StdRng| *['a', '7', '컵', 'ㅋ', 'é', '-'].choose(draw).expect("some");
    (0..count).map(|_| one(draw)).collect::<String>().into()
}

/// The value with something in it that is no good, most of the time.
pub fn spoil(draw: &mut StdRng, value: &mut Value) {
    let mut places = Vec::new();
    collect(value, String::new(), &mut places);
    let place = places.choose(draw).expect("the value itself").clone();
    let at = value.pointer_mut(&place).expect("a place of this value");
    match (draw.random_range(0..4), &mut *at) {
        (0, Value::Object(members)) => {
            let name = members.keys().next().cloned().unwrap_or_default();
            members.remove(&name);
        }
        (1, Value::Object(members)) => {
            members.insert(hostile_text(draw), json!(1));
        }
        (2, Value::Array(items)) => {
            let first = items.first().cloned().unwrap_or(Value::Null);
            let count = *[0, 2, 51, 101].choose(draw).expect("some");
            *items = vec![first; count];
        }
        _ => *at = hostile(draw),
    }
}

/// The bytes of a body, spoiled in a way that no value can be.
pub fn torn(draw: &mut StdRng, value: &Value) -> Vec<u8> {
    let text = value.to_string();
    let mut bytes = text.clone().into_bytes();
    match draw.random_range(0..9) {
        0 => bytes.truncate(draw.random_range(0..=bytes.len())),
        1 => bytes.insert(draw.random_range(0..=bytes.len()), draw.random()),
        2 => bytes.splice(..0, *b"\xef\xbb\xbf").for_each(drop),
        3 => bytes = text.replacen('{', "{\"a\":1,\"a\":1,", 1).into_bytes(),
        4 => bytes = text.replace(char::is_numeric, "1e400").into_bytes(),
        5 => bytes = text.replacen('"', "\"\\ud800", 1).into_bytes(),
        6 => bytes = "[".repeat(20_000).into_bytes(),
        7 => bytes = vec![b' '; 70_000],
        _ => {
            bytes = (0..draw.random_range(1..200))
                .map(|_| draw.random())
                .collect()
        }
    }
    bytes
}

fn hostile(draw: &mut StdRng) -> Value {
    let numbers = [
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5),
        json!(1e300),
        json!(1_000_001),
    ];
    let others = [
        Value::Null,
        json!(true),
        json!([]),
        json!({}),
        json!([[[]]]),
    ];
    match draw.random_range(0..3) {
        0 => numbers.choose(draw).expect("some").clone(),
        1 => others.choose(draw).expect("some").clone(),
        _ => json!(hostile_text(draw)),
    }
}

pub fn hostile_text(draw: &mut StdRng) -> String {
    let short = [
        "",
        " ",
        "\0",
        "\u{7f}\u{1b}[31m",
        "\u{202e}",
        "' OR 1=1 --",
        "\"; DROP TABLE orders",
        "%",
        "_",
        "*",
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "null",
        "NaN",
        "-0",
        "01",
        "+1",
        "1e3",
        "٣",
        "0000000000000",
        "7ZZZZZZZZZZZZ",
        "8000000000000",
        "049824T900C0O",
        "2026-02-30T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "-009999-01-01T00:00:00Z",
        "🏳️‍🌈",
    ];
    match draw.random_range(0..20) {
        0 => "가".repeat(300),
        1 => "a".repeat(5_000),
        _ => (*short.choose(draw).expect("some")).to_owned(),
    }
}

fn collect(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(member, format!("{at}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{index}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    places.push(at);
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}
