//! Members: registered like any other, with a token from the shop's own signer. Only `log_in`
//! goes the long way, because each login costs a hash.

use std::sync::LazyLock;
use std::time::Duration;

use boot::Place;
use contracts::envelope::{Actor, Trace};
use contracts::http::Role;
use contracts::http::user::{Email, Password};
use contracts::ids::UserId;
use reqwest::Method;
use serde_json::json;
use user::User;
use user::decide::Reply;
use user::domain::{PasswordHash, Profile};
use user::passwords::hash;

use crate::TestShop;

/// Of every member.
pub const PASSWORD: &str = "correct horse";
const TOKEN_LIFETIME: Duration = Duration::from_secs(3_600);

static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| hash(&Password::new(PASSWORD)).expect("argon2id runs"));

/// Somebody who is logged in.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: UserId,
    pub email: String,
    pub token: String,
}

impl TestShop {
    pub async fn shopper(&self) -> Member {
        self.member(Role::Shopper).await
    }

    pub async fn operator(&self) -> Member {
        self.member(Role::Operator).await
    }

    pub async fn admin(&self) -> Member {
        self.member(Role::Admin).await
    }

    /// Registered many at once, so that they share transactions, and no more than a queue takes.
    pub async fn many_shoppers(&self, count: usize) -> Vec<Member> {
        let mut members = Vec::with_capacity(count);
        while members.len() < count {
            let some = (count - members.len()).min(1_000);
            let place = &self.places.user;
            let registered = (0..some).map(|_| register(place.clone(), Role::Shopper));
            members.extend(futures::future::join_all(registered).await);
        }
        members
    }

    /// Registers somebody who can do what the role allows.
    pub async fn member(&self, role: Role) -> Member {
        register(self.places.user.clone(), role).await
    }

    /// Logs in over HTTP and gives the token.
    pub async fn log_in(&self, email: &str, password: &str) -> String {
        let body = json!({ "email": email, "password": password });
        let path = "/api/v1/auth/login";
        let answer = self.call(Method::POST, path, None, Some(&body)).await;
        let token = answer.body["accessToken"].as_str();
        token
            .unwrap_or_else(|| panic!("no token in {answer:?}"))
            .to_owned()
    }
}

async fn register(place: Place<User>, role: Role) -> Member {
    let id: UserId = place.handle.next_id();
    let email = format!("{}@test", id.to_string().to_lowercase());
    register_as(&place, id, email, HASH.clone(), role).await
}

/// Registers somebody whose id and password are known before.
pub(crate) async fn register_as(
    place: &Place<User>,
    id: UserId,
    email: String,
    password_hash: PasswordHash,
    role: Role,
) -> Member {
    let input = user::input::Input::Register(user::input::Register {
        id,
        email: Email::parse(&email).expect("an email"),
        profile: Profile {
            name: "시험".to_owned(),
            phone: None,
            address: None,
        },
        password_hash,
        role,
    });
    let reply = place.handle.send(input, Actor::System, Trace::NONE).await;
    assert!(matches!(reply, Ok(Reply::Account(_))), "{reply:?}");
    let now = place.handle.now();
    let token = place.signer.sign(id, role, now, TOKEN_LIFETIME);
    Member { id, email, token }
}
