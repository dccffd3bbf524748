//! Passwords are hashed and compared here, off the async threads and a few at a time. Every
//! comparison costs one hash, so that its time does not tell whether an email has an account.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use contracts::http::user::Password;
use contracts::problem::Problem;
use platform_http::Failure;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::PasswordHash;

/// What OWASP asks of argon2id at least: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Each holds a core for tens of milliseconds and 19 MiB; more would only take turns.
const MOST_RUNNING: usize = 2;
/// Past this a caller would wait longer than a second, and a flood of logins fill the memory.
const MOST_WAITING: usize = 64;
const RETRY_AFTER_SECONDS: u32 = 1;

/// The hasher of one process. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Turns>,
    /// What a password is compared with when there is no account: it never fits.
    decoy: PasswordHash,
}

struct Turns {
    waiting: Semaphore,
    running: Semaphore,
}

impl Passwords {
    /// Takes the time of one hash.
    pub fn new() -> anyhow::Result<Self> {
        let turns = Turns {
            waiting: Semaphore::new(MOST_WAITING),
            running: Semaphore::new(MOST_RUNNING),
        };
        Ok(Self {
            turns: Arc::new(turns),
            decoy: hash(&Password::new("decoy"))?,
        })
    }

    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Failure> {
        let _turn = self.turns.take().await?;
        let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
        Ok(hashed.context("hashing was broken off")??)
    }

    /// Whether this is the password behind the hash. Without a hash it is not, after as long.
    pub async fn fits(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Failure> {
        let _turn = self.turns.take().await?;
        let has_account = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let fits = tokio::task::spawn_blocking(move || fits(&password, &hash)).await;
        Ok(fits.context("comparing was broken off")?? && has_account)
    }
}

impl Turns {
    /// A place to run in, or a refusal when too many wait already.
    async fn take(&self) -> Result<SemaphorePermit<'_>, Failure> {
        let _place = self
            .waiting
            .try_acquire()
            .map_err(|_| Problem::unavailable(RETRY_AFTER_SECONDS))?;
        Ok(self
            .running
            .acquire()
            .await
            .context("the turns are never closed")?)
    }
}

/// The hash under which an account is made, for callers that have no async thread to spare.
pub fn hash(password: &Password) -> anyhow::Result<PasswordHash> {
    let hashed = argon2()?.hash_password(password.expose().as_bytes());
    let hashed = hashed.map_err(|error| anyhow!("could not hash a password: {error}"))?;
    Ok(PasswordHash::new(hashed.to_string()))
}

/// With the parameters in the hash: accounts made under older ones still sign in.
fn fits(password: &Password, hash: &PasswordHash) -> anyhow::Result<bool> {
    let parsed = phc::PasswordHash::new(hash.expose());
    let parsed = parsed.map_err(|error| anyhow!("could not read a stored hash: {error}"))?;
    Ok(argon2()?
        .verify_password(password.expose().as_bytes(), &parsed)
        .is_ok())
}

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|error| anyhow!("argon2 refuses its parameters: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_names_its_parameters_and_is_salted() {
        let password = Password::new("demo1234");
        let (one, two) = (hash(&password).unwrap(), hash(&password).unwrap());
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(one, two);
        assert!(fits(&password, &one).unwrap());
        assert!(fits(&password, &two).unwrap());
        assert!(!fits(&Password::new("demo1235"), &one).unwrap());
    }

    #[tokio::test]
    async fn without_an_account_nothing_fits_not_even_the_decoys_own_password() {
        let passwords = Passwords::new().unwrap();
        let decoy = Password::new("decoy");
        assert!(
            passwords
                .fits(decoy.clone(), Some(passwords.decoy.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.fits(decoy, None).await.unwrap());
    }

    #[tokio::test]
    async fn a_flood_is_refused_and_not_queued_without_end() {
        let turns = Turns {
            waiting: Semaphore::new(1),
            running: Semaphore::new(1),
        };
        let running = turns.take().await.unwrap();
        let mut second = Box::pin(turns.take());
        let polled = futures_poll(&mut second).await;
        assert!(polled.is_none(), "it waits for the first");
        let refused = turns.take().await.unwrap_err();
        assert_eq!(refused.problem().status, 503);
        drop(running);
        drop(second.await.unwrap());
    }

    /// Polls once.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            let polled = std::pin::Pin::new(&mut *future).poll(context);
            std::task::Poll::Ready(match polled {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
