//! What clients send and are shown, a module per service. A request parses into validated values
//! or into a `Problem` that lists every fault; a view is plain. No rows and no rules in here.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::Actor;
use crate::ids::UserId;

mod faults;

/// Accounts, tokens.
pub mod user;

/// The catalogue, stock and its ledger.
pub mod product;

/// Orders, their audit.
pub mod order;

/// Sagas as one service sees them.
pub mod saga;

/// Points and their ledger.
pub mod payment;

/// What a check of the invariants found.
pub mod invariants;

/// Coupons, offered and held.
pub mod promotion;

/// Backups.
pub mod backup;

/// Parked keys.
pub mod dead_letter;

/// The loops of a shop.
pub mod loops;

/// The event log.
pub mod outbox;

/// Read models as operators see them.
pub mod projection;

/// What the bearer of a token may do. Each one may do what those before it may.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Shopper,
    Operator,
    Admin,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Shopper => "shopper",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    /// As whom somebody of this role acts.
    pub const fn actor(self, user: UserId) -> Actor {
        match self {
            Role::Shopper => Actor::User(user),
            Role::Operator | Role::Admin => Actor::Operator(user),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role: shopper, operator or admin")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Role, UnknownRole> {
        match text {
            "shopper" => Ok(Role::Shopper),
            "operator" => Ok(Role::Operator),
            "admin" => Ok(Role::Admin),
            _ => Err(UnknownRole),
        }
    }
}

/// A piece of a list. The next one starts after `next_cursor`; there is none at the end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

/// The body of a command that says everything with its path: absent, or `{}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoBody {}
