//! The invariants by name. Each check tells the first row at odds for each subject, not every
//! consequence of it; what needs client history, an external partner or a clock is not here.

mod accepted;
mod atomicity;
mod audit;
mod coupons;
mod deadlines;
mod effects;
mod ghosts;
mod outbox;
mod points;
mod prices;
mod refunds;
mod stock;
mod terminality;
mod views;

use std::fmt;

use crate::{Invariant, MOST_TOLD, Violation};

/// What each database shows by itself, or together with rows that never change again.
pub const ALWAYS: &[Invariant] = &[
    Invariant {
        name: "I1",
        meaning: "an idempotency key of Order names an order, and an order has one placing",
        check: accepted::i1_no_lost_order,
    },
    Invariant {
        name: "I2",
        meaning: "an order is left PENDING once, and its audit tells the same end",
        check: terminality::i2_one_end,
    },
    Invariant {
        name: "I3",
        meaning: "a stock is the sum of its ledger",
        check: stock::i3_conservation,
    },
    Invariant {
        name: "I4",
        meaning: "no prefix of a stock's ledger is below zero, and its versions have no gap",
        check: stock::i4_no_oversell,
    },
    Invariant {
        name: "I5",
        meaning: "a balance is the sum of its ledger, never below zero; an order is paid once",
        check: points::i5_balances,
    },
    Invariant {
        name: "I6",
        meaning: "coupons are issued in number order up to their cap, and used by one order each",
        check: coupons::i6_issue_and_use,
    },
    Invariant {
        name: "I7",
        meaning: "an order is compensated exactly when every undo it is owed is acknowledged",
        check: atomicity::i7_compensation,
    },
    Invariant {
        name: "I8",
        meaning: "a step of a saga has one effect, remembered in one place",
        check: effects::i8_one_effect,
    },
    Invariant {
        name: "I9",
        meaning: "an outbox is dense and tells of every committed transition, once",
        check: outbox::i9_completeness,
    },
    Invariant {
        name: "I11",
        meaning: "an answered idempotency key names what its own caller's command made",
        check: accepted::i11_keys,
    },
    Invariant {
        name: "I12",
        meaning: "an order's audit is numbered without gaps and knows all that Order said of it",
        check: audit::i12_numbering,
    },
    Invariant {
        name: "I12",
        meaning: "every row of the audit is under its batch's seal, in its writer's one chain",
        check: audit::i12_seals,
    },
    Invariant {
        name: "I7",
        meaning: "a refund is done exactly when every return it is owed is acknowledged",
        check: refunds::i7_acknowledged,
    },
    Invariant {
        name: "I17",
        meaning: "no deadline is forgotten, and none cancels what was heard to be paid",
        check: deadlines::i17_expiry,
    },
    Invariant {
        name: "I18",
        meaning: "an order's sums follow from its lines, and its payment from its sums",
        check: prices::i18_sums,
    },
    Invariant {
        name: "I18",
        meaning: "refunds give back what was paid for their pieces, and none twice",
        check: refunds::i18_amounts,
    },
];

/// What holds at any instant, but shows only where all databases were read at one.
pub const ONE_MOMENT: &[Invariant] = &[
    Invariant {
        name: "I7",
        meaning: "a completed order's every step stands",
        check: atomicity::i7_completed,
    },
    Invariant {
        name: "I8",
        meaning: "positions stay behind their outbox, and behind them every effect is in",
        check: effects::i8_positions,
    },
    Invariant {
        name: "I10",
        meaning: "nothing follows from an event or an order that nobody committed",
        check: ghosts::i10_no_ghost,
    },
];

/// That nothing is under way in the end. `unrest` tells what is; how long to wait is the caller's.
pub const LIVENESS: (&str, &str) = (
    "I16",
    "every saga ends and every event is read, once nothing more is asked for",
);

/// What holds once nothing is under way.
pub const AT_REST: &[Invariant] = &[
    Invariant {
        name: "I3",
        meaning: "a stock is what came in and came back, less what completed orders hold",
        check: stock::i3_sold,
    },
    Invariant {
        name: "I5",
        meaning: "a completed order's price was taken, a cancelled one's is back",
        check: points::i5_payments,
    },
    Invariant {
        name: "I6",
        meaning: "a coupon is used exactly by the completed order that named it",
        check: coupons::i6_uses,
    },
    Invariant {
        name: "I7",
        meaning: "nothing of a cancelled order stands, and all it is owed is acknowledged",
        check: atomicity::i7_undone,
    },
    Invariant {
        name: "I7",
        meaning: "every return of a refund was made, once and whole",
        check: refunds::i7_returned,
    },
    Invariant {
        name: "I12",
        meaning: "an order's audit knows all that was said about it",
        check: audit::i12_heard,
    },
    Invariant {
        name: "I13",
        meaning: "every view shows what the rows it is made from say",
        check: views::i13_convergence,
    },
];

/// What one check found, up to a bound.
struct Findings {
    invariant: &'static str,
    found: Vec<Violation>,
}

impl Findings {
    const fn of(invariant: &'static str) -> Self {
        Self {
            invariant,
            found: Vec::new(),
        }
    }

    fn add(&mut self, subject: impl fmt::Display, witness: impl fmt::Display) {
        if self.found.len() < MOST_TOLD {
            self.found.push(Violation {
                invariant: self.invariant,
                subject: subject.to_string(),
                witness: witness.to_string(),
            });
        }
    }
}

/// An amount or a time that may be absent, in words.
struct Maybe<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Maybe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("none"),
        }
    }
}
