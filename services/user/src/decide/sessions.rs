//! Refresh tokens, one good at a time in each family. A token that was used comes again either
//! because its answer was lost, a moment later, or because somebody else has it: then the whole
//! family is revoked, and both must log in.

use std::time::Duration;

use contracts::ids::UserId;
use contracts::time::Timestamp;
use runtime::Decision;

use super::{Reply, refuse};
use crate::domain::Refusal;
use crate::input::{LogIn, RefreshToken};
use crate::store::{Rows, Status, TokenFamily};

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// A token that nobody uses for so long is no longer good.
const LIFETIME: Duration = DAY.saturating_mul(14);
/// After so long a user logs in again, however often they refreshed.
const FAMILY_LIFETIME: Duration = DAY.saturating_mul(30);
/// A lost answer is asked for again within this time.
const GRACE: Duration = Duration::from_secs(10);
/// Devices of one user; the oldest goes when there is one more.
const MOST_FAMILIES: usize = 20;
const FIRST: i64 = 1;

pub(super) fn log_in(rows: &mut Rows, command: LogIn, now: Timestamp) -> Decision<Reply> {
    let LogIn { user_id, family } = command;
    let role = match rows.user.get(&user_id) {
        Some(user) if user.status == Status::Active => user.role.into(),
        Some(_) => return refuse(Refusal::UserClosed),
        None => return refuse(Refusal::UserNotFound),
    };
    prune(rows, user_id, now);
    rows.token_family.put(TokenFamily {
        user_id,
        family,
        number: FIRST,
        rotated_at: now,
        expires_at: now.plus(LIFETIME),
        ends_at: now.plus(FAMILY_LIFETIME),
    });
    let token = RefreshToken {
        user_id,
        family,
        number: FIRST,
    };
    Decision::reply(Reply::Refreshed { token, role })
}

pub(super) fn refresh(rows: &mut Rows, token: RefreshToken, now: Timestamp) -> Decision<Reply> {
    let key = (token.user_id, token.family);
    let role = match rows.user.get(&token.user_id) {
        Some(user) if user.status == Status::Active => user.role.into(),
        Some(_) | None => return refuse(Refusal::TokenRevoked),
    };
    let Some(family) = rows.token_family.get_mut(&key) else {
        return refuse(Refusal::TokenRevoked);
    };
    if now > family.expires_at {
        rows.token_family.remove(&key);
        return refuse(Refusal::TokenExpired);
    }
    if token.number == family.number {
        family.number += 1;
        family.rotated_at = now;
        family.expires_at = now.plus(LIFETIME).min(family.ends_at);
    } else if token.number + 1 != family.number || now.since(family.rotated_at) > GRACE {
        // Used before, and not a moment ago: somebody has a copy.
        rows.token_family.remove(&key);
        return refuse(Refusal::TokenReused);
    }
    let number = family.number;
    let token = RefreshToken { number, ..token };
    Decision::reply(Reply::Refreshed { token, role })
}

/// The same for a token that is good for nothing any more.
pub(super) fn log_out(rows: &mut Rows, token: RefreshToken) -> Decision<Reply> {
    let key = (token.user_id, token.family);
    if rows.token_family.get(&key).is_some() {
        rows.token_family.remove(&key);
    }
    Decision::reply(Reply::LoggedOut)
}

pub(super) fn revoke_all(rows: &mut Rows, user_id: UserId) {
    for key in keys(rows, user_id, |_| true) {
        rows.token_family.remove(&key);
    }
}

/// Makes room for one more: what is over goes, and of too many the oldest.
fn prune(rows: &mut Rows, user_id: UserId, now: Timestamp) {
    for key in keys(rows, user_id, |family| now > family.expires_at) {
        rows.token_family.remove(&key);
    }
    let left = keys(rows, user_id, |_| true);
    let too_many = (left.len() + 1).saturating_sub(MOST_FAMILIES);
    for key in left.into_iter().take(too_many) {
        rows.token_family.remove(&key);
    }
}

/// The families of a user that match, the oldest first: ids are ordered by time.
fn keys(
    rows: &Rows,
    user_id: UserId,
    wanted: impl Fn(&TokenFamily) -> bool,
) -> Vec<(UserId, crate::input::FamilyId)> {
    let families = rows.token_family.under(user_id);
    families
        .filter(|family| wanted(family))
        .map(|family| (family.user_id, family.family))
        .collect()
}
