//! Goods that come back: the undo of an order's step puts back what its ledger rows say was
//! taken, a refund what it names. Neither can be refused.

use contracts::events::product::{RestockedLine, StockRestored, StockReturned};
use contracts::ids::{OrderId, SagaId};
use contracts::saga::Step;
use db::Standing;
use runtime::fence::{self, Do, Undo};
use runtime::{Decision, Moment};

use super::{Reply, deduct, sequence};
use crate::domain::demand::Pieces;
use crate::input::ReturnStock;
use crate::store::{Direction, Entry, Ledger, Rows};

pub fn restore_stock(rows: &mut Rows, order_id: OrderId, at: &Moment) -> Decision<Reply> {
    let saga = SagaId::from(order_id);
    let (taken, now) = match fence::may_undo(deduct::standing(rows, saga)) {
        Undo::Repeat => return Decision::repeat(),
        Undo::Void => (Vec::new(), Standing::Void),
        Undo::Now => (taken(rows, saga), Standing::Undone),
    };
    if taken.is_empty() {
        // No ledger row will tell, and a late order must still find its step closed.
        fence::remember(&mut rows.fence, saga, Step::DeductStock, now, at.now);
    }
    let lines = put_back(rows, saga, Direction::Restore, &taken, at);
    Decision::say(
        sequence::RESTOCKED,
        StockRestored { order_id, lines }.into(),
    )
}

pub fn return_stock(rows: &mut Rows, refund: &ReturnStock, at: &Moment) -> Decision<Reply> {
    let saga = SagaId::from(refund.refund_id);
    match fence::may_do(returned(rows, saga)) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    if refund.pieces.is_empty() {
        fence::remember(
            &mut rows.fence,
            saga,
            Step::ReturnStock,
            Standing::Applied,
            at.now,
        );
    }
    let said = StockReturned {
        order_id: refund.order_id,
        refund_id: refund.refund_id,
        lines: put_back(rows, saga, Direction::Return, &refund.pieces, at),
    };
    Decision::say(sequence::RESTOCKED, said.into())
}

fn returned(rows: &Rows, saga: SagaId) -> Option<Standing> {
    let is_return = |entry: &Ledger| entry.direction == Direction::Return;
    if rows.ledger.under(saga).any(is_return) {
        return Some(Standing::Applied);
    }
    fence::standing(&rows.fence, saga, Step::ReturnStock)
}

/// What the order's step took, in the order of product ids.
fn taken(rows: &Rows, saga: SagaId) -> Vec<Pieces> {
    let entries = rows.ledger.under(saga);
    let taken = entries.filter(|entry| entry.direction == Direction::Deduct);
    let pieces = taken.map(|entry| Pieces {
        product_id: entry.product_id,
        quantity: entry.pieces(),
    });
    pieces.collect()
}

fn put_back(
    rows: &mut Rows,
    saga: SagaId,
    direction: Direction,
    pieces: &[Pieces],
    at: &Moment,
) -> Vec<RestockedLine> {
    let mut lines = Vec::with_capacity(pieces.len());
    for &Pieces {
        product_id,
        quantity,
    } in pieces
    {
        let after = rows.level(product_id).put_back(quantity);
        let entry = Entry {
            saga_id: saga,
            product_id,
            direction,
            reason: None,
        };
        rows.move_stock(entry, after, at.now);
        lines.push(RestockedLine {
            product_id,
            quantity,
            left: after.quantity,
            stock_version: after.version,
        });
    }
    lines
}
