//! What a refused request is told: a stable code, a text for people in Korean or English, and
//! where the fault lies (RFC 9457). Pure data; the bytes and headers are written in platform/http.

mod code;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::order::Failure;
use crate::events::product::BadItem;
use crate::ids::{Coupon, Order, Product, User, UserCoupon};

pub use code::{Code, UnknownCode};

/// The languages people are answered in. Korean is the first and the default.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Language {
    #[default]
    Ko,
    En,
}

impl Language {
    /// The value of `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Ko => "ko",
            Language::En => "en",
        }
    }
}

/// One sentence in both languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    korean: Cow<'static, str>,
    english: Cow<'static, str>,
}

impl Text {
    pub fn new(
        korean: impl Into<Cow<'static, str>>,
        english: impl Into<Cow<'static, str>>,
    ) -> Text {
        Text {
            korean: korean.into(),
            english: english.into(),
        }
    }

    pub fn read(&self, language: Language) -> &str {
        match language {
            Language::Ko => &self.korean,
            Language::En => &self.english,
        }
    }
}

/// A resource that can be absent: the code that says so, the same for someone else's.
pub trait Resource {
    const NOT_FOUND: Code;
}

impl Resource for User {
    const NOT_FOUND: Code = Code::UserNotFound;
}

impl Resource for Product {
    const NOT_FOUND: Code = Code::ProductNotFound;
}

impl Resource for Order {
    const NOT_FOUND: Code = Code::OrderNotFound;
}

impl Resource for Coupon {
    const NOT_FOUND: Code = Code::CouponNotFound;
}

impl Resource for UserCoupon {
    const NOT_FOUND: Code = Code::CouponNotFound;
}

/// Why a request was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub code: Code,
    /// The code's own, unless it is the outcome of something the caller waited for.
    pub status: u16,
    /// The title says enough when there is none.
    pub detail: Option<Text>,
    pub errors: Vec<FieldError>,
    pub items: Vec<BadItem>,
    /// Refused from what was heard a moment ago, without looking at the rows that decide.
    pub advisory: bool,
    pub retry_after_seconds: Option<u32>,
}

/// One fault of a request's body or query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body, or the name of a query parameter or header.
    pub pointer: String,
    pub code: Fault,
    pub message: Text,
}

/// What is wrong with a field. Stable like `Code`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fault {
    /// Not JSON at all.
    Syntax,
    /// JSON of another type, or a number that is no whole number in range of its type.
    Type,
    Required,
    UnknownField,
    DuplicateField,
    OutOfRange,
    Length,
    Format,
}

impl Problem {
    pub const fn new(code: Code) -> Problem {
        Problem {
            code,
            status: code.status(),
            detail: None,
            errors: Vec::new(),
            items: Vec::new(),
            advisory: false,
            retry_after_seconds: None,
        }
    }

    /// How an order ended whose caller waited for it. The request was fine and the shop's state
    /// was not, so what is absent is a conflict there.
    pub fn outcome(failure: &Failure) -> Problem {
        let code = Code::from(failure.code);
        Problem {
            status: Problem::outcome_status(code),
            detail: explain(failure),
            items: failure.items.clone(),
            ..Problem::new(code)
        }
    }

    /// The status of a code that is such an outcome.
    pub const fn outcome_status(code: Code) -> u16 {
        match code.status() {
            404 => 409,
            status => status,
        }
    }

    pub const fn missing<Of: Resource>() -> Problem {
        Problem::new(Of::NOT_FOUND)
    }

    /// Every fault of a request at once, so that a form can mark all its fields.
    pub fn invalid(errors: Vec<FieldError>) -> Problem {
        Problem {
            errors,
            ..Problem::new(Code::ValidationFailed)
        }
    }

    pub fn unavailable(retry_after_seconds: u32) -> Problem {
        Problem {
            retry_after_seconds: Some(retry_after_seconds),
            ..Problem::new(Code::UpstreamUnavailable)
        }
    }

    #[must_use]
    pub fn detail(
        mut self,
        korean: impl Into<Cow<'static, str>>,
        english: impl Into<Cow<'static, str>>,
    ) -> Problem {
        self.detail = Some(Text::new(korean, english));
        self
    }

    #[must_use]
    pub fn items(mut self, items: Vec<BadItem>) -> Problem {
        self.items = items;
        self
    }

    #[must_use]
    pub fn advisory(mut self) -> Problem {
        self.advisory = true;
        self
    }

    /// The document that goes over the wire. `instance` is the path asked for.
    pub fn document(
        &self,
        language: Language,
        instance: Option<&str>,
        trace_id: Option<&str>,
    ) -> Document {
        let told = |error: &FieldError| FieldDocument {
            pointer: error.pointer.clone(),
            code: error.code,
            message: error.message.read(language).to_owned(),
        };
        Document {
            kind: format!("{TYPE_PREFIX}{}", self.code),
            title: self.code.title(language).to_owned(),
            status: self.status,
            detail: self
                .detail
                .as_ref()
                .map(|detail| detail.read(language).to_owned()),
            instance: instance.map(str::to_owned),
            code: self.code,
            trace_id: trace_id.map(str::to_owned),
            errors: self.errors.iter().map(told).collect(),
            items: self.items.clone(),
            advisory: self.advisory,
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Problem {
        Problem::new(code)
    }
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, code: Fault, message: Text) -> FieldError {
        FieldError {
            pointer: pointer.into(),
            code,
            message,
        }
    }
}

const TYPE_PREFIX: &str = "urn:jangteo:problem:";

/// The body of an `application/problem+json` answer, in one language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub struct Document {
    #[serde(rename = "type")]
    #[schemars(example = &"urn:jangteo:problem:INSUFFICIENT_POINT")]
    pub kind: String,
    #[schemars(example = &"포인트가 부족해요")]
    pub title: String,
    #[schemars(example = 422)]
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"34500원이 필요한데 14500원이 남아 있어요")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"/api/v1/orders")]
    pub instance: Option<String>,
    pub code: Code,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<BadItem>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub advisory: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FieldProblem")]
pub struct FieldDocument {
    #[schemars(example = &"/items/0/quantity")]
    pub pointer: String,
    pub code: Fault,
    #[schemars(example = &"1부터 999까지 쓸 수 있어요")]
    pub message: String,
}

/// The numbers behind a failure, where it has any.
fn explain(failure: &Failure) -> Option<Text> {
    match (failure.wanted, failure.balance) {
        (Some(wanted), Some(balance)) => Some(Text::new(
            format!("{wanted}원이 필요한데 {balance}원이 남아 있어요"),
            format!("{wanted} won are needed and {balance} won are left"),
        )),
        (Some(_) | None, _) => None,
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests;
