//! I5: points are what their ledger says, and an order takes what it costs once or gives it back
//! whole. A user's rows hang together, each by the name of the one before.

use contracts::events::payment::PointDirection;
use contracts::ids::OrderId;
use contracts::money::Money;
use db::Row;
use order::store::Status;
use payment::store::{Direction, EntryKey, Point, PointHistory};

use super::Findings;
use crate::Violation;
use crate::facts::{Facts, History, Ordered, status_name};

pub(super) fn i5_balances(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I5");
    for (user_id, history) in facts.payment.histories() {
        if let Some(witness) = unbalanced(facts, &history) {
            findings.add(format_args!("user {user_id}"), witness);
        }
    }
    for point in &facts.payment.points {
        if let Some(witness) = unexplained(facts, point) {
            findings.add(format_args!("user {}", point.user_id), witness);
        }
    }
    for (order_id, history) in facts.payment.by_order() {
        if let Some(witness) = paid_oddly(order_id, &history) {
            findings.add(format_args!("order {order_id}"), witness);
        }
    }
    findings.found
}

/// What a balance says without a ledger row, or of another row than its newest.
fn unexplained(facts: &Facts, point: &Point) -> Option<String> {
    let newest = facts.payment.history(point.user_id).iter().last();
    if newest.is_none() && !point.balance.is_zero() {
        let balance = point.balance;
        return Some(format!("the balance is {balance}, the ledger has no row"));
    }
    let (told, stands) = (point.newest(), newest.map(Row::key));
    (told != stands).then(|| {
        let (told, stands) = (named(told), named(stands));
        format!("the balance names {told} as its newest, the ledger ends with {stands}")
    })
}

fn unbalanced(facts: &Facts, history: &History<PointHistory>) -> Option<String> {
    let mut sum = 0i128;
    let mut version = 0;
    let mut user_id = None;
    let mut before = None;
    for row in history.iter() {
        user_id = Some(row.user_id);
        if row.point_version != version + 1 {
            return Some(format!("{} follows version {version}", words(row)));
        }
        version = row.point_version;
        if row.previous() != before {
            let (told, stands) = (named(row.previous()), named(before));
            let words = words(row);
            return Some(format!(
                "{words} names {told} before it, and follows {stands}"
            ));
        }
        before = Some(row.key());
        if row.amount <= Money::ZERO {
            return Some(format!("{} is not above zero", words(row)));
        }
        let amount = i128::from(row.amount.won());
        sum += match row.direction {
            Direction::Charge | Direction::Refund => amount,
            Direction::Use => -amount,
        };
        if sum < 0 {
            return Some(format!("{} brings the sum to {sum}", words(row)));
        }
        if i128::from(row.balance_after.won()) != sum {
            let (words, told) = (words(row), row.balance_after);
            return Some(format!(
                "{words} leaves {told}, the rows up to it add up to {sum}"
            ));
        }
    }
    let Some(point) = facts.payment.point(user_id?) else {
        return Some(format!("there is no balance, the ledger adds up to {sum}"));
    };
    if i128::from(point.balance.won()) != sum {
        let balance = point.balance;
        return Some(format!(
            "the balance is {balance}, the ledger adds up to {sum}"
        ));
    }
    let differs = point.version != version;
    differs.then(|| {
        format!(
            "the balance is at version {}, the ledger at {version}",
            point.version
        )
    })
}

/// A use and its reversal, of which the key allows one each, equal and the same user's; refunds
/// within the use.
fn paid_oddly(order_id: OrderId, history: &History<PointHistory>) -> Option<String> {
    let (mut used, mut back): (Option<&PointHistory>, Option<&PointHistory>) = (None, None);
    let mut returned = 0i128;
    for row in history.iter() {
        let own = row.saga_id == order_id.into();
        match row.direction {
            Direction::Charge => return Some(format!("{} names it", words(row))),
            Direction::Use if !own => return Some(format!("{} is another saga's", words(row))),
            Direction::Use => used = Some(row),
            Direction::Refund if own => back = Some(row),
            Direction::Refund => returned += i128::from(row.amount.won()),
        }
    }
    let Some(used) = used else {
        let first = history.iter().next()?;
        return Some(format!("{} gives back what was never taken", words(first)));
    };
    if let Some(row) = history.iter().find(|row| row.user_id != used.user_id) {
        return Some(format!("{} credits user {}", words(row), row.user_id));
    }
    match back {
        Some(back) if back.amount != used.amount => {
            Some(format!("{} gives back {}", words(back), words(used)))
        }
        Some(back) if returned > 0 => Some(format!(
            "{} and refunds of {returned} give it back twice",
            words(back)
        )),
        Some(_) | None if returned > i128::from(used.amount.won()) => {
            Some(format!("refunds of {returned} exceed {}", words(used)))
        }
        Some(_) | None => None,
    }
}

pub(super) fn i5_payments(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I5");
    for order in &facts.order.orders {
        if let Some(witness) = unpaid(facts, order) {
            let (id, status) = (order.order_id, status_name(order.status));
            findings.add(
                format_args!("order {id}"),
                format_args!("it is {status}, {witness}"),
            );
        }
    }
    findings.found
}

fn unpaid(facts: &Facts, order: &Ordered) -> Option<String> {
    let own = |row: &&PointHistory| row.saga_id == order.order_id.into();
    let entry = |direction| {
        let mut rows = facts.payment.of_order(order.order_id).iter();
        rows.find(|row| own(row) && row.direction == direction)
    };
    let (used, back) = (entry(Direction::Use), entry(Direction::Refund));
    match (order.status, used, back) {
        (Status::Pending, ..) => None,
        (_, Some(used), _) if used.user_id != order.user_id => {
            Some(format!("and {} is of user {}", words(used), used.user_id))
        }
        (Status::Completed, Some(used), None) if order.paid == Some(Money::ZERO) => {
            Some(format!("costs nothing, and {} stands", words(used)))
        }
        (Status::Completed, Some(_), None) => None,
        (Status::Completed, None, _) => {
            let paid = order.paid.filter(|paid| !paid.is_zero())?;
            Some(format!("and its {paid} won were never taken"))
        }
        (Status::Completed, Some(_), Some(back)) => Some(format!("and {} undid it", words(back))),
        (Status::Cancelled, Some(used), None) => {
            let resolved = facts
                .order
                .is_resolved(order.order_id, order.order_id.into());
            (!resolved).then(|| format!("and {} stands", words(used)))
        }
        (Status::Cancelled, ..) => None,
    }
}

/// A ledger row in words.
fn words(row: &PointHistory) -> String {
    let PointHistory {
        amount,
        point_version,
        ..
    } = row;
    let name = named(Some(row.key()));
    format!("{name} of {amount} won (version {point_version})")
}

/// A ledger row by its key.
fn named(key: Option<EntryKey>) -> String {
    let Some((saga_id, direction)) = key else {
        return "no row".to_owned();
    };
    let direction = PointDirection::from(direction).as_str();
    format!("{direction} {saga_id}")
}
