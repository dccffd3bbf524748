//! What an account is made of, and why a command may be refused. Hashes are made elsewhere: here
//! they are only carried.

use std::fmt;

use contracts::problem::Code;

/// What users say of themselves and may change.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub phone: Option<String>,
    pub address: Option<String>,
}

/// What is to change: an absent field stays, an inner `None` clears it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub phone: Option<Option<String>>,
    pub address: Option<Option<String>>,
}

impl ProfileChange {
    pub fn applied_to(&self, profile: &Profile) -> Profile {
        Profile {
            name: self.name.as_ref().unwrap_or(&profile.name).clone(),
            phone: self.phone.as_ref().unwrap_or(&profile.phone).clone(),
            address: self.address.as_ref().unwrap_or(&profile.address).clone(),
        }
    }
}

/// A salted argon2id hash in PHC form. It never shows itself in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// For the store and the verifier, and nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the email has an account")]
    EmailTaken,
    #[error("no such user")]
    UserNotFound,
    #[error("the account is closed")]
    UserClosed,
    #[error("only an admin may do that")]
    NotAdmin,
    /// So that a shop which has an admin never loses the last one.
    #[error("an admin's role is another admin's to take")]
    OwnRole,
    #[error("the refresh token is not good any more")]
    TokenRevoked,
    #[error("the refresh token has expired")]
    TokenExpired,
    /// Its whole family is revoked by that.
    #[error("the refresh token was used before")]
    TokenReused,
}

impl Refusal {
    pub fn code(self) -> Code {
        match self {
            Self::EmailTaken => Code::EmailTaken,
            Self::UserNotFound => Code::UserNotFound,
            Self::UserClosed => Code::UserClosed,
            Self::NotAdmin => Code::Forbidden,
            Self::OwnRole => Code::OwnRole,
            Self::TokenRevoked | Self::TokenReused => Code::Unauthenticated,
            Self::TokenExpired => Code::TokenExpired,
        }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Without the contents: they are about a person.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(..)")
    }
}

impl fmt::Debug for ProfileChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfileChange(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        Profile {
            name: "김장터".to_owned(),
            phone: Some("010-1234-5678".to_owned()),
            address: None,
        }
    }

    #[test]
    fn what_is_not_given_stays_and_what_is_given_empty_is_cleared() {
        let nothing = ProfileChange::default();
        assert_eq!(nothing.applied_to(&profile()), profile());
        let change = ProfileChange {
            name: None,
            phone: Some(None),
            address: Some(Some("서울".to_owned())),
        };
        let changed = change.applied_to(&profile());
        assert_eq!(changed.name, "김장터");
        assert_eq!(changed.phone, None);
        assert_eq!(changed.address.as_deref(), Some("서울"));
    }

    #[test]
    fn nothing_secret_or_personal_is_in_a_debug_line() {
        let hash = PasswordHash::new("$argon2id$secret".to_owned());
        let change = ProfileChange {
            name: Some("김장터".to_owned()),
            ..ProfileChange::default()
        };
        let line = format!("{hash:?} {:?} {change:?}", profile());
        assert_eq!(line, "PasswordHash(..) Profile(..) ProfileChange(..)");
    }
}
