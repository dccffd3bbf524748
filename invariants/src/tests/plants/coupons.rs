//! Coupons, issued and used.

use contracts::ids::{CouponId, OrderId, UserCouponId};
use contracts::saga::Step;
use db::{Fence, Maps};
use promotion::store::{Coupon, CouponIssue, State, UserCoupon};

use super::{Plant, edit, fence_key, remove};
use crate::tests::world::*;

pub const PLANTS: &[Plant] = &[
    Plant {
        says: "it counts 2 issued, and has 1 rows",
        trips: &["I6"],
        spoil: |rows| {
            edit(&mut rows.promotion, &WELCOME, |coupon: &mut Coupon| {
                coupon.issued += 1
            })
        },
    },
    Plant {
        says: "1 issued of 0",
        trips: &["I6"],
        spoil: |rows| {
            edit(&mut rows.promotion, &WELCOME, |coupon: &mut Coupon| {
                coupon.total_quantity = 0
            });
        },
    },
    Plant {
        says: "issue row 1 in order has number 2",
        trips: &["I6"],
        spoil: |rows| {
            edit(
                &mut rows.promotion,
                &(WELCOME, RICH),
                |issue: &mut CouponIssue| {
                    issue.sequence_no = 2;
                },
            );
        },
    },
    Plant {
        says: "issued to user 0000000000035, and there is no such coupon",
        trips: &["I6"],
        spoil: |rows| stray(&mut rows.promotion, CouponId::new(399)),
    },
    Plant {
        says: "I6 coupon 0000000000001: issued",
        trips: &["I6"],
        spoil: |rows| stray(&mut rows.promotion, CouponId::new(1)),
    },
    Plant {
        says: "number 1: user 0000000000035 does not hold it",
        trips: &["I6", "I11"],
        spoil: |rows| {
            remove::<UserCoupon>(&mut rows.promotion, &(RICH, FREED));
        },
    },
    Plant {
        says: "which did not issue it",
        trips: &["I6"],
        spoil: |rows| {
            let row = rows.promotion.table_mut::<UserCoupon>()[&(RICH, FREED)].clone();
            let user_coupon_id = UserCouponId::new(499);
            put(
                &mut rows.promotion,
                UserCoupon {
                    user_coupon_id,
                    ..row
                },
            );
        },
    },
    Plant {
        says: "I6 order 00000000000FN: user's coupons 00000000000CH and 00000000000CJ both name it",
        trips: &["I6"],
        spoil: |rows| hold(&mut rows.promotion, FREED, Some(WITH_COUPON)),
    },
    Plant {
        says: "it is AVAILABLE, and its use says otherwise",
        trips: &["I6"],
        spoil: |rows| {
            edit(
                &mut rows.promotion,
                &(RICH, FREED),
                |held: &mut UserCoupon| {
                    held.used_at = Some(held.issued_at);
                },
            );
        },
    },
    Plant {
        says: "USED by order 00000000000FN at no time",
        trips: &["I6"],
        spoil: |rows| {
            edit(
                &mut rows.promotion,
                &(RICH, HELD),
                |held: &mut UserCoupon| held.used_at = None,
            );
        },
    },
    Plant {
        says: "USED by order 00000000000FT, which is user 0000000000036's",
        trips: &["I6", "I8"],
        spoil: |rows| hold(&mut rows.promotion, FREED, Some(UNPAID)),
    },
    Plant {
        says: "after its last instant",
        trips: &["I6"],
        spoil: |rows| {
            edit(
                &mut rows.promotion,
                &(RICH, HELD),
                |held: &mut UserCoupon| {
                    held.valid_to = contracts::time::Timestamp::from_micros(0);
                },
            );
        },
    },
    Plant {
        says: "order 00000000000FX gave it back past its last day, and it is AVAILABLE",
        trips: &["I6"],
        spoil: |rows| {
            edit(
                &mut rows.promotion,
                &(RICH, LATE),
                |held: &mut UserCoupon| {
                    held.state = State::Available;
                },
            );
        },
    },
    Plant {
        says: "order 00000000000FN is COMPLETED with it, and it is AVAILABLE",
        trips: &["I6", "I7", "I8", "I9"],
        spoil: |rows| hold(&mut rows.promotion, HELD, None),
    },
    Plant {
        says: "USED by order 00000000000FV, which is CANCELLED",
        trips: &["I6", "I7", "I9"],
        spoil: |rows| {
            hold(&mut rows.promotion, FREED, Some(REGRETTED));
            let key = fence_key(REGRETTED, Step::ApplyCoupon);
            remove::<Fence>(&mut rows.promotion, &key);
        },
    },
    Plant {
        says: "user's coupon 00000000000CJ names it, and there is no such order",
        trips: &["I6", "I9", "I10"],
        spoil: |rows| hold(&mut rows.promotion, FREED, Some(OrderId::new(999))),
    },
];

fn stray(maps: &mut Maps, coupon_id: CouponId) {
    let row = maps.table_mut::<CouponIssue>()[&(WELCOME, RICH)].clone();
    put(maps, CouponIssue { coupon_id, ..row });
}

fn hold(maps: &mut Maps, id: UserCouponId, order_id: Option<OrderId>) {
    edit(maps, &(RICH, id), |held: &mut UserCoupon| {
        held.order_id = order_id;
        held.used_at = order_id.map(|_| held.issued_at);
        held.state = match order_id {
            Some(_) => State::Used,
            None => State::Available,
        };
    });
}
