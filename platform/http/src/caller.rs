//! Who calls: the bearer of a token that the `Verifier` has accepted.

use std::sync::Arc;

use anyhow::anyhow;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use contracts::envelope::Actor;
use contracts::http::Role;
use contracts::ids::UserId;
use contracts::problem::Code;

use crate::{Failure, Verifier};

/// The user that a request comes from, and what they may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Caller {
    pub user: UserId,
    pub role: Role,
}

impl Caller {
    /// FORBIDDEN to who may do less than this role.
    pub fn require(self, role: Role) -> Result<(), Failure> {
        if self.role >= role {
            Ok(())
        } else {
            Err(Code::Forbidden.into())
        }
    }

    /// Whoever the one Authorization header names, if the verifier accepts its token.
    pub fn verified(headers: &HeaderMap, verifier: &Verifier) -> Result<Caller, Failure> {
        let token = bearer(headers).ok_or(Code::Unauthenticated)?;
        verifier
            .verify(token)
            .map_err(|refused| refused.code().into())
    }

    /// Who the facts that follow are said to come from.
    pub fn actor(self) -> Actor {
        self.role.actor(self.user)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Failure> {
        // Verified before, by the gateway in this process.
        if let Some(caller) = parts.extensions.get::<Caller>() {
            return Ok(*caller);
        }
        let verifier = parts
            .extensions
            .get::<Arc<Verifier>>()
            .ok_or_else(|| Failure::internal(anyhow!("no verifier stands around this route")))?;
        Caller::verified(&parts.headers, verifier)
    }
}

/// The token of the one Authorization header. Two of them could mean two callers.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim_start_matches(' '))
}
