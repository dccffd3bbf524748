//! Makes tokens that say anything, with the real key behind them where that could help them.

use aws_lc_rs::signature::Ed25519KeyPair;
use serde_json::{Value, json};

use crate::server::{NOW, USER, private_key, signer};

pub fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|at| u32::from(*chunk.get(at).unwrap_or(&0)));
        let bits = a << 16 | b << 8 | c;
        for at in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
        }
    }
    text
}

pub fn pair() -> Ed25519KeyPair {
    Ed25519KeyPair::from_pkcs8(private_key()).unwrap()
}

pub fn header() -> Value {
    let kid = &serde_json::to_value(signer().jwks()).unwrap()["keys"][0]["kid"];
    json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid})
}

pub fn seconds() -> i64 {
    NOW.micros() / 1_000_000
}

pub fn claims() -> Value {
    json!({
        "iss": "jangteo", "aud": "jangteo-api", "sub": USER, "role": "shopper",
        "iat": seconds(), "exp": seconds() + 600,
    })
}

/// A value with one member put in its place, or taken out by null.
pub fn with(mut value: Value, member: &str, to: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    if to.is_null() {
        members.remove(member);
    } else {
        members.insert(member.to_owned(), to);
    }
    value
}

/// Signed with the real key, whatever it says.
pub fn signed(header: &str, claims: &str) -> String {
    let message = format!(
        "{}.{}",
        base64url(header.as_bytes()),
        base64url(claims.as_bytes())
    );
    format!(
        "{message}.{}",
        base64url(pair().sign(message.as_bytes()).as_ref())
    )
}

pub fn of(header: &Value, claims: &Value) -> String {
    signed(&header.to_string(), &claims.to_string())
}
