//! What User hears: commands only. No event of another service changes an account.

use contracts::envelope::Event;
use contracts::http::Role;
use contracts::http::user::{AccountChange, Email};
use contracts::ids::{Id, UserId};
use runtime::Accept;

use crate::domain::{PasswordHash, Profile, ProfileChange};

/// One input, as User sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Register(Register),
    UpdateProfile(UpdateProfile),
    Deactivate(Deactivate),
    Administer(Administer),
    LogIn(LogIn),
    Refresh(RefreshToken),
    LogOut(RefreshToken),
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

/// What one admin makes of somebody's account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Administer {
    pub user_id: UserId,
    pub by: UserId,
    pub change: AccountChange,
}

/// Begins a family of refresh tokens, for who has proved to be the user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogIn {
    pub user_id: UserId,
    /// Made when the command is enqueued.
    pub family: FamilyId,
}

/// A refresh token whose seal was looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RefreshToken {
    pub user_id: UserId,
    pub family: FamilyId,
    /// Counts the tokens of a family from 1.
    pub number: i64,
}

/// Names a login's tokens.
pub type FamilyId = Id<RefreshToken>;

pub fn accept(_: &Event) -> Accept<Input> {
    Accept::Ignore
}
