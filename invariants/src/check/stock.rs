//! I3 and I4: stock is what its ledger says, and the ledger never sold what was not there.

use std::collections::{BTreeMap, BTreeSet};

use contracts::events::Kind;
use contracts::ids::{ProductId, SagaId};
use order::store::Status;
use product::store::{Direction, Ledger};

use super::Findings;
use crate::Violation;
use crate::facts::{Facts, History, Ordered, status_name};

pub(super) fn i3_conservation(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I3");
    for (product_id, history) in facts.product.histories() {
        let mut sum = 0i128;
        let mut odd = None;
        for row in history.iter() {
            sum += i128::from(row.delta);
            if sum != i128::from(row.quantity_after) {
                odd.get_or_insert((row, sum));
            }
        }
        let quantity = facts.product.stock(product_id).map(|stock| stock.quantity);
        let subject = format_args!("product {product_id}");
        if let Some((row, sum)) = odd {
            let (told, words) = (row.quantity_after, words(row));
            let witness = format_args!("{words} leaves {told}, the rows up to it add up to {sum}");
            findings.add(subject, witness);
        } else if quantity.map(i128::from) != Some(sum) {
            let has = quantity.map_or("no row".to_owned(), |quantity| quantity.to_string());
            let witness = format_args!("its stock has {has}, its ledger adds up to {sum}");
            findings.add(subject, witness);
        }
    }
    for stock in &facts.product.stock {
        let no_ledger = facts
            .product
            .history(stock.product_id)
            .iter()
            .next()
            .is_none();
        if stock.quantity != 0 && no_ledger {
            findings.add(
                format_args!("product {}", stock.product_id),
                format_args!("its stock has {}, its ledger has no row", stock.quantity),
            );
        }
    }
    findings.found
}

pub(super) fn i4_no_oversell(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I4");
    for (product_id, history) in facts.product.histories() {
        if let Some(witness) = oversold(facts, product_id, &history) {
            findings.add(format_args!("product {product_id}"), witness);
        }
    }
    findings.found
}

fn oversold(facts: &Facts, product_id: ProductId, history: &History<Ledger>) -> Option<String> {
    let mut sum = 0i128;
    let mut version = 0;
    for row in history.iter() {
        if row.stock_version != version + 1 {
            let words = words(row);
            return Some(format!("{words} follows version {version}"));
        }
        version = row.stock_version;
        sum += i128::from(row.delta);
        if sum < 0 {
            return Some(format!("{} brings the sum to {sum}", words(row)));
        }
    }
    let stock = facts.product.stock(product_id)?;
    let differs = stock.version != version;
    differs.then(|| {
        format!(
            "its stock is at version {}, its ledger at {version}",
            stock.version
        )
    })
}

/// What came in by hand, less what completed orders hold after their refunds: without the rows
/// that deducted, restored and returned, so that the two ways of counting check each other. What
/// an operator resolved is counted by its rows.
pub(super) fn i3_sold(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I3");
    let mut expected: BTreeMap<ProductId, i128> = BTreeMap::new();
    let resolved: BTreeSet<SagaId> = facts
        .order
        .resolved
        .iter()
        .map(|resolved| resolved.saga_id)
        .collect();
    for row in &facts.product.ledger {
        let by_hand = row.direction == Direction::Adjust;
        if by_hand || resolved.contains(&row.saga_id) {
            *expected.entry(row.product_id).or_default() += i128::from(row.delta);
        }
    }
    let refunds = facts.order.refunds.iter();
    for refund in refunds.filter(|refund| !resolved.contains(&refund.refund_id.into())) {
        for line in &refund.lines {
            let pieces = i128::from(line.quantity.get());
            *expected.entry(line.product_id).or_default() += pieces;
        }
    }
    for order in completed(facts) {
        for line in facts.order.lines(order) {
            let pieces = i128::from(line.quantity.get());
            *expected.entry(line.product_id).or_default() -= pieces;
        }
    }
    for (product_id, expected) in expected {
        let quantity = facts
            .product
            .stock(product_id)
            .map_or(0, |stock| stock.quantity);
        if i128::from(quantity) != expected {
            let odd = odd_order(facts, product_id);
            let odd = odd.unwrap_or_else(|| "each order agrees with the ledger".to_owned());
            findings.add(
                format_args!("product {product_id}"),
                format_args!("its stock has {quantity}, orders leave {expected}: {odd}"),
            );
        }
    }
    findings.found
}

fn completed(facts: &Facts) -> impl Iterator<Item = &Ordered> {
    let orders = facts.order.orders.iter();
    orders.filter(|order| order.status == Status::Completed)
}

/// The first order that holds more or less than its ledger rows took.
fn odd_order(facts: &Facts, product_id: ProductId) -> Option<String> {
    for row in facts.product.history(product_id).iter() {
        if row.direction != Direction::Deduct {
            continue;
        }
        let moved = facts.product.moved(row.saga_id).iter();
        let moved = moved.filter(|row| row.product_id == product_id);
        let taken: i128 = moved.map(|row| -i128::from(row.delta)).sum();
        let order = facts.order.of_saga(row.saga_id);
        let holds = order
            .filter(|order| order.status == Status::Completed)
            .map_or(0, |order| facts.order.pieces(order, product_id));
        if taken != i128::from(holds) {
            let state = order.map_or("unknown", |order| status_name(order.status));
            let saga = row.saga_id;
            return Some(format!(
                "order {saga} is {state}, holds {holds}, took {taken}"
            ));
        }
    }
    let took_none = |order: &&Ordered| {
        let mut moved = facts.product.moved(order.order_id.into()).iter();
        facts.order.pieces(order, product_id) > 0 && !moved.any(|row| row.product_id == product_id)
    };
    let order = completed(facts).find(took_none)?;
    let pieces = facts.order.pieces(order, product_id);
    Some(format!(
        "order {} is COMPLETED, holds {pieces}, took none",
        order.order_id
    ))
}

/// A ledger row in words.
fn words(row: &Ledger) -> String {
    let done = match row.direction {
        Direction::Deduct => Kind::StockDeducted.name(),
        Direction::Restore => Kind::StockRestored.name(),
        Direction::Return => Kind::StockReturned.name(),
        Direction::Adjust => "the adjustment",
    };
    format!(
        "{done} {} of {:+} (version {})",
        row.saga_id, row.delta, row.stock_version
    )
}
