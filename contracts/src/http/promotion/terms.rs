//! POST /coupons: the terms of a coupon as they are sent, and as what they mean.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DiscountKind, ScopeView};
use crate::http::faults::Faults;
use crate::money::Money;
use crate::problem::{Fault, Problem, Text};
use crate::schema::TEXT;
use crate::time::Timestamp;

pub(super) const NAME_MAX: usize = 100;
/// More than any order can cost.
const AMOUNT_MAX_WON: i64 = 1_000_000_000_000;
pub(super) const QUANTITY_MAX: i64 = 10_000_000;
const DAYS_MAX: i64 = 3_650;
const SCOPE_MAX: usize = 100;
const CATEGORY_MAX: usize = 50;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCoupon {
    #[schemars(length(min = 1, max = NAME_MAX), extend("pattern" = TEXT))]
    pub name: String,
    pub discount: DiscountKind,
    /// Won when FIXED, percent from 1 to 100 when RATE.
    #[schemars(range(min = 1, max = AMOUNT_MAX_WON))]
    pub value: i64,
    /// Of a RATE only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = AMOUNT_MAX_WON))]
    pub max_discount: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = AMOUNT_MAX_WON))]
    pub min_order_amount: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeView>,
    #[schemars(range(min = 1, max = QUANTITY_MAX))]
    pub total_quantity: i64,
    pub issue_from: Timestamp,
    pub issue_to: Timestamp,
    /// With `validTo`; without it a piece is good from its issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Either this or `validDays`.
    pub valid_to: Option<Timestamp>,
    /// Days of 24 hours from the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = DAYS_MAX))]
    pub valid_days: Option<i64>,
}

/// Terms without a contradiction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CouponTerms {
    pub name: String,
    pub discount: Discount,
    /// Tested against the order's total; 0 asks for nothing.
    pub min_order_amount: Money,
    pub scope: ScopeView,
    pub total_quantity: i64,
    pub issue_from: Timestamp,
    pub issue_to: Timestamp,
    pub validity: Validity,
}

/// What comes off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discount {
    Fixed(Money),
    Rate { percent: i64, max: Option<Money> },
}

/// How long an issued coupon is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Validity {
    Between {
        from: Option<Timestamp>,
        to: Timestamp,
    },
    /// Days of 24 hours from the issue.
    Days(u32),
}

impl CreateCoupon {
    pub fn validate(&self) -> Result<CouponTerms, Problem> {
        let mut faults = Faults::default();
        let name = faults.text("/name", &self.name, 1, NAME_MAX);
        let discount = self.discount(&mut faults);
        let least = self.min_order_amount.unwrap_or(0);
        let least = faults.range("/minOrderAmount", least, 0, AMOUNT_MAX_WON);
        let total = faults.range("/totalQuantity", self.total_quantity, 1, QUANTITY_MAX);
        if self.issue_to < self.issue_from {
            faults.add("/issueTo", Fault::OutOfRange, not_before("issueFrom"));
        }
        let validity = self.validity(&mut faults);
        let scope = self.scope(&mut faults);
        let terms = || {
            Some(CouponTerms {
                name,
                discount: discount?,
                min_order_amount: Money::new(least?),
                scope,
                total_quantity: total?,
                issue_from: self.issue_from,
                issue_to: self.issue_to,
                validity: validity?,
            })
        };
        let terms = terms();
        faults.finish(terms)
    }

    fn discount(&self, faults: &mut Faults) -> Option<Discount> {
        let max = self.max_discount;
        match self.discount {
            DiscountKind::Fixed => {
                if max.is_some() {
                    let message = Text::new(
                        "RATE 할인에만 쓸 수 있어요",
                        "belongs to a RATE discount only",
                    );
                    faults.add("/maxDiscount", Fault::OutOfRange, message);
                }
                let off = faults.range("/value", self.value, 1, AMOUNT_MAX_WON)?;
                Some(Discount::Fixed(Money::new(off)))
            }
            DiscountKind::Rate => {
                let percent = faults.range("/value", self.value, 1, 100);
                let max = match max {
                    None => None,
                    Some(max) => Some(faults.range("/maxDiscount", max, 1, AMOUNT_MAX_WON)?),
                };
                let (percent, max) = (percent?, max.map(Money::new));
                Some(Discount::Rate { percent, max })
            }
        }
    }

    /// A coupon that is past on the last day of its issue would be issued for nothing.
    fn validity(&self, faults: &mut Faults) -> Option<Validity> {
        match (self.valid_to, self.valid_days) {
            (Some(to), None) => {
                if to < self.issue_to {
                    faults.add("/validTo", Fault::OutOfRange, not_before("issueTo"));
                }
                if self.valid_from.is_some_and(|from| to < from) {
                    faults.add("/validTo", Fault::OutOfRange, not_before("validFrom"));
                }
                let from = self.valid_from;
                Some(Validity::Between { from, to })
            }
            (None, Some(days)) => {
                if self.valid_from.is_some() {
                    let message = Text::new(
                        "validDays와 함께 쓸 수 없어요",
                        "does not go with validDays",
                    );
                    faults.add("/validFrom", Fault::OutOfRange, message);
                }
                let days = faults.range("/validDays", days, 1, DAYS_MAX)?;
                u32::try_from(days).ok().map(Validity::Days)
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = Text::new(
                    "validTo와 validDays 중 하나만 필요해요",
                    "either validTo or validDays is needed, not both",
                );
                faults.add("/validTo", Fault::Required, message);
                None
            }
        }
    }

    fn scope(&self, faults: &mut Faults) -> ScopeView {
        let mut scope = self.scope.clone().unwrap_or_default();
        let lists = [
            ("/scope/productIds", scope.product_ids.len()),
            ("/scope/categories", scope.categories.len()),
        ];
        for (pointer, length) in lists {
            if length > SCOPE_MAX {
                let message = Text::new(
                    format!("{SCOPE_MAX}개까지 쓸 수 있어요"),
                    format!("must have at most {SCOPE_MAX} entries"),
                );
                faults.add(pointer, Fault::Length, message);
            }
        }
        for (index, category) in scope.categories.iter_mut().take(SCOPE_MAX).enumerate() {
            let pointer = format!("/scope/categories/{index}");
            *category = faults.text(&pointer, category, 1, CATEGORY_MAX);
        }
        scope
    }
}

fn not_before(field: &str) -> Text {
    Text::new(
        format!("{field}보다 앞설 수 없어요"),
        format!("must not be before {field}"),
    )
}

#[cfg(test)]
mod tests;
