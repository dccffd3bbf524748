//! I13: views show what the rows they are made from say: the list of orders, the ranking, and
//! who has left, as each service heard it.

use std::collections::BTreeMap;

use contracts::ids::{ProductId, UserId};
use contracts::problem::Code;
use order::store::Status;

use super::{Findings, Maybe};
use crate::Violation;
use crate::facts::{Facts, Ordered, Summaries, status_name};

/// Microseconds of an hour of the ranking.
const HOUR_MICROS: i64 = 3_600_000_000;
/// How far Seoul is ahead of UTC.
const SEOUL_HOURS: i64 = 9;

pub(super) fn i13_convergence(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I13");
    if let Some(view) = &facts.order_view {
        listed(facts, view, &mut findings);
    }
    left(facts, &mut findings);
    ranked(facts, &mut findings);
    findings.found
}

fn listed(facts: &Facts, view: &Summaries, findings: &mut Findings) {
    for order in &facts.order.orders {
        if let Some(witness) = ill_listed(facts, view, order) {
            findings.add(format_args!("order {}", order.order_id), witness);
        }
    }
    // What the view shows of no order is I10's.
}

fn ill_listed(facts: &Facts, view: &Summaries, order: &Ordered) -> Option<String> {
    let Some(row) = view.get(order) else {
        return Some("the view does not show it".to_owned());
    };
    let (shown, status) = (status_name(row.status), status_name(order.status));
    if row.status != order.status || row.version != order.version {
        let (at, version) = (row.version, order.version);
        return Some(format!(
            "the view shows {shown} (version {at}), it is {status} ({version})"
        ));
    }
    if row.refunded_price != order.refunded {
        let (shown, is) = (Maybe(row.refunded_price), Maybe(order.refunded));
        return Some(format!("the view shows {shown} refunded, it is {is}"));
    }
    let shown = (row.total_price, row.discount, row.paid_price);
    let sums = (order.total, order.discount, order.paid);
    if shown != sums {
        let [(total, off, paid), sums] =
            [shown, sums].map(|(total, off, paid)| (Maybe(total), Maybe(off), Maybe(paid)));
        return Some(format!(
            "the view shows {total} less {off}, {paid} to be paid; it is {} less {}, {}",
            sums.0, sums.1, sums.2
        ));
    }
    if (row.created_at, row.ended_at) != (order.created_at, order.ended_at) {
        return Some("the view shows other times".to_owned());
    }
    let code: Option<Code> = order.failure.map(Code::from);
    let lines = i64::try_from(facts.order.lines(order).len());
    let same = row.failure_code.map(|shown| shown.0) == code
        && lines == Ok(row.line_count)
        && row.first_item_name.as_deref() == order.first_name.as_deref();
    (!same).then(|| "the view shows another failure, line count or first item".to_owned())
}

/// Accounts that User closed are closed to the services that heard of it, and no others.
fn left(facts: &Facts, findings: &mut Findings) {
    let heard = [
        ("order", &facts.order.closed),
        ("payment", &facts.payment.closed),
        ("promotion", &facts.promotion.closed),
    ];
    for (service, closed) in heard {
        for account in facts.user.accounts.iter().filter(|account| account.closed) {
            if closed.binary_search(&account.user_id).is_err() {
                let subject = format_args!("user {}", account.user_id);
                findings.add(
                    subject,
                    format_args!("it is closed, and {service} does not know"),
                );
            }
        }
        for user_id in closed {
            if !is_closed(facts, *user_id) {
                let subject = format_args!("user {user_id}");
                findings.add(subject, format_args!("{service} holds it for closed"));
            }
        }
    }
}

fn is_closed(facts: &Facts, user_id: UserId) -> bool {
    let accounts = &facts.user.accounts;
    let found = accounts.binary_search_by_key(&user_id, |account| account.user_id);
    found.is_ok_and(|at| accounts[at].closed)
}

/// A count of the ranking: an hour's, or that of a day whose hours are folded or about to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    Day(i64),
    Hour(i64),
}

/// What one product has in one bucket.
#[derive(Default)]
struct Count {
    ranked: i64,
    sold: i64,
}

impl Bucket {
    fn of(hour: i64, facts: &Facts) -> Self {
        let day = day_of(hour);
        match facts.product.hours_from {
            Some(from) if day <= from => Self::Day(day),
            Some(_) | None => Self::Hour(hour),
        }
    }
}

/// The day in Seoul, as the ranking numbers it.
fn day_of(hour: i64) -> i64 {
    (hour + SEOUL_HOURS).div_euclid(24)
}

/// The ranking, from the oldest hour or day on that it keeps, less what was refunded of its orders.
fn ranked(facts: &Facts, findings: &mut Findings) {
    let mut counts: BTreeMap<(Bucket, ProductId), Count> = BTreeMap::new();
    for rank in &facts.product.ranks {
        let bucket = Bucket::of(rank.hour, facts);
        counts.entry((bucket, rank.product_id)).or_default().ranked += rank.quantity;
    }
    for rank in &facts.product.days {
        let bucket = Bucket::Day(rank.day);
        counts.entry((bucket, rank.product_id)).or_default().ranked += rank.quantity;
    }
    let oldest = oldest_hour(facts);
    let completed = |order: &&Ordered| order.status == Status::Completed;
    for order in facts.order.orders.iter().filter(completed) {
        let Some(ended_at) = order.ended_at else {
            continue;
        };
        let hour = ended_at.micros().div_euclid(HOUR_MICROS);
        if hour < oldest {
            continue;
        }
        let bucket = Bucket::of(hour, facts);
        for line in facts.order.lines(order) {
            let count = counts.entry((bucket, line.product_id)).or_default();
            count.sold += i64::from(line.quantity.get());
        }
        let refunds = facts.order.refunds(order.order_id).iter();
        for line in refunds.flat_map(|refund| &refund.lines) {
            let count = counts.entry((bucket, line.product_id)).or_default();
            count.sold -= i64::from(line.quantity.get());
        }
    }
    for ((bucket, product_id), Count { ranked, sold }) in counts {
        if sold != ranked {
            let subject = format_args!("product {product_id}");
            match bucket {
                Bucket::Hour(hour) => findings.add(
                    subject,
                    format_args!("hour {hour} of the ranking has {ranked}, {sold} were sold"),
                ),
                Bucket::Day(day) => findings.add(
                    subject,
                    format_args!("day {day} of the ranking has {ranked}, {sold} were sold"),
                ),
            }
        }
    }
}

/// The first hour that surely stands in the ranking.
fn oldest_hour(facts: &Facts) -> i64 {
    let shelves = &facts.product;
    if shelves.platform.is_whole() {
        return i64::MIN;
    }
    match (shelves.days.first(), shelves.ranks.first()) {
        // The oldest day may be on its way out.
        (Some(rank), _) => (rank.day + 1) * 24 - SEOUL_HOURS,
        (None, Some(rank)) => rank.hour,
        (None, None) => i64::MAX,
    }
}
