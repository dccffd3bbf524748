//! What User does: makes, changes and closes accounts. Emails stay taken for ever, so that an
//! address cannot be signed up again to receive what was meant for its former account.

use contracts::events::user::{UserDeactivated, UserRegistered};
use contracts::http::Role;
use runtime::{Decision, Moment};

use crate::domain::{Profile, Refusal};
use crate::input::{Deactivate, Input, RefreshToken, Register, UpdateProfile};
use crate::store::{Rows, Status, StoredRole, User, UserEmail};

/// What admins make of other accounts.
mod administering;

/// Logins and the tokens that follow from them.
mod sessions;

/// What the sender of a command gets back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The account as it stands now.
    Account(Box<User>),
    /// The refresh token that is good now, and the role that its user has now.
    Refreshed {
        token: RefreshToken,
        role: Role,
    },
    LoggedOut,
    Refused(Refusal),
}

pub fn decide(rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
    match input {
        Input::Register(command) => register(rows, command, at),
        Input::UpdateProfile(command) => update_profile(rows, command),
        Input::Deactivate(command) => deactivate(rows, command, at),
        Input::Administer(command) => administering::administer(rows, *command, at),
        Input::LogIn(command) => sessions::log_in(rows, *command, at.now),
        Input::Refresh(token) => sessions::refresh(rows, *token, at.now),
        Input::LogOut(token) => sessions::log_out(rows, *token),
    }
}

fn register(rows: &mut Rows, command: &Register, at: &Moment) -> Decision<Reply> {
    let email = command.email.as_str().to_owned();
    if rows.user_email.get(&email).is_some() {
        return refuse(Refusal::EmailTaken);
    }
    let Profile {
        name,
        phone,
        address,
    } = command.profile.clone();
    let user = User {
        user_id: command.id,
        email: email.clone(),
        name: name.clone(),
        phone,
        address,
        password_hash: command.password_hash.clone(),
        role: command.role.into(),
        status: Status::Active,
        created_at: at.now,
        version: 1,
    };
    rows.user_email.put(UserEmail {
        email,
        user_id: command.id,
    });
    rows.user.add(user.clone());
    let said = UserRegistered {
        user_id: command.id,
        name,
    };
    Decision::say(user.version, said.into()).and_reply(account(user))
}

fn update_profile(rows: &mut Rows, command: &UpdateProfile) -> Decision<Reply> {
    let user = match rows.user.get(&command.user_id) {
        None => return refuse(Refusal::UserNotFound),
        Some(user) => user.clone(),
    };
    match user.status {
        Status::Deactivated => return refuse(Refusal::UserClosed),
        Status::Active => {}
    }
    let profile = command.change.applied_to(&user.profile());
    if profile == user.profile() {
        return Decision::reply(account(user));
    }
    let Profile {
        name,
        phone,
        address,
    } = profile;
    let user = User {
        name,
        phone,
        address,
        version: user.version + 1,
        ..user
    };
    rows.user.put(user.clone());
    Decision::reply(account(user))
}

/// Closing a closed account changes nothing and says nothing. An admin's is closed by another.
fn deactivate(rows: &mut Rows, command: &Deactivate, at: &Moment) -> Decision<Reply> {
    let user = match rows.user.get(&command.user_id) {
        None => return refuse(Refusal::UserNotFound),
        Some(user) => user.clone(),
    };
    match user.status {
        Status::Deactivated => return Decision::reply(account(user)),
        Status::Active => {}
    }
    match user.role {
        StoredRole::Admin => refuse(Refusal::OwnRole),
        StoredRole::Shopper | StoredRole::Operator => close(rows, user, at),
    }
}

fn close(rows: &mut Rows, user: User, at: &Moment) -> Decision<Reply> {
    let user = User {
        status: Status::Deactivated,
        version: user.version + 1,
        ..user
    };
    rows.user.put(user.clone());
    sessions::revoke_all(rows, user.user_id);
    let said = UserDeactivated {
        user_id: user.user_id,
        at: at.now,
    };
    Decision::say(user.version, said.into()).and_reply(account(user))
}

fn account(user: User) -> Reply {
    Reply::Account(Box::new(user))
}

fn refuse(refusal: Refusal) -> Decision<Reply> {
    Decision::reply(Reply::Refused(refusal))
}

#[cfg(test)]
mod tests;
