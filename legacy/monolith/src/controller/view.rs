//! What the shop answers: views of what was found or made, and problems.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::repository::product::Product;
use crate::service::{Failure, Placed, Refusal};

/// A view with its status.
pub(super) struct Answer<V>(StatusCode, V);

impl<V> Answer<V> {
    pub fn ok(view: V) -> Self {
        Self(StatusCode::OK, view)
    }

    pub fn created(view: V) -> Self {
        Self(StatusCode::CREATED, view)
    }
}

impl<V: Serialize> IntoResponse for Answer<V> {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderView {
    order_id: String,
    order_number: String,
    status: &'static str,
    items: Vec<OrderItemView>,
    total_price: i64,
    discount: i64,
    paid_price: i64,
    created_at: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderItemView {
    product_id: String,
    name: String,
    quantity: i64,
    unit_price: i64,
}

impl From<Placed> for OrderView {
    fn from(placed: Placed) -> Self {
        let item = |item: crate::repository::order::Item| OrderItemView {
            product_id: item.product_id.to_string(),
            name: item.name,
            quantity: item.quantity,
            unit_price: item.unit_price,
        };
        Self {
            order_id: placed.order_id.to_string(),
            order_number: placed.order.order_number,
            status: crate::repository::order::COMPLETED,
            items: placed.items.into_iter().map(item).collect(),
            total_price: placed.order.total_price,
            discount: placed.order.discount,
            paid_price: placed.order.paid_price,
            created_at: placed.order.created_at,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductView {
    id: String,
    name: String,
    price: i64,
    status: String,
    available_quantity: i64,
}

impl ProductView {
    pub fn new(product: Product, left: i64) -> Self {
        Self {
            id: product.product_id.to_string(),
            name: product.name,
            price: product.price,
            status: product.status,
            available_quantity: left,
        }
    }
}

#[derive(Serialize)]
pub(super) struct RankView {
    items: Vec<RankedView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RankedView {
    product_id: String,
    sold: i64,
}

impl From<&[(i64, i64)]> for RankView {
    fn from(ranking: &[(i64, i64)]) -> Self {
        let ranked = |(product_id, sold): &(i64, i64)| RankedView {
            product_id: product_id.to_string(),
            sold: *sold,
        };
        Self {
            items: ranking.iter().map(ranked).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserCouponView {
    user_coupon_id: String,
    coupon_id: String,
}

impl UserCouponView {
    pub fn new(user_coupon_id: i64, coupon_id: i64) -> Self {
        Self {
            user_coupon_id: user_coupon_id.to_string(),
            coupon_id: coupon_id.to_string(),
        }
    }
}

/// Why there is no view.
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct Document<'p> {
    status: u16,
    code: &'p str,
    detail: &'p str,
}

impl Problem {
    pub fn bad(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "VALIDATION_FAILED", detail)
    }

    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "who calls?")
    }

    fn new(status: StatusCode, code: &'static str, detail: &str) -> Self {
        Self {
            status,
            code,
            detail: detail.to_owned(),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => {
                let (status, code) = code(refusal);
                Self::new(status, code, &refusal.to_string())
            }
            Failure::Database(error) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self::new(status, "INTERNAL", &error.to_string())
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
        };
        let kind = [(CONTENT_TYPE, "application/problem+json")];
        (self.status, kind, Json(document)).into_response()
    }
}

fn code(refusal: Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::UserNotFound => (StatusCode::NOT_FOUND, "USER_NOT_FOUND"),
        Refusal::CouponNotFound => (StatusCode::NOT_FOUND, "COUPON_NOT_FOUND"),
        Refusal::OrderNotFound => (StatusCode::NOT_FOUND, "ORDER_NOT_FOUND"),
        Refusal::ProductNotOnSale => (StatusCode::CONFLICT, "PRODUCT_NOT_ON_SALE"),
        Refusal::OutOfStock => (StatusCode::CONFLICT, "OUT_OF_STOCK"),
        Refusal::CouponNotOwned => (StatusCode::CONFLICT, "COUPON_NOT_OWNED"),
        Refusal::CouponAlreadyUsed => (StatusCode::CONFLICT, "COUPON_ALREADY_USED"),
        Refusal::CouponAlreadyIssued => (StatusCode::CONFLICT, "COUPON_ALREADY_ISSUED"),
        Refusal::CouponSoldOut => (StatusCode::CONFLICT, "COUPON_SOLD_OUT"),
        Refusal::InsufficientPoint => (StatusCode::UNPROCESSABLE_ENTITY, "INSUFFICIENT_POINT"),
        Refusal::IdempotencyKeyReused => {
            (StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED")
        }
    }
}
