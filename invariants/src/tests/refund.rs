//! A whole refund's returns. Order has no refunds of its own yet: its audit is written by hand.

use contracts::events::Kind;
use contracts::events::order::{RefundDocument, RefundLine, RefundRequested};
use contracts::ids::{RefundId, SagaId};
use contracts::saga::{Step, Steps};
use order::store::OrderRow;

use super::plants::{audit, say};
use super::world::*;

const REFUND: RefundId = RefundId::new(801);

fn refunded() -> Rows {
    let mut worlds = worlds();
    let order = worlds
        .order
        .get::<OrderRow>(&WITH_COUPON)
        .unwrap()
        .document();
    let lines = order.lines.iter().map(|line| RefundLine {
        line: line.line,
        product_id: line.product_id,
        quantity: line.quantity,
        amount: line.unit_price.unwrap(),
    });
    let refund = RefundDocument {
        refund_id: REFUND,
        lines: lines.collect(),
        amount: order.paid_price.unwrap(),
        whole_order: true,
        owed: Steps::of(&[Step::ReturnStock, Step::ReturnCoupon, Step::ReturnPoints]),
        confirmed_at: order.ended_at.unwrap(),
    };
    worlds.hear(RefundRequested { order, refund }.into());
    worlds.carry_all();
    let mut rows = worlds.rows();
    let saga = SagaId::from(REFUND);
    for kind in [
        Kind::RefundRequested,
        Kind::StockReturned,
        Kind::CouponReturned,
        Kind::PointsReturned,
        Kind::OrderRefunded,
    ] {
        audit(&mut rows.order, WITH_COUPON, saga, kind);
    }
    rows
}

#[test]
fn a_whole_refund_leaves_a_healthy_shop() {
    assert_eq!(refunded().violations(), []);
}

#[test]
fn a_refund_said_and_not_audited_is_seen() {
    let mut rows = refunded();
    say(&mut rows.order, Kind::RefundRequested, SagaId::new(999), 3);
    let last = rows
        .order
        .table_mut::<db::Outbox>()
        .values_mut()
        .next_back()
        .unwrap();
    last.key = WITH_COUPON.get();
    let found = rows.violations();
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["I12 order 00000000000FN: RefundRequested was said (19), and its audit has no row of it"]
    );
}
