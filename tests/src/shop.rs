//! A shop for one test: started like `jangteo dev`, ended with proof that it is at rest.

use std::time::Duration;

use contracts::ids::{OrderId, ProductId, UserCouponId};
use jangteo::check;
use jangteo::shop::{Places, Shop};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::people::Member;
use crate::until::LONGEST;

/// Rest is looked for this often: each look reads every table.
const LOOK_FOR_REST: Duration = Duration::from_millis(20);

/// A running shop.
pub struct TestShop {
    pub places: Places,
    pub url: String,
    pub folder: TempDir,
    shop: Shop,
    http: Client,
    serving: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

/// What the shop answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The stable code of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == "true"
    }

    /// What every answer under one key has in common: all but the trace.
    pub fn comparable(&self) -> (StatusCode, String, Value) {
        let mut body = self.body.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("traceId");
        }
        (self.status, self.header("location").to_owned(), body)
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }

    /// A problem with this status and code, in the form of one.
    #[track_caller]
    pub fn is_problem(self, status: u16, code: &str) -> Self {
        let kind = self.header("content-type");
        assert_eq!(kind, "application/problem+json", "{self:?}");
        assert_eq!(
            (self.status.as_u16(), self.code()),
            (status, code),
            "{self:?}"
        );
        assert_eq!(self.body["status"], status, "{self:?}");
        self
    }

    pub fn order_id(&self) -> OrderId {
        let id = self.body["orderId"].as_str();
        let id = id.unwrap_or_else(|| panic!("no order in {self:?}"));
        id.parse().expect("an order id")
    }
}

impl TestShop {
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder")).await
    }

    /// Starts on a folder that may hold a shop's data already.
    pub async fn start_in(folder: TempDir) -> Self {
        let shop = Shop::start(folder.path()).await.expect("the shop starts");
        let bound = boot::bind(0).await.expect("a free port");
        let url = format!("http://{}", bound.address);
        let (stop, stopped) = oneshot::channel::<()>();
        let router = shop.router();
        let serving = tokio::spawn(async move {
            let stopped = async {
                let _dropped = stopped.await;
            };
            let served = bound.serve(router, stopped).await;
            served.expect("the server serves");
        });
        let http = Client::builder().no_proxy().timeout(LONGEST);
        let http = http.build().expect("a client");
        let places = shop.places.clone();
        Self {
            places,
            url,
            folder,
            shop,
            http,
            serving,
            stop,
        }
    }

    /// What answers its requests: the API, as the shop serves it.
    pub fn router(&self) -> axum::Router {
        self.shop.router()
    }

    /// Every route of the services, as it stands behind the gateway.
    pub fn behind(&self) -> axum::Router {
        self.shop.behind()
    }

    /// Waits for rest, proves every invariant, and ends the shop.
    pub async fn end(self) -> TempDir {
        self.rest().await;
        self.end_as_it_is().await
    }

    /// Ends the shop with sagas still open.
    pub async fn end_as_it_is(self) -> TempDir {
        let _gone = self.stop.send(());
        self.serving.await.expect("the server ends");
        self.shop.stop().await.expect("the loops end");
        self.folder
    }

    /// Ends the shop and starts it again on its folder.
    pub async fn restart(self) -> Self {
        Self::start_in(self.end_as_it_is().await).await
    }

    /// The first loop that ended by itself.
    pub async fn ended(&mut self) -> boot::Ended {
        let ended = tokio::time::timeout(LONGEST, self.shop.ended()).await;
        ended.expect("in time").expect("a loop that ended")
    }

    /// Waits until nothing is under way, then checks all invariants.
    pub async fn rest(&self) {
        let mut tick = tokio::time::interval(LOOK_FOR_REST);
        let rest = async {
            loop {
                tick.tick().await;
                let checked = check::running(&self.places, true).expect("the rows can be read");
                assert!(checked.violations.is_empty(), "{:#?}", checked.violations);
                if checked.unrest.is_empty() {
                    return;
                }
            }
        };
        if tokio::time::timeout(LONGEST, rest).await.is_err() {
            let checked = check::running(&self.places, true).expect("the rows can be read");
            panic!("no rest: {:#?}", checked.unrest);
        }
    }

    /// A key that no request has used.
    pub fn fresh_key(&self) -> String {
        let id: OrderId = self.places.order.handle.next_id();
        format!("key-{id}")
    }

    /// Places an order and returns the acceptance.
    pub async fn place(&self, by: &Member, items: &[(ProductId, i64)]) -> OrderId {
        let answer = self.place_with(by, items, None, &[]).await;
        answer.is(202).order_id()
    }

    /// Places an order and waits for its end.
    pub async fn place_and_wait(
        &self,
        by: &Member,
        items: &[(ProductId, i64)],
        coupon: Option<UserCouponId>,
    ) -> Answer {
        let wait = [("Prefer", "wait=3")];
        self.place_with(by, items, coupon, &wait).await
    }

    /// Places an order with a fresh key and these further headers.
    pub async fn place_with(
        &self,
        by: &Member,
        items: &[(ProductId, i64)],
        coupon: Option<UserCouponId>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = cart(items, coupon);
        let fresh = self.fresh_key();
        let mut all = vec![("Idempotency-Key", fresh.as_str())];
        all.extend(headers);
        self.post_with("/api/v1/orders", by, &all, &body).await
    }

    /// The order as its owner sees it.
    pub async fn order(&self, by: &Member, order_id: OrderId) -> Value {
        let path = format!("/api/v1/orders/{order_id}");
        self.get(&path, by).await.is(200).body
    }

    pub async fn cancel(&self, by: &Member, order_id: OrderId) -> Answer {
        let path = format!("/api/v1/orders/{order_id}/cancel");
        self.post(&path, by, &self.fresh_key(), &json!({})).await
    }

    pub async fn get(&self, path: &str, by: &Member) -> Answer {
        self.call(Method::GET, path, Some(by), None).await
    }

    pub async fn post(&self, path: &str, by: &Member, key: &str, body: &Value) -> Answer {
        let key = [("Idempotency-Key", key)];
        self.post_with(path, by, &key, body).await
    }

    /// As `post`, with all headers given.
    pub async fn post_with(
        &self,
        path: &str,
        by: &Member,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut request = self.request(Method::POST, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.bearer_auth(&by.token).json(body)).await
    }

    /// Any request with a JSON body or none.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        by: Option<&Member>,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.request(method, path);
        if let Some(member) = by {
            request = request.bearer_auth(&member.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request).await
    }

    /// A request to this shop, to be dressed as a test likes.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the shop answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole answer");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            body,
        }
    }
}

/// The body of an order.
pub fn cart(items: &[(ProductId, i64)], coupon: Option<UserCouponId>) -> Value {
    let items = items
        .iter()
        .map(|(product_id, quantity)| json!({ "productId": product_id, "quantity": quantity }));
    let mut body = json!({ "items": items.collect::<Vec<_>>() });
    if let Some(coupon) = coupon {
        body["userCouponId"] = json!(coupon);
    }
    body
}
