//! What admins make of other accounts. Never of their own, and only while they are admins: of two
//! who take each other's role at once one stays, so a shop that has an admin keeps one.

use contracts::ids::UserId;
use runtime::{Decision, Moment};

use super::{Reply, account, close, refuse, sessions};
use crate::domain::Refusal;
use crate::input::Administer;
use crate::store::{Rows, Status, StoredRole, User};

/// What was given before is given again without a change. Who has a new role logs in anew.
pub(super) fn administer(rows: &mut Rows, command: Administer, at: &Moment) -> Decision<Reply> {
    let Administer {
        user_id,
        by,
        change,
    } = command;
    // Its token may be older than the loss of its role.
    if !is_admin(rows, by) {
        return refuse(Refusal::NotAdmin);
    }
    let user = match rows.user.get(&user_id) {
        None => return refuse(Refusal::UserNotFound),
        Some(user) => user.clone(),
    };
    let role = change.role.map_or(user.role, StoredRole::from);
    let closes = change.closes && user.status == Status::Active;
    if role == user.role && !closes {
        return Decision::reply(account(user));
    }
    if user_id == by {
        return refuse(Refusal::OwnRole);
    }
    match user.status {
        Status::Deactivated => return refuse(Refusal::UserClosed),
        Status::Active => {}
    }
    if closes {
        return close(rows, User { role, ..user }, at);
    }
    let user = User {
        role,
        version: user.version + 1,
        ..user
    };
    rows.user.put(user.clone());
    sessions::revoke_all(rows, user_id);
    Decision::reply(account(user))
}

fn is_admin(rows: &Rows, by: UserId) -> bool {
    let admin = |user: &User| user.role == StoredRole::Admin && user.status == Status::Active;
    rows.user.get(&by).is_some_and(admin)
}
