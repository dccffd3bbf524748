//! The API as its clients meet it: the routes of a hosted service over a file of its own, with
//! its loop running.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use boot::{Folder, Host, Running};
use contracts::ids::UserId;
use http_body_util::BodyExt;
use platform_http::Signer;
use runtime::Handle;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;

mod catalogue;
mod stock;

struct Shop {
    router: Router,
    signer: std::sync::Arc<Signer>,
    handle: Handle<Product>,
    running: Running,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::new(Folder::open(folder.path()).unwrap(), boot::now).unwrap();
        let opened = host.open::<Product>(crate::MIGRATIONS).await.unwrap();
        host.follow_elsewhere();
        let place = host.place(opened).await.unwrap();
        let (signer, handle) = (place.signer.clone(), place.handle.clone());
        let router = platform_http::layers(router(place), host.verifier());
        let running = host.run().unwrap();
        Self {
            router,
            signer,
            handle,
            running,
            _folder: folder,
        }
    }

    async fn close(self) {
        self.handle.stop();
        self.running.stop().await.unwrap();
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap(),
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", path, headers).body(Body::empty()).unwrap())
            .await
    }

    /// Reads as somebody of this role.
    async fn get_as(&self, role: Role, path: &str) -> Answer {
        self.get(path, &[("authorization", &self.bearer(role))])
            .await
    }

    /// Sends a command as somebody of this role, under this key.
    async fn post(&self, role: Role, path: &str, key: &str, body: &Value) -> Answer {
        self.post_text(role, path, key, body.to_string()).await
    }

    async fn post_text(&self, role: Role, path: &str, key: &str, body: String) -> Answer {
        let headers = [
            ("authorization", &*self.bearer(role)),
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        self.send(request("POST", path, &headers).body(body.into()).unwrap())
            .await
    }

    async fn patch(&self, role: Role, path: &str, body: &Value) -> Answer {
        let headers = [
            ("authorization", &*self.bearer(role)),
            ("content-type", "application/json"),
        ];
        let request = request("PATCH", path, &headers).body(body.to_string().into());
        self.send(request.unwrap()).await
    }

    /// A new product's id.
    async fn create(&self, key: &str, body: &Value) -> String {
        let created = self.post(Role::Admin, "/api/v1/products", key, body).await;
        assert_eq!(created.status, 201, "{}", created.body);
        created.body["id"].as_str().unwrap().to_owned()
    }

    fn bearer(&self, role: Role) -> String {
        let lifetime = Duration::from_secs(60);
        let token = self
            .signer
            .sign(UserId::new(1), role, boot::now(), lifetime);
        format!("Bearer {token}")
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[track_caller]
    fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(
            (self.status.as_u16(), &self.body["code"]),
            (status, &json!(code))
        );
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> axum::http::request::Builder {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
}

fn mug(stock: i64) -> Value {
    json!({
        "name": "머그컵", "nameEn": "Mug", "category": "kitchen", "price": 12_000, "stock": stock,
    })
}
