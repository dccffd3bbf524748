//! Accounts as admins see them, in the order of their ids, oldest first.

use contracts::http::user::{AccountStatus, AccountView, ListAccounts};
use contracts::ids::UserId;
use contracts::time::Timestamp;
use db::{Cell, Column, Failed, Reader};
use rusqlite::Row;

use crate::store::{Status, StoredRole, User};

/// Which part of the accounts is wanted.
pub struct Wanted {
    pub filter: ListAccounts,
    /// The last account seen; the first page begins before all.
    pub after: Option<UserId>,
    pub rows: usize,
}

pub fn list(reader: &Reader, wanted: &Wanted) -> Result<Vec<AccountView>, Failed> {
    let ListAccounts { role, status } = wanted.filter;
    let role = role.map(StoredRole::from);
    let status = status.map(Status::from);
    let text = text(role, status);
    let after = wanted.after.map_or(0, UserId::get);
    let rows = i64::try_from(wanted.rows).unwrap_or(i64::MAX);
    let (role, status) = (role.map(|role| role as i64), status.map(|it| it as i64));
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(text)?;
        let found = statement.query_map((after, role, status, rows), read)?;
        found.collect()
    })
}

/// The account as admins see it: no hash, no version.
pub fn shown(user: User) -> AccountView {
    AccountView {
        user_id: user.user_id,
        email: user.email,
        name: user.name,
        phone: user.phone,
        address: user.address,
        role: user.role.into(),
        status: user.status.into(),
        created_at: user.created_at,
    }
}

/// Staff and closed accounts are few, and read through an index of their own; shoppers and open
/// accounts are most of the table.
fn text(role: Option<StoredRole>, status: Option<Status>) -> &'static str {
    match (role, status) {
        (Some(StoredRole::Operator | StoredRole::Admin), _) => LIST_OF_STAFF,
        (Some(StoredRole::Shopper) | None, Some(Status::Deactivated)) => LIST_OF_CLOSED,
        (Some(StoredRole::Shopper) | None, Some(Status::Active) | None) => LIST,
    }
}

const LIST: &str = "
    SELECT user_id, email, name, phone, address, role, status, created_at
    FROM user NOT INDEXED
    WHERE user_id > ?1 AND (?2 IS NULL OR role = ?2) AND (?3 IS NULL OR status = ?3)
    ORDER BY user_id
    LIMIT ?4";

// An index over some rows is taken only by a query that names the same some.
const LIST_OF_STAFF: &str = "
    SELECT user_id, email, name, phone, address, role, status, created_at
    FROM user INDEXED BY user_staff
    WHERE role > 1 AND role = ?2 AND user_id > ?1 AND (?3 IS NULL OR status = ?3)
    ORDER BY user_id
    LIMIT ?4";

const LIST_OF_CLOSED: &str = "
    SELECT user_id, email, name, phone, address, role, status, created_at
    FROM user INDEXED BY user_closed
    WHERE status = 2 AND status = ?3 AND user_id > ?1 AND (?2 IS NULL OR role = ?2)
    ORDER BY user_id
    LIMIT ?4";

fn read(row: &Row<'_>) -> rusqlite::Result<AccountView> {
    Ok(AccountView {
        user_id: UserId::new(row.get(0)?),
        email: row.get(1)?,
        name: row.get(2)?,
        phone: row.get(3)?,
        address: row.get(4)?,
        role: coded::<StoredRole>(row, 5)?.into(),
        status: coded::<Status>(row, 6)?.into(),
        created_at: Timestamp::from_micros(row.get(7)?),
    })
}

/// A column that holds the code of an enum.
fn coded<C: Column>(row: &Row<'_>, column: usize) -> rusqlite::Result<C> {
    let code: i64 = row.get(column)?;
    C::read(Cell::Int(code)).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, code))
}

impl From<AccountStatus> for Status {
    fn from(status: AccountStatus) -> Self {
        match status {
            AccountStatus::Active => Self::Active,
            AccountStatus::Deactivated => Self::Deactivated,
        }
    }
}

impl From<Status> for AccountStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Deactivated => Self::Deactivated,
        }
    }
}

#[cfg(test)]
mod tests;
