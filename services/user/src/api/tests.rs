use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use boot::{Folder, Host, Hosted, Running};
use contracts::http::user::{Email, Password};
use contracts::ids::UserId;
use http_body_util::BodyExt;
use platform_http::layers;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;
use crate::passwords;

/// What admins do.
mod accounts;

/// User alone on a folder of its own, served without a socket.
struct Desk {
    router: Router,
    place: Place<User>,
    running: Running,
    _folder: TempDir,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::new(Folder::open(folder.path()).unwrap(), boot::now).unwrap();
        let opened = host.open::<User>(crate::MIGRATIONS).await.unwrap();
        host.follow_elsewhere();
        let place = host.place(opened).await.unwrap();
        let router = layers(User::router(place.clone()).unwrap(), host.verifier());
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

    async fn ask(&self, method: Method, path: &str, token: Option<&str>, body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await;
        Answer::read(response.unwrap()).await
    }

    async fn sign_up(&self, email: &str) -> Answer {
        let body = json!({"email": email, "password": "demo1234", "name": "김장터"});
        self.ask(Method::POST, "/api/v1/users", None, body).await
    }

    async fn login(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.ask(Method::POST, "/api/v1/auth/login", None, body)
            .await
    }

    async fn token(&self, email: &str) -> String {
        let answer = self.login(email, "demo1234").await;
        answer.body["accessToken"].as_str().unwrap().to_owned()
    }

    async fn me(&self, token: &str) -> Answer {
        self.ask(Method::GET, "/api/v1/users/me", Some(token), Value::Null)
            .await
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap(),
        };
        Self { status, body }
    }

    fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, &self.body["code"]),
            (status, &json!(code)),
            "{self:?}"
        );
    }
}

#[tokio::test]
async fn who_signs_up_can_log_in_and_see_the_account() {
    let desk = Desk::open().await;
    let made = desk.sign_up("Kim@Example.com").await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["email"], "kim@example.com");
    assert_eq!(made.body["role"], "shopper");
    assert_eq!(made.body.get("passwordHash"), None);
    desk.sign_up("kim@example.com")
        .await
        .assert_refused(409, "EMAIL_TAKEN");

    let login = desk.login("KIM@example.com", "demo1234").await;
    assert_eq!(login.status, 200);
    assert_eq!(login.body["tokenType"], "Bearer");
    assert_eq!(login.body["expiresIn"], 900);
    let me = desk.me(login.body["accessToken"].as_str().unwrap()).await;
    assert_eq!((me.status, &me.body), (200, &made.body));
    desk.me("no.token.atall")
        .await
        .assert_refused(401, "UNAUTHENTICATED");
    desk.close().await;
}

#[tokio::test]
async fn nobody_gives_themselves_a_role_or_an_id() {
    let desk = Desk::open().await;
    let good = json!({"email": "a@demo", "password": "demo1234", "name": "a"});
    let planted = [
        ("role", json!("admin")),
        ("id", json!(1)),
        ("status", json!(1)),
        ("version", json!(9)),
    ];
    for (field, value) in &planted {
        let mut body = good.clone();
        body[field] = value.clone();
        let refused = desk.ask(Method::POST, "/api/v1/users", None, body).await;
        refused.assert_refused(400, "VALIDATION_FAILED");
    }
    desk.sign_up("a@demo").await;
    let token = desk.token("a@demo").await;
    for (field, value) in planted.iter().chain(&[("email", json!("b@demo"))]) {
        let mut body = json!({"name": "b"});
        body[field] = value.clone();
        let refused = desk
            .ask(Method::PATCH, "/api/v1/users/me", Some(&token), body)
            .await;
        refused.assert_refused(400, "VALIDATION_FAILED");
    }
    let me = desk.me(&token).await;
    assert_eq!(
        (&me.body["role"], &me.body["name"]),
        (&json!("shopper"), &json!("김장터"))
    );
    desk.close().await;
}

#[tokio::test]
async fn every_failed_login_reads_the_same() {
    let desk = Desk::open().await;
    for email in ["here@demo", "gone@demo"] {
        desk.sign_up(email).await;
    }
    let gone = desk.token("gone@demo").await;
    let left = desk
        .ask(Method::DELETE, "/api/v1/users/me", Some(&gone), Value::Null)
        .await;
    assert_eq!((left.status, left.body), (204, Value::Null));

    let mut answers = Vec::new();
    for (email, password) in [
        ("here@demo", "wrong"),
        ("nobody@demo", "demo1234"),
        ("gone@demo", "demo1234"),
    ] {
        let mut refused = desk.login(email, password).await;
        refused.assert_refused(401, "UNAUTHENTICATED");
        refused.body["traceId"].take();
        answers.push(refused.body);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    desk.close().await;
}

#[tokio::test]
async fn a_closed_account_is_told_so_and_stays_closed() {
    let desk = Desk::open().await;
    desk.sign_up("a@demo").await;
    let token = desk.token("a@demo").await;
    for _ in 0..2 {
        let left = desk
            .ask(
                Method::DELETE,
                "/api/v1/users/me",
                Some(&token),
                Value::Null,
            )
            .await;
        assert_eq!(left.status, 204);
    }
    desk.me(&token).await.assert_refused(403, "USER_CLOSED");
    let body = json!({"name": "b"});
    let changed = desk
        .ask(Method::PATCH, "/api/v1/users/me", Some(&token), body)
        .await;
    changed.assert_refused(403, "USER_CLOSED");
    desk.sign_up("a@demo")
        .await
        .assert_refused(409, "EMAIL_TAKEN");
    desk.close().await;
}

#[tokio::test]
async fn a_profile_is_changed_field_by_field() {
    let desk = Desk::open().await;
    desk.sign_up("a@demo").await;
    let token = desk.token("a@demo").await;
    let patch = async |body| {
        desk.ask(Method::PATCH, "/api/v1/users/me", Some(&token), body)
            .await
    };
    let changed = patch(json!({"phone": "010-1234-5678", "address": " 서울 "})).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.body["phone"], "010-1234-5678");
    assert_eq!(changed.body["address"], "서울");
    let cleared = patch(json!({"phone": null})).await;
    assert_eq!(cleared.body.get("phone"), None);
    assert_eq!(cleared.body["address"], "서울");
    patch(json!({"name": null}))
        .await
        .assert_refused(400, "VALIDATION_FAILED");
    assert_eq!(desk.me(&token).await.body, cleared.body);
    desk.close().await;
}

/// What the seed does: roles that no request can ask for are made in process.
#[tokio::test]
async fn a_role_made_in_process_is_in_the_token() {
    let desk = Desk::open().await;
    let password_hash = passwords::hash(&Password::new("demo1234")).unwrap();
    let oncall = input::Register {
        id: desk.place.handle.next_id(),
        email: Email::parse("oncall@demo").unwrap(),
        profile: Profile {
            name: "당직".to_owned(),
            phone: None,
            address: None,
        },
        password_hash,
        role: Role::Admin,
    };
    send(
        &desk.place,
        Input::Register(oncall),
        Actor::System,
        Trace::NONE,
    )
    .await
    .unwrap();
    let me = desk.me(&desk.token("oncall@demo").await).await;
    assert_eq!(me.body["role"], "admin");

    let keys = desk
        .ask(Method::GET, "/.well-known/jwks.json", None, Value::Null)
        .await;
    assert_eq!(keys.body["keys"][0]["kty"], "OKP");
    assert_eq!(
        keys.body["keys"][0].get("d"),
        None,
        "the private half stays here"
    );
    desk.close().await;
}

/// Another folder's key signs for nobody here.
#[tokio::test]
async fn a_token_of_another_shop_opens_nothing() {
    let (desk, elsewhere) = (Desk::open().await, Desk::open().await);
    let now = elsewhere.place.handle.now();
    let hour = Duration::from_secs(3_600);
    let token = elsewhere
        .place
        .signer
        .sign(UserId::new(1), Role::Admin, now, hour);
    desk.me(&token).await.assert_refused(401, "UNAUTHENTICATED");
    elsewhere
        .me(&token)
        .await
        .assert_refused(404, "USER_NOT_FOUND");
    desk.close().await;
    elsewhere.close().await;
}

#[tokio::test]
async fn a_refresh_token_is_rotated_and_its_copy_is_found_out() {
    let desk = Desk::open().await;
    let account = json!({ "email": "a@demo", "password": "correct horse", "name": "김장터" });
    desk.ask(Method::POST, "/api/v1/users", None, account).await;
    let credentials = json!({ "email": "a@demo", "password": "correct horse" });
    let login = desk
        .ask(Method::POST, "/api/v1/auth/login", None, credentials)
        .await;
    let first = login.body["refreshToken"].as_str().unwrap().to_owned();
    let body = |token: &str| json!({ "grantType": "refresh_token", "refreshToken": token });
    let refresh = |token: String| {
        let body = body(&token);
        let desk = &desk;
        async move {
            desk.ask(Method::POST, "/api/v1/oauth/token", None, body)
                .await
        }
    };
    // Fifty at once are one rotation.
    let answers = futures::future::join_all((0..50).map(|_| refresh(first.clone()))).await;
    let second = answers[0].body["refreshToken"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["refreshToken"], second.as_str());
    }
    let access = answers[0].body["accessToken"].as_str().unwrap();
    let me = desk.ask(Method::GET, "/api/v1/users/me", Some(access), Value::Null);
    assert_eq!(me.await.body["email"], "a@demo");

    let third = refresh(second.clone()).await;
    let third = third.body["refreshToken"].as_str().unwrap().to_owned();
    let stolen = refresh(first).await;
    assert_eq!(
        (stolen.status, &stolen.body["code"]),
        (401, &json!("UNAUTHENTICATED"))
    );
    assert_eq!(
        refresh(third.clone()).await.status,
        401,
        "the whole family is revoked"
    );
    for forged in [
        third.replace('.', "-"),
        format!("{third}0"),
        third.to_uppercase(),
        "a.b.c.d".to_owned(),
        String::new(),
        third.rsplit_once('.').unwrap().0.to_owned(),
    ] {
        assert_eq!(refresh(forged.clone()).await.status, 401, "{forged}");
    }
    let out = json!({ "refreshToken": third });
    let left = desk
        .ask(Method::POST, "/api/v1/auth/logout", None, out)
        .await;
    assert_eq!(left.status, 204);
    desk.close().await;
}
