//! What could be wrong in Product.

use contracts::events::Fact;
use contracts::events::order::OrderCreated;
use contracts::events::product::StockRestored;
use contracts::ids::{OrderId, ProductId, SagaId};
use contracts::saga::Step;
use db::Standing;
use product::Product;
use product::decide::Reply;
use product::domain::ranking::Direction as Counted;
use product::input::{Input, Rank};
use product::store::{Direction, Entry, Ledger, Rows, Stock};
use runtime::{Decision, Moment, Service, fence};

use super::{Bug, Plant, ProductBug};

impl Plant for Product {
    fn spoil(bug: Bug, rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
        let Bug::Product(bug) = bug else {
            return Self::decide(rows, input, at);
        };
        match (bug, input) {
            (ProductBug::Oversells, Input::DeductStock(order)) => oversell(rows, order, at),
            (ProductBug::IgnoresExpectedPrice, Input::DeductStock(order)) => {
                ignore_expected(rows, order, at)
            }
            (_, _) => {
                let decision = Self::decide(rows, input, at);
                spoil_after(bug, rows, input, decision, at)
            }
        }
    }
}

fn spoil_after(
    bug: ProductBug,
    rows: &mut Rows,
    input: &Input,
    decision: Decision<Reply>,
    at: &Moment,
) -> Decision<Reply> {
    match bug {
        ProductBug::Oversells | ProductBug::IgnoresExpectedPrice => {}
        ProductBug::RanksAgain => {
            if let (Input::Rank(sales), true) = (input, decision.is_repeat()) {
                rank_again(rows, sales);
            }
        }
        ProductBug::RemembersTwice => {
            if let Some(Fact::StockDeducted(deducted)) = fact(&decision) {
                remember_by_fence(rows, deducted.order_id, at);
            }
        }
        ProductBug::RanksRefunded => {
            if let (Input::Rank(sales), false) = (input, decision.is_repeat())
                && sales.direction == Counted::TakenBack
            {
                rank_again(rows, sales);
            }
        }
        ProductBug::ReturnsShort => {
            if let (Input::ReturnStock(refund), false) = (input, decision.is_repeat()) {
                return_short(rows, refund.refund_id.into());
            }
        }
        ProductBug::RestoresTwice => {
            if let (Input::RestoreStock(order), true) = (input, decision.is_repeat()) {
                restore_again(rows, *order);
            }
        }
        ProductBug::WrongDirection => {
            if let Input::RestoreStock(order) = input {
                mistake_direction(rows, *order);
            }
        }
        ProductBug::ForgetsRefusal => {
            if let Some(Fact::StockDeductionFailed(failed)) = fact(&decision) {
                rows.fence.remove(&fence_key(failed.order_id));
            }
        }
        ProductBug::CountsLinesTwice => {
            if let (Input::DeductStock(order), Some(Fact::StockDeducted(_))) =
                (input, fact(&decision))
            {
                take_again(rows, order);
            }
        }
        ProductBug::TakesSome => {
            if let (Input::DeductStock(order), Some(Fact::StockDeductionFailed(_))) =
                (input, fact(&decision))
            {
                take_some(rows, order, at);
            }
        }
        ProductBug::AnswersAgain => {
            if let (Input::RestoreStock(order_id), true) = (input, decision.is_repeat()) {
                let order_id = *order_id;
                let lines = Vec::new();
                return Decision::say(2, StockRestored { order_id, lines }.into());
            }
        }
    }
    decision
}

fn fact(decision: &Decision<Reply>) -> Option<&Fact> {
    decision.says.first().map(|said| &said.fact)
}

fn remember_by_fence(rows: &mut Rows, order: OrderId, at: &Moment) {
    let (step, applied) = (Step::DeductStock, Standing::Applied);
    fence::remember(&mut rows.fence, order.into(), step, applied, at.now);
}

/// Asks the shelf alone what a line costs; what the customer expects is passed on unread.
fn ignore_expected(rows: &mut Rows, order: &OrderCreated, at: &Moment) -> Decision<Reply> {
    let mut blind = order.clone();
    for line in &mut blind.lines {
        line.expected_unit_price = None;
    }
    let mut decision = Product::decide(rows, &Input::DeductStock(blind), at);
    for said in &mut decision.says {
        if let Fact::StockDeducted(deducted) = &mut said.fact {
            for (sold, asked) in deducted.lines.iter_mut().zip(&order.lines) {
                sold.expected_unit_price = asked.expected_unit_price;
            }
        }
    }
    decision
}

fn fence_key(order_id: OrderId) -> (SagaId, i64) {
    (order_id.into(), i64::from(Step::DeductStock.code()))
}

fn restore_again(rows: &mut Rows, order: OrderId) {
    let restored: Vec<Ledger> = entries(rows, order, Direction::Restore);
    for entry in restored {
        if let Some(stock) = rows.stock.get_mut(&entry.product_id) {
            stock.quantity += entry.delta;
        }
    }
}

fn rank_again(rows: &mut Rows, sales: &Rank) {
    for pieces in &sales.pieces {
        let key = (sales.hour.number(), pieces.product_id);
        if let Some(rank) = rows.rank.get_mut(&key) {
            rank.quantity += i64::from(pieces.quantity.get());
        }
    }
}

/// One piece of what came back goes missing, in the ledger as on the shelf.
fn return_short(rows: &mut Rows, refund: SagaId) {
    let entries: Vec<Ledger> = rows.ledger.under(refund).cloned().collect();
    let Some(mut entry) = entries.into_iter().next() else {
        return;
    };
    if let Some(stock) = rows.stock.get_mut(&entry.product_id) {
        stock.quantity -= 1;
        entry.delta -= 1;
        entry.quantity_after -= 1;
        rows.ledger.put(entry);
    }
}

fn mistake_direction(rows: &mut Rows, order: OrderId) {
    for entry in entries(rows, order, Direction::Restore) {
        rows.ledger
            .remove(&(entry.saga_id, entry.product_id, entry.direction));
        rows.ledger.put(Ledger {
            direction: Direction::Return,
            ..entry
        });
    }
}

fn entries(rows: &Rows, order: OrderId, direction: Direction) -> Vec<Ledger> {
    let all = rows.ledger.under(SagaId::from(order));
    all.filter(|entry| entry.direction == direction)
        .cloned()
        .collect()
}

fn take_again(rows: &mut Rows, order: &OrderCreated) {
    let mut seen: Vec<ProductId> = Vec::new();
    for line in &order.lines {
        if seen.contains(&line.product_id)
            && let Some(stock) = rows.stock.get_mut(&line.product_id)
        {
            stock.quantity -= i64::from(line.quantity.get());
        }
        seen.push(line.product_id);
    }
}

fn take_some(rows: &mut Rows, order: &OrderCreated, at: &Moment) {
    for line in &order.lines {
        if let Some(after) = rows.level(line.product_id).take(line.quantity) {
            let entry = Entry {
                saga_id: order.order_id.into(),
                product_id: line.product_id,
                direction: Direction::Deduct,
                reason: None,
            };
            return rows.move_stock(entry, after, at.now);
        }
    }
}

/// Lends what is missing, sells, and takes the loan back.
fn oversell(rows: &mut Rows, order: &OrderCreated, at: &Moment) -> Decision<Reply> {
    const LOAN: i64 = 1_000_000;
    let input = Input::DeductStock(order.clone());
    let first = Product::decide(rows, &input, at);
    let Some(Fact::StockDeductionFailed(failed)) = fact(&first) else {
        return first;
    };
    let short: Vec<ProductId> = failed.items.iter().map(|item| item.product_id).collect();
    rows.fence.remove(&fence_key(order.order_id));
    lend(rows, &short, LOAN);
    let second = Product::decide(rows, &input, at);
    lend(rows, &short, -LOAN);
    for mut entry in entries(rows, order.order_id, Direction::Deduct) {
        if short.contains(&entry.product_id) {
            entry.quantity_after -= LOAN;
            rows.ledger.put(entry);
        }
    }
    second
}

fn lend(rows: &mut Rows, to: &[ProductId], pieces: i64) {
    for product_id in to {
        if let Some(Stock { quantity, .. }) = rows.stock.get_mut(product_id) {
            *quantity += pieces;
        }
    }
}
