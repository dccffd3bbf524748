//! The catalogue as shoppers see it, and stock as operators do.

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use crate::ids::{ProductId, SagaId};
use crate::money::Money;
use crate::problem::{Fault, Problem, Text};
use crate::time::Timestamp;

const DELTA_MAX: i64 = 1_000_000;
const REASON_MAX: usize = 200;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    OnSale,
    /// On sale with nothing left: derived, never stored.
    SoldOut,
    Discontinued,
}

/// GET /products and GET /products/{id}
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductView {
    pub id: ProductId,
    pub name: String,
    pub category: String,
    pub price: Money,
    pub status: ProductStatus,
    pub available_quantity: i64,
    pub version: i64,
}

/// The filters of GET /products.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListProducts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ProductStatus>,
    /// Part of a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

/// POST /products/{id}/stock-adjustments
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdjustStock {
    pub delta: i64,
    pub reason: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Adjustment {
    /// Never 0; at most a million pieces either way.
    pub delta: i64,
    pub reason: String,
}

impl AdjustStock {
    pub fn validate(&self) -> Result<Adjustment, Problem> {
        let mut faults = Faults::default();
        if self.delta == 0 {
            let message = Text::new("0은 쓸 수 없어요", "must not be 0");
            faults.add("/delta", Fault::OutOfRange, message);
        }
        let delta = faults.range("/delta", self.delta, -DELTA_MAX, DELTA_MAX);
        let reason = faults.text("/reason", &self.reason, 1, REASON_MAX);
        faults.finish(delta.map(|delta| Adjustment { delta, reason }))
    }
}

/// The reply to a stock adjustment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockView {
    pub available_quantity: i64,
    pub version: i64,
}

/// Why a stock changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StockMove {
    /// The stock a product began with.
    First,
    Deducted,
    Restored,
    Returned,
    Adjusted,
}

/// GET /products/{id}/stock-ledger
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockLedgerView {
    /// The order's saga, the refund's, or the command's own id.
    pub saga_id: SagaId,
    #[serde(rename = "type")]
    pub kind: StockMove,
    pub delta: i64,
    pub quantity_after: i64,
    pub version: i64,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adjust(delta: i64, reason: &str) -> Result<Adjustment, Problem> {
        AdjustStock {
            delta,
            reason: reason.into(),
        }
        .validate()
    }

    #[test]
    fn an_adjustment_changes_something_within_reason() {
        assert_eq!(
            adjust(-3, " 파손 ").unwrap(),
            Adjustment {
                delta: -3,
                reason: "파손".into()
            }
        );
        for delta in [0, DELTA_MAX + 1, -DELTA_MAX - 1, i64::MIN, i64::MAX] {
            let problem = adjust(delta, "count").unwrap_err();
            assert_eq!(problem.errors.len(), 1, "{delta}");
            assert_eq!(problem.errors[0].pointer, "/delta");
        }
        assert_eq!(adjust(1, " ").unwrap_err().errors[0].pointer, "/reason");
    }

    #[test]
    fn a_delta_is_a_whole_number() {
        for delta in [
            "1.0",
            "1e2",
            "99999999999999999999",
            "\"1\"",
            "true",
            "null",
        ] {
            let body = format!(r#"{{"delta":{delta},"reason":"r"}}"#);
            assert!(
                serde_json::from_str::<AdjustStock>(&body).is_err(),
                "{delta}"
            );
        }
    }
}
