//! What Promotion says: discounts frozen line by line, and the state of a user's coupon after
//! each change.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::payment::{PaymentCompleted, TransactionId};
use crate::ids::{CouponId, OrderId, ProductId, RefundId, UserCouponId, UserId};
use crate::money::{Money, Quantity};
use crate::time::Timestamp;

/// The order with its discount, 0 where no coupon was named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CouponApplied {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
    pub lines: Vec<DiscountedLine>,
    pub total: Money,
    pub discount: Money,
    pub paid: Money,
}

/// A priced line with its share of the discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiscountedLine {
    pub line: u16,
    pub product_id: ProductId,
    pub quantity: Quantity,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_unit_price: Option<Money>,
    pub name: Arc<str>,
    pub category: Arc<str>,
    pub unit_price: Money,
    pub left: i64,
    pub stock_version: i64,
    pub discount: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CouponRejected {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub user_coupon_id: UserCouponId,
    pub code: CouponCode,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CouponCode {
    CouponNotOwned,
    CouponAlreadyUsed,
    CouponExpired,
    CouponNotApplicable,
}

/// What the undo of "apply coupon" freed; no coupon when nothing stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CouponRestored {
    pub order_id: OrderId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<FreedCoupon>,
}

/// What a refund gave back; no coupon when the refund did not cover the whole order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CouponReturned {
    pub order_id: OrderId,
    pub refund_id: RefundId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<FreedCoupon>,
}

/// A user's coupon and its state now: available again, or expired in the meantime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FreedCoupon {
    pub user_coupon_id: UserCouponId,
    pub status: UserCouponStatus,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UserCouponStatus {
    Available,
    Used,
    Expired,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CouponIssued {
    pub coupon_id: CouponId,
    pub user_coupon_id: UserCouponId,
    pub user_id: UserId,
    pub sequence_no: i64,
    pub expires_at: Timestamp,
}

impl CouponApplied {
    /// The same order, paid.
    pub fn completed(&self, transaction_id: TransactionId) -> PaymentCompleted {
        PaymentCompleted {
            order_id: self.order_id,
            user_id: self.user_id,
            created_at: self.created_at,
            user_coupon_id: self.user_coupon_id,
            lines: self.lines.clone(),
            total: self.total,
            discount: self.discount,
            paid: self.paid,
            transaction_id,
        }
    }
}
