//! Views over a real file, its rows made by the service's own decisions.

use std::time::Duration;

use contracts::events::order::{
    CancelledBy, FailureCode, OrderCancelled, OrderDocument, OrderStatus,
};
use contracts::events::product::{PricedLine, StockDeducted};
use contracts::http::promotion::{CouponChange, CouponTerms, Discount, Validity};
use contracts::ids::{OrderId, ProductId};
use contracts::money::Quantity;
use contracts::saga::{Step, Steps};
use db::{Db, Sqlite};
use runtime::idempotency::KeyUse;

use super::*;
use crate::decide::Reply;
use crate::input::{CreateCoupon, Input, IssueCoupon, UpdateCoupon};
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

    /// The ids of the coupons that everybody is shown.
    fn offered(&self, change: impl FnOnce(&mut WantedCoupons)) -> Vec<i64> {
        let mut wanted = WantedCoupons {
            filter: ListCoupons::default(),
            after: None,
            rows: 100,
            now: self.world.now,
        };
        change(&mut wanted);
        let found = coupons(&self.reader, &wanted).unwrap();
        assert_eq!(found.stopped, None);
        found.views.iter().map(|view| view.id.get()).collect()
    }

    fn change(&mut self, coupon: i64, change: CouponChange) {
        let coupon_id = CouponId::new(coupon);
        let input = Input::UpdateCoupon(UpdateCoupon { coupon_id, change });
        let reply = self.world.send(input).reply;
        assert!(matches!(reply, Some(Reply::Changed(_))), "{reply:?}");
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
        let found = user_coupons(&self.reader, &wanted).unwrap();
        assert_eq!(found.stopped, None);
        let views = found.views.iter();
        views
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
        let after = after.map(CouponId::new);
        shop.offered(|wanted| (wanted.after, wanted.rows) = (after, rows))
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
    let views = user_coupons(&shop.reader, &wanted).unwrap().views;
    assert_eq!(views.len(), 1);
    let view = &views[0];
    assert_eq!((view.coupon_id.get(), view.sequence_no), (1, 2));
    assert_eq!((view.name.as_str(), view.value), ("쿠폰 1", 10));
    assert_eq!(view.expires_at, shop.world.now.plus(DAY));
    assert_eq!(view.order_id, None);
}

#[test]
fn coupons_are_listed_by_status_and_by_whether_a_piece_can_be_had() {
    let mut shop = Shop::new();
    let instant = Duration::from_micros(1);
    let of = |shop: &Shop, filter: ListCoupons| shop.offered(|wanted| wanted.filter = filter);
    let status = |status| ListCoupons {
        status: Some(status),
        issuable: None,
    };
    let issuable = |issuable| ListCoupons {
        status: None,
        issuable: Some(issuable),
    };
    let until = |issue_to| CouponChange {
        issue_to: Some(issue_to),
        ..CouponChange::default()
    };
    assert_eq!(of(&shop, issuable(true)), [3, 2, 1]);
    // 1 is disabled, 2 sold out, and the issue of 3 ends a day later.
    let disabled = CouponChange {
        status: Some(CouponStatus::Disabled),
        ..CouponChange::default()
    };
    let sold_out = CouponChange {
        total_quantity: Some(1),
        ..CouponChange::default()
    };
    let last = shop.world.now.plus(DAY);
    shop.change(1, disabled);
    shop.change(2, sold_out);
    shop.change(3, until(last));
    assert_eq!(of(&shop, ListCoupons::default()), [3, 2, 1]);
    assert_eq!(of(&shop, status(CouponStatus::Active)), [3, 2]);
    assert_eq!(of(&shop, status(CouponStatus::Disabled)), [1]);
    assert_eq!(of(&shop, issuable(true)), [3]);
    assert_eq!(of(&shop, issuable(false)), [2, 1]);
    let both = ListCoupons {
        issuable: Some(false),
        ..status(CouponStatus::Active)
    };
    assert_eq!(of(&shop, both), [2]);
    for (at, had) in [
        (last, vec![3]),
        (last.plus(instant), vec![]),
        (shop.world.now.minus(instant), vec![]),
    ] {
        let found = shop.offered(|wanted| (wanted.filter, wanted.now) = (issuable(true), at));
        assert_eq!(found, had, "at {at}");
    }
}

/// A filter that fits few rows ends a page after a bounded reading, with a place to go on from.
#[test]
fn a_page_looks_at_so_many_rows_and_says_where_it_stopped() {
    let mut shop = Shop::new();
    let order = order(shop.world.now, 101);
    shop.world.hear(order.into());
    let wanted = |after: Option<i64>| Wanted {
        user: USER,
        status: Some(UserCouponStatus::Used),
        after: after.map(UserCouponId::new),
        rows: 10,
        now: shop.world.now,
    };
    let found = user_coupons_of(&shop.reader, &wanted(None), 2).unwrap();
    assert_eq!(
        (found.views.len(), found.stopped),
        (0, Some(UserCouponId::new(102)))
    );
    let rest = user_coupons_of(&shop.reader, &wanted(Some(102)), 2).unwrap();
    assert_eq!((rest.views.len(), rest.stopped), (1, None));
    assert_eq!(rest.views[0].user_coupon_id, UserCouponId::new(101));

    let filter = ListCoupons {
        status: Some(CouponStatus::Disabled),
        issuable: None,
    };
    let wanted = WantedCoupons {
        filter,
        after: None,
        rows: 10,
        now: shop.world.now,
    };
    let found = coupons_of(&shop.reader, &wanted, 2).unwrap();
    assert_eq!(
        (found.views.len(), found.stopped),
        (0, Some(CouponId::new(2)))
    );
    // A page that is full needs no such place: its last row is one.
    let wanted = WantedCoupons {
        filter: ListCoupons::default(),
        rows: 2,
        ..wanted
    };
    let found = coupons_of(&shop.reader, &wanted, 2).unwrap();
    assert_eq!((found.views.len(), found.stopped), (2, None));
}

/// The rows looked at are found by key, in their order: nothing is sorted.
#[test]
fn a_page_is_searched_for_and_not_scanned() {
    let shop = Shop::new();
    for (query, by) in [
        (COUPONS, "SEARCH coupon USING INTEGER PRIMARY KEY (rowid<?)"),
        (
            USER_COUPONS,
            "SEARCH user_coupon USING PRIMARY KEY (user_id=? AND user_coupon_id<?)",
        ),
    ] {
        assert_eq!(testkit::plan(&shop.reader, query), [by]);
    }
}
