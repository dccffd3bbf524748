//! Points: charge, balance, ledger.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::faults::Faults;
use crate::events::payment::{PointDirection, TransactionId};
use crate::ids::{OrderId, RefundId};
use crate::money::Money;
use crate::problem::Problem;
use crate::time::Timestamp;

/// The most that one charge may add.
pub const CHARGE_MAX_WON: i64 = 1_000_000;

/// POST /points/me/charge
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChargePoints {
    #[schemars(range(min = 1, max = CHARGE_MAX_WON))]
    pub amount: i64,
}

impl ChargePoints {
    pub fn validate(&self) -> Result<Money, Problem> {
        let mut faults = Faults::default();
        let amount = faults.range("/amount", self.amount, 1, CHARGE_MAX_WON);
        faults.finish(amount.map(Money::new))
    }
}

/// The reply to a charge.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChargeView {
    pub transaction_id: TransactionId,
    pub amount: Money,
    pub balance: Money,
    pub created_at: Timestamp,
}

/// GET /points/me
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BalanceView {
    pub balance: Money,
    /// None while nothing was ever charged.
    pub updated_at: Option<Timestamp>,
}

/// The filter of GET /points/me/history.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPoints {
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<PointDirection>,
}

/// GET /points/me/history and GET /payments
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PointLedgerView {
    pub transaction_id: TransactionId,
    #[serde(rename = "type")]
    pub kind: PointDirection,
    /// Always positive; the type says which way it went.
    pub amount: Money,
    pub balance_after: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The refund that gave it back; none where the whole payment was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
    pub created_at: Timestamp,
}

/// The filter of GET /payments: the transactions of one order and of its refunds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPayments {
    pub order_id: OrderId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_is_from_one_won_to_a_million() {
        assert_eq!(
            ChargePoints { amount: 1 }.validate().unwrap(),
            Money::new(1)
        );
        assert_eq!(
            ChargePoints {
                amount: CHARGE_MAX_WON
            }
            .validate()
            .unwrap()
            .won(),
            1_000_000
        );
        for amount in [0, -1, CHARGE_MAX_WON + 1, i64::MIN, i64::MAX] {
            let problem = ChargePoints { amount }.validate().unwrap_err();
            assert_eq!(problem.errors[0].pointer, "/amount", "{amount}");
        }
    }

    #[test]
    fn no_number_but_a_whole_one_is_an_amount() {
        for amount in [
            "1.5",
            "1.0",
            "1e3",
            "1e400",
            "9223372036854775808",
            "\"1\"",
            "٣",
        ] {
            let body = format!(r#"{{"amount":{amount}}}"#);
            assert!(
                serde_json::from_str::<ChargePoints>(&body).is_err(),
                "{amount}"
            );
        }
        let twice = r#"{"amount":1,"amount":2}"#;
        assert!(serde_json::from_str::<ChargePoints>(twice).is_err());
    }
}
