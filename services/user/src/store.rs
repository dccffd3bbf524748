//! What User remembers: row shapes, the rows of one batch, and which rows an input needs.
//! No SQL: it is made from the shapes.

use contracts::http::Role;
use contracts::ids::UserId;
use contracts::time::Timestamp;
use db::{Cell, Column, Table, coded, row, rows};

use crate::domain::{PasswordHash, Profile};
use crate::input::{FamilyId, Input};

row! {
    /// An account. It is never taken away: what was ordered under it stays explicable.
    pub struct User in "user" {
        key { pub user_id: UserId }
        pub email: String,
        pub name: String,
        pub phone: Option<String>,
        pub address: Option<String>,
        pub password_hash: PasswordHash,
        pub role: StoredRole,
        pub status: Status,
        pub created_at: Timestamp,
        pub version: i64,
    }
}

coded! {
    /// A role as its column holds it.
    pub enum StoredRole {
        Shopper = 1,
        Operator = 2,
        Admin = 3,
    }
}

coded! {
    pub enum Status {
        Active = 1,
        Deactivated = 2,
    }
}

row! {
    /// Whose an email is. The key is what keeps emails unique.
    pub struct UserEmail in "user_email" {
        key { pub email: String }
        pub user_id: UserId,
    }
}

row! {
    /// A login and what followed from it. It is taken away when it is revoked or over.
    pub struct TokenFamily in "token_family" {
        key { pub user_id: UserId, pub family: FamilyId }
        /// Of the newest token.
        pub number: i64,
        /// When that was made.
        pub rotated_at: Timestamp,
        /// Not good after that, unless it is used before.
        pub expires_at: Timestamp,
        /// Nothing of the family is good after that.
        pub ends_at: Timestamp,
    }
}

rows! {
    /// User's tables in lock order.
    pub struct Rows {
        pub user_email: Table<UserEmail>,
        pub user: Table<User>,
        pub token_family: Table<TokenFamily>,
    }
}

/// Names the rows that `decide` needs for an input.
pub fn ask(rows: &mut Rows, input: &Input) {
    match input {
        Input::Register(command) => rows.user_email.ask(command.email.as_str().to_owned()),
        Input::UpdateProfile(command) => rows.user.ask(command.user_id),
        Input::Deactivate(command) => {
            rows.user.ask(command.user_id);
            rows.token_family.ask_prefix(command.user_id);
        }
        Input::Administer(command) => {
            rows.user.ask(command.user_id);
            rows.user.ask(command.by);
            rows.token_family.ask_prefix(command.user_id);
        }
        Input::LogIn(command) => {
            rows.user.ask(command.user_id);
            rows.token_family.ask_prefix(command.user_id);
        }
        Input::Refresh(token) | Input::LogOut(token) => {
            rows.user.ask(token.user_id);
            rows.token_family.ask((token.user_id, token.family));
        }
    }
}

impl User {
    pub fn profile(&self) -> Profile {
        Profile {
            name: self.name.clone(),
            phone: self.phone.clone(),
            address: self.address.clone(),
        }
    }
}

impl Column for PasswordHash {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Text(self.expose()));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        String::read(cell).map(Self::new)
    }
}

impl From<Role> for StoredRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Shopper => Self::Shopper,
            Role::Operator => Self::Operator,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<StoredRole> for Role {
    fn from(role: StoredRole) -> Self {
        match role {
            StoredRole::Shopper => Self::Shopper,
            StoredRole::Operator => Self::Operator,
            StoredRole::Admin => Self::Admin,
        }
    }
}
