//! The API as its clients meet it: Order and its read model hosted over files of their own, with
//! the other services' parts played by `others`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use boot::{Folder, Host, Running};
use contracts::ids::UserId;
use http_body_util::BodyExt;
use platform_http::Signer;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use others::{Other, PAYMENT, PRODUCT, PROMOTION};

mod listing;
mod others;
mod placing;

const USER: UserId = UserId::new(1);
const OTHER: UserId = UserId::new(2);
const OPERATOR: UserId = UserId::new(3);

/// What the others do with an order follows from how many pieces its first line asks for.
const COMPLETES: u32 = 1;
const SOLD_OUT: u32 = 999;
const STAYS_OPEN: u32 = 7;

struct Shop {
    router: Router,
    signer: Arc<Signer>,
    order: Handle<Order>,
    lists: Handle<OrderView>,
    others: (
        Handle<Other<PRODUCT>>,
        Handle<Other<PROMOTION>>,
        Handle<Other<PAYMENT>>,
    ),
    running: Running,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::new(Folder::open(folder.path()).unwrap(), boot::now).unwrap();
        let order = host.open::<Order>(crate::MIGRATIONS).await.unwrap();
        let lists = host
            .open::<OrderView>(crate::VIEW_MIGRATIONS)
            .await
            .unwrap();
        let product = host.open::<Other<PRODUCT>>(&[]).await.unwrap();
        let promotion = host.open::<Other<PROMOTION>>(&[]).await.unwrap();
        let payment = host.open::<Other<PAYMENT>>(&[]).await.unwrap();
        host.follow_elsewhere();
        let place = host.place(order).await.unwrap();
        let lists = host.place(lists).await.unwrap().handle;
        let others = (
            host.place(product).await.unwrap().handle,
            host.place(promotion).await.unwrap().handle,
            host.place(payment).await.unwrap().handle,
        );
        let (signer, order) = (place.signer.clone(), place.handle.clone());
        let router = platform_http::layers(router(place), host.verifier());
        let running = host.run().unwrap();
        Self {
            router,
            signer,
            order,
            lists,
            others,
            running,
            _folder: folder,
        }
    }

    async fn close(self) {
        self.order.stop();
        self.lists.stop();
        self.others.0.stop();
        self.others.1.stop();
        self.others.2.stop();
        self.running.stop().await.unwrap();
    }

    fn bearer(&self, user: UserId) -> String {
        let role = if user == OPERATOR {
            Role::Operator
        } else {
            Role::Shopper
        };
        let hour = Duration::from_secs(3_600);
        format!(
            "Bearer {}",
            self.signer.sign(user, role, self.order.now(), hour)
        )
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    async fn get(&self, user: UserId, path: &str) -> Answer {
        self.get_with(user, path, &[]).await
    }

    async fn get_with(&self, user: UserId, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path).header("authorization", self.bearer(user));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, user: UserId, path: &str, key: &str, body: &Value) -> Answer {
        let request = Request::post(path)
            .header("authorization", self.bearer(user))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// Places an order and waits for its end.
    async fn buy(&self, key: &str, pieces: u32) -> Answer {
        let request = Request::post("/api/v1/orders")
            .header("authorization", self.bearer(USER))
            .header("content-type", "application/json")
            .header("prefer", "wait=3")
            .header("idempotency-key", key);
        self.send(request.body(Body::from(cart(pieces).to_string())).unwrap())
            .await
    }

    /// Places an order without waiting; its id.
    async fn place(&self, user: UserId, key: &str, pieces: u32) -> String {
        let answer = self.post(user, "/api/v1/orders", key, &cart(pieces)).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        answer.json()["orderId"].as_str().unwrap().to_owned()
    }

    /// Asks again after everything that Order hears of an order, until the answer will do.
    async fn until(&self, order: &str, path: &str, enough: impl Fn(&Value) -> bool) -> Value {
        let id: OrderId = order.parse().unwrap();
        let mut heard = self.order.watch(id.get());
        let mut listed = self.lists.watch(id.get());
        loop {
            let answer = self.get(OPERATOR, path).await.json();
            if enough(&answer) {
                return answer;
            }
            tokio::select! {
                () = heard.changed() => {}
                () = listed.changed() => {}
            }
        }
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn replayed(&self) -> bool {
        self.headers
            .get("idempotent-replayed")
            .is_some_and(|value| value == "true")
    }

    #[track_caller]
    fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.json()["code"], code, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
    }
}

fn cart(pieces: u32) -> Value {
    json!({"items": [
        {"productId": "000000000000A", "quantity": pieces},
        {"productId": "000000000000B", "quantity": 1},
    ]})
}
