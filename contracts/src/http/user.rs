//! Sign-up, sign-in and the account's own view.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::Role;
use super::faults::Faults;
use crate::ids::UserId;
use crate::problem::{Fault, Problem, Text};
use crate::schema::TEXT;
use crate::time::Timestamp;

mod administration;

pub use administration::{AccountChange, AccountStatus, AccountView, ListAccounts, UpdateAccount};

const EMAIL_MAX: usize = 254;
const LOCAL_PART_MAX: usize = 64;
const LABEL_MAX: usize = 63;
const PASSWORD_MIN: usize = 8;
const PASSWORD_MAX: usize = 128;
const NAME_MAX: usize = 50;
const PHONE_MAX: usize = 20;
/// As `phone_in` takes it.
const PHONE: &str = "^(?=.*[^ ])[0-9+ -]*$";
const ADDRESS_MAX: usize = 200;

/// A password as it came in. It never shows itself in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    pub fn new(text: impl Into<String>) -> Password {
        Password(text.into())
    }

    /// For the hash, and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// An address that could exist, in lower case: two spellings of one mailbox are one account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Letters beyond ASCII are refused, because some of them look like others.
    pub fn parse(text: &str) -> Option<Email> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let plausible = text.len() <= EMAIL_MAX && is_local_part(local) && is_domain(domain);
        plausible.then(|| Email(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// POST /users
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Register {
    #[schemars(length(min = 3, max = EMAIL_MAX), extend("format" = "email"))]
    pub email: String,
    #[schemars(length(min = PASSWORD_MIN, max = PASSWORD_MAX))]
    pub password: Password,
    #[schemars(length(min = 1, max = NAME_MAX), extend("pattern" = TEXT))]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = PHONE_MAX), extend("pattern" = PHONE))]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = ADDRESS_MAX), extend("pattern" = TEXT))]
    pub address: Option<String>,
}

/// A sign-up that can be carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    pub email: Email,
    pub password: Password,
    pub name: String,
    pub phone: Option<String>,
    pub address: Option<String>,
}

impl Register {
    pub fn validate(&self) -> Result<Registration, Problem> {
        let mut faults = Faults::default();
        let email = email_in(&self.email, &mut faults);
        faults.length(
            "/password",
            self.password.expose(),
            PASSWORD_MIN,
            PASSWORD_MAX,
        );
        let name = faults.text("/name", &self.name, 1, NAME_MAX);
        let phone = self
            .phone
            .as_ref()
            .map(|phone| phone_in(phone, &mut faults));
        let address = self
            .address
            .as_ref()
            .map(|address| address_in(address, &mut faults));
        let password = self.password.clone();
        faults.finish(email.map(|email| Registration {
            email,
            password,
            name,
            phone,
            address,
        }))
    }
}

/// PATCH /users/me: an absent field stays, null clears it. The name can only be changed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateProfile {
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(length(min = 1, max = NAME_MAX), with = "String", extend("pattern" = TEXT))]
    pub name: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(length(min = 1, max = PHONE_MAX), extend("pattern" = PHONE))]
    pub phone: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(length(min = 1, max = ADDRESS_MAX), extend("pattern" = TEXT))]
    pub address: Option<Option<String>>,
}

impl UpdateProfile {
    /// The same without the blanks around each field.
    pub fn validate(&self) -> Result<UpdateProfile, Problem> {
        let mut faults = Faults::default();
        let name = self.name.as_ref();
        let name = name.map(|name| faults.text("/name", name, 1, NAME_MAX));
        let phone = self.phone.as_ref();
        let phone = phone.map(|phone| phone.as_ref().map(|phone| phone_in(phone, &mut faults)));
        let address = self.address.as_ref();
        let address = address.map(|address| {
            address
                .as_ref()
                .map(|address| address_in(address, &mut faults))
        });
        faults.finish(Some(UpdateProfile {
            name,
            phone,
            address,
        }))
    }
}

/// POST /auth/login
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    #[schemars(length(min = 3, max = EMAIL_MAX), extend("format" = "email"))]
    pub email: String,
    #[schemars(length(min = 1, max = PASSWORD_MAX))]
    pub password: Password,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credentials {
    pub email: Email,
    pub password: Password,
}

impl Login {
    /// Asks only for what could be an account at all: the rules of sign-up may have been others
    /// when this account was made.
    pub fn validate(&self) -> Result<Credentials, Problem> {
        let mut faults = Faults::default();
        faults.length("/password", self.password.expose(), 1, PASSWORD_MAX);
        let email = email_in(&self.email, &mut faults);
        let password = self.password.clone();
        faults.finish(email.map(|email| Credentials { email, password }))
    }
}

/// What a sign-in gives.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    pub access_token: String,
    #[schemars(example = &"Bearer")]
    pub token_type: String,
    /// Seconds.
    #[schemars(example = 900)]
    pub expires_in: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// POST /oauth/token (RFC 6749, section 6), as JSON like the rest of the API.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Refresh {
    pub grant_type: GrantType,
    pub refresh_token: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    RefreshToken,
}

/// POST /auth/logout
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogOut {
    pub refresh_token: String,
}

/// Without the tokens, so that no log line lends them out.
impl fmt::Debug for TokenView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenView")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// POST /users and GET /users/me
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
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
    pub created_at: Timestamp,
}

fn email_in(text: &str, faults: &mut Faults) -> Option<Email> {
    let email = Email::parse(text);
    if email.is_none() {
        let message = Text::new("이메일 주소를 확인해 주세요", "is not an email address");
        faults.add("/email", Fault::Format, message);
    }
    email
}

fn phone_in(text: &str, faults: &mut Faults) -> String {
    let phone = faults.text("/phone", text, 1, PHONE_MAX);
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ');
    if !phone.chars().all(allowed) {
        let message = Text::new(
            "숫자, +, -, 빈칸만 쓸 수 있어요",
            "may have only digits, +, - and blanks",
        );
        faults.add("/phone", Fault::Format, message);
    }
    phone
}

fn address_in(text: &str, faults: &mut Faults) -> String {
    faults.text("/address", text, 1, ADDRESS_MAX)
}

/// What is there at all is given, even a null: only an absent field is not.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

fn is_local_part(local: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    (1..=LOCAL_PART_MAX).contains(&local.len())
        && local.chars().all(allowed)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

/// One label is enough: the demo's accounts live at `@demo`.
fn is_domain(domain: &str) -> bool {
    domain.split('.').all(|label| {
        (1..=LABEL_MAX).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

#[cfg(test)]
mod tests;
