//! Steps and their undos, what is remembered of them, and what was said.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::SagaId;
use contracts::saga::{Step, Steps};
use db::{Consumed, Fence, Outbox, OutboxId, Standing, Writer};
use order::store::{OrderRow, StepMask};
use product::store::{Direction as Moved, Ledger, Stock};

use super::{Plant, audit, edit, edit_each, estrange, fence, fence_key, remove, say, unaudit};
use crate::tests::world::*;

pub const PLANTS: &[Plant] = &[
    Plant {
        says: "it is CANCELLED, owed still {}, and not marked compensated",
        trips: &["I7"],
        spoil: |rows| {
            edit(&mut rows.order, &REGRETTED, |order: &mut OrderRow| {
                order.compensated_at = None
            });
        },
    },
    Plant {
        says: "it notes {} acknowledged, its audit {DeductStock, ApplyCoupon, PayPoints}",
        trips: &["I7"],
        spoil: |rows| {
            edit(&mut rows.order, &REGRETTED, |order: &mut OrderRow| {
                order.acknowledged = StepMask(Steps::NONE);
            });
        },
    },
    Plant {
        says: "it is CANCELLED (Some(InsufficientPoint)) and owed {}, not {DeductStock}",
        trips: &["I7"],
        spoil: |rows| {
            edit(&mut rows.order, &UNPAID, |order: &mut OrderRow| {
                order.owed = StepMask(Steps::NONE);
            });
        },
    },
    Plant {
        says: "it is COMPLETED (None) and owed {PayPoints}, not {}",
        trips: &["I7"],
        spoil: |rows| {
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.owed = StepMask(Steps::of(&[Step::PayPoints]));
            });
        },
    },
    Plant {
        says: "I7 order 00000000000FX: of product 000000000006A -2 and +1",
        trips: &["I3", "I7"],
        spoil: |rows| {
            let key = (OVERDUE.into(), CUP, Moved::Restore);
            edit(&mut rows.product, &key, |row: &mut Ledger| {
                (row.delta, row.quantity_after) = (1, row.quantity_after - 1);
            });
            edit(&mut rows.product, &CUP, |stock: &mut Stock| {
                stock.quantity -= 1
            });
        },
    },
    Plant {
        says: "it is COMPLETED, and \"apply coupon\" is undone",
        trips: &["I7", "I9"],
        spoil: |rows| {
            fence(
                &mut rows.promotion,
                PLAIN,
                Step::ApplyCoupon,
                Standing::Undone,
            )
        },
    },
    // Undone and said to be: only that the order is COMPLETED is wrong with it.
    Plant {
        says: "it is COMPLETED, and \"apply coupon\" is undone",
        trips: &["I7"],
        spoil: |rows| {
            fence(
                &mut rows.promotion,
                PLAIN,
                Step::ApplyCoupon,
                Standing::Undone,
            );
            say(&mut rows.promotion, Kind::CouponRestored, PLAIN.into(), 0);
            audit(&mut rows.order, PLAIN, PLAIN.into(), Kind::CouponRestored);
            edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
                order.acknowledged = StepMask(Steps::of(&[Step::ApplyCoupon]));
            });
        },
    },
    Plant {
        says: "it is CANCELLED, and nobody acknowledged {PayPoints}",
        trips: &["I7", "I8", "I12"],
        spoil: |rows| {
            unaudit(&mut rows.order, REGRETTED, Kind::PaymentRefunded);
            edit(&mut rows.order, &REGRETTED, |order: &mut OrderRow| {
                order.acknowledged = StepMask(order.acknowledged.0.without(Step::PayPoints));
                order.compensated_at = None;
            });
        },
    },
    Plant {
        says: "it is CANCELLED, and \"deduct stock\" stands",
        trips: &["I3", "I7", "I9"],
        spoil: |rows| {
            let key = (OVERDUE.into(), CUP, Moved::Restore);
            remove::<Ledger>(&mut rows.product, &key);
            edit(&mut rows.product, &CUP, |stock: &mut Stock| {
                (stock.quantity, stock.version) = (stock.quantity - 2, stock.version - 1);
            });
        },
    },
    Plant {
        says: "\"deduct stock\" has a ledger row, and a fence says Applied",
        trips: &["I8"],
        spoil: |rows| {
            fence(
                &mut rows.product,
                PLAIN,
                Step::DeductStock,
                Standing::Applied,
            )
        },
    },
    Plant {
        says: "\"pay points\" has a ledger row, and a fence says Applied",
        trips: &["I8"],
        spoil: |rows| fence(&mut rows.payment, PLAIN, Step::PayPoints, Standing::Applied),
    },
    Plant {
        says: "\"apply coupon\" has its coupon, and a fence says Applied",
        trips: &["I8"],
        spoil: |rows| {
            fence(
                &mut rows.promotion,
                WITH_COUPON,
                Step::ApplyCoupon,
                Standing::Applied,
            );
        },
    },
    Plant {
        says: "it is at 9999 of jangteo.product.events.v1, whose next event is",
        trips: &["I8"],
        spoil: |rows| {
            let product = |place: &Consumed| place.topic == ServiceName::Product.topic();
            edit_each(&mut rows.promotion, product, |place: &mut Consumed| {
                place.next = 9_999
            });
        },
    },
    Plant {
        says: "consumer order_view: it is at 9999",
        trips: &["I8"],
        spoil: |rows| {
            edit_each(
                &mut rows.order_view,
                |_| true,
                |place: &mut Consumed| place.next = 9_999,
            );
        },
    },
    Plant {
        says: "it reads jangteo.gone.events.v1, which nobody publishes",
        trips: &["I8"],
        spoil: |rows| {
            let mut places = rows.order.table_mut::<Consumed>().values();
            let place = places.next().unwrap().clone();
            let topic = "jangteo.gone.events.v1".to_owned();
            put(&mut rows.order, Consumed { topic, ..place });
        },
    },
    Plant {
        says: "product is past OrderCreated (7), and has no trace of it",
        trips: &["I8", "I9"],
        spoil: |rows| {
            let key = fence_key(SHORT_OF_STOCK, Step::DeductStock);
            remove::<Fence>(&mut rows.product, &key);
        },
    },
    Plant {
        says: "event 3 follows event 1",
        trips: &["I9"],
        spoil: |rows| {
            remove::<Outbox>(&mut rows.payment, &OutboxId::new(1, 2));
        },
    },
    Plant {
        says: "I9 writer 1 of user: event 4 is the last, next is 9",
        trips: &["I9"],
        spoil: |rows| {
            edit(&mut rows.user, &1, |writer: &mut Writer| {
                writer.next_seq = 9
            })
        },
    },
    Plant {
        says: "9 is sent, the next number is 5",
        trips: &["I9"],
        spoil: |rows| {
            edit(&mut rows.user, &1, |writer: &mut Writer| {
                writer.sent_seq = 9
            })
        },
    },
    Plant {
        says: "event 1 is of writer 7, not known",
        trips: &["I9"],
        spoil: |rows| {
            let row = rows.user.table_mut::<Outbox>()[&OutboxId::new(1, 1)].clone();
            put(
                &mut rows.user,
                Outbox {
                    id: OutboxId::new(7, 1),
                    kind: "Noise".to_owned(),
                    ..row
                },
            );
        },
    },
    Plant {
        says: "its kind or version is not known",
        trips: &["I9"],
        spoil: |rows| {
            edit(&mut rows.user, &OutboxId::new(1, 1), |row: &mut Outbox| {
                row.version = 2
            })
        },
    },
    Plant {
        says: "OrderCreated is order's to say",
        trips: &["I9"],
        spoil: |rows| say(&mut rows.user, Kind::OrderCreated, PLAIN.into(), 9),
    },
    Plant {
        says: "CouponIssued with a saga",
        trips: &["I9"],
        spoil: |rows| {
            let issued = |row: &Outbox| row.kind == Kind::CouponIssued.name();
            edit_each(&mut rows.promotion, issued, |row: &mut Outbox| {
                row.saga_id = Some(SagaId::new(row.key));
            });
        },
    },
    Plant {
        says: "payment said 00000000000FP:pay-points:do as events",
        trips: &["I9"],
        spoil: |rows| say(&mut rows.payment, Kind::PaymentCompleted, PLAIN.into(), 9),
    },
    Plant {
        says: "I9 user 0000000000035: no UserRegistered tells of it",
        trips: &["I9"],
        spoil: |rows| estrange(&mut rows.user, Kind::UserRegistered, RICH.get()),
    },
    Plant {
        says: "it is closed, and no UserDeactivated tells of it",
        trips: &["I9"],
        spoil: |rows| estrange(&mut rows.user, Kind::UserDeactivated, GONE.get()),
    },
    Plant {
        says: "no event tells of ledger row 00000000000JS (version 2)",
        trips: &["I9"],
        spoil: |rows| {
            let adjusted = |row: &Outbox| row.key == TEA.get() && row.sequence == 3;
            edit_each(&mut rows.product, adjusted, |row: &mut Outbox| {
                row.sequence = 99
            });
        },
    },
    Plant {
        says: "no OrderCreated tells of it",
        trips: &["I9"],
        spoil: |rows| estrange(&mut rows.order, Kind::OrderCreated, AT_ONCE.get()),
    },
    Plant {
        says: "OrderCreated was said (15), and there is no such order",
        trips: &["I9"],
        spoil: |rows| estrange(&mut rows.order, Kind::OrderCreated, AT_ONCE.get()),
    },
    Plant {
        says: "it is COMPLETED, and no OrderConfirmed tells of it",
        trips: &["I9"],
        spoil: |rows| estrange(&mut rows.order, Kind::OrderConfirmed, PLAIN.get()),
    },
    Plant {
        says: "OrderConfirmed was said, and it is CANCELLED",
        trips: &["I9"],
        spoil: |rows| say(&mut rows.order, Kind::OrderConfirmed, REGRETTED.into(), 2),
    },
    Plant {
        says: "no PointCharged tells of ledger row 00000000000NX",
        trips: &["I9"],
        spoil: |rows| estrange(&mut rows.payment, Kind::PointCharged, RICH.get()),
    },
    Plant {
        says: "I9 user's coupon 00000000000CH: no CouponIssued tells of it",
        trips: &["I9"],
        spoil: |rows| estrange(&mut rows.promotion, Kind::CouponIssued, HELD.get()),
    },
    Plant {
        says: "\"apply coupon\" is Refused, and no CouponRejected tells of it",
        trips: &["I9", "I10", "I12"],
        spoil: |rows| {
            estrange(&mut rows.promotion, Kind::CouponRejected, COUPON_USED.get());
            say(
                &mut rows.promotion,
                Kind::CouponRestored,
                COUPON_USED.into(),
                0,
            );
        },
    },
];
