//! The order's step: every line is taken, or none and each bad product is named.

use contracts::events::order::OrderCreated;
use contracts::events::product::{BadItem, StockDeducted, StockDeductionFailed};
use contracts::ids::SagaId;
use contracts::saga::Step;
use db::Standing;
use runtime::fence::{self, Do};
use runtime::{Decision, Moment};

use super::{Reply, sequence};
use crate::domain::sale::{self, Offer, Sale};
use crate::domain::stock::Level;
use crate::store::{Direction, Entry, Rows};

pub fn deduct_stock(rows: &mut Rows, order: &OrderCreated, at: &Moment) -> Decision<Reply> {
    match fence::may_do(standing(rows, order.order_id.into())) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    let offer = |product_id| {
        rows.product(product_id).map(|product| Offer {
            name: &product.name,
            category: &product.category,
            price: product.price,
            status: product.status.into(),
            level: rows.level(product_id),
        })
    };
    match sale::sell(&order.lines, offer) {
        Ok(sale) => take(rows, order, &sale, at),
        Err(items) => refuse(rows, order, items, at),
    }
}

/// What is remembered of an order's step: by the ledger if anything was taken, else by the fence.
pub fn standing(rows: &Rows, saga: SagaId) -> Option<Standing> {
    let mut standing = fence::standing(&rows.fence, saga, Step::DeductStock);
    for entry in rows.ledger.under(saga) {
        match entry.direction {
            Direction::Restore => return Some(Standing::Undone),
            Direction::Deduct => standing = Some(Standing::Applied),
            Direction::Return | Direction::Adjust => {}
        }
    }
    standing
}

fn take(rows: &mut Rows, order: &OrderCreated, sale: &Sale, at: &Moment) -> Decision<Reply> {
    let saga = SagaId::from(order.order_id);
    for taken in &sale.taken {
        let entry = Entry {
            saga_id: saga,
            product_id: taken.product_id,
            direction: Direction::Deduct,
            reason: None,
        };
        let after = Level {
            quantity: taken.frozen.left,
            version: taken.frozen.stock_version,
        };
        rows.move_stock(entry, after, at.now);
    }
    if sale.taken.is_empty() {
        // An order without lines leaves no ledger row to remember it by.
        fence::remember(
            &mut rows.fence,
            saga,
            Step::DeductStock,
            Standing::Applied,
            at.now,
        );
    }
    let lines = order.lines.iter().filter_map(|line| {
        let taken = sale.of(line.product_id)?;
        Some(line.priced(taken.frozen.clone()))
    });
    let said = StockDeducted {
        order_id: order.order_id,
        user_id: order.user_id,
        created_at: order.created_at,
        user_coupon_id: order.user_coupon_id,
        lines: lines.collect(),
        total: sale.total,
    };
    Decision::say(sequence::DEDUCTED, said.into())
}

fn refuse(
    rows: &mut Rows,
    order: &OrderCreated,
    items: Vec<BadItem>,
    at: &Moment,
) -> Decision<Reply> {
    let saga = order.order_id.into();
    fence::remember(
        &mut rows.fence,
        saga,
        Step::DeductStock,
        Standing::Refused,
        at.now,
    );
    let said = StockDeductionFailed {
        order_id: order.order_id,
        items,
    };
    Decision::say(sequence::DEDUCTED, said.into())
}
