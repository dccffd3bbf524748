use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use boot::{Folder, Host, Hosted, Running};
use contracts::envelope::{Actor, Trace};
use contracts::http::Role;
use contracts::ids::{SagaId, UserId};
use contracts::money::Money;
use http_body_util::BodyExt;
use platform_http::layers;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;

const USER: UserId = UserId::new(7);
const OTHER: UserId = UserId::new(8);

/// Payment alone on a folder of its own, served without a socket.
struct Desk {
    router: Router,
    place: Place<Payment>,
    running: Running,
    _folder: TempDir,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::new(Folder::open(folder.path()).unwrap(), boot::now).unwrap();
        let opened = host.open::<Payment>(crate::MIGRATIONS).await.unwrap();
        host.follow_elsewhere();
        let place = host.place(opened).await.unwrap();
        let router = layers(Payment::router(place.clone()).unwrap(), host.verifier());
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

    fn token(&self, user: UserId) -> String {
        let hour = Duration::from_secs(3_600);
        let token = self
            .place
            .signer
            .sign(user, Role::Shopper, self.place.handle.now(), hour);
        format!("Bearer {token}")
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    async fn get(&self, user: UserId, path: &str) -> Answer {
        let request = Request::get(path).header("authorization", self.token(user));
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    async fn charge(&self, user: UserId, key: &str, body: &str) -> Answer {
        let request = Request::post("/api/v1/points/me/charge")
            .header("authorization", self.token(user))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.ask(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: StatusCode,
    replayed: bool,
    body: Value,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let status = response.status();
        let replayed = response.headers().contains_key("idempotent-replayed");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Self {
            status,
            replayed,
            body: serde_json::from_slice(&bytes).unwrap(),
        }
    }

    fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.body["code"], code, "{self:?}");
    }
}

#[tokio::test]
async fn a_charge_is_answered_once_and_replayed_after() {
    let desk = Desk::open().await;
    let never = desk.get(USER, "/api/v1/points/me").await;
    assert_eq!(never.body, json!({"balance": 0, "updatedAt": null}));

    let first = desk.charge(USER, "a", r#"{"amount":1000}"#).await;
    assert_eq!((first.status, first.replayed), (StatusCode::CREATED, false));
    assert_eq!(
        (&first.body["amount"], &first.body["balance"]),
        (&json!(1000), &json!(1000))
    );
    let transaction = first.body["transactionId"].as_str().unwrap();
    assert!(transaction.ends_with("-CHARGE"), "{transaction}");

    let again = desk.charge(USER, "a", r#"{"amount":1000}"#).await;
    assert_eq!(
        again,
        Answer {
            replayed: true,
            ..first
        }
    );
    desk.charge(USER, "a", r#"{"amount":1001}"#)
        .await
        .assert_refused(422, "IDEMPOTENCY_KEY_REUSED");

    // The same key is another one in another caller's hand.
    let other = desk.charge(OTHER, "a", r#"{"amount":1}"#).await;
    assert_eq!((other.status, other.replayed), (StatusCode::CREATED, false));
    assert_eq!(
        desk.get(USER, "/api/v1/points/me").await.body["balance"],
        1000
    );
    assert_eq!(
        desk.get(OTHER, "/api/v1/points/me").await.body["balance"],
        1
    );
    desk.close().await;
}

#[tokio::test]
async fn bad_charges_change_nothing() {
    let desk = Desk::open().await;
    for body in [
        r#"{"amount":0}"#,
        r#"{"amount":-1}"#,
        r#"{"amount":1000001}"#,
        r#"{"amount":9223372036854775808}"#,
        r#"{"amount":1.5}"#,
        r#"{"amount":"1"}"#,
        r#"{"amount":1,"balance":5}"#,
        r#"{}"#,
        r#"{"amount":"#,
    ] {
        desk.charge(USER, "a", body)
            .await
            .assert_refused(400, "VALIDATION_FAILED");
    }
    let request = Request::post("/api/v1/points/me/charge")
        .header("authorization", desk.token(USER))
        .header("content-type", "application/json");
    let keyless = desk
        .ask(request.body(Body::from(r#"{"amount":1}"#)).unwrap())
        .await;
    keyless.assert_refused(400, "IDEMPOTENCY_KEY_REQUIRED");
    let anonymous = Request::get("/api/v1/points/me")
        .body(Body::empty())
        .unwrap();
    desk.ask(anonymous)
        .await
        .assert_refused(401, "UNAUTHENTICATED");
    assert_eq!(desk.get(USER, "/api/v1/points/me").await.body["balance"], 0);
    desk.close().await;
}

#[tokio::test]
async fn charges_stop_at_the_cap() {
    let desk = Desk::open().await;
    for number in 0..10 {
        let charged = desk
            .charge(USER, &number.to_string(), r#"{"amount":1000000}"#)
            .await;
        assert_eq!(charged.status, StatusCode::CREATED);
    }
    let beyond = desk.charge(USER, "beyond", r#"{"amount":1}"#).await;
    beyond.assert_refused(422, "POINT_LIMIT_EXCEEDED");
    assert_eq!(
        desk.get(USER, "/api/v1/points/me").await.body["balance"],
        10_000_000
    );
    desk.close().await;
}

#[tokio::test]
async fn a_ledger_is_paged_newest_first_and_shows_its_owner_only() {
    let desk = Desk::open().await;
    for amount in 1..=5 {
        let id = desk.place.handle.next_id::<contracts::ids::Saga>();
        desk.charge_in_process(id, USER, amount).await;
    }
    let id = desk.place.handle.next_id::<contracts::ids::Saga>();
    desk.charge_in_process(id, OTHER, 99).await;

    let mut amounts = Vec::new();
    let mut path = "/api/v1/points/me/history?limit=2".to_owned();
    for page in 1.. {
        let answer = desk.get(USER, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let items = answer.body["items"].as_array().unwrap();
        amounts.extend(items.iter().map(|item| item["amount"].as_i64().unwrap()));
        match answer.body["nextCursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/points/me/history?limit=2&cursor={cursor}"),
            None => {
                assert_eq!(page, 3);
                break;
            }
        }
    }
    assert_eq!(amounts, [5, 4, 3, 2, 1]);

    let charges = desk
        .get(USER, "/api/v1/points/me/history?type=CHARGE")
        .await;
    assert_eq!(charges.body["items"].as_array().unwrap().len(), 5);
    let uses = desk.get(USER, "/api/v1/points/me/history?type=USE").await;
    assert_eq!(uses.body, json!({"items": [], "nextCursor": null}));
    for (query, code) in [
        ("type=GIFT", "VALIDATION_FAILED"),
        ("limit=0", "VALIDATION_FAILED"),
        ("limit=101", "VALIDATION_FAILED"),
        ("user=8", "VALIDATION_FAILED"),
        ("cursor=zz", "INVALID_CURSOR"),
    ] {
        let refused = desk
            .get(USER, &format!("/api/v1/points/me/history?{query}"))
            .await;
        refused.assert_refused(400, code);
    }
    desk.close().await;
}

#[tokio::test]
async fn of_an_order_that_moved_nothing_there_are_no_payments() {
    let desk = Desk::open().await;
    let unknown = desk.place.handle.next_id::<contracts::ids::Order>();
    for (query, status, code) in [
        (format!("orderId={unknown}"), 404, "ORDER_NOT_FOUND"),
        (
            format!("orderId={unknown}&userId=8"),
            400,
            "VALIDATION_FAILED",
        ),
        (
            format!("orderId={unknown}&limit=0"),
            400,
            "VALIDATION_FAILED",
        ),
        (
            format!("orderId={unknown}&cursor=zz"),
            400,
            "INVALID_CURSOR",
        ),
        ("orderId=zz".to_owned(), 400, "VALIDATION_FAILED"),
        (String::new(), 400, "VALIDATION_FAILED"),
    ] {
        let refused = desk.get(USER, &format!("/api/v1/payments?{query}")).await;
        refused.assert_refused(status, code);
    }
    desk.close().await;
}

impl Desk {
    async fn charge_in_process(&self, id: SagaId, user_id: UserId, amount: i64) {
        let key = KeyUse {
            scope: id.to_string(),
            fingerprint: vec![1; 16],
        };
        let charge = Charge {
            id,
            user_id,
            amount: Money::new(amount),
            key,
        };
        let sent = self
            .place
            .handle
            .send(Input::Charge(charge), Actor::System, Trace::NONE)
            .await;
        assert!(matches!(sent, Ok(decide::Reply::Charged(_))), "{sent:?}");
    }
}
