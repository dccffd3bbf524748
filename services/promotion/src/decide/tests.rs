//! Given rows, when an input comes, then these facts and rows: what the tables of `decide` share.

use std::sync::Arc;
use std::time::Duration;

use contracts::events::Fact;
use contracts::events::order::{
    CancelledBy, FailureCode, OrderCancelled, OrderDocument, OrderStatus, RefundDocument,
    RefundRequested,
};
use contracts::events::payment::{PaymentCode, PaymentFailed};
use contracts::events::product::{PricedLine, StockDeducted};
use contracts::http::promotion::{CouponTerms, Discount, ScopeView, Validity};
use contracts::ids::{CouponId, OrderId, ProductId, RefundId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::saga::{Step, Steps};
use contracts::time::Timestamp;
use runtime::idempotency::KeyUse;

use crate::Promotion;
use crate::store::{Coupon, State, UserCoupon};

mod apply;
mod issue;
mod offer;
mod refund;
mod undo;

type World = testkit::World<Promotion>;

const USER: UserId = UserId::new(11);
const COUPON: CouponId = CouponId::new(21);
const HELD: UserCouponId = UserCouponId::new(31);
const ONE: OrderId = OrderId::new(41);
const TWO: OrderId = OrderId::new(42);
const REFUND: RefundId = RefundId::new(51);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A user who holds one coupon of 3,000 won, good for ten days.
fn world() -> World {
    let mut world = World::new();
    let coupon = Coupon::new(COUPON, &terms(&world), world.now);
    world.row(UserCoupon {
        user_id: USER,
        user_coupon_id: HELD,
        coupon_id: COUPON,
        state: State::Available,
        order_id: None,
        valid_from: None,
        valid_to: world.now.plus(10 * DAY),
        issued_at: world.now,
        used_at: None,
        version: 1,
    });
    world.row(coupon);
    world
}

fn terms(world: &World) -> CouponTerms {
    CouponTerms {
        name: "환영 쿠폰".into(),
        discount: Discount::Fixed(Money::new(3_000)),
        min_order_amount: Money::ZERO,
        scope: ScopeView::default(),
        total_quantity: 100,
        issue_from: world.now,
        issue_to: world.now.plus(5 * DAY),
        validity: Validity::Days(10),
    }
}

fn held(world: &World) -> UserCoupon {
    world.get::<UserCoupon>(&(USER, HELD)).unwrap()
}

/// Two mugs of 5,000 and a bag of 20,000 won, with the user's coupon.
fn deducted(world: &World, order_id: OrderId) -> StockDeducted {
    StockDeducted {
        order_id,
        user_id: USER,
        created_at: world.now,
        user_coupon_id: Some(HELD),
        lines: vec![priced(1, "주방", 5_000, 2), priced(2, "여행", 20_000, 1)],
        total: Money::new(30_000),
    }
}

fn without_coupon(world: &World, order_id: OrderId) -> StockDeducted {
    StockDeducted {
        user_coupon_id: None,
        ..deducted(world, order_id)
    }
}

fn priced(line: u16, category: &str, price: i64, pieces: u32) -> PricedLine {
    PricedLine {
        line,
        product_id: ProductId::new(i64::from(line)),
        quantity: Quantity::new(pieces),
        expected_unit_price: None,
        name: Arc::from("상품"),
        category: Arc::from(category),
        unit_price: Money::new(price),
        left: 9,
        stock_version: 2,
    }
}

fn payment_failed(order: &StockDeducted) -> Fact {
    let failed = PaymentFailed {
        order_id: order.order_id,
        user_id: order.user_id,
        user_coupon_id: order.user_coupon_id,
        code: PaymentCode::InsufficientPoint,
        wanted: Money::new(27_000),
        balance: Money::ZERO,
    };
    failed.into()
}

/// Cancelled by its customer, when any step may stand.
fn cancelled(order: &StockDeducted) -> Fact {
    let undo = Steps::of(&[Step::DeductStock, Step::ApplyCoupon, Step::PayPoints]);
    cancelled_owing(order, undo)
}

fn cancelled_owing(order: &StockDeducted, undo: Steps) -> Fact {
    let order = document(order, OrderStatus::Cancelled);
    let (code, by) = (FailureCode::UserCancelled, CancelledBy::Customer);
    OrderCancelled {
        order,
        code,
        by,
        undo,
    }
    .into()
}

fn refund_requested(order: &StockDeducted, whole_order: bool, owed: Steps) -> RefundRequested {
    RefundRequested {
        order: document(order, OrderStatus::Completed),
        refund: RefundDocument {
            refund_id: REFUND,
            lines: Vec::new(),
            amount: Money::new(27_000),
            whole_order,
            owed,
            confirmed_at: order.created_at,
        },
    }
}

fn document(order: &StockDeducted, status: OrderStatus) -> OrderDocument {
    OrderDocument {
        order_id: order.order_id,
        user_id: order.user_id,
        status,
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
    }
}

fn key(name: &str) -> KeyUse {
    KeyUse {
        scope: name.into(),
        fingerprint: vec![1],
    }
}

fn seconds(world: &World, seconds: u64) -> Timestamp {
    world.now.plus(Duration::from_secs(seconds))
}
