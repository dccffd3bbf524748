//! Orders, their audit, their prices, their keys, and the views of them.

use contracts::events::Kind;
use contracts::ids::{OrderId, SagaId};
use contracts::money::{Money, Quantity};
use db::{Consumed, Idempotency};
use order::store::{AuditKind, ClosedUser, OrderEvent, OrderItem, OrderRow, Status};
use order::view::{FIRST_GENERATION, OrderSummary};
use payment::store as points;
use product::store::{Rank, RankDay};

use super::{Plant, answered, audit, edit, edit_each, remove, reseal, unaudit};
use crate::tests::world::*;

pub const PLANTS: &[Plant] = &[
    Plant {
        says: "I1 order 00000000000Z7: key \"somebody 999\" was answered with it",
        trips: &["I1"],
        spoil: |rows| answered(&mut rows.order, 999, 202),
    },
    Plant {
        says: "asked for under",
        trips: &["I1"],
        spoil: |rows| answered(&mut rows.order, PLAIN.get(), 202),
    },
    Plant {
        says: "and nothing is there",
        trips: &["I1", "I3", "I6", "I9", "I10", "I12", "I13", "I18"],
        spoil: |rows| {
            remove::<OrderRow>(&mut rows.order, &WITH_COUPON);
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.lines.0.clear()
            });
        },
    },
    Plant {
        says: "its audit has ORDER_CONFIRMED and ORDER_CANCELLED",
        trips: &["I2"],
        spoil: |rows| {
            audit(
                &mut rows.order,
                REGRETTED,
                REGRETTED.into(),
                Kind::OrderConfirmed,
            )
        },
    },
    Plant {
        says: "it is COMPLETED, and its audit has no ORDER_CONFIRMED",
        trips: &["I2"],
        spoil: |rows| unaudit(&mut rows.order, PLAIN, Kind::OrderConfirmed),
    },
    Plant {
        says: "it is COMPLETED and has no time of its end",
        trips: &["I2", "I13"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.ended_at = None
            })
        },
    },
    Plant {
        says: "it is COMPLETED in version 1",
        trips: &["I2", "I13"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.version = 1
            })
        },
    },
    Plant {
        says: "it is CANCELLED and has no failure code",
        trips: &["I2", "I7", "I13"],
        spoil: |rows| {
            edit(&mut rows.order, &REGRETTED, |order: &mut OrderRow| {
                order.failure = None
            })
        },
    },
    Plant {
        says: "I11 order 00000000000FN: key \"",
        trips: &["I11"],
        spoil: |rows| {
            let scope = format!("{RICH} /api/v1/orders {WITH_COUPON}");
            let key = remove::<Idempotency>(&mut rows.order, &scope);
            let scope = format!("{POOR} /api/v1/orders {WITH_COUPON}");
            put(&mut rows.order, Idempotency { scope, ..key });
        },
    },
    Plant {
        says: "it has no ledger row",
        trips: &["I11"],
        spoil: |rows| answered(&mut rows.payment, 999, 201),
    },
    Plant {
        says: "I11 charge 00000000000NX: two keys were answered with it",
        trips: &["I11"],
        spoil: |rows| answered(&mut rows.payment, 701, 201),
    },
    Plant {
        says: "there is no such coupon, nor a user's",
        trips: &["I11"],
        spoil: |rows| answered(&mut rows.promotion, 999, 201),
    },
    Plant {
        says: "I11 adjustment 00000000000Z7",
        trips: &["I11"],
        spoil: |rows| answered(&mut rows.product, 999, 201),
    },
    Plant {
        says: "ORDER_CONFIRMED is its audit row 6, not 5",
        trips: &["I12"],
        spoil: |rows| {
            let key = (PLAIN, PLAIN.into(), AuditKind::Fact(Kind::OrderConfirmed));
            edit(&mut rows.order, &key, |row: &mut OrderEvent| row.no += 1);
            reseal(&mut rows.order);
        },
    },
    Plant {
        says: "its audit has no OrderCreated",
        trips: &["I12"],
        spoil: |rows| unaudit(&mut rows.order, PLAIN, Kind::OrderCreated),
    },
    Plant {
        says: "I12 order 00000000000FN: CouponApplied was said",
        trips: &["I8", "I12"],
        spoil: |rows| unaudit(&mut rows.order, WITH_COUPON, Kind::CouponApplied),
    },
    // The same before Order's position has passed it: then only rest shows it.
    Plant {
        says: "CouponApplied was said",
        trips: &["I12"],
        spoil: |rows| {
            unaudit(&mut rows.order, WITH_COUPON, Kind::CouponApplied);
            edit_each(
                &mut rows.order,
                |_| true,
                |place: &mut Consumed| place.next = 1,
            );
        },
    },
    Plant {
        says: "the view does not show it",
        trips: &["I13"],
        spoil: |rows| {
            remove::<OrderSummary>(&mut rows.order_view, &(FIRST_GENERATION, RICH, PLAIN));
        },
    },
    Plant {
        says: "the view shows PENDING (version 2), it is COMPLETED (2)",
        trips: &["I13"],
        spoil: |rows| {
            edit(
                &mut rows.order_view,
                &(FIRST_GENERATION, RICH, PLAIN),
                |row: &mut OrderSummary| {
                    row.status = Status::Pending;
                },
            );
        },
    },
    Plant {
        says: "the view shows 10000 less 0, 1 to be paid; it is 10000 less 0, 10000",
        trips: &["I13"],
        spoil: |rows| {
            edit(
                &mut rows.order_view,
                &(FIRST_GENERATION, RICH, PLAIN),
                |row: &mut OrderSummary| {
                    row.paid_price = Some(Money::new(1));
                },
            );
        },
    },
    Plant {
        says: "the view shows another failure, line count or first item",
        trips: &["I13"],
        spoil: |rows| {
            edit(
                &mut rows.order_view,
                &(FIRST_GENERATION, RICH, PLAIN),
                |row: &mut OrderSummary| {
                    row.first_item_name = None;
                },
            );
        },
    },
    Plant {
        says: "it is closed, and order does not know",
        trips: &["I13"],
        spoil: |rows| {
            remove::<ClosedUser>(&mut rows.order, &GONE);
        },
    },
    Plant {
        says: "payment holds it for closed",
        trips: &["I13"],
        spoil: |rows| {
            let at = contracts::time::Timestamp::from_micros(0);
            let user_id = RICH;
            put(&mut rows.payment, points::ClosedUser { user_id, at });
        },
    },
    Plant {
        says: "of the ranking has 5, 4 were sold",
        trips: &["I13"],
        spoil: |rows| {
            let tea = |rank: &Rank| rank.product_id == TEA;
            edit_each(&mut rows.product, tea, |rank: &mut Rank| rank.quantity += 1);
        },
    },
    Plant {
        says: "day 20000 of the ranking has 1, 0 were sold",
        trips: &["I13"],
        spoil: |rows| {
            let rank = RankDay {
                day: 20_000,
                product_id: TEA,
                quantity: 1,
            };
            put(&mut rows.product, rank);
        },
    },
    Plant {
        says: "of the ranking has 0, 4 were sold",
        trips: &["I13"],
        spoil: |rows| rows.product.table_mut::<Rank>().clear(),
    },
    Plant {
        says: "I10 order 00000000000Z7: the view shows it COMPLETED",
        trips: &["I10"],
        spoil: |rows| {
            let row = rows.order_view.table_mut::<OrderSummary>()[&(FIRST_GENERATION, RICH, PLAIN)]
                .clone();
            let order_id = OrderId::new(999);
            put(&mut rows.order_view, OrderSummary { order_id, ..row });
        },
    },
    Plant {
        says: "its discount is 0, its lines' add up to 1",
        trips: &["I18"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.lines.0[0].discount = Some(Money::new(1));
            });
        },
    },
    Plant {
        says: "its total is 10000, its lines cost 9999",
        trips: &["I18"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.lines.0[0].unit_price = Some(Money::new(9_999));
            });
        },
    },
    Plant {
        says: "line 1 was ordered at 9000, sold at 10000",
        trips: &["I18"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.lines.0[0].expected_unit_price = Some(Money::new(9_000));
            });
        },
    },
    Plant {
        says: "line 1 asks for 0 pieces",
        trips: &["I18"],
        spoil: |rows| {
            edit(&mut rows.order, &UNPAID, |order: &mut OrderRow| {
                order.lines.0[0].quantity = Quantity::new(0);
            });
        },
    },
    Plant {
        says: "it costs 10000 less 0, and 9000 is to be paid",
        trips: &["I13", "I18"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.paid_price = Some(Money::new(9_000));
            });
        },
    },
    Plant {
        says: "it is COMPLETED: total 10000, discount none, paid none",
        trips: &["I13", "I18"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                (order.discount, order.paid_price) = (None, None);
            });
        },
    },
    Plant {
        says: "item 1 is 1 of 0000000000069 at 1, line 1 is 1 of 0000000000069 at 10000",
        trips: &["I18"],
        spoil: |rows| {
            edit(&mut rows.order, &(PLAIN, 1), |item: &mut OrderItem| {
                item.unit_price = Money::new(1);
            });
        },
    },
    Plant {
        says: "it is COMPLETED, 2 items are due, 1 stand",
        trips: &["I18"],
        spoil: |rows| {
            remove::<OrderItem>(&mut rows.order, &(WITH_COUPON, 2));
        },
    },
    Plant {
        says: "its audit heard CouponRejected, which promotion never said",
        trips: &["I10"],
        spoil: |rows| {
            audit(
                &mut rows.order,
                PLAIN,
                SagaId::from(PLAIN),
                Kind::CouponRejected,
            )
        },
    },
];
