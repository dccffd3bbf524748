//! Accounts as admins see and change them. Nobody else is shown whether an account is closed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::Role;
use crate::http::faults::Faults;
use crate::ids::UserId;
use crate::problem::{Fault, Problem, Text};
use crate::time::Timestamp;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountStatus {
    Active,
    Deactivated,
}

/// GET /users/{id} and the items of GET /users
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    pub user_id: UserId,
    #[schemars(example = &"haneul@example.com")]
    pub email: String,
    #[schemars(example = &"김하늘")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"010-1234-5678")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"서울시 종로구")]
    pub address: Option<String>,
    pub role: Role,
    pub status: AccountStatus,
    pub created_at: Timestamp,
}

/// The filters of GET /users.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAccounts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AccountStatus>,
}

/// PATCH /users/{id}: an absent field stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateAccount {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// DEACTIVATED only: the others have heard that it is closed, and none that it opens again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("not" = { "const": "ACTIVE" }))]
    pub status: Option<AccountStatus>,
}

/// A change that can be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AccountChange {
    pub role: Option<Role>,
    pub closes: bool,
}

impl UpdateAccount {
    pub fn validate(&self) -> Result<AccountChange, Problem> {
        let mut faults = Faults::default();
        let closes = match self.status {
            None => false,
            Some(AccountStatus::Deactivated) => true,
            Some(AccountStatus::Active) => {
                let message = Text::new(
                    "계정은 닫을 수만 있어요",
                    "an account can only be closed, and stays so",
                );
                faults.add("/status", Fault::OutOfRange, message);
                false
            }
        };
        let role = self.role;
        faults.finish(Some(AccountChange { role, closes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(body: &str) -> Result<AccountChange, Problem> {
        serde_json::from_str::<UpdateAccount>(body)
            .unwrap()
            .validate()
    }

    #[test]
    fn a_role_is_given_and_an_account_closed_and_never_opened() {
        assert_eq!(change("{}").unwrap(), AccountChange::default());
        let both = change(r#"{"role":"operator","status":"DEACTIVATED"}"#).unwrap();
        assert_eq!((both.role, both.closes), (Some(Role::Operator), true));
        let opened = change(r#"{"status":"ACTIVE"}"#).unwrap_err();
        assert_eq!(opened.errors[0].pointer, "/status");
    }

    #[test]
    fn nothing_else_of_an_account_is_an_admins_to_change() {
        for body in [
            r#"{"name":"b"}"#,
            r#"{"email":"a@b"}"#,
            r#"{"password":"12345678"}"#,
            r#"{"role":"ADMIN"}"#,
            r#"{"status":"closed"}"#,
        ] {
            assert!(
                serde_json::from_str::<UpdateAccount>(body).is_err(),
                "{body}"
            );
        }
    }
}
