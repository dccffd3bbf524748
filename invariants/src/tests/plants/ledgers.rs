//! Stock and points.

use contracts::ids::{ProductId, SagaId, UserId};
use contracts::money::Money;
use db::{Maps, Row};
use payment::store::{Direction, Point, PointHistory};
use product::store::{Direction as Moved, Ledger, Stock};

use super::{Plant, edit, edit_each};
use crate::tests::world::*;

pub const PLANTS: &[Plant] = &[
    Plant {
        says: "its stock has 10, its ledger adds up to 9",
        trips: &["I3"],
        spoil: |rows| {
            edit(&mut rows.product, &CUP, |stock: &mut Stock| {
                stock.quantity += 1
            })
        },
    },
    Plant {
        says: "00000000000FN of -1 (version 2) leaves 8, the rows up to it add up to 9",
        trips: &["I3"],
        spoil: |rows| {
            let key = (WITH_COUPON.into(), CUP, Moved::Deduct);
            edit(&mut rows.product, &key, |row: &mut Ledger| {
                row.quantity_after -= 1
            });
        },
    },
    Plant {
        says: "its stock has 5, its ledger has no row",
        trips: &["I3"],
        spoil: |rows| {
            let product_id = ProductId::new(299);
            put(
                &mut rows.product,
                Stock {
                    product_id,
                    quantity: 5,
                    version: 1,
                },
            );
        },
    },
    Plant {
        says: "orders leave 13: order 00000000000FN is COMPLETED, holds 2, took 3",
        trips: &["I3"],
        spoil: |rows| {
            let key = (WITH_COUPON.into(), TEA, Moved::Deduct);
            edit(&mut rows.product, &key, |row: &mut Ledger| row.delta -= 1);
            shift(&mut rows.product, TEA, 3, -1);
        },
    },
    Plant {
        says: "StockDeducted 00000000000FX of -100 (version 5) brings the sum to -91",
        trips: &["I4"],
        spoil: |rows| {
            let saga = SagaId::from(OVERDUE);
            edit(
                &mut rows.product,
                &(saga, CUP, Moved::Deduct),
                |row: &mut Ledger| {
                    row.delta = -100;
                    row.quantity_after = -91;
                },
            );
            edit(
                &mut rows.product,
                &(saga, CUP, Moved::Restore),
                |row: &mut Ledger| {
                    row.delta = 100;
                },
            );
        },
    },
    Plant {
        says: "StockRestored 00000000000FX of +2 (version 7) follows version 5",
        trips: &["I4"],
        spoil: |rows| {
            let key = (OVERDUE.into(), CUP, Moved::Restore);
            edit(&mut rows.product, &key, |row: &mut Ledger| {
                row.stock_version += 1
            });
            edit(&mut rows.product, &CUP, |stock: &mut Stock| {
                stock.version += 1
            });
        },
    },
    Plant {
        says: "its stock is at version 7, its ledger at 6",
        trips: &["I4"],
        spoil: |rows| {
            edit(&mut rows.product, &CUP, |stock: &mut Stock| {
                stock.version += 1
            })
        },
    },
    Plant {
        says: "the balance is 78001, the ledger adds up to 78000",
        trips: &["I5"],
        spoil: |rows| {
            edit(&mut rows.payment, &RICH, |point: &mut Point| {
                point.balance = Money::new(point.balance.won() + 1);
            });
        },
    },
    Plant {
        says: "USE 00000000000FN of 22000 won (version 3) brings the sum to -1999",
        trips: &["I5"],
        spoil: |rows| {
            let key = (SagaId::new(701), Direction::Charge);
            edit(&mut rows.payment, &key, |row: &mut PointHistory| {
                row.amount = Money::new(1)
            });
            shift_points(&mut rows.payment, 1, -99_999);
        },
    },
    Plant {
        says: "CHARGE 00000000000NX of 100000 won (version 1) leaves 1,",
        trips: &["I5"],
        spoil: |rows| {
            let key = (SagaId::new(701), Direction::Charge);
            edit(&mut rows.payment, &key, |row: &mut PointHistory| {
                row.balance_after = Money::new(1);
            });
        },
    },
    Plant {
        says: "the balance is 5, the ledger has no row",
        trips: &["I5"],
        spoil: |rows| {
            let at = contracts::time::Timestamp::from_micros(0);
            put(
                &mut rows.payment,
                Point {
                    user_id: UserId::new(199),
                    balance: Money::new(5),
                    version: 1,
                    updated_at: at,
                    newest_saga_id: None,
                    newest_direction: None,
                },
            );
        },
    },
    Plant {
        says: "the balance is at version 14, the ledger at 13",
        trips: &["I5"],
        spoil: |rows| {
            edit(&mut rows.payment, &RICH, |point: &mut Point| {
                point.version += 1
            })
        },
    },
    Plant {
        says: "names USE 00000000000FN as its newest, the ledger ends with REFUND 00000000000FX",
        trips: &["I5"],
        spoil: |rows| {
            edit(&mut rows.payment, &RICH, |point: &mut Point| {
                point.newest_saga_id = Some(WITH_COUPON.into());
                point.newest_direction = Some(Direction::Use);
            })
        },
    },
    Plant {
        says: "the balance names no row as its newest, the ledger ends with CHARGE 00000000000NZ",
        trips: &["I5"],
        spoil: |rows| {
            edit(&mut rows.payment, &POOR, |point: &mut Point| {
                (point.newest_saga_id, point.newest_direction) = (None, None);
            })
        },
    },
    Plant {
        says: "of 7000 won (version 13) names USE 00000000000FN before it, and follows USE",
        trips: &["I5"],
        spoil: |rows| {
            let key = (OVERDUE.into(), Direction::Refund);
            edit(&mut rows.payment, &key, |row: &mut PointHistory| {
                row.previous_saga_id = Some(WITH_COUPON.into());
            });
        },
    },
    Plant {
        says: "(version 1) names CHARGE 00000000000NX before it, and follows no row",
        trips: &["I5"],
        spoil: |rows| {
            let key = (SagaId::new(703), Direction::Charge);
            edit(&mut rows.payment, &key, |row: &mut PointHistory| {
                row.previous_saga_id = Some(SagaId::new(701));
                row.previous_direction = Some(Direction::Charge);
            });
        },
    },
    Plant {
        says: "I5 order 00000000000FN: USE 00000000000Z7 of 1000 won (version 2) is another saga's",
        trips: &["I5", "I9", "I10"],
        spoil: |rows| {
            let row = use_of(rows, SagaId::from(WITH_COUPON));
            let (amount, balance_after) = (Money::new(1_000), Money::ZERO);
            let second = PointHistory {
                saga_id: SagaId::new(999),
                user_id: POOR,
                amount,
                balance_after,
                point_version: 2,
                ..row
            };
            post(&mut rows.payment, second);
        },
    },
    Plant {
        says: "REFUND 00000000000FX of 6999 won (version 13) gives back USE",
        trips: &["I5"],
        spoil: |rows| {
            let key = (OVERDUE.into(), Direction::Refund);
            edit(&mut rows.payment, &key, |row: &mut PointHistory| {
                row.amount = Money::new(6_999);
            });
            shift_points(&mut rows.payment, 8, -1);
        },
    },
    Plant {
        says: "refunds of 22001 exceed USE",
        trips: &["I5", "I9"],
        spoil: |rows| {
            let row = use_of(rows, SagaId::from(WITH_COUPON));
            let refund = PointHistory {
                saga_id: SagaId::new(999),
                direction: Direction::Refund,
                amount: Money::new(22_001),
                balance_after: Money::new(110_001),
                point_version: 9,
                ..row
            };
            post(&mut rows.payment, refund);
        },
    },
    Plant {
        says: "REFUND 00000000000FT of 5 won (version 2) gives back what was never taken",
        trips: &["I5", "I9"],
        spoil: |rows| {
            let row = use_of(rows, SagaId::from(PLAIN));
            let back = PointHistory {
                user_id: POOR,
                saga_id: UNPAID.into(),
                direction: Direction::Refund,
                order_id: Some(UNPAID),
                amount: Money::new(5),
                balance_after: Money::new(1_005),
                point_version: 2,
                ..row
            };
            post(&mut rows.payment, back);
        },
    },
    Plant {
        says: "it is COMPLETED, and REFUND 00000000000FN of 22000 won (version 9) undid it",
        trips: &["I5", "I7", "I9"],
        spoil: |rows| {
            let row = use_of(rows, SagaId::from(WITH_COUPON));
            let back = PointHistory {
                direction: Direction::Refund,
                balance_after: Money::new(110_000),
                point_version: 9,
                ..row
            };
            post(&mut rows.payment, back);
        },
    },
    Plant {
        says: "costs nothing, and USE 00000000000FQ of 1 won (version 9) stands",
        trips: &["I5", "I8", "I18"],
        spoil: |rows| {
            let row = use_of(rows, SagaId::from(PLAIN));
            let used = PointHistory {
                saga_id: FREE.into(),
                order_id: Some(FREE),
                amount: Money::new(1),
                balance_after: Money::new(87_999),
                point_version: 9,
                ..row
            };
            post(&mut rows.payment, used);
        },
    },
    Plant {
        says: "it costs 10000, and 9999 were taken",
        trips: &["I18"],
        spoil: |rows| {
            let key = (PLAIN.into(), Direction::Use);
            edit(&mut rows.payment, &key, |row: &mut PointHistory| {
                row.amount = Money::new(9_999);
            });
            shift_points(&mut rows.payment, 4, 1);
        },
    },
    Plant {
        says: "-1 of product 0000000000069 was not restored with it",
        trips: &["I3", "I7", "I9"],
        spoil: |rows| {
            let key = (OVERDUE.into(), CUP, Moved::Restore);
            let row = rows.product.table_mut::<Ledger>()[&key].clone();
            let back = Ledger {
                saga_id: PLAIN.into(),
                quantity_after: row.quantity_after + row.delta,
                stock_version: row.stock_version + 1,
                ..row
            };
            put(&mut rows.product, back);
            edit(&mut rows.product, &CUP, |stock: &mut Stock| {
                (stock.quantity, stock.version) = (stock.quantity + 2, stock.version + 1);
            });
        },
    },
    Plant {
        says: "product 000000000006B gave it stock, and there is no such order",
        trips: &["I3", "I9", "I10"],
        spoil: |rows| {
            let key = (FREE.into(), LEAFLET, Moved::Deduct);
            let row = rows.product.table_mut::<Ledger>()[&key].clone();
            let ghost = Ledger {
                saga_id: SagaId::new(999),
                quantity_after: row.quantity_after - 1,
                stock_version: row.stock_version + 1,
                ..row
            };
            put(&mut rows.product, ghost);
            edit(&mut rows.product, &LEAFLET, |stock: &mut Stock| {
                (stock.quantity, stock.version) = (stock.quantity - 1, stock.version + 1);
            });
        },
    },
];

/// Moves what a stock's ledger rows left from a version on, and the stock.
fn shift(maps: &mut Maps, product_id: ProductId, from: i64, by: i64) {
    let later = |row: &Ledger| row.product_id == product_id && row.stock_version >= from;
    edit_each(maps, later, |row: &mut Ledger| row.quantity_after += by);
    edit(maps, &product_id, |stock: &mut Stock| stock.quantity += by);
}

/// The same for RICH's points.
fn shift_points(maps: &mut Maps, from: i64, by: i64) {
    let later = |row: &PointHistory| row.user_id == RICH && row.point_version >= from;
    let add = |money: &mut Money| *money = Money::new(money.won() + by);
    edit_each(maps, later, |row: &mut PointHistory| {
        add(&mut row.balance_after)
    });
    edit(maps, &RICH, |point: &mut Point| add(&mut point.balance));
}

fn use_of(rows: &mut Rows, saga: SagaId) -> PointHistory {
    rows.payment.table_mut::<PointHistory>()[&(saga, Direction::Use)].clone()
}

/// Adds a ledger row behind the user's newest and brings the balance there.
fn post(maps: &mut Maps, mut row: PointHistory) {
    let user_id = row.user_id;
    edit(maps, &user_id, |point: &mut Point| {
        point.balance = row.balance_after;
        point.version = row.point_version;
        (row.previous_saga_id, row.previous_direction) = point.newest().unzip();
        (point.newest_saga_id, point.newest_direction) = Some(row.key()).unzip();
    });
    put(maps, row);
}
