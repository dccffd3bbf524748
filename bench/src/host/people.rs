//! Members of the shop under test: registered, with points, some of them with a token.

use std::time::Duration;

use anyhow::{Context, bail};
use contracts::envelope::{Actor, Trace};
use contracts::http::Role;
use contracts::http::user::{Email, Password};
use contracts::ids::{SagaId, UserId};
use contracts::money::Money;
use futures::future::try_join_all;
use jangteo::shop::Places;
use runtime::idempotency::KeyUse;
use user::domain::Profile;

use crate::population::{POINTS, Spec};

/// Sent at once; the queue of a loop takes eight times as many.
pub(super) const AT_ONCE: usize = 1_000;
/// Longer than any run.
const LIFETIME: Duration = Duration::from_secs(86_400);

pub(super) async fn register(places: &Places, count: usize) -> anyhow::Result<Vec<UserId>> {
    let handle = &places.user.handle;
    // One hash for all: nobody logs in.
    let hash = user::passwords::hash(&Password::new("bench bench")).context("argon2id runs")?;
    let members: Vec<UserId> = (0..count).map(|_| handle.next_id()).collect();
    for some in members.chunks(AT_ONCE) {
        let sent = some.iter().map(|id| {
            let email = format!("{}@bench", id.to_string().to_lowercase());
            let command = user::input::Register {
                id: *id,
                email: Email::parse(&email).expect("an email"),
                profile: Profile {
                    name: "회원".to_owned(),
                    phone: None,
                    address: None,
                },
                password_hash: hash.clone(),
                role: Role::Shopper,
            };
            let input = user::input::Input::Register(command);
            handle.send(input, Actor::System, Trace::NONE)
        });
        for reply in try_join_all(sent).await? {
            match reply {
                user::decide::Reply::Account(_) => {}
                user::decide::Reply::Refused(refusal) => bail!("could not register: {refusal}"),
                user::decide::Reply::Refreshed { .. } | user::decide::Reply::LoggedOut => {
                    bail!("a member logged in, and was not registered")
                }
            }
        }
    }
    Ok(members)
}

/// Everybody has points but the poor among the buyers.
pub(super) async fn charge(
    places: &Places,
    spec: &Spec,
    members: &[UserId],
    buyers: &[UserId],
) -> anyhow::Result<()> {
    let handle = &places.payment.handle;
    let poor = &buyers[spec.buyers - spec.poor..];
    let rich: Vec<_> = members.iter().filter(|it| !poor.contains(it)).collect();
    for some in rich.chunks(AT_ONCE) {
        let sent = some.iter().map(|user_id| {
            let id: SagaId = handle.next_id();
            let command = payment::input::Charge {
                id,
                user_id: **user_id,
                amount: Money::new(POINTS),
                key: key("charge", id.get()),
            };
            let input = payment::input::Input::Charge(command);
            handle.send(input, Actor::System, Trace::NONE)
        });
        for reply in try_join_all(sent).await? {
            if let payment::decide::Reply::Refused(refusal) = reply {
                bail!("could not charge points: {refusal}");
            }
        }
    }
    Ok(())
}

pub(super) fn token(places: &Places, user: UserId) -> String {
    let now = places.user.handle.now();
    places.user.signer.sign(user, Role::Shopper, now, LIFETIME)
}

pub(super) fn key(what: &str, id: i64) -> KeyUse {
    KeyUse {
        scope: format!("bench:{what}:{id}"),
        fingerprint: b"bench".to_vec(),
    }
}
