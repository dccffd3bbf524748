//! PATCH /coupons/{id}: what may still change about an offer. What comes off, on what and for how
//! long never does: pieces of it are in users' hands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CouponStatus;
use super::terms::{NAME_MAX, QUANTITY_MAX};
use crate::http::faults::Faults;
use crate::problem::Problem;
use crate::schema::TEXT;
use crate::time::Timestamp;

/// What is left out stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCoupon {
    /// Disabling ends the issue; what was issued stays good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CouponStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = NAME_MAX), extend("pattern" = TEXT))]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = QUANTITY_MAX))]
    pub total_quantity: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_to: Option<Timestamp>,
}

/// A change that each field allows by itself; whether the coupon does is decided on its row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CouponChange {
    pub status: Option<CouponStatus>,
    pub name: Option<String>,
    pub total_quantity: Option<i64>,
    pub issue_to: Option<Timestamp>,
}

impl UpdateCoupon {
    pub fn validate(&self) -> Result<CouponChange, Problem> {
        let mut faults = Faults::default();
        let name = self
            .name
            .as_ref()
            .map(|name| faults.text("/name", name, 1, NAME_MAX));
        let total_quantity = self
            .total_quantity
            .and_then(|total| faults.range("/totalQuantity", total, 1, QUANTITY_MAX));
        faults.finish(Some(CouponChange {
            status: self.status,
            name,
            total_quantity,
            issue_to: self.issue_to,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &str) -> Result<CouponChange, Vec<String>> {
        let request: UpdateCoupon = serde_json::from_str(body).unwrap();
        request.validate().map_err(|problem| {
            problem
                .errors
                .into_iter()
                .map(|error| error.pointer)
                .collect()
        })
    }

    #[test]
    fn what_is_left_out_does_not_change() {
        assert_eq!(request("{}"), Ok(CouponChange::default()));
        let whole = request(
            r#"{"status": "DISABLED", "name": " 봄 ", "totalQuantity": 10,
                "issueTo": "2026-02-01T00:00:00Z"}"#,
        );
        let change = CouponChange {
            status: Some(CouponStatus::Disabled),
            name: Some("봄".to_owned()),
            total_quantity: Some(10),
            issue_to: Some("2026-02-01T00:00:00Z".parse().unwrap()),
        };
        assert_eq!(whole, Ok(change));
    }

    #[test]
    fn every_fault_is_named_by_its_field() {
        for (body, pointers) in [
            (r#"{"name": " "}"#, vec!["/name"]),
            (r#"{"totalQuantity": 0}"#, vec!["/totalQuantity"]),
            (
                r#"{"name": "", "totalQuantity": 10000001}"#,
                vec!["/name", "/totalQuantity"],
            ),
        ] {
            assert_eq!(request(body).unwrap_err(), pointers, "{body}");
        }
        let fixed = serde_json::from_str::<UpdateCoupon>(r#"{"value": 1}"#);
        assert!(fixed.is_err(), "what comes off does not change");
    }
}
