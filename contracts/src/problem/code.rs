//! Every code an answer can carry, in one table: its wire form, its HTTP status and its two titles.
//! Not the reasons of one occurrence: those are the details of a `Problem`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Language;
use crate::events::order::FailureCode;

/// A stable code. It never changes its meaning and never follows the reader's language.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    ValidationFailed,
    IdempotencyKeyRequired,
    InvalidCursor,
    Unauthenticated,
    TokenExpired,
    Forbidden,
    ScopeMissing,
    UserClosed,
    /// No such address. Apart from the codes of absent resources, so that a client with a
    /// mistyped path is not told that its order is gone.
    RouteNotFound,
    UserNotFound,
    ProductNotFound,
    OrderNotFound,
    CouponNotFound,
    DeadLetterNotFound,
    MethodNotAllowed,
    OutOfStock,
    ProductNotOnSale,
    PriceChanged,
    CouponNotOwned,
    CouponAlreadyUsed,
    CouponAlreadyIssued,
    CouponSoldOut,
    NotIssuePeriod,
    EmailTaken,
    OwnRole,
    UserCancelled,
    Expired,
    Operator,
    OrderNotCancellable,
    OrderNotRefundable,
    RefundExceeds,
    SagaNotResolvable,
    EventsPruned,
    UndoNotDiscardable,
    RequestInProgress,
    BodyTooLarge,
    UnsupportedMediaType,
    InsufficientPoint,
    PointLimitExceeded,
    CouponExpired,
    CouponNotApplicable,
    IdempotencyKeyReused,
    RateLimited,
    Internal,
    UpstreamUnavailable,
    UpstreamTimeout,
}

struct Entry {
    name: &'static str,
    status: u16,
    korean: &'static str,
    english: &'static str,
}

/// In the order of the variants; the test below compares every name with the variant's own.
const TABLE: [Entry; Code::ALL.len()] = [
    entry(
        "VALIDATION_FAILED",
        400,
        "요청 내용을 확인해 주세요",
        "The request is not valid",
    ),
    entry(
        "IDEMPOTENCY_KEY_REQUIRED",
        400,
        "Idempotency-Key 헤더가 필요해요",
        "Idempotency-Key is required",
    ),
    entry(
        "INVALID_CURSOR",
        400,
        "목록 위치를 알 수 없어요",
        "The cursor is not valid",
    ),
    entry("UNAUTHENTICATED", 401, "로그인이 필요해요", "Sign in first"),
    entry(
        "TOKEN_EXPIRED",
        401,
        "로그인이 만료됐어요",
        "The token has expired",
    ),
    entry("FORBIDDEN", 403, "권한이 없어요", "Not allowed"),
    entry(
        "SCOPE_MISSING",
        403,
        "토큰에 필요한 권한이 없어요",
        "The token lacks a scope",
    ),
    entry(
        "USER_CLOSED",
        403,
        "탈퇴한 회원이에요",
        "The account is closed",
    ),
    entry("ROUTE_NOT_FOUND", 404, "없는 주소예요", "No such address"),
    entry(
        "USER_NOT_FOUND",
        404,
        "회원을 찾을 수 없어요",
        "User not found",
    ),
    entry(
        "PRODUCT_NOT_FOUND",
        404,
        "상품을 찾을 수 없어요",
        "Product not found",
    ),
    entry(
        "ORDER_NOT_FOUND",
        404,
        "주문을 찾을 수 없어요",
        "Order not found",
    ),
    entry(
        "COUPON_NOT_FOUND",
        404,
        "쿠폰을 찾을 수 없어요",
        "Coupon not found",
    ),
    entry(
        "DEAD_LETTER_NOT_FOUND",
        404,
        "그런 키는 멈춰 있지 않아요",
        "No such key is parked",
    ),
    entry(
        "METHOD_NOT_ALLOWED",
        405,
        "쓸 수 없는 메서드예요",
        "Method not allowed",
    ),
    entry("OUT_OF_STOCK", 409, "재고가 부족해요", "Out of stock"),
    entry(
        "PRODUCT_NOT_ON_SALE",
        409,
        "판매 중인 상품이 아니에요",
        "The product is not on sale",
    ),
    entry(
        "PRICE_CHANGED",
        409,
        "상품 가격이 바뀌었어요",
        "The price has changed",
    ),
    entry(
        "COUPON_NOT_OWNED",
        409,
        "내 쿠폰이 아니에요",
        "The coupon is not yours",
    ),
    entry(
        "COUPON_ALREADY_USED",
        409,
        "이미 쓴 쿠폰이에요",
        "The coupon is already used",
    ),
    entry(
        "COUPON_ALREADY_ISSUED",
        409,
        "이미 받은 쿠폰이에요",
        "The coupon is already yours",
    ),
    entry(
        "COUPON_SOLD_OUT",
        409,
        "쿠폰이 모두 소진됐어요",
        "No coupons are left",
    ),
    entry(
        "NOT_ISSUE_PERIOD",
        409,
        "쿠폰을 받을 수 있는 기간이 아니에요",
        "Not the issue period",
    ),
    entry(
        "EMAIL_TAKEN",
        409,
        "이미 가입한 이메일이에요",
        "The email is taken",
    ),
    entry(
        "OWN_ROLE",
        409,
        "내 관리자 권한은 다른 관리자만 거둘 수 있어요",
        "Another admin has to do that",
    ),
    entry(
        "USER_CANCELLED",
        409,
        "고객이 취소한 주문이에요",
        "Cancelled by the customer",
    ),
    entry(
        "EXPIRED",
        409,
        "시간 안에 끝나지 않아 취소된 주문이에요",
        "The order ran out of time",
    ),
    entry(
        "OPERATOR",
        409,
        "운영자가 취소한 주문이에요",
        "Cancelled by an operator",
    ),
    entry(
        "ORDER_NOT_CANCELLABLE",
        409,
        "취소할 수 없는 주문이에요",
        "The order cannot be cancelled",
    ),
    entry(
        "ORDER_NOT_REFUNDABLE",
        409,
        "환불할 수 없는 주문이에요",
        "The order cannot be refunded",
    ),
    entry(
        "REFUND_EXCEEDS",
        409,
        "산 것보다 많이 환불할 수 없어요",
        "More than was bought",
    ),
    entry(
        "SAGA_NOT_RESOLVABLE",
        409,
        "사가가 기다리는 것이 없어요",
        "The saga waits for nothing",
    ),
    entry(
        "EVENTS_PRUNED",
        409,
        "이벤트 로그에 그 사가가 더 남아 있지 않아요",
        "The event log no longer has that saga",
    ),
    entry(
        "UNDO_NOT_DISCARDABLE",
        409,
        "되돌리기 이벤트는 버릴 수 없어요",
        "An undo cannot be discarded",
    ),
    entry(
        "REQUEST_IN_PROGRESS",
        409,
        "같은 요청을 처리하고 있어요",
        "The same request is in progress",
    ),
    entry(
        "BODY_TOO_LARGE",
        413,
        "요청 본문이 너무 커요",
        "The body is too large",
    ),
    entry(
        "UNSUPPORTED_MEDIA_TYPE",
        415,
        "지원하지 않는 형식이에요",
        "Unsupported media type",
    ),
    entry(
        "INSUFFICIENT_POINT",
        422,
        "포인트가 부족해요",
        "Not enough points",
    ),
    entry(
        "POINT_LIMIT_EXCEEDED",
        422,
        "포인트 한도를 넘어요",
        "Over the point limit",
    ),
    entry(
        "COUPON_EXPIRED",
        422,
        "기간이 지난 쿠폰이에요",
        "The coupon has expired",
    ),
    entry(
        "COUPON_NOT_APPLICABLE",
        422,
        "이 주문에는 쓸 수 없는 쿠폰이에요",
        "The coupon does not apply",
    ),
    entry(
        "IDEMPOTENCY_KEY_REUSED",
        422,
        "다른 요청에 쓴 Idempotency-Key예요",
        "The Idempotency-Key was used before",
    ),
    entry(
        "RATE_LIMITED",
        429,
        "요청이 너무 많아요",
        "Too many requests",
    ),
    entry("INTERNAL", 500, "문제가 생겼어요", "Something went wrong"),
    entry(
        "UPSTREAM_UNAVAILABLE",
        503,
        "지금은 처리할 수 없어요",
        "Not available now",
    ),
    entry(
        "UPSTREAM_TIMEOUT",
        504,
        "시간 안에 답을 받지 못했어요",
        "No answer in time",
    ),
];

impl Code {
    pub const ALL: [Code; 46] = [
        Code::ValidationFailed,
        Code::IdempotencyKeyRequired,
        Code::InvalidCursor,
        Code::Unauthenticated,
        Code::TokenExpired,
        Code::Forbidden,
        Code::ScopeMissing,
        Code::UserClosed,
        Code::RouteNotFound,
        Code::UserNotFound,
        Code::ProductNotFound,
        Code::OrderNotFound,
        Code::CouponNotFound,
        Code::DeadLetterNotFound,
        Code::MethodNotAllowed,
        Code::OutOfStock,
        Code::ProductNotOnSale,
        Code::PriceChanged,
        Code::CouponNotOwned,
        Code::CouponAlreadyUsed,
        Code::CouponAlreadyIssued,
        Code::CouponSoldOut,
        Code::NotIssuePeriod,
        Code::EmailTaken,
        Code::OwnRole,
        Code::UserCancelled,
        Code::Expired,
        Code::Operator,
        Code::OrderNotCancellable,
        Code::OrderNotRefundable,
        Code::RefundExceeds,
        Code::SagaNotResolvable,
        Code::EventsPruned,
        Code::UndoNotDiscardable,
        Code::RequestInProgress,
        Code::BodyTooLarge,
        Code::UnsupportedMediaType,
        Code::InsufficientPoint,
        Code::PointLimitExceeded,
        Code::CouponExpired,
        Code::CouponNotApplicable,
        Code::IdempotencyKeyReused,
        Code::RateLimited,
        Code::Internal,
        Code::UpstreamUnavailable,
        Code::UpstreamTimeout,
    ];

    /// The wire form, `OUT_OF_STOCK`.
    pub const fn as_str(self) -> &'static str {
        TABLE[self as usize].name
    }

    pub const fn status(self) -> u16 {
        TABLE[self as usize].status
    }

    pub const fn title(self, language: Language) -> &'static str {
        match language {
            Language::Ko => TABLE[self as usize].korean,
            Language::En => TABLE[self as usize].english,
        }
    }
}

impl From<FailureCode> for Code {
    fn from(code: FailureCode) -> Code {
        match code {
            FailureCode::ProductNotFound => Code::ProductNotFound,
            FailureCode::ProductNotOnSale => Code::ProductNotOnSale,
            FailureCode::PriceChanged => Code::PriceChanged,
            FailureCode::OutOfStock => Code::OutOfStock,
            FailureCode::CouponNotOwned => Code::CouponNotOwned,
            FailureCode::CouponAlreadyUsed => Code::CouponAlreadyUsed,
            FailureCode::CouponExpired => Code::CouponExpired,
            FailureCode::CouponNotApplicable => Code::CouponNotApplicable,
            FailureCode::InsufficientPoint => Code::InsufficientPoint,
            FailureCode::UserCancelled => Code::UserCancelled,
            FailureCode::Expired => Code::Expired,
            FailureCode::Operator => Code::Operator,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no such code: {0:?}")]
pub struct UnknownCode(String);

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        let known = Code::ALL.into_iter().find(|code| code.as_str() == text);
        known.ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

const fn entry(
    name: &'static str,
    status: u16,
    korean: &'static str,
    english: &'static str,
) -> Entry {
    Entry {
        name,
        status,
        korean,
        english,
    }
}

#[cfg(test)]
mod tests;
