use contracts::events::product::StockDeducted;
use db::{Db, Failed, Rows as _, Sqlite, Standing};
use futures::FutureExt;

use super::*;
use crate::{MIGRATIONS, Promotion};

const NOW: Timestamp = Timestamp::from_micros(1_795_305_600_000_000);

fn coupon(id: i64, discount: Discount, validity: Validity) -> Coupon {
    let terms = CouponTerms {
        name: "환영 쿠폰".into(),
        discount,
        min_order_amount: Money::new(10_000),
        scope: ScopeView {
            product_ids: vec![contracts::ids::ProductId::new(7)],
            categories: vec!["식품 \"신선\"".into()],
        },
        total_quantity: 100,
        issue_from: NOW,
        issue_to: NOW,
        validity,
    };
    Coupon::new(CouponId::new(id), &terms, NOW)
}

fn fixed(id: i64) -> Coupon {
    let ends = Validity::Between {
        from: Some(NOW),
        to: NOW,
    };
    coupon(id, Discount::Fixed(Money::new(3_000)), ends)
}

fn held(id: i64) -> UserCoupon {
    UserCoupon {
        user_id: UserId::new(1),
        user_coupon_id: UserCouponId::new(id),
        coupon_id: CouponId::new(1),
        state: State::Available,
        order_id: None,
        valid_from: None,
        valid_to: NOW,
        issued_at: NOW,
        used_at: None,
        version: 1,
    }
}

#[test]
fn rows_come_back_from_a_file_as_they_were_written() {
    testkit::store_conformance::<Promotion>(MIGRATIONS, |rows| {
        rows.coupon.add(fixed(1));
        let rate = Discount::Rate {
            percent: 10,
            max: Some(Money::new(5_000)),
        };
        rows.coupon.add(coupon(2, rate, Validity::Days(30)));
        rows.coupon.add(Coupon {
            status: Status::Disabled,
            issued: 100,
            ..fixed(3)
        });
        let change = CouponChange {
            status: Some(CouponStatus::Disabled),
            name: Some("다른 이름".into()),
            total_quantity: Some(5),
            issue_to: None,
        };
        rows.coupon.add(fixed(4).changed(&change).unwrap());
        rows.coupon_issue.add(CouponIssue {
            coupon_id: CouponId::new(1),
            user_id: UserId::new(1),
            user_coupon_id: UserCouponId::new(5),
            sequence_no: 1,
            at: NOW,
        });
        rows.user_coupon.add(held(5));
        let mut used = held(6);
        used.become_held(Held::UsedBy(OrderId::new(9)), NOW);
        rows.user_coupon.add(used);
        let mut expired = held(7);
        expired.become_held(Held::Expired, NOW);
        rows.user_coupon.add(expired);
        rows.closed_user.add(ClosedUser {
            user_id: UserId::new(2),
            at: NOW,
        });
        rows.fence.add(Fence {
            saga_id: OrderId::new(9).into(),
            step: Step::ApplyCoupon.code().into(),
            state: Standing::Undone,
            at: NOW,
        });
        rows.idempotency.add(Idempotency {
            scope: "user:route:key".into(),
            fingerprint: vec![0, 255],
            reference: 5,
            status: 201,
            at: NOW,
        });
    });
}

/// The second guard: what `decide` must never write, the file does not take.
#[test]
fn the_tables_refuse_what_must_not_be() {
    type Wrong = fn(&mut Rows);
    let table: [(&str, Wrong); 7] = [
        ("a piece too many", |rows| {
            rows.coupon.add(Coupon {
                issued: 101,
                ..fixed(1)
            });
        }),
        ("more than all of a price", |rows| {
            let rate = Discount::Rate {
                percent: 101,
                max: None,
            };
            rows.coupon.add(coupon(1, rate, Validity::Days(1)));
        }),
        ("a discount of nothing", |rows| {
            rows.coupon.add(Coupon {
                value: 0,
                ..fixed(1)
            });
        }),
        ("two ways of expiring", |rows| {
            rows.coupon.add(Coupon {
                valid_days: Some(1),
                ..fixed(1)
            });
        }),
        ("no way of expiring", |rows| {
            rows.coupon.add(Coupon {
                valid_to: None,
                ..fixed(1)
            });
        }),
        ("used by nobody", |rows| {
            rows.user_coupon.add(UserCoupon {
                state: State::Used,
                used_at: Some(NOW),
                ..held(5)
            });
        }),
        ("available and yet an order's", |rows| {
            rows.user_coupon.add(UserCoupon {
                order_id: Some(OrderId::new(9)),
                ..held(5)
            });
        }),
    ];
    let mut db = Db::Sqlite(Sqlite::in_memory(MIGRATIONS).unwrap());
    for (what, wrong) in table {
        let written = async {
            let mut rows = Rows::default();
            wrong(&mut rows);
            let mut tx = db.begin().await?;
            tx.flush(&mut rows).await
        };
        let written = written.now_or_never().unwrap();
        assert!(
            matches!(written, Err(Failed::Permanent(_))),
            "{what}: {written:?}"
        );
    }
}

#[test]
fn days_count_from_the_issue_and_ends_do_not_move() {
    let later = NOW.plus(std::time::Duration::from_secs(5));
    let days = coupon(1, Discount::Fixed(Money::new(1)), Validity::Days(2));
    assert_eq!(
        days.good_until(later).micros() - later.micros(),
        2 * DAY_MICROS
    );
    assert_eq!(fixed(1).good_until(later), NOW);
}

/// The coupon's terms are asked for only once the user's coupon names them.
#[test]
fn an_order_asks_for_its_coupon_and_for_nothing_without_one() {
    let order = StockDeducted {
        order_id: OrderId::new(9),
        user_id: UserId::new(1),
        created_at: NOW,
        user_coupon_id: None,
        lines: Vec::new(),
        total: Money::ZERO,
    };
    let wanted = |order: &StockDeducted| -> Vec<&'static str> {
        let mut rows = Rows::default();
        ask(&mut rows, &Input::ApplyCoupon(order.clone()));
        let mut tables = rows.tables();
        tables.retain(|table| table.has_wants());
        tables.iter().map(|table| table.shape().table).collect()
    };
    assert_eq!(wanted(&order), ["saga_fence"]);
    let user_coupon_id = Some(UserCouponId::new(5));
    let with = StockDeducted {
        user_coupon_id,
        ..order
    };
    assert_eq!(wanted(&with), ["saga_fence", "user_coupon"]);
}
