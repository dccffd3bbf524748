//! A gateway over one small service, its keys, and a client for it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use contracts::http::Role;
use contracts::ids::UserId;
use contracts::problem::{Document, Problem};
use contracts::time::Timestamp;
use gateway::{Meters, Plan, Settings};
use http_body_util::BodyExt;
use platform_http::{Caller, Context, Failure, Json, Keyed, Realm, Signer, Verifier};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub const USER: UserId = UserId::new(1 << 40);
pub const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const ROUTES: &str = r#"
[routes.open]
service = "order"
public = true
match = [
    "GET /open", "GET /panic", "GET /broken", "GET /busy", "GET /never", "GET /page",
    "GET /who", "GET /context", "POST /login",
]

[routes.members]
service = "order"
match = ["GET /me", "GET /admin", "GET /never/mine"]

[routes.commands]
service = "order"
key = true
match = ["POST /orders", "POST /orders/{id}/cancel", "POST /careless", "POST /orders/never"]
"#;

fn signer() -> &'static Signer {
    static SIGNER: OnceLock<Signer> = OnceLock::new();
    SIGNER.get_or_init(|| Signer::from_pkcs8(&Signer::generate(), Realm::default()).unwrap())
}

pub fn verifier() -> Arc<Verifier> {
    Arc::new(Verifier::new(
        Realm::default(),
        vec![signer().key()],
        || NOW,
    ))
}

pub fn token(user: UserId) -> String {
    let token = signer().sign(user, Role::Shopper, NOW, Duration::from_secs(600));
    format!("Bearer {token}")
}

/// A service's bare routes: it verifies nothing by itself.
pub fn service() -> Router {
    let who = async |caller: Caller| Json(json!({ "user": caller.user }));
    Router::new()
        .route("/open", get(async || "open"))
        .route("/page", get(async || axum::response::Html("<p>")))
        .route("/panic", get(panic))
        .route("/broken", get(broken))
        .route("/busy", get(busy))
        .route("/never", get(never))
        .route("/never/mine", get(never))
        .route("/me", get(who))
        .route("/who", get(who))
        .route("/context", get(context))
        .route("/admin", get(admin))
        .route("/login", post(async |Json(body): Json<Value>| Json(body)))
        // Looks for no key, and for who calls only where the routes name no method.
        .route("/careless", post(async || "done").delete(who))
        .route("/orders", post(keep))
        .route("/orders/{id}/cancel", post(keep))
        .route("/orders/never", post(never))
}

async fn panic() -> &'static str {
    panic!("the secret of the handler")
}

async fn broken() -> Failure {
    Failure::internal(std::io::Error::other("the secret of the disk").into())
}

async fn busy() -> Failure {
    Problem::unavailable(7).into()
}

async fn never() -> &'static str {
    std::future::pending().await
}

async fn admin(caller: Caller) -> Result<&'static str, Failure> {
    caller.require(Role::Admin)?;
    Ok("admin")
}

async fn context(context: Context) -> Json<Value> {
    let id = &*context.correlation_id;
    Json(json!({ "trace": context.trace, "correlationId": id }))
}

async fn keep(keyed: Keyed<Value>) -> Json<Value> {
    Json(json!({ "scope": keyed.scope.as_str(), "body": keyed.body }))
}

/// A gateway in front of `service`, with these settings besides its routes.
pub struct Door {
    router: Router,
    meters: Meters,
}

impl Door {
    pub fn new(settings: &str) -> Door {
        Door::over(&format!("{settings}\n{ROUTES}"), vec![("order", service())])
    }

    pub fn over(file: &str, services: Vec<(&'static str, Router)>) -> Door {
        let plan = Plan::new(Settings::read(file).unwrap()).unwrap();
        let meters = plan.meters();
        let gateway = plan.open(services, verifier()).unwrap();
        Door {
            router: gateway.router(),
            meters,
        }
    }

    /// The value of one line of the metrics.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.meters.text();
        let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
        let value = lines.find(|(it, _)| *it == name).map(|(_, value)| value);
        value.map_or(0, |value| value.parse().unwrap())
    }

    pub async fn respond(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.respond(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(request("GET", path, headers, Body::empty())).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.ask(request("POST", path, &all, Body::from(body)))
            .await
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body as a problem with this code, which must agree with the status line.
    #[track_caller]
    pub fn problem(&self, code: &str) -> Document {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem: Document = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.code.as_str(), code);
        problem
    }
}

pub fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}
