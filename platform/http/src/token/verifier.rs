//! Accepts a token, or refuses it. What it has accepted it remembers by digest, so that only the
//! first request with a token pays for a signature.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use contracts::problem::Code;
use contracts::time::Timestamp;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};

use super::cache::{Cache, Digest};
use super::{Claims, Realm, TokenKey, seconds};
use crate::Caller;

/// How far two clocks may be apart.
const LEEWAY_SECONDS: i64 = 60;
/// Ours have about 500; longer ones are not looked at.
const TOKEN_MAX_BYTES: usize = 4_096;

/// Why a token was refused. The caller learns no more than the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    Invalid,
    Expired,
}

impl Refused {
    pub const fn code(self) -> Code {
        match self {
            Refused::Invalid => Code::Unauthenticated,
            Refused::Expired => Code::TokenExpired,
        }
    }
}

/// Checks tokens against known keys. Share one: it remembers what it has checked.
pub struct Verifier {
    realm: Realm,
    keys: Vec<TokenKey>,
    clock: fn() -> Timestamp,
    validation: Validation,
    accepted: Cache,
}

/// When an accepted token may be used, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Accepted {
    pub(super) caller: Caller,
    pub(super) not_before: i64,
    pub(super) expires: i64,
}

impl Verifier {
    pub fn new(realm: Realm, keys: Vec<TokenKey>, clock: fn() -> Timestamp) -> Verifier {
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The library reads the system's clock and rounds fractions; times, issuer and audience
        // are checked below, on claims that were parsed strictly.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Verifier {
            realm,
            keys,
            clock,
            validation,
            accepted: Cache::default(),
        }
    }

    pub fn verify(&self, token: &str) -> Result<Caller, Refused> {
        if token.len() > TOKEN_MAX_BYTES {
            return Err(Refused::Invalid);
        }
        let now = seconds((self.clock)());
        let name = name_of(token);
        let accepted = match self.accepted.get(&name) {
            Some(accepted) => accepted,
            None => {
                let accepted = self.check(token)?;
                // An expired one is checked anew each time: it would only crowd others out.
                if accepted.at(now).is_ok() {
                    self.accepted.put(name, accepted);
                }
                accepted
            }
        };
        accepted.at(now)
    }

    /// Everything about a token but the present time.
    fn check(&self, token: &str) -> Result<Accepted, Refused> {
        let header = decode_header(token).map_err(|_| Refused::Invalid)?;
        // Whole headers are compared: no algorithm, type, key name or extension but our own.
        let key = self
            .keys
            .iter()
            .find(|key| key.header == header)
            .ok_or(Refused::Invalid)?;
        let decoded = decode::<Claims>(token, &key.decoding, &self.validation);
        let claims = decoded.map_err(|_| Refused::Invalid)?.claims;
        let ours = claims.iss == self.realm.issuer && claims.aud == self.realm.audience;
        if !ours || claims.iat < 0 || claims.exp <= claims.iat {
            return Err(Refused::Invalid);
        }
        Ok(Accepted {
            caller: Caller {
                user: claims.sub,
                role: claims.role,
            },
            not_before: claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat)),
            expires: claims.exp,
        })
    }
}

impl Accepted {
    fn at(self, now: i64) -> Result<Caller, Refused> {
        if now >= self.expires.saturating_add(LEEWAY_SECONDS) {
            Err(Refused::Expired)
        } else if now < self.not_before.saturating_sub(LEEWAY_SECONDS) {
            Err(Refused::Invalid)
        } else {
            Ok(self.caller)
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

fn name_of(token: &str) -> Digest {
    let digest = digest(&SHA256, token.as_bytes());
    *digest
        .as_ref()
        .first_chunk()
        .expect("a SHA-256 has 32 bytes")
}
