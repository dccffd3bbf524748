//! Views over a real file, its rows made by the service's own decisions.

use std::time::Duration;

use contracts::events::order::{
    CancelledBy, FailureCode, OrderCancelled, OrderDocument, OrderStatus,
};
use contracts::events::product::{PricedLine, StockDeducted};
use contracts::http::promotion::{CouponTerms, Discount, Validity};
use contracts::ids::{OrderId, ProductId};
use contracts::money::Quantity;
use contracts::saga::{Step, Steps};
use db::{Db, Sqlite};
use runtime::idempotency::KeyUse;

use super::*;
use crate::input::{CreateCoupon, Input, IssueCoupon};
use crate::{MIGRATIONS, Promotion};

const USER: UserId = UserId::new(11);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A shop with the coupons 1, 2 and 3, good for as many days from their issue, of which the user
/// holds 101, 102 and 103, and somebody else 204.
struct Shop {
    world: testkit::World<Promotion>,
    reader: Reader,
    _folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("promotion.db");
        let world = testkit::World::over(Db::Sqlite(Sqlite::open(&path, MIGRATIONS).unwrap()));
        let reader = Reader::open(&path).unwrap();
        let mut shop = Self {
            world,
            reader,
            _folder: folder,
        };
        for number in 1..=3 {
            shop.create(number);
            shop.issue(USER, number, 100 + number);
        }
        shop.issue(UserId::new(12), 1, 204);
        shop
    }

    fn create(&mut self, number: i64) {
        let terms = CouponTerms {
            name: format!("쿠폰 {number}"),
            discount: Discount::Rate {
                percent: 10,
                max: Some(Money::new(5_000)),
            },
            min_order_amount: Money::new(1_000),
            scope: ScopeView::default(),
            total_quantity: 100,
            issue_from: self.world.now,
            issue_to: self.world.now,
            validity: Validity::Days(u32::try_from(number).unwrap()),
        };
        let (id, key) = (CouponId::new(number), key(format!("create {number}")));
        self.world.send(Input::CreateCoupon(Box::new(CreateCoupon {
            id,
            terms,
            key,
        })));
    }

    fn issue(&mut self, user_id: UserId, coupon: i64, held: i64) {
        let decision = self.world.send(Input::IssueCoupon(IssueCoupon {
            user_coupon_id: UserCouponId::new(held),
            coupon_id: CouponId::new(coupon),
            user_id,
            key: key(format!("issue {held}")),
        }));
        assert_eq!(decision.says.len(), 1, "{decision:?}");
    }

    /// The ids and states of what the user is shown.
    fn held(&self, change: impl FnOnce(&mut Wanted)) -> Vec<(i64, UserCouponStatus)> {
        let now = self.world.now;
        let mut wanted = Wanted {
            user: USER,
            status: None,
            after: None,
            rows: 100,
            now,
        };
        change(&mut wanted);
        let views = user_coupons(&self.reader, &wanted).unwrap();
        views
            .iter()
            .map(|view| (view.user_coupon_id.get(), view.status))
            .collect()
    }
}

fn key(scope: String) -> KeyUse {
    KeyUse {
        scope,
        fingerprint: vec![1],
    }
}

fn order(now: Timestamp, held: i64) -> StockDeducted {
    StockDeducted {
        order_id: OrderId::new(900),
        user_id: USER,
        created_at: now,
        user_coupon_id: Some(UserCouponId::new(held)),
        lines: vec![PricedLine {
            line: 1,
            product_id: ProductId::new(1),
            quantity: Quantity::new(1),
            expected_unit_price: None,
            name: "머그".into(),
            category: "주방".into(),
            unit_price: Money::new(10_000),
            left: 0,
            stock_version: 2,
        }],
        total: Money::new(10_000),
    }
}

fn cancelled(order: &StockDeducted) -> OrderCancelled {
    OrderCancelled {
        order: OrderDocument {
            order_id: order.order_id,
            user_id: order.user_id,
            status: OrderStatus::Cancelled,
            lines: Vec::new(),
            user_coupon_id: order.user_coupon_id,
            failure: None,
            total_price: None,
            discount: None,
            paid_price: None,
            refunded_price: None,
            created_at: order.created_at,
            ended_at: None,
            version: 2,
        },
        code: FailureCode::UserCancelled,
        by: CancelledBy::Customer,
        undo: Steps::of(&[Step::ApplyCoupon]),
    }
}

#[test]
fn a_user_sees_the_own_coupons_as_they_stand_now() {
    use UserCouponStatus::{Available, Expired, Used};
    let mut shop = Shop::new();
    assert_eq!(
        shop.held(|_| {}),
        [(103, Available), (102, Available), (101, Available)]
    );

    let order = order(shop.world.now, 103);
    shop.world.hear(order.clone().into());
    shop.world.advance(DAY);
    assert_eq!(
        shop.held(|_| {}),
        [(103, Used), (102, Available), (101, Available)]
    );
    shop.world.advance(Duration::from_micros(1));
    assert_eq!(
        shop.held(|_| {}),
        [(103, Used), (102, Available), (101, Expired)]
    );
    for (status, shown) in [(Available, 102), (Used, 103), (Expired, 101)] {
        let held = shop.held(|wanted| wanted.status = Some(status));
        assert_eq!(held, [(shown, status)]);
    }

    shop.world.advance(3 * DAY);
    shop.world.hear(cancelled(&order).into());
    let expired = shop.held(|wanted| wanted.status = Some(Expired));
    assert_eq!(expired, [(103, Expired), (102, Expired), (101, Expired)]);
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let shop = Shop::new();
    let ids = |page: Vec<(i64, UserCouponStatus)>| -> Vec<i64> {
        page.into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(ids(shop.held(|wanted| wanted.rows = 2)), [103, 102]);
    assert_eq!(
        ids(shop.held(|wanted| wanted.after = Some(UserCouponId::new(102)))),
        [101]
    );
    assert_eq!(
        ids(shop.held(|wanted| wanted.after = Some(UserCouponId::new(101)))),
        [0; 0]
    );

    let offered = |after: Option<i64>, rows| -> Vec<i64> {
        let views = coupons(&shop.reader, after.map(CouponId::new), rows).unwrap();
        views.iter().map(|view| view.id.get()).collect()
    };
    assert_eq!(offered(None, 2), [3, 2]);
    assert_eq!(offered(Some(2), 2), [1]);
}

#[test]
fn a_coupon_is_shown_with_its_terms_and_what_is_left() {
    let shop = Shop::new();
    let view = coupon(&shop.reader, CouponId::new(1)).unwrap().unwrap();
    assert_eq!((view.total_quantity, view.remaining), (100, 98));
    assert_eq!((view.discount, view.value), (DiscountKind::Rate, 10));
    assert_eq!(view.max_discount, Some(Money::new(5_000)));
    assert_eq!(view.min_order_amount, Some(Money::new(1_000)));
    assert_eq!((view.scope, view.status), (None, CouponStatus::Active));
    assert_eq!((view.valid_to, view.valid_days), (None, Some(1)));
    assert_eq!(coupon(&shop.reader, CouponId::new(9)).unwrap(), None);
}

#[test]
fn a_held_coupon_names_its_terms_and_its_number() {
    let shop = Shop::new();
    let wanted = Wanted {
        user: UserId::new(12),
        status: None,
        after: None,
        rows: 100,
        now: shop.world.now,
    };
    let views = user_coupons(&shop.reader, &wanted).unwrap();
    assert_eq!(views.len(), 1);
    let view = &views[0];
    assert_eq!((view.coupon_id.get(), view.sequence_no), (1, 2));
    assert_eq!((view.name.as_str(), view.value), ("쿠폰 1", 10));
    assert_eq!(view.expires_at, shop.world.now.plus(DAY));
    assert_eq!(view.order_id, None);
}
