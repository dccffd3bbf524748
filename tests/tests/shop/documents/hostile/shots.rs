use std::collections::BTreeMap;
use std::fmt;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;
use shop_tests::{Answer, Documented, Member};

use super::bodies::{good, hostile_text, spoil, torn};
use crate::documents::spec::{Operation, Spec};

/// A request that went well would end what the others need, so these never go well: nobody who
/// may do it sends them.
const NEVER: &[&str] = &["closeMe", "killLoop", "updateAccount"];

/// Headers and what is put into them.
const HEADERS: &[(&str, &[&str])] = &[
    (
        "accept-language",
        &[
            "en;q=99999",
            ",,;;==",
            "ko;q=-1,en;q=NaN",
            "*",
            "\u{e9}\u{fc}",
        ],
    ),
    (
        "prefer",
        &[
            "wait=-1",
            "wait=1e9",
            "wait=99999999999999999999",
            "wait",
            "=",
            "wait=0",
        ],
    ),
    (
        "last-event-id",
        &["-1", "9223372036854775808", "x", "1e3", " "],
    ),
    (
        "accept",
        &[
            "*/*",
            "text/event-stream",
            "application/xml",
            "text/event-stream;q=0",
            ",",
        ],
    ),
    (
        "idempotency-key",
        &["", " ", "a b", "\u{e9}", "#0", "key#1#2"],
    ),
    (
        "content-type",
        &[
            "text/plain",
            "application/json; charset=utf-16",
            "application/",
            "*/*",
        ],
    ),
    ("content-encoding", &["gzip", "identity", "br, gzip"]),
    (
        "traceparent",
        &[
            "00-0-0-00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ],
    ),
    ("x-correlation-id", &["", "\u{e9}", "a b", "<b>"]),
    ("if-none-match", &["*", "\"1\"", "W/"]),
    ("if-match", &["\"0\"", "*"]),
    ("range", &["bytes=0-0", "bytes=-1"]),
    (
        "authorization",
        &["Bearer", "Basic YTpi", "Bearer x.y.z", "bearer  "],
    ),
    ("x-http-method-override", &["DELETE"]),
    ("x-forwarded-for", &["127.0.0.1"]),
];

/// One request, drawn.
pub struct Shot {
    method: Method,
    path: String,
    pub query: Vec<(String, String)>,
    /// As it is, behind the others.
    raw_query: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    role: Option<&'static str>,
    is_keyed: bool,
    /// The address was spoiled: it may be another route's, or nobody's.
    pub is_astray: bool,
}

impl Shot {
    /// What the document shows of a route, without a body.
    pub fn good(spec: &Spec, operation: &Operation) -> Shot {
        let parameters = spec.parameters(operation);
        let mut path = operation.path.clone();
        let mut query = Vec::new();
        for parameter in &parameters {
            let name = parameter["name"].as_str().expect("a name").to_owned();
            let shown = parameter
                .get("example")
                .or(parameter["schema"]["examples"].get(0));
            let shown = shown.and_then(Value::as_str).unwrap_or_default();
            match parameter["in"].as_str() {
                Some("path") => path = path.replace(&format!("{{{name}}}"), shown),
                Some("query") if parameter["required"] == true => {
                    query.push((name, shown.to_owned()));
                }
                _ => {}
            }
        }
        Shot {
            method: operation.method.clone(),
            path,
            query,
            raw_query: "",
            headers: Vec::new(),
            body: None,
            role: operation.role().map(role),
            is_keyed: operation.is_keyed(),
            is_astray: false,
        }
    }

    /// The same with a body, and then one, two or no things spoiled.
    pub fn draw(
        draw: &mut StdRng,
        spec: &Spec,
        operation: &Operation,
        cursors: &BTreeMap<String, String>,
    ) -> Shot {
        let mut shot = Shot::good(spec, operation);
        let mut body = spec.body(operation).map(|schema| good(draw, schema));
        if NEVER.contains(&&*operation.id) {
            shot.role = *[None, Some("shopper")].choose(draw).expect("some");
            if operation.role() == Some("shopper") {
                shot.role = None;
            }
        }
        for _ in 0..*[0, 1, 1, 1, 2].choose(draw).expect("some") {
            match draw.random_range(0..7) {
                0 => shot.stray(draw, operation),
                1 => shot.ask(draw, spec, operation),
                2 => shot.turn(draw, operation, cursors),
                3 => shot.dress(draw),
                4 => shot.role = None,
                _ => match &mut body {
                    Some(body) if draw.random_bool(0.7) => spoil(draw, body),
                    Some(body) => shot.body = Some(torn(draw, body)),
                    None => shot.dress(draw),
                },
            }
        }
        if shot.body.is_none() {
            shot.body = body.map(|body| body.to_string().into_bytes());
        }
        shot
    }

    fn stray(&mut self, draw: &mut StdRng, operation: &Operation) {
        let text = hostile_text(draw);
        let text = [text.replace(['/', '?', '#', '%'], "-"), encoded(&text)];
        let text = text.choose(draw).expect("some");
        match operation.path.split(['{', '}']).collect::<Vec<_>>()[..] {
            [before, _, after] => self.path = format!("{before}{text}{after}"),
            _ => self.path = format!("{}{text}", self.path),
        }
        self.is_astray = true;
    }

    fn ask(&mut self, draw: &mut StdRng, spec: &Spec, operation: &Operation) {
        let parameters = spec.parameters(operation);
        let own = parameters.iter().filter(|it| it["in"] == "query");
        for parameter in own {
            let name = parameter["name"].as_str().expect("a name").to_owned();
            match draw.random_range(0..4) {
                0 => self.query.push((name, hostile_text(draw))),
                1 if name != "cursor" => {
                    let value = good(draw, &parameter["schema"]);
                    let value = value.as_str().map_or(value.to_string(), str::to_owned);
                    self.query.push((name, value));
                }
                _ => {}
            }
        }
        let raw = [
            "",
            "",
            "&&&",
            "=",
            "a",
            "%zz=%",
            "limit",
            "limit[]=1",
            "cursor=%ff",
            "%00=1",
        ];
        self.raw_query = raw.choose(draw).expect("some");
    }

    /// A cursor that is torn, of another list, or real with another key in it.
    fn turn(
        &mut self,
        draw: &mut StdRng,
        operation: &Operation,
        cursors: &BTreeMap<String, String>,
    ) {
        let own = cursors.get(&operation.id);
        let any = *cursors
            .values()
            .collect::<Vec<_>>()
            .choose(draw)
            .expect("some");
        let real = own.filter(|_| draw.random_bool(0.8)).unwrap_or(any);
        let mut key: Value = serde_json::from_slice(&bytes(real)).expect("a key");
        let cursor = match draw.random_range(0..6) {
            0 => real[..draw.random_range(0..real.len())].to_owned(),
            1 => real.to_uppercase(),
            2 => hostile_text(draw),
            3 => real.clone(),
            _ => {
                spoil(draw, &mut key[1]);
                hex(key.to_string().as_bytes())
            }
        };
        self.query.push(("cursor".to_owned(), cursor));
    }

    fn dress(&mut self, draw: &mut StdRng) {
        let (name, values) = HEADERS.choose(draw).expect("some");
        let value = match draw.random_range(0..10) {
            0 => "x".repeat(4_000),
            _ => (*values.choose(draw).expect("some")).to_owned(),
        };
        self.headers.push((name, value));
    }

    pub async fn send(&self, documented: &Documented) -> Answer {
        let shop = &documented.shop;
        let said = self.query.iter();
        let said = said.map(|(name, value)| format!("{name}={}", encoded(value)));
        let query = said.chain([self.raw_query.to_owned()]).collect::<Vec<_>>();
        let path = format!("{}?{}", self.path, query.join("&"));
        let mut request = shop.request(self.method.clone(), &path);
        if let Some(member) = self.role.map(|role| member(documented, role)) {
            request = request.bearer_auth(&member.token);
        }
        if self.is_keyed
            && !self
                .headers
                .iter()
                .any(|(name, _)| *name == "idempotency-key")
        {
            request = request.header("Idempotency-Key", shop.fresh_key());
        }
        if let Some(body) = &self.body {
            request = request.body(body.clone());
            if !self.headers.iter().any(|(name, _)| *name == "content-type") {
                request = request.header("Content-Type", "application/json");
            }
        }
        for (name, value) in &self.headers {
            let name = HeaderName::from_static(name);
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("no control characters");
            request = request.header(name, value);
        }
        shop.send(request).await
    }
}

impl fmt::Debug for Shot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shot {
            method,
            path,
            query,
            raw_query,
            headers,
            role,
            ..
        } = self;
        let body = self
            .body
            .as_ref()
            .map(|body| String::from_utf8_lossy(&body[..body.len().min(500)]));
        write!(
            f,
            "{method} {path} {query:?} {raw_query} as {role:?} {headers:?} {body:?}"
        )
    }
}

fn role(name: &str) -> &'static str {
    let known = ["shopper", "operator", "admin"]
        .into_iter()
        .find(|it| *it == name);
    known.expect("a role")
}

fn member<'d>(documented: &'d Documented, role: &str) -> &'d Member {
    match role {
        "admin" => &documented.admin,
        "operator" => &documented.operator,
        _ => &documented.shopper,
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len() / 2).map(|at| &hex[2 * at..2 * at + 2]);
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("a hex digit"))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
