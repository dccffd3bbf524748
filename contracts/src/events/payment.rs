//! What Payment says: points taken, given back, charged. Amounts come from the event before it;
//! none is computed anew.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::promotion::DiscountedLine;
use crate::ids::{OrderId, Parse, RefundId, SagaId, UserCouponId, UserId};
use crate::money::Money;
use crate::time::Timestamp;

/// The order, paid; with 0 won there is a transaction id but no ledger row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentCompleted {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
    pub lines: Vec<DiscountedLine>,
    pub total: Money,
    pub discount: Money,
    pub paid: Money,
    pub transaction_id: TransactionId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFailed {
    pub order_id: OrderId,
    pub user_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_coupon_id: Option<UserCouponId>,
    pub code: PaymentCode,
    pub wanted: Money,
    pub balance: Money,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentCode {
    InsufficientPoint,
}

/// What the undo of "pay points" gave back; 0 when nothing stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefunded {
    pub order_id: OrderId,
    pub amount: Money,
}

/// What a refund credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointsReturned {
    pub order_id: OrderId,
    pub refund_id: RefundId,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointCharged {
    pub user_id: UserId,
    pub amount: Money,
    pub balance: Money,
    pub point_version: i64,
}

/// Which way a row of the points ledger moves.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PointDirection {
    Charge,
    Use,
    Refund,
}

/// The name of a row of the points ledger: `<saga id>-<direction>`, its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId {
    pub saga: SagaId,
    pub direction: PointDirection,
}

impl PointDirection {
    pub const ALL: &[Self] = &[Self::Charge, Self::Use, Self::Refund];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "CHARGE",
            Self::Use => "USE",
            Self::Refund => "REFUND",
        }
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.saga, self.direction.as_str())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a transaction id: <saga id>-<CHARGE, USE or REFUND>")]
pub struct InvalidTransactionId;

impl FromStr for TransactionId {
    type Err = InvalidTransactionId;

    fn from_str(text: &str) -> Result<Self, InvalidTransactionId> {
        let (saga, direction) = text.split_once('-').ok_or(InvalidTransactionId)?;
        let direction = PointDirection::ALL
            .iter()
            .find(|known| known.as_str() == direction);
        Ok(Self {
            saga: saga.parse().map_err(|_| InvalidTransactionId)?,
            direction: *direction.ok_or(InvalidTransactionId)?,
        })
    }
}

impl Serialize for TransactionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TransactionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parse::new("a transaction id"))
    }
}
