//! Columns of types that contracts own: kinds by their code, steps by their mask, and what is
//! kept as the text it is shown as.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use contracts::events::Kind;
use contracts::saga::Steps;
use db::cell::KeyColumn;
use db::{Cell, Column};

/// What an audit row tells of, kept by its code, which never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditKind {
    /// A fact that Order said or heard.
    Fact(Kind),
    /// An operator's word that steps which were owed are no longer waited for.
    Resolved,
}

/// Above every code that a kind of fact can have.
const RESOLVED: u8 = u8::MAX;

/// A set of steps, kept as its mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepMask(pub Steps);

/// The id of an event is no longer, and nothing that is kept so is: it is written without growing.
const SHOWN_LENGTH: usize = 64;

/// A value kept as the text it is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown<T>(pub T);

impl AuditKind {
    /// As the report writes it: `STOCK_DEDUCTED`.
    pub fn name(self) -> String {
        let kind = match self {
            Self::Fact(kind) => kind,
            Self::Resolved => return "SAGA_RESOLVED".to_owned(),
        };
        let mut name = String::new();
        for letter in kind.name().chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(letter.to_ascii_uppercase());
        }
        name
    }

    /// The kind of the fact; none for what no event tells.
    pub const fn fact(self) -> Option<Kind> {
        match self {
            Self::Fact(kind) => Some(kind),
            Self::Resolved => None,
        }
    }
}

impl Column for AuditKind {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        let code = match self {
            Self::Fact(kind) => kind.code(),
            Self::Resolved => RESOLVED,
        };
        visit(Cell::Int(i64::from(code)));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match u8::try_from(i64::read(cell)?).ok()? {
            RESOLVED => Some(Self::Resolved),
            code => Kind::from_code(code).map(Self::Fact),
        }
    }
}

impl KeyColumn for AuditKind {
    fn lowest() -> Self {
        Self::Fact(*Kind::ALL.first().expect("there are kinds"))
    }
}

impl Column for StepMask {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Int(i64::from(self.0.mask())));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        let mask = u32::try_from(i64::read(cell)?).ok()?;
        Steps::from_mask(mask).map(Self)
    }
}

impl<T: fmt::Display + FromStr> Column for Shown<T> {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        let mut text = String::with_capacity(SHOWN_LENGTH);
        write!(text, "{}", self.0).expect("text takes what is written to it");
        visit(Cell::Text(&text));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => text.parse().ok().map(Self),
            Cell::Null | Cell::Int(_) | Cell::Blob(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audit_kinds_have_the_names_of_the_report() {
        let names = [
            (Kind::OrderCreated, "ORDER_CREATED"),
            (Kind::StockDeducted, "STOCK_DEDUCTED"),
            (Kind::StockDeductionFailed, "STOCK_DEDUCTION_FAILED"),
            (Kind::CouponApplied, "COUPON_APPLIED"),
            (Kind::CouponRejected, "COUPON_REJECTED"),
            (Kind::PaymentCompleted, "PAYMENT_COMPLETED"),
            (Kind::PaymentFailed, "PAYMENT_FAILED"),
            (Kind::OrderConfirmed, "ORDER_CONFIRMED"),
            (Kind::OrderCancelled, "ORDER_CANCELLED"),
            (Kind::StockRestored, "STOCK_RESTORED"),
            (Kind::CouponRestored, "COUPON_RESTORED"),
            (Kind::PaymentRefunded, "PAYMENT_REFUNDED"),
            (Kind::RefundRequested, "REFUND_REQUESTED"),
            (Kind::StockReturned, "STOCK_RETURNED"),
            (Kind::CouponReturned, "COUPON_RETURNED"),
            (Kind::PointsReturned, "POINTS_RETURNED"),
            (Kind::OrderRefunded, "ORDER_REFUNDED"),
        ];
        for (kind, name) in names {
            assert_eq!(AuditKind::Fact(kind).name(), name);
        }
        assert_eq!(AuditKind::Resolved.name(), "SAGA_RESOLVED");
    }

    #[test]
    fn kinds_sort_as_their_codes_do() {
        let ascending = Kind::ALL.windows(2).all(|pair| {
            pair[0].code() < pair[1].code() && AuditKind::Fact(pair[0]) < AuditKind::Fact(pair[1])
        });
        assert!(
            ascending,
            "the store and the maps must agree on the order of keys"
        );
        let last = Kind::ALL.last().expect("there are kinds");
        assert!(last.code() < RESOLVED && AuditKind::Fact(*last) < AuditKind::Resolved);
    }
}
