//! Access tokens: EdDSA-signed JWTs of one fixed form (RFC 9068). Keys never leave the process
//! and none is fetched; refresh tokens and sessions are the User service's.

use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use contracts::http::Role;
use contracts::ids::UserId;
use contracts::time::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::{Deserialize, Serialize};

use crate::context::random;

mod cache;
mod verifier;

pub use verifier::{Refused, Verifier};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Who issues tokens, and for whom. Those of another environment name another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Realm {
    pub issuer: String,
    pub audience: String,
}

impl Default for Realm {
    fn default() -> Realm {
        Realm {
            issuer: "jangteo".to_owned(),
            audience: "jangteo-api".to_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    role: Role,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

/// A public key, under the name that tokens carry.
#[derive(Clone, Debug)]
pub struct TokenKey {
    jwk: Jwk,
    /// The one header that tokens of this key have.
    header: Header,
    decoding: DecodingKey,
}

/// A private key that is not Ed25519 in PKCS#8 version 1.
#[derive(Debug)]
pub struct BadKey;

impl std::fmt::Display for BadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an Ed25519 private key in PKCS#8 version 1, DER")
    }
}

impl std::error::Error for BadKey {}

/// Signs tokens. Only the User service holds one.
pub struct Signer {
    realm: Realm,
    encoding: EncodingKey,
    key: TokenKey,
    seals: hmac::Key,
}

/// Keeps the seals of one purpose from being taken for another's.
const SEALS: &[u8] = b"jangteo seals";

impl Signer {
    /// A new private key, as `from_pkcs8` reads it.
    pub fn generate() -> Vec<u8> {
        let pair = Ed25519KeyPair::generate().expect("the generator aborts sooner than it fails");
        let der = pair.to_pkcs8v1().expect("a key just made can be written");
        der.as_ref().to_vec()
    }

    pub fn from_pkcs8(der: &[u8], realm: Realm) -> Result<Signer, BadKey> {
        let encoding = EncodingKey::from_ed_der(der);
        let mut jwk = Jwk::from_encoding_key(&encoding, Algorithm::EdDSA).map_err(|_| BadKey)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| BadKey)?;
        jwk.common.key_id = Some(kid);
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Signer {
            realm,
            encoding,
            key: TokenKey::new(jwk)?,
            seals: seals(der),
        })
    }

    /// A short text with its seal: nobody else can make one, and the same text has the same.
    pub fn seal(&self, text: &str) -> String {
        let tag = hmac::sign(&self.seals, text.as_bytes());
        let tag: String = tag
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{text}.{tag}")
    }

    /// The text of what was sealed here; none for anything else.
    pub fn unseal<'s>(&self, sealed: &'s str) -> Option<&'s str> {
        let (text, tag) = sealed.rsplit_once('.')?;
        let bytes: Option<Vec<u8>> = (0..tag.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(tag.get(at..at + 2)?, 16).ok())
            .collect();
        hmac::verify(&self.seals, text.as_bytes(), &bytes?).ok()?;
        Some(text)
    }

    /// A token that this user may act with, in this role, for so long.
    pub fn sign(&self, user: UserId, role: Role, now: Timestamp, lifetime: Duration) -> String {
        let iat = seconds(now);
        let claims = Claims {
            iss: self.realm.issuer.clone(),
            aud: self.realm.audience.clone(),
            sub: user,
            role,
            iat,
            exp: seconds(now.plus(lifetime)),
            nbf: None,
            jti: Some(format!("{:032x}", u128::from_le_bytes(random()))),
        };
        jsonwebtoken::encode(&self.key.header, &claims, &self.encoding)
            .expect("the key was read before, and claims are plain JSON")
    }

    /// What a verifier needs.
    pub fn key(&self) -> TokenKey {
        self.key.clone()
    }

    /// `/.well-known/jwks.json`
    pub fn jwks(&self) -> JwkSet {
        JwkSet {
            keys: vec![self.key.jwk.clone()],
        }
    }
}

impl TokenKey {
    fn new(jwk: Jwk) -> Result<TokenKey, BadKey> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = jwk.common.key_id.clone();
        let decoding = DecodingKey::from_jwk(&jwk).map_err(|_| BadKey)?;
        Ok(TokenKey {
            jwk,
            header,
            decoding,
        })
    }
}

/// A key of its own, out of the one that is kept.
fn seals(der: &[u8]) -> hmac::Key {
    let kept = hmac::Key::new(hmac::HMAC_SHA256, der);
    let derived = hmac::sign(&kept, SEALS);
    hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
}

fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(MICROS_PER_SECOND)
}
