//! What User shows: an account to its owner and to admins, and to the login what a password is
//! checked against.

use contracts::http::user::{Email, UserView};
use contracts::ids::UserId;
use db::{Failed, Reader, Store};

use crate::store::{User, UserEmail};

/// As admins see them.
pub mod accounts;

pub fn by_id(reader: &Reader, id: UserId) -> Result<Option<User>, Failed> {
    reader.get::<User>(&id)
}

pub fn by_email(reader: &Reader, email: &Email) -> Result<Option<User>, Failed> {
    match reader.get::<UserEmail>(&email.as_str().to_owned())? {
        Some(taken) => by_id(reader, taken.user_id),
        None => Ok(None),
    }
}

/// The account as its owner sees it: no hash, no version.
pub fn shown(user: User) -> UserView {
    UserView {
        user_id: user.user_id,
        email: user.email,
        name: user.name,
        phone: user.phone,
        address: user.address,
        role: user.role.into(),
        created_at: user.created_at,
    }
}
