//! Coupons as the shop offers them and as a user holds them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::promotion::UserCouponStatus;
use crate::ids::{CouponId, OrderId, ProductId, UserCouponId};
use crate::money::Money;
use crate::time::Timestamp;

mod change;
mod terms;

pub use change::{CouponChange, UpdateCoupon};
pub use terms::{CouponTerms, CreateCoupon, Discount, Validity};

/// How a coupon takes off: `value` is won when FIXED, percent when RATE.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DiscountKind {
    Fixed,
    Rate,
}

/// Disabling ends the issue only; issued coupons stay valid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CouponStatus {
    Active,
    Disabled,
}

/// What a coupon takes off; everything when both lists are empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeView {
    #[serde(default)]
    pub product_ids: Vec<ProductId>,
    #[serde(default)]
    pub categories: Vec<String>,
}

/// GET /coupons and GET /coupons/{id}
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CouponView {
    pub id: CouponId,
    #[schemars(example = &"삼천 원 할인")]
    pub name: String,
    pub discount: DiscountKind,
    #[schemars(example = 3_000)]
    pub value: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_discount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_order_amount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeView>,
    pub status: CouponStatus,
    #[schemars(example = 100)]
    pub total_quantity: i64,
    #[schemars(example = 61)]
    pub remaining: i64,
    pub issue_from: Timestamp,
    pub issue_to: Timestamp,
    /// Either the two ends, or a number of days from the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = 30)]
    pub valid_days: Option<u32>,
}

/// The filter of GET /coupons.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListCoupons {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CouponStatus>,
    /// Whether a piece can be had now: active, within its issue, and not all given out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuable: Option<bool>,
}

/// The reply to POST /coupons/{id}/issue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssueView {
    pub user_coupon_id: UserCouponId,
    #[schemars(example = 39)]
    pub sequence_no: i64,
    pub expires_at: Timestamp,
}

/// The filter of GET /users/me/coupons.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListUserCoupons {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserCouponStatus>,
}

/// GET /users/me/coupons
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserCouponView {
    pub user_coupon_id: UserCouponId,
    pub coupon_id: CouponId,
    #[schemars(example = &"삼천 원 할인")]
    pub name: String,
    pub discount: DiscountKind,
    #[schemars(example = 3_000)]
    pub value: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_discount: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_order_amount: Option<Money>,
    pub status: UserCouponStatus,
    /// The order it is used by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    #[schemars(example = 39)]
    pub sequence_no: i64,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_filters_have_the_words_of_the_api() {
        let used: ListUserCoupons = serde_json::from_str(r#"{"status":"USED"}"#).unwrap();
        assert_eq!(used.status, Some(UserCouponStatus::Used));
        assert!(serde_json::from_str::<ListUserCoupons>(r#"{"status":"used"}"#).is_err());
        assert!(serde_json::from_str::<ListUserCoupons>(r#"{"userId":"1"}"#).is_err());
        assert_eq!(serde_json::to_value(DiscountKind::Fixed).unwrap(), "FIXED");
    }
}
