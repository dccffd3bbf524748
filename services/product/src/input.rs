//! What Product hears: the steps and undos of the sagas, the confirmed orders it ranks, the
//! commands of the shop's staff, and two timers. What an event means here is said in one match.

use contracts::envelope::Event;
use contracts::events::Fact;
use contracts::events::order::{OrderConfirmed, OrderCreated, OrderRefunded, RefundRequested};
use contracts::http::product::ProductChange;
use contracts::ids::{OrderId, ProductId, RefundId, SagaId};
use contracts::money::{Money, Quantity};
use contracts::saga::Step;
use contracts::time::Timestamp;
use runtime::idempotency::KeyUse;
use runtime::{Accept, Timer};

use crate::domain::demand::Pieces;
use crate::domain::ranking::{Direction, Hour};

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    DeductStock(OrderCreated),
    RestoreStock(OrderId),
    ReturnStock(ReturnStock),
    Rank(Rank),
    CreateProduct(CreateProduct),
    AdjustStock(AdjustStock),
    UpdateProduct(UpdateProduct),
    /// The name of a product that stood before names were indexed.
    IndexName(ProductId),
    /// Counts by the hour that are old enough become their day's.
    FoldRanking,
}

/// What a refund brings back.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnStock {
    pub order_id: OrderId,
    pub refund_id: RefundId,
    pub pieces: Vec<Pieces>,
}

/// What a confirmed order sold, or a finished refund took back.
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// The order's saga or the refund's: each counts once.
    pub saga: SagaId,
    pub hour: Hour,
    pub direction: Direction,
    pub pieces: Vec<Pieces>,
}

/// A new product and the stock it begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateProduct {
    pub id: ProductId,
    pub name: String,
    pub name_en: String,
    pub category: String,
    pub price: Money,
    pub stock: Quantity,
    pub key: KeyUse,
}

/// A correction of the stock by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct AdjustStock {
    /// The command's own id: it stands in the ledger where an order's saga would.
    pub id: SagaId,
    pub product_id: ProductId,
    pub delta: i64,
    pub reason: String,
    pub key: KeyUse,
}

/// A change of what is sold. The same change again changes nothing, so it takes no key.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateProduct {
    pub product_id: ProductId,
    pub change: ProductChange,
}

/// The key of the ranking's timer: below any product's id.
pub const RANKING_TIMER: i64 = 0;

/// A timer is the ranking's, or that of a product whose name waits to be indexed.
pub const fn due(timer: Timer) -> Input {
    match timer.key {
        RANKING_TIMER => Input::FoldRanking,
        product_id => Input::IndexName(ProductId::new(product_id)),
    }
}

/// An undo or a return that does not name Product's step is owed by others: ignored.
pub fn accept(event: &Event) -> Accept<Input> {
    match &event.fact {
        Fact::OrderCreated(order) => Accept::Hear(Input::DeductStock(order.clone())),
        Fact::CouponRejected(refused) => Accept::Hear(Input::RestoreStock(refused.order_id)),
        Fact::PaymentFailed(refused) => Accept::Hear(Input::RestoreStock(refused.order_id)),
        Fact::OrderCancelled(cancelled) if cancelled.undo.contains(Step::DeductStock) => {
            Accept::Hear(Input::RestoreStock(cancelled.order.order_id))
        }
        Fact::RefundRequested(asked) if asked.refund.owed.contains(Step::ReturnStock) => {
            Accept::Hear(Input::ReturnStock(returned(asked)))
        }
        Fact::OrderConfirmed(confirmed) => Accept::Hear(Input::Rank(sold(confirmed, event.at))),
        Fact::OrderRefunded(refunded) => Accept::Hear(Input::Rank(taken_back(refunded))),
        Fact::OrderCancelled(_)
        | Fact::RefundRequested(_)
        | Fact::UserRegistered(_)
        | Fact::UserDeactivated(_)
        | Fact::ProductChanged(_)
        | Fact::StockDeducted(_)
        | Fact::StockDeductionFailed(_)
        | Fact::StockRestored(_)
        | Fact::StockReturned(_)
        | Fact::PointCharged(_)
        | Fact::PaymentCompleted(_)
        | Fact::PaymentRefunded(_)
        | Fact::PointsReturned(_)
        | Fact::CouponIssued(_)
        | Fact::CouponApplied(_)
        | Fact::CouponRestored(_)
        | Fact::CouponReturned(_) => Accept::Ignore,
    }
}

fn returned(asked: &RefundRequested) -> ReturnStock {
    let lines = asked.refund.lines.iter();
    ReturnStock {
        order_id: asked.order.order_id,
        refund_id: asked.refund.refund_id,
        pieces: Pieces::of(lines.map(|line| (line.product_id, line.quantity))),
    }
}

fn sold(confirmed: &OrderConfirmed, said_at: Timestamp) -> Rank {
    let order = &confirmed.order;
    let lines = order.lines.iter();
    Rank {
        saga: order.order_id.into(),
        // The time that a refund will name as the confirmation's.
        hour: Hour::of(order.ended_at.unwrap_or(said_at)),
        direction: Direction::Sold,
        pieces: Pieces::of(lines.map(|line| (line.product_id, line.quantity))),
    }
}

fn taken_back(refunded: &OrderRefunded) -> Rank {
    let refund = &refunded.refund;
    let lines = refund.lines.iter();
    Rank {
        saga: refund.refund_id.into(),
        hour: Hour::of(refund.confirmed_at),
        direction: Direction::TakenBack,
        pieces: Pieces::of(lines.map(|line| (line.product_id, line.quantity))),
    }
}
