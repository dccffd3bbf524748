//! One event of each kind, of one order and its refund: what the golden files hold.

use super::order::{
    CancelledBy, Failure, FailureCode, Frozen, OrderDocument, OrderDocumentLine, OrderLine,
    OrderStatus, RefundDocument, RefundLine,
};
use super::payment::{PaymentCode, PointDirection, TransactionId};
use super::product::{BadItem, ProductStatus, RestockedLine, StockCode};
use super::promotion::{CouponCode, FreedCoupon, UserCouponStatus};
use super::{
    CouponApplied, CouponIssued, CouponRejected, CouponRestored, CouponReturned, Fact, Kind,
    OrderCancelled, OrderConfirmed, OrderCreated, OrderRefunded, PaymentFailed, PaymentRefunded,
    PointCharged, PointsReturned, ProductChanged, RefundRequested, StockDeducted,
    StockDeductionFailed, StockRestored, StockReturned, UserDeactivated, UserRegistered, promotion,
};
use crate::envelope::{Actor, Event, EventId};
use crate::ids::{CouponId, Id, OrderId, ProductId, RefundId, UserCouponId, UserId};
use crate::money::{Money, Quantity};
use crate::saga::{Direction, Step, Steps};
use crate::time::Timestamp;

/// 2025-03-02T10:15:30.120Z, a quarter past seven in the evening in Seoul.
const PLACED_MS: i64 = 1_740_910_530_120;
const USER: UserId = Id::compose(PLACED_MS - 86_400_000, 1, 7);
const TEA: ProductId = Id::compose(PLACED_MS - 9_000_000, 2, 1);
const CUP: ProductId = Id::compose(PLACED_MS - 8_000_000, 2, 2);
const COUPON: CouponId = Id::compose(PLACED_MS - 7_000_000, 5, 1);
const USER_COUPON: UserCouponId = Id::compose(PLACED_MS - 60_000, 5, 40);
pub const ORDER: OrderId = Id::compose(PLACED_MS, 3, 0);
pub const REFUND: RefundId = Id::compose(PLACED_MS + 3_600_000, 3, 1);
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// In the order of their codes.
pub fn all() -> Vec<Event> {
    Kind::ALL.iter().map(|&kind| event(fact(kind))).collect()
}

fn event(fact: Fact) -> Event {
    let kind = fact.kind();
    let first = [Kind::UserRegistered, Kind::OrderCreated, Kind::CouponIssued];
    let sequence = if first.contains(&kind) { 1 } else { 2 };
    let actor = if kind == Kind::ProductChanged {
        Actor::Operator(USER)
    } else {
        Actor::User(USER)
    };
    Event {
        sequence,
        at: placed().plus(std::time::Duration::from_micros(1_500)),
        actor,
        trace: TRACE.parse().unwrap(),
        cause: cause(kind),
        fact,
    }
}

fn cause(kind: Kind) -> Option<EventId> {
    let saga = ORDER.into();
    let created = EventId::Aggregate {
        key: ORDER.get(),
        kind: Kind::OrderCreated,
        sequence: 1,
    };
    let paid = EventId::Step {
        saga,
        step: Step::PayPoints,
        direction: Direction::Do,
    };
    if kind == Kind::StockDeducted || kind == Kind::StockDeductionFailed {
        Some(created)
    } else {
        (kind == Kind::StockRestored).then_some(paid)
    }
}

fn fact(kind: Kind) -> Fact {
    match kind {
        Kind::UserRegistered => UserRegistered {
            user_id: USER,
            name: "김하늘".into(),
        }
        .into(),
        Kind::UserDeactivated => UserDeactivated {
            user_id: USER,
            at: placed(),
        }
        .into(),
        Kind::ProductChanged => product_changed().into(),
        Kind::StockDeducted => stock_deducted().into(),
        Kind::StockDeductionFailed => StockDeductionFailed {
            order_id: ORDER,
            items: vec![bad_item()],
        }
        .into(),
        Kind::StockRestored => StockRestored {
            order_id: ORDER,
            lines: restocked(),
        }
        .into(),
        Kind::StockReturned => StockReturned {
            order_id: ORDER,
            refund_id: REFUND,
            lines: restocked(),
        }
        .into(),
        Kind::OrderCreated => order_created().into(),
        Kind::OrderConfirmed => OrderConfirmed { order: completed() }.into(),
        Kind::OrderCancelled => order_cancelled().into(),
        Kind::RefundRequested => RefundRequested {
            order: refunding(),
            refund: refund(),
        }
        .into(),
        Kind::OrderRefunded => OrderRefunded {
            order: refunding(),
            refund: refund(),
        }
        .into(),
        Kind::PointCharged => point_charged().into(),
        Kind::PaymentCompleted => coupon_applied().completed(transaction()).into(),
        Kind::PaymentFailed => payment_failed().into(),
        Kind::PaymentRefunded => PaymentRefunded {
            order_id: ORDER,
            amount: Money::new(34_500),
        }
        .into(),
        Kind::PointsReturned => {
            let amount = Money::new(34_500);
            PointsReturned {
                order_id: ORDER,
                refund_id: REFUND,
                amount,
            }
            .into()
        }
        Kind::CouponIssued => coupon_issued().into(),
        Kind::CouponApplied => coupon_applied().into(),
        Kind::CouponRejected => coupon_rejected().into(),
        Kind::CouponRestored => CouponRestored {
            order_id: ORDER,
            coupon: freed(),
        }
        .into(),
        Kind::CouponReturned => CouponReturned {
            order_id: ORDER,
            refund_id: REFUND,
            coupon: freed(),
        }
        .into(),
    }
}

fn placed() -> Timestamp {
    Timestamp::from_millis(PLACED_MS)
}

fn product_changed() -> ProductChanged {
    ProductChanged {
        product_id: TEA,
        name: "제주 유기농 녹차 100g".into(),
        category: "차·음료".into(),
        price: Money::new(12_500),
        status: ProductStatus::OnSale,
        created_at: TEA.at(),
        version: 3,
        left: 98,
        stock_version: 41,
    }
}

fn order_created() -> OrderCreated {
    let line = |line, product_id, pieces, expected_unit_price| OrderLine {
        line,
        product_id,
        quantity: Quantity::new(pieces),
        expected_unit_price,
    };
    OrderCreated {
        order_id: ORDER,
        user_id: USER,
        created_at: placed(),
        lines: vec![
            line(1, TEA, 2, Some(Money::new(12_500))),
            line(2, CUP, 1, None),
        ],
        user_coupon_id: Some(USER_COUPON),
    }
}

pub fn stock_deducted() -> StockDeducted {
    let OrderCreated {
        order_id,
        user_id,
        created_at,
        lines,
        user_coupon_id,
    } = order_created();
    let frozen = |name: &str, category: &str, unit_price, left, stock_version| Frozen {
        name: name.into(),
        category: category.into(),
        unit_price: Money::new(unit_price),
        left,
        stock_version,
    };
    let tea = frozen("제주 유기농 녹차 100g", "차·음료", 12_500, 98, 41);
    let cup = frozen("백자 찻잔", "주방", 12_500, 0, 7);
    StockDeducted {
        order_id,
        user_id,
        created_at,
        user_coupon_id,
        lines: vec![lines[0].priced(tea), lines[1].priced(cup)],
        total: Money::new(37_500),
    }
}

pub fn coupon_applied() -> CouponApplied {
    stock_deducted()
        .discounted(&[Money::new(3_000), Money::ZERO])
        .unwrap()
}

pub fn bad_item() -> BadItem {
    BadItem {
        product_id: CUP,
        code: StockCode::OutOfStock,
        wanted: Quantity::new(1),
        left: Some(0),
        stock_version: Some(7),
        unit_price: Some(Money::new(12_500)),
    }
}

fn restocked() -> Vec<RestockedLine> {
    let line = |product_id, pieces, left, stock_version| RestockedLine {
        product_id,
        quantity: Quantity::new(pieces),
        left,
        stock_version,
    };
    vec![line(TEA, 2, 100, 42), line(CUP, 1, 1, 8)]
}

fn transaction() -> TransactionId {
    TransactionId {
        saga: ORDER.into(),
        direction: PointDirection::Use,
    }
}

fn completed() -> OrderDocument {
    let applied = coupon_applied();
    let line = |line: &promotion::DiscountedLine| OrderDocumentLine {
        line: line.line,
        product_id: line.product_id,
        quantity: line.quantity,
        expected_unit_price: line.expected_unit_price,
        name: Some(line.name.clone()),
        category: Some(line.category.clone()),
        unit_price: Some(line.unit_price),
        discount: Some(line.discount),
    };
    OrderDocument {
        order_id: ORDER,
        user_id: USER,
        status: OrderStatus::Completed,
        lines: applied.lines.iter().map(line).collect(),
        user_coupon_id: applied.user_coupon_id,
        failure: None,
        total_price: Some(applied.total),
        discount: Some(applied.discount),
        paid_price: Some(applied.paid),
        refunded_price: None,
        created_at: placed(),
        ended_at: Some(Timestamp::from_millis(PLACED_MS + 42)),
        version: 2,
    }
}

fn refunding() -> OrderDocument {
    OrderDocument {
        refunded_price: Some(refund().amount),
        version: 3,
        ..completed()
    }
}

fn order_cancelled() -> OrderCancelled {
    let failure = Failure::of_payment(&payment_failed());
    OrderCancelled {
        order: OrderDocument {
            status: OrderStatus::Cancelled,
            failure: Some(failure),
            ..completed()
        },
        code: FailureCode::InsufficientPoint,
        by: CancelledBy::Saga,
        undo: Steps::of(&[Step::DeductStock, Step::ApplyCoupon]),
    }
}

fn refund() -> RefundDocument {
    let line = |line, product_id, pieces, amount| RefundLine {
        line,
        product_id,
        quantity: Quantity::new(pieces),
        amount: Money::new(amount),
    };
    RefundDocument {
        refund_id: REFUND,
        lines: vec![line(1, TEA, 2, 22_000), line(2, CUP, 1, 12_500)],
        amount: Money::new(34_500),
        whole_order: true,
        owed: Steps::of(&[Step::ReturnStock, Step::ReturnCoupon, Step::ReturnPoints]),
        confirmed_at: Timestamp::from_millis(PLACED_MS + 42),
    }
}

fn point_charged() -> PointCharged {
    PointCharged {
        user_id: USER,
        amount: Money::new(50_000),
        balance: Money::new(64_500),
        point_version: 3,
    }
}

fn payment_failed() -> PaymentFailed {
    PaymentFailed {
        order_id: ORDER,
        user_id: USER,
        user_coupon_id: Some(USER_COUPON),
        code: PaymentCode::InsufficientPoint,
        wanted: Money::new(34_500),
        balance: Money::new(14_500),
    }
}

fn coupon_issued() -> CouponIssued {
    CouponIssued {
        coupon_id: COUPON,
        user_coupon_id: USER_COUPON,
        user_id: USER,
        sequence_no: 40,
        expires_at: Timestamp::from_millis(PLACED_MS + 30 * 86_400_000),
    }
}

fn coupon_rejected() -> CouponRejected {
    CouponRejected {
        order_id: ORDER,
        user_id: USER,
        user_coupon_id: USER_COUPON,
        code: CouponCode::CouponExpired,
    }
}

fn freed() -> Option<FreedCoupon> {
    Some(FreedCoupon {
        user_coupon_id: USER_COUPON,
        status: UserCouponStatus::Available,
    })
}
