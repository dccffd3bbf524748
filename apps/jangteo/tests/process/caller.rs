//! A caller of the public API, as an app of the shop would be.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// Longer than any answer takes; a caller that meets it takes the outcome for unknown.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Caller {
    http: Client,
    url: String,
    email: String,
    token: String,
}

/// What the shop answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    pub replayed: bool,
    pub location: Option<String>,
    pub body: Value,
}

/// A command that changes something, as it is sent and sent again.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    pub key: String,
    pub body: Value,
    /// Waits for the order's end.
    pub wait: bool,
}

impl Caller {
    /// Logs in with the password of every seeded member.
    pub async fn log_in(url: &str, email: &str) -> Self {
        let http = Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        let caller = Self {
            http,
            url: url.to_owned(),
            email: email.to_owned(),
            token: String::new(),
        };
        caller.again().await.expect("an answer")
    }

    /// The same caller with a fresh token. An error means that nobody answered.
    pub async fn again(&self) -> reqwest::Result<Self> {
        let body = json!({ "email": self.email, "password": jangteo::seed::PASSWORD });
        let login = self.http.post(format!("{}/api/v1/auth/login", self.url));
        let answer = Answer::read(login.json(&body).send().await?).await?;
        assert_eq!(answer.status, StatusCode::OK, "{}: {answer:?}", self.email);
        let token = answer.body["accessToken"].as_str().expect("a token");
        Ok(Self {
            token: token.to_owned(),
            ..self.clone()
        })
    }

    /// The same caller at a shop that was started again, elsewhere.
    pub fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Value {
        let request = self
            .http
            .request(Method::GET, format!("{}{path}", self.url));
        let sent = request
            .bearer_auth(&self.token)
            .send()
            .await
            .expect("an answer");
        let answer = Answer::read(sent).await.expect("an answer");
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    /// All items of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}?limit=100{cursor}")).await;
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// An error means that the outcome is unknown.
    pub async fn send(&self, request: &Request) -> reqwest::Result<Answer> {
        let mut sent = self.http.post(format!("{}{}", self.url, request.path));
        sent = sent
            .bearer_auth(&self.token)
            .header("Idempotency-Key", &request.key);
        if request.wait {
            sent = sent.header("Prefer", "wait=2");
        }
        Answer::read(sent.json(&request.body).send().await?).await
    }
}

impl Answer {
    async fn read(response: reqwest::Response) -> reqwest::Result<Self> {
        let status = response.status();
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let replayed = header("idempotent-replayed") == Some("true");
        let location = header("location").map(str::to_owned);
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Self {
            status,
            replayed,
            location,
            body,
        })
    }

    /// Turned away, or given up while it was under way: whether it was done, the same key tells.
    pub fn is_open(&self) -> bool {
        [StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT].contains(&self.status)
    }

    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}
