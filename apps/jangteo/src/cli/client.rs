//! A client of a running shop's public API.

use std::time::Duration;

use anyhow::{Context, anyhow};
use contracts::http::user::TokenView;
use contracts::problem::Language;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::language::language;
use super::{Ended, Target, advice, progress};

/// Where `jangteo dev` says at which address it serves a data folder.
pub(super) const ADDRESS_FILE: &str = "address";

pub(super) const DEFAULT_DATA: &str = "./.jangteo";
/// A shop answers in milliseconds or not at all.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// One caller's session.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    /// Makes another command find the same shop.
    flag: String,
}

impl Client {
    /// The shop that `target` means; nothing is asked of it yet.
    pub fn new(target: &Target) -> Result<Self, Ended> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(PATIENCE)
            .build();
        let http = http.context("could not make an HTTP client")?;
        Ok(Self {
            http,
            base: base(target),
            token: None,
            flag: target.flag(),
        })
    }

    /// The shop that `target` means, as its operator.
    pub async fn operator(target: &Target) -> Result<Self, Ended> {
        let nobody = Self::new(target)?;
        nobody.login(&target.email, &target.password).await
    }

    /// Where the shop is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Logs in; every later request is this caller's.
    pub async fn login(&self, email: &str, password: &str) -> Result<Self, Ended> {
        let body = json!({ "email": email, "password": password });
        let request = self.request(Method::POST, "/api/v1/auth/login").json(&body);
        let token = self.take(request.timeout(PATIENCE));
        let token: TokenView = progress::step("로그인", "logging in", token).await?;
        Ok(Self {
            token: Some(token.access_token),
            ..self.clone()
        })
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Ended> {
        self.get_within(path, PATIENCE).await
    }

    /// As `get`, for what takes as long as the shop is large.
    pub async fn get_within<T: DeserializeOwned>(
        &self,
        path: &str,
        limit: Duration,
    ) -> Result<T, Ended> {
        self.take(self.request(Method::GET, path).timeout(limit))
            .await
    }

    /// Posts with an idempotency key of its own.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<T, Ended> {
        let request = self
            .request(Method::POST, path)
            .header("Idempotency-Key", key);
        self.take(request.json(body).timeout(PATIENCE)).await
    }

    /// Posts what is the same however often it is asked for.
    pub async fn act<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        limit: Duration,
    ) -> Result<T, Ended> {
        let request = self.request(Method::POST, path).json(body);
        self.take(request.timeout(limit)).await
    }

    /// Posts what is answered with nothing.
    pub async fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), Ended> {
        let request = self.request(Method::POST, path).json(body);
        self.send(request.timeout(PATIENCE)).await?;
        Ok(())
    }

    /// Whether something answers well there; what it says is not looked at.
    pub async fn reach(&self, path: &str) -> Result<(), Ended> {
        let request = self.request(Method::GET, path).timeout(PATIENCE);
        self.send(request).await?;
        Ok(())
    }

    /// A stream of server-sent events; whoever reads it says how long.
    pub async fn stream(&self, path: &str) -> Result<Response, Ended> {
        let request = self
            .request(Method::GET, path)
            .header("Accept", "text/event-stream");
        self.send(request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let tag = match language() {
            Language::Ko => "ko",
            Language::En => "en",
        };
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = request.header("Accept-Language", tag);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn take<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Ended> {
        let response = self.send(request).await?;
        let bytes = response
            .bytes()
            .await
            .map_err(|error| self.unreachable(&error))?;
        serde_json::from_slice(&bytes).map_err(|_| self.no_shop())
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Ended> {
        let request = request.build().context("could not make a request")?;
        let place = format!("{} {}", request.method(), request.url());
        let response = self.http.execute(request).await;
        let response = response.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let problem: Value = response.json().await.unwrap_or(Value::Null);
        let Some(code) = problem["code"].as_str() else {
            return Err(self.no_shop());
        };
        let text = problem["detail"]
            .as_str()
            .or(problem["title"].as_str())
            .unwrap_or_default();
        let told = format!("{text} ({}, {code}; {place})", status.as_u16());
        let told = match text.contains("jangteo ") {
            true => told,
            false => format!("{told} → {}", advice::after(code, &self.flag)),
        };
        Err(match status {
            StatusCode::NOT_FOUND => Ended::NotFound(told),
            StatusCode::CONFLICT | StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => {
                Ended::Refused(told)
            }
            _ => Ended::Failed(anyhow!(told)),
        })
    }

    fn unreachable(&self, error: &reqwest::Error) -> Ended {
        let (base, flag) = (&self.base, &self.flag);
        if error.is_connect() {
            return Ended::failed(
                &format!("{base} 에서 응답하는 상점이 없어요. 먼저 시작하세요 → jangteo dev"),
                &format!("no shop answers at {base}; start one → jangteo dev"),
            );
        }
        if error.is_timeout() {
            return Ended::failed(
                &format!("{base} 가 제때 대답하지 않았어요 → jangteo doctor{flag}"),
                &format!("{base} did not answer in time → jangteo doctor{flag}"),
            );
        }
        Ended::failed(
            &format!("{base} 와의 연결이 끊겼어요: {error} → jangteo doctor{flag}"),
            &format!("the connection to {base} broke off: {error} → jangteo doctor{flag}"),
        )
    }

    /// Something answers there, and it is no jangteo.
    fn no_shop(&self) -> Ended {
        let base = &self.base;
        Ended::failed(
            &format!(
                "{base} 에는 jangteo가 아닌 것이 있어요. 상점의 주소를 알려 주세요 \
                 → jangteo saga list --url URL"
            ),
            &format!(
                "what answers at {base} is not jangteo; say where the shop is \
                 → jangteo saga list --url URL"
            ),
        )
    }
}

fn base(target: &Target) -> String {
    let running = std::fs::read_to_string(target.data.join(ADDRESS_FILE)).ok();
    let url = target
        .url
        .clone()
        .or(running)
        .unwrap_or("http://localhost:8080".to_owned());
    url.trim().trim_end_matches('/').to_owned()
}
