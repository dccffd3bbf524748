//! Of refunds and deadlines.

use std::time::Duration;

use contracts::events::Kind;
use contracts::events::order::FailureCode;
use contracts::money::{Money, Quantity};
use contracts::saga::Step;
use db::Fence;
use order::store::{AuditKind, OrderEvent, OrderRow, Refund, Status, StepMask};

use super::*;

const EXPIRED: FailureCode = FailureCode::Expired;

pub const PLANTS: &[Plant] = &[
    Plant {
        says: "I7 refund 00000000000S1 of order 00000000000FY: owed still {}, and not marked done",
        trips: &["I7"],
        spoil: |rows| {
            edit(
                &mut rows.order,
                &(REFUNDED, WHOLE),
                |refund: &mut Refund| {
                    refund.done_at = None;
                },
            );
        },
    },
    Plant {
        says: "it is owed {ReturnStock, ReturnPoints}, not {ReturnStock, ReturnCoupon,",
        trips: &["I7"],
        spoil: |rows| {
            edit(
                &mut rows.order,
                &(REFUNDED, WHOLE),
                |refund: &mut Refund| {
                    refund.owed = StepMask(refund.owed.0.without(Step::ReturnCoupon));
                },
            );
        },
    },
    Plant {
        says: "its coupon did not come back",
        trips: &["I7", "I9"],
        spoil: |rows| {
            let key = (WHOLE.into(), i64::from(Step::ReturnCoupon.code()));
            remove::<Fence>(&mut rows.promotion, &key);
        },
    },
    Plant {
        says: "3 of 3 pieces of line 1 cost 30000, 20000 came back",
        trips: &["I3", "I7", "I13", "I18"],
        spoil: |rows| {
            edit(
                &mut rows.order,
                &(PARTLY, FIRST_PART),
                |refund: &mut Refund| {
                    refund.lines.0[0].quantity = Quantity::new(2);
                },
            );
        },
    },
    Plant {
        says: "refund 00000000000S2 is called whole, and is not",
        trips: &["I18"],
        spoil: |rows| {
            edit(
                &mut rows.order,
                &(PARTLY, FIRST_PART),
                |refund: &mut Refund| {
                    refund.whole_order = true;
                },
            );
        },
    },
    Plant {
        says: "of 3 pieces of line 1 4 came back",
        trips: &["I3", "I7", "I13", "I18"],
        spoil: |rows| {
            edit(
                &mut rows.order,
                &(PARTLY, FIRST_PART),
                |refund: &mut Refund| {
                    refund.lines.0[0].quantity = Quantity::new(3);
                },
            );
        },
    },
    Plant {
        says: "refund 00000000000S2 is of 10001, its lines add up to 10000",
        trips: &["I7", "I18"],
        spoil: |rows| {
            edit(
                &mut rows.order,
                &(PARTLY, SECOND_PART),
                |refund: &mut Refund| {
                    refund.amount = Money::new(9_999);
                },
            );
            edit(
                &mut rows.order,
                &(PARTLY, FIRST_PART),
                |refund: &mut Refund| {
                    refund.amount = Money::new(10_001);
                },
            );
        },
    },
    Plant {
        says: "it is CANCELLED, and its payment was heard of before",
        trips: &["I17"],
        spoil: |rows| {
            let key = |kind| (REGRETTED, REGRETTED.into(), AuditKind::Fact(kind));
            let paid = key(Kind::PaymentCompleted);
            let cancelled = key(Kind::OrderCancelled);
            let no = rows.order.table_mut::<OrderEvent>()[&paid].no;
            let mut before = no;
            edit(&mut rows.order, &cancelled, |row: &mut OrderEvent| {
                std::mem::swap(&mut row.no, &mut before);
            });
            edit(&mut rows.order, &paid, |row: &mut OrderEvent| {
                row.no = before
            });
            reseal(&mut rows.order);
        },
    },
    Plant {
        says: "I17 order 00000000000FP: it is PENDING past",
        trips: &["I2", "I3", "I9", "I13", "I17", "I18"],
        spoil: |rows| {
            edit(&mut rows.order, &AT_ONCE, |order: &mut OrderRow| {
                order.failure.as_mut().unwrap().0.code = EXPIRED;
                order.expires_at = order.expires_at.plus(Duration::from_secs(31 * 60));
            });
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.status = Status::Pending;
            });
        },
    },
];
