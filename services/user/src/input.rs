//! What User hears: commands only. No event of another service changes an account.

use contracts::envelope::Event;
use contracts::http::Role;
use contracts::http::user::Email;
use contracts::ids::UserId;
use runtime::Accept;

use crate::domain::{PasswordHash, Profile, ProfileChange};

/// One input, as User sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Register(Register),
    UpdateProfile(UpdateProfile),
    Deactivate(Deactivate),
}

/// Makes an account. The role is the sender's to give: over HTTP it is always a shopper's.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    pub id: UserId,
    /// In lower case, by its type.
    pub email: Email,
    pub profile: Profile,
    /// Made before the command is enqueued, because it takes a core for milliseconds.
    pub password_hash: PasswordHash,
    pub role: Role,
}

#[derive(Clone, Debug, PartialEq)]
pub struct UpdateProfile {
    pub user_id: UserId,
    pub change: ProfileChange,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deactivate {
    pub user_id: UserId,
}

pub fn accept(_: &Event) -> Accept<Input> {
    Accept::Ignore
}
