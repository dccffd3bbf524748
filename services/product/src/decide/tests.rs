//! Given committed rows, when inputs are decided, then these facts are said and these rows stand.
//! Here are the words that the tables beside are written in.

use contracts::events::Fact;
use contracts::events::order::{
    CancelledBy, FailureCode, OrderCancelled, OrderConfirmed, OrderCreated, OrderDocument,
    OrderDocumentLine, OrderLine, OrderRefunded, OrderStatus, RefundDocument, RefundLine,
    RefundRequested,
};
use contracts::events::payment::{PaymentCode, PaymentFailed};
use contracts::events::product::RestockedLine;
use contracts::events::promotion::{CouponCode, CouponRejected};
use contracts::ids::{OrderId, ProductId, RefundId, SagaId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::saga::{Step, Steps};
use contracts::time::Timestamp;
use runtime::Decision;
use runtime::idempotency::KeyUse;

use super::Reply;
use crate::store::{self, Ledger, Status, Stock};

mod catalogue;
mod deduct;
mod laws;
mod rank;
mod restock;
mod update;

type World = testkit::World<crate::Product>;

const MUG: ProductId = ProductId::new(1);
const BAG: ProductId = ProductId::new(2);
/// Nobody ever created it.
const HAT: ProductId = ProductId::new(3);

const MUG_PRICE: Money = Money::new(12_000);
const BAG_PRICE: Money = Money::new(35_000);

const ORDER: OrderId = OrderId::new(7_001);
const OTHER_ORDER: OrderId = OrderId::new(7_002);
const REFUND: RefundId = RefundId::new(8_001);
const BUYER: UserId = UserId::new(9_001);
const CONFIRMED_AT: Timestamp = Timestamp::from_millis(1_795_300_000_000);

fn product(product_id: ProductId, price: Money) -> store::Product {
    store::Product {
        product_id,
        category: "kitchen".to_owned(),
        name: format!("상품 {}", product_id.get()),
        name_en: format!("Product {}", product_id.get()),
        price,
        status: Status::OnSale,
        version: 1,
        created_at: Timestamp::from_micros(0),
    }
}

/// A shop that sells mugs and bags, with so many of each.
fn shop(mugs: i64, bags: i64) -> World {
    let mut world = World::new();
    for (product_id, price, quantity) in [(MUG, MUG_PRICE, mugs), (BAG, BAG_PRICE, bags)] {
        world.row(product(product_id, price));
        world.row(Stock {
            product_id,
            quantity,
            version: 1,
        });
    }
    world
}

fn order(order_id: OrderId, lines: &[(ProductId, u32)]) -> OrderCreated {
    let lines = (1..)
        .zip(lines)
        .map(|(line, &(product_id, pieces))| OrderLine {
            line,
            product_id,
            quantity: Quantity::new(pieces),
            expected_unit_price: None,
        });
    OrderCreated {
        order_id,
        user_id: BUYER,
        created_at: Timestamp::from_micros(1),
        lines: lines.collect(),
        user_coupon_id: None,
    }
}

fn created(order_id: OrderId, lines: &[(ProductId, u32)]) -> Fact {
    order(order_id, lines).into()
}

fn coupon_rejected(order_id: OrderId) -> Fact {
    let rejected = CouponRejected {
        order_id,
        user_id: BUYER,
        user_coupon_id: UserCouponId::new(1),
        code: CouponCode::CouponExpired,
    };
    rejected.into()
}

fn payment_failed(order_id: OrderId) -> Fact {
    let failed = PaymentFailed {
        order_id,
        user_id: BUYER,
        user_coupon_id: None,
        code: PaymentCode::InsufficientPoint,
        wanted: Money::new(2),
        balance: Money::new(1),
    };
    failed.into()
}

fn cancelled(order_id: OrderId, undo: &[Step]) -> Fact {
    let cancelled = OrderCancelled {
        order: document(order_id, &[]),
        code: FailureCode::UserCancelled,
        by: CancelledBy::Customer,
        undo: Steps::of(undo),
    };
    cancelled.into()
}

fn confirmed(order_id: OrderId, lines: &[(ProductId, u32)]) -> Fact {
    OrderConfirmed {
        order: document(order_id, lines),
    }
    .into()
}

fn refund_requested(lines: &[(ProductId, u32)], owed: &[Step]) -> Fact {
    let refund = refund(lines, owed);
    RefundRequested {
        order: document(ORDER, lines),
        refund,
    }
    .into()
}

fn refunded(lines: &[(ProductId, u32)]) -> Fact {
    let refund = refund(lines, &[Step::ReturnStock]);
    OrderRefunded {
        order: document(ORDER, lines),
        refund,
    }
    .into()
}

fn refund(lines: &[(ProductId, u32)], owed: &[Step]) -> RefundDocument {
    let lines = (1..)
        .zip(lines)
        .map(|(line, &(product_id, pieces))| RefundLine {
            line,
            product_id,
            quantity: Quantity::new(pieces),
            amount: Money::ZERO,
        });
    RefundDocument {
        refund_id: REFUND,
        lines: lines.collect(),
        amount: Money::ZERO,
        whole_order: true,
        owed: Steps::of(owed),
        confirmed_at: CONFIRMED_AT,
    }
}

fn document(order_id: OrderId, lines: &[(ProductId, u32)]) -> OrderDocument {
    let lines = (1..)
        .zip(lines)
        .map(|(line, &(product_id, pieces))| OrderDocumentLine {
            line,
            product_id,
            quantity: Quantity::new(pieces),
            expected_unit_price: None,
            name: None,
            category: None,
            unit_price: None,
            discount: None,
        });
    OrderDocument {
        order_id,
        user_id: BUYER,
        status: OrderStatus::Completed,
        lines: lines.collect(),
        user_coupon_id: None,
        failure: None,
        total_price: None,
        discount: None,
        paid_price: None,
        refunded_price: None,
        created_at: Timestamp::from_micros(1),
        ended_at: Some(CONFIRMED_AT),
        version: 2,
    }
}

fn left(world: &World, product_id: ProductId) -> i64 {
    world.get::<Stock>(&product_id).unwrap().quantity
}

/// The ledger as (saga, product, direction, delta, quantity after, stock version).
fn ledger(world: &World) -> Vec<(i64, ProductId, store::Direction, i64, i64, i64)> {
    let row = |row: Ledger| {
        let saga = row.saga_id.get();
        (
            saga,
            row.product_id,
            row.direction,
            row.delta,
            row.quantity_after,
            row.stock_version,
        )
    };
    world.all::<Ledger>().into_iter().map(row).collect()
}

/// The one fact that was said.
fn said(decision: &Decision<Reply>) -> &Fact {
    let [said] = decision.says.as_slice() else {
        panic!("one fact, not {:?}", decision.says)
    };
    &said.fact
}

/// The lines of the StockRestored that was said.
fn restored(decision: &Decision<Reply>) -> &[RestockedLine] {
    let Fact::StockRestored(restored) = said(decision) else {
        panic!("{decision:?}")
    };
    &restored.lines
}

fn restocked(product_id: ProductId, pieces: u32, left: i64, stock_version: i64) -> RestockedLine {
    RestockedLine {
        product_id,
        quantity: Quantity::new(pieces),
        left,
        stock_version,
    }
}

fn key(scope: &str, fingerprint: u8) -> KeyUse {
    KeyUse {
        scope: scope.to_owned(),
        fingerprint: vec![fingerprint],
    }
}

fn saga(order_id: OrderId) -> SagaId {
    order_id.into()
}
