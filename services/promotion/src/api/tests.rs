//! The routes over a running service of its own, without a socket.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use boot::{Folder, Host, Hosted, Running};
use contracts::ids::UserId;
use http_body_util::BodyExt;
use platform_http::layers;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;

const ADMIN: (UserId, Role) = (UserId::new(1), Role::Admin);
const SHOPPER: (UserId, Role) = (UserId::new(7), Role::Shopper);
const OTHER: (UserId, Role) = (UserId::new(8), Role::Shopper);

struct Counter {
    router: Router,
    place: Place<Promotion>,
    running: Running,
    _folder: TempDir,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    /// The status, and the code of a problem.
    fn told(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    fn replayed(&self) -> bool {
        self.headers.contains_key("idempotent-replayed")
    }
}

impl Counter {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::new(Folder::open(folder.path()).unwrap(), boot::now).unwrap();
        let opened = host.open::<Promotion>(crate::MIGRATIONS).await.unwrap();
        host.follow_elsewhere();
        let place = host.place(opened).await.unwrap();
        let router = layers(Promotion::router(place.clone()).unwrap(), host.verifier());
        let running = host.run().unwrap();
        Self {
            router,
            place,
            running,
            _folder: folder,
        }
    }

    async fn close(self) {
        self.running.stop().await.unwrap();
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    fn bearer(&self, (user, role): (UserId, Role)) -> String {
        let hour = Duration::from_secs(3_600);
        let token = self
            .place
            .signer
            .sign(user, role, self.place.handle.now(), hour);
        format!("Bearer {token}")
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    async fn get_as(&self, who: (UserId, Role), path: &str) -> Answer {
        let request = Request::get(path).header("authorization", self.bearer(who));
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, who: (UserId, Role), path: &str, key: &str, body: &Value) -> Answer {
        let request = Request::post(path)
            .header("authorization", self.bearer(who))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.ask(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// A coupon of which two pieces are issued from now on.
    async fn offer(&self, key: &str) -> Answer {
        self.post(ADMIN, "/api/v1/coupons", key, &self.terms())
            .await
    }

    fn terms(&self) -> Value {
        let day = Duration::from_secs(24 * 3_600);
        let now = self.place.handle.now();
        json!({
            "name": "환영 쿠폰",
            "discount": "RATE",
            "value": 10,
            "maxDiscount": 5_000,
            "scope": {"categories": ["식품"]},
            "totalQuantity": 2,
            "issueFrom": now.minus(day).to_string(),
            "issueTo": now.seoul_day().start().plus(2 * day).to_string(),
            "validDays": 30,
        })
    }

    async fn patch(&self, who: (UserId, Role), path: &str, body: &Value) -> Answer {
        let request = Request::patch(path)
            .header("authorization", self.bearer(who))
            .header("content-type", "application/json");
        self.ask(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    async fn issue(&self, who: (UserId, Role), coupon: &str, key: &str) -> Answer {
        self.post(
            who,
            &format!("/api/v1/coupons/{coupon}/issue"),
            key,
            &json!({}),
        )
        .await
    }
}

#[tokio::test]
async fn an_offer_is_made_shown_and_issued_until_none_is_left() {
    let counter = Counter::open().await;
    let made = counter.offer("offer").await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/coupons/{id}");
    assert_eq!(made.headers["location"], path.as_str());
    assert_eq!(made.body["remaining"], 2);
    assert_eq!(
        made.body["scope"],
        json!({"productIds": [], "categories": ["식품"]})
    );
    assert_eq!(counter.get(&path).await.body, made.body);
    assert_eq!(
        counter.get("/api/v1/coupons").await.body["items"],
        json!([made.body])
    );

    let first = counter.issue(SHOPPER, &id, "mine").await;
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(first.body["sequenceNo"], 1);
    assert!(!first.replayed());
    let again = counter.issue(SHOPPER, &id, "mine").await;
    assert!(again.replayed());
    assert_eq!((again.status, &again.body), (201, &first.body));
    let second_key = counter.issue(SHOPPER, &id, "another").await;
    assert_eq!(second_key.told(), (409, "COUPON_ALREADY_ISSUED"));

    assert_eq!(
        counter.issue(OTHER, &id, "mine").await.body["sequenceNo"],
        2
    );
    assert_eq!(
        counter.issue(ADMIN, &id, "mine").await.told(),
        (409, "COUPON_SOLD_OUT")
    );
    assert_eq!(counter.get(&path).await.body["remaining"], 0);

    // What has become of it since does not change the answer to the offer's key.
    let body = counter.terms();
    let replay = counter.post(ADMIN, "/api/v1/coupons", "offer", &body).await;
    assert_eq!(
        replay.told(),
        (422, "IDEMPOTENCY_KEY_REUSED"),
        "the times differ"
    );
    counter.close().await;
}

#[tokio::test]
async fn an_offer_sent_again_is_made_once() {
    let counter = Counter::open().await;
    let body = counter.terms();
    let made = counter.post(ADMIN, "/api/v1/coupons", "offer", &body).await;
    let id = made.body["id"].as_str().unwrap();
    counter.issue(SHOPPER, id, "mine").await;
    let again = counter.post(ADMIN, "/api/v1/coupons", "offer", &body).await;
    assert!(again.replayed() && !made.replayed());
    assert_eq!(again.body, made.body);
    let listed = counter.get("/api/v1/coupons").await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    counter.close().await;
}

#[tokio::test]
async fn a_caller_sees_only_the_own_coupons_a_page_at_a_time() {
    let counter = Counter::open().await;
    let mut held = Vec::new();
    for key in ["a", "b"] {
        let offer = counter.offer(key).await;
        let issued = counter
            .issue(SHOPPER, offer.body["id"].as_str().unwrap(), key)
            .await;
        held.insert(0, issued.body["userCouponId"].clone());
    }
    let mine = "/api/v1/users/me/coupons";
    let page = counter
        .get_as(SHOPPER, &format!("{mine}?limit=1&status=AVAILABLE"))
        .await;
    assert_eq!(page.body["items"][0]["userCouponId"], held[0], "{page:?}");
    assert_eq!(page.body["items"][0]["status"], "AVAILABLE");
    let cursor = page.body["nextCursor"].as_str().unwrap();
    let rest = counter
        .get_as(SHOPPER, &format!("{mine}?cursor={cursor}"))
        .await;
    assert_eq!(rest.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest.body["items"][0]["userCouponId"], held[1]);
    assert_eq!(rest.body["nextCursor"], Value::Null);
    let used = counter
        .get_as(SHOPPER, &format!("{mine}?status=USED"))
        .await;
    assert_eq!(used.body["items"], json!([]));
    let others = counter.get_as(OTHER, mine).await;
    assert_eq!(others.body["items"], json!([]));
    // The cursor of one list is no place in another.
    let foreign = counter
        .get(&format!("/api/v1/coupons?cursor={cursor}"))
        .await;
    assert_eq!(foreign.told(), (400, "INVALID_CURSOR"));
    counter.close().await;
}

#[tokio::test]
async fn who_may_not_or_asks_for_nonsense_is_told_why() {
    let counter = Counter::open().await;
    let terms = counter.terms();
    let shopper = counter.post(SHOPPER, "/api/v1/coupons", "k", &terms).await;
    assert_eq!(shopper.told(), (403, "FORBIDDEN"));
    let mut wrong = terms.clone();
    wrong["value"] = json!(101);
    let wrong = counter.post(ADMIN, "/api/v1/coupons", "k", &wrong).await;
    assert_eq!(wrong.told(), (400, "VALIDATION_FAILED"));
    assert_eq!(wrong.body["errors"][0]["pointer"], "/value");
    let mut unknown = terms;
    unknown["color"] = json!("red");
    let unknown = counter.post(ADMIN, "/api/v1/coupons", "k", &unknown).await;
    assert_eq!(unknown.told(), (400, "VALIDATION_FAILED"));

    for path in ["/api/v1/coupons/nonsense", "/api/v1/coupons/0000000000001"] {
        assert_eq!(
            counter.get(path).await.told(),
            (404, "COUPON_NOT_FOUND"),
            "{path}"
        );
    }
    let absent = counter.issue(SHOPPER, "0000000000001", "k").await;
    assert_eq!(absent.told(), (404, "COUPON_NOT_FOUND"));
    let nobody = counter.get("/api/v1/users/me/coupons").await;
    assert_eq!(nobody.told(), (401, "UNAUTHENTICATED"));
    let filter = counter
        .get_as(SHOPPER, "/api/v1/users/me/coupons?status=LOST")
        .await;
    assert_eq!(filter.told(), (400, "VALIDATION_FAILED"));
    let keyless = Request::post("/api/v1/coupons/0000000000001/issue")
        .header("authorization", counter.bearer(SHOPPER));
    let keyless = counter.ask(keyless.body(Body::empty()).unwrap()).await;
    assert_eq!(keyless.told(), (400, "IDEMPOTENCY_KEY_REQUIRED"));
    assert_eq!(
        counter.get("/api/v1/coupons").await.body["items"],
        json!([])
    );
    counter.close().await;
}

#[tokio::test]
async fn an_offer_is_changed_by_admins_as_far_as_it_allows() {
    let counter = Counter::open().await;
    let made = counter.offer("offer").await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/coupons/{id}");
    counter.issue(SHOPPER, &id, "mine").await;

    let change = json!({"name": " 봄 쿠폰 ", "status": "DISABLED", "totalQuantity": 1});
    let changed = counter.patch(ADMIN, &path, &change).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let mut expected = made.body.clone();
    expected["name"] = json!("봄 쿠폰");
    expected["status"] = json!("DISABLED");
    expected["totalQuantity"] = json!(1);
    expected["remaining"] = json!(0);
    assert_eq!(changed.body, expected);
    assert_eq!(counter.get(&path).await.body, expected);
    let refused = counter.issue(OTHER, &id, "mine").await;
    assert_eq!(refused.told(), (409, "NOT_ISSUE_PERIOD"));

    for (filter, found) in [
        ("", 1),
        ("?status=DISABLED", 1),
        ("?status=ACTIVE", 0),
        ("?issuable=true", 0),
        ("?issuable=false&status=DISABLED", 1),
    ] {
        let listed = counter.get(&format!("/api/v1/coupons{filter}")).await;
        let items = listed.body["items"].as_array().unwrap();
        assert_eq!(items.len(), found, "{filter}");
    }
    for query in ["status=GONE", "issuable=1", "issuable=", "color=red"] {
        let refused = counter.get(&format!("/api/v1/coupons?{query}")).await;
        assert_eq!(refused.told(), (400, "VALIDATION_FAILED"), "{query}");
    }
    counter.close().await;
}

#[tokio::test]
async fn a_change_that_the_offer_does_not_allow_changes_nothing() {
    let counter = Counter::open().await;
    let made = counter.offer("offer").await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/coupons/{id}");
    for who in [SHOPPER, OTHER] {
        counter.issue(who, &id, "mine").await;
    }
    let before = counter.get(&path).await.body;
    for (change, pointer) in [
        (json!({"totalQuantity": 1}), "/totalQuantity"),
        (json!({"totalQuantity": 0}), "/totalQuantity"),
        (json!({"issueTo": "2020-01-01T00:00:00Z"}), "/issueTo"),
        (
            json!({"name": "가", "issueTo": "2020-01-01T00:00:00Z"}),
            "/issueTo",
        ),
        (json!({"name": " "}), "/name"),
    ] {
        let refused = counter.patch(ADMIN, &path, &change).await;
        assert_eq!(refused.told(), (400, "VALIDATION_FAILED"), "{change}");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{change}");
    }
    let fixed = counter.patch(ADMIN, &path, &json!({"value": 20})).await;
    assert_eq!(fixed.told(), (400, "VALIDATION_FAILED"));
    let shopper = counter
        .patch(SHOPPER, &path, &json!({"status": "DISABLED"}))
        .await;
    assert_eq!(shopper.told(), (403, "FORBIDDEN"));
    let absent = counter
        .patch(ADMIN, "/api/v1/coupons/0000000000001", &json!({}))
        .await;
    assert_eq!(absent.told(), (404, "COUPON_NOT_FOUND"));
    assert_eq!(counter.get(&path).await.body, before);

    let start = &made.body["issueFrom"];
    let ended = counter
        .patch(ADMIN, &path, &json!({"issueTo": start}))
        .await;
    assert_eq!(
        &ended.body["issueTo"], start,
        "its first instant may be its last"
    );
    counter.close().await;
}
