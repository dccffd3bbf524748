//! I18: an order's sums follow from its own lines, and nothing is taken but what it costs. That
//! no price came from a client is the deciding code's to show.

use contracts::money::{Money, Quantity};
use order::store::Status;
use payment::store::Direction;

use super::{Findings, Maybe};
use crate::Violation;
use crate::facts::{Facts, Line, Ordered, status_name};

pub(super) fn i18_sums(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I18");
    for order in &facts.order.orders {
        let lines = facts.order.lines(order);
        let witness = ill_lined(lines)
            .or_else(|| ill_summed(order, lines))
            .or_else(|| ill_itemized(facts, order, lines))
            .or_else(|| ill_paid(facts, order));
        if let Some(witness) = witness {
            findings.add(format_args!("order {}", order.order_id), witness);
        }
    }
    findings.found
}

fn ill_lined(lines: &[Line]) -> Option<String> {
    if lines.is_empty() {
        return Some("it has no line".to_owned());
    }
    for (expected, line) in (1..).zip(lines) {
        let no = line.line;
        if no != expected {
            return Some(format!("line {no} stands where line {expected} should"));
        }
        if Quantity::of_line(line.quantity.get()).is_none() {
            return Some(format!("line {no} asks for {} pieces", line.quantity));
        }
        let Some(unit_price) = line.unit_price else {
            continue;
        };
        if unit_price.is_negative() {
            return Some(format!("line {no} costs {unit_price} a piece"));
        }
        if line.expected.is_some_and(|expected| expected != unit_price) {
            let expected = Maybe(line.expected);
            return Some(format!(
                "line {no} was ordered at {expected}, sold at {unit_price}"
            ));
        }
        let most = unit_price.checked_mul(line.quantity);
        let off = line.discount.unwrap_or(Money::ZERO);
        if off.is_negative() || Some(off) > most {
            return Some(format!("line {no} of {} takes {off} off", Maybe(most)));
        }
    }
    None
}

fn ill_summed(order: &Ordered, lines: &[Line]) -> Option<String> {
    let Ordered {
        total,
        discount,
        paid,
        ..
    } = *order;
    let status = status_name(order.status);
    let priced = (total.is_some(), discount.is_some(), paid.is_some());
    let may = match order.status {
        // The steps of an open order are priced in its audit.
        Status::Pending => priced == (false, false, false),
        Status::Completed => priced == (true, true, true),
        Status::Cancelled => priced.1 == priced.2 && (priced.0 || !priced.1),
    };
    if !may {
        let (total, discount, paid) = (Maybe(total), Maybe(discount), Maybe(paid));
        return Some(format!(
            "it is {status}: total {total}, discount {discount}, paid {paid}"
        ));
    }
    let worth = |line: &Line| line.unit_price?.checked_mul(line.quantity);
    let worth = sum(lines.iter().map(worth));
    if total.is_some() && total != worth {
        return Some(format!(
            "its total is {}, its lines cost {}",
            Maybe(total),
            Maybe(worth)
        ));
    }
    let off = sum(lines.iter().map(|line| line.discount));
    if discount.is_some() && discount != off {
        let (discount, off) = (Maybe(discount), Maybe(off));
        return Some(format!(
            "its discount is {discount}, its lines' add up to {off}"
        ));
    }
    let (total, discount, paid) = (total?, discount?, paid?);
    let differs = total.checked_sub(discount) != Some(paid) || paid.is_negative();
    differs.then(|| format!("it costs {total} less {discount}, and {paid} is to be paid"))
}

/// None where one is absent or the sum leaves the range.
fn sum(mut amounts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    amounts.try_fold(Money::ZERO, |sum, amount| sum.checked_add(amount?))
}

/// What was written down at the end is what the document says, line by line.
fn ill_itemized(facts: &Facts, order: &Ordered, lines: &[Line]) -> Option<String> {
    let items = facts.order.items(order.order_id);
    let written = order.status != Status::Pending && order.total.is_some();
    let expected = if written { lines.len() } else { 0 };
    if items.len() != expected {
        let status = status_name(order.status);
        return Some(format!(
            "it is {status}, {expected} items are due, {} stand",
            items.len()
        ));
    }
    let odd = items.iter().zip(lines).find(|(item, line)| {
        let numbers = item.line == i64::from(line.line) && item.product_id == line.product_id;
        let prices = Some(item.unit_price) == line.unit_price && item.discount == line.discount;
        !numbers || !prices || item.quantity != line.quantity
    });
    let (item, line) = odd?;
    Some(format!(
        "item {} is {} of {} at {}, line {} is {} of {} at {}",
        item.line,
        item.quantity,
        item.product_id,
        item.unit_price,
        line.line,
        line.quantity,
        line.product_id,
        Maybe(line.unit_price)
    ))
}

fn ill_paid(facts: &Facts, order: &Ordered) -> Option<String> {
    let paid = order.paid?;
    let used = facts
        .payment
        .entry(order.user_id, order.order_id.into(), Direction::Use)?;
    let differs = used.amount != paid;
    differs.then(|| format!("it costs {paid}, and {} were taken", used.amount))
}
