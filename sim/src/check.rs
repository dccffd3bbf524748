//! The verdict on a schedule. The rows are judged by the shared invariants; here is what rows
//! cannot tell: what was published, what clients were answered, what a loop was refused.

use std::collections::{BTreeMap, BTreeSet};

use contracts::envelope::ServiceName;
use db::{Db, Outbox, Store};
use invariants::{Facts, Violation};
use order::store::{OrderRow, Refund, Status};

use crate::clients::{Answer, Asked, Clients, Wish};
use crate::shop::Shop;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub invariant: &'static str,
    pub witness: String,
}

/// The orders of a schedule by how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// "COMPLETED", a failure code, or "PENDING".
    pub orders: BTreeMap<String, u64>,
    pub refunds: BTreeMap<String, u64>,
}

impl Found {
    pub const fn new(invariant: &'static str, witness: String) -> Self {
        Self { invariant, witness }
    }
}

impl From<Violation> for Found {
    fn from(violation: Violation) -> Self {
        let witness = format!("{}: {}", violation.subject, violation.witness);
        Self::new(violation.invariant, witness)
    }
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        for (end, count) in &other.orders {
            *self.orders.entry(end.clone()).or_default() += count;
        }
        for (kind, count) in &other.refunds {
            *self.refunds.entry(kind.clone()).or_default() += count;
        }
    }
}

/// What holds at any instant.
pub fn always(shop: &Shop) -> Vec<Found> {
    told(invariants::check_always(&facts(shop)))
}

/// What holds once nothing is under way, that nothing is, and what holds at any instant.
pub fn at_rest(shop: &Shop) -> Vec<Found> {
    let facts = facts(shop);
    let unrest = invariants::unrest(&facts);
    let mut found: Vec<Found> = unrest
        .into_iter()
        .map(|open| Found::new("I16", open.to_string()))
        .collect();
    found.extend(told(invariants::check_always(&facts)));
    found.extend(told(invariants::check_at_rest(&facts)));
    found
}

fn told(violations: Vec<Violation>) -> Vec<Found> {
    violations.into_iter().map(Found::from).collect()
}

fn facts(shop: &Shop) -> Facts {
    let shop = invariants::Shop::<Db> {
        user: &shop.user.db,
        product: &shop.product.db,
        order: &shop.order.db,
        payment: &shop.payment.db,
        promotion: &shop.promotion.db,
        order_view: None,
        partitions: shop.topics.partitions(),
    };
    Facts::load(&shop).expect("a store in memory can be read")
}

/// I9 and I10: what the logs hold is what the outboxes hold, no less and no more.
pub fn published(shop: &mut Shop) -> Vec<Found> {
    let mut found = Vec::new();
    for &service in ServiceName::ALL {
        let end = shop.outbox_end(service);
        let rows = outbox(shop, service);
        let log = shop.topics.of(service);
        for seq in 1..end.max(log.end()) {
            let committed = rows.get(&seq);
            match (log.at(seq), committed) {
                (Some(event), Some(row)) => {
                    let same = event.kind().name() == row.kind
                        && event.key() == row.key
                        && event.sequence == row.sequence
                        && event.at == row.at;
                    if !same {
                        let witness = format!(
                            "{service} shows {} as {seq}, its outbox has a {}",
                            event.id(),
                            row.kind
                        );
                        found.push(Found::new("I10", witness));
                    }
                }
                (Some(event), None) => {
                    let witness = format!(
                        "{service} shows {} as {seq}, its outbox has nothing",
                        event.id()
                    );
                    found.push(Found::new("I10", witness));
                }
                (None, _) => {
                    let witness = format!("event {seq} of {service} was never published");
                    found.push(Found::new("I9", witness));
                }
            }
        }
    }
    found
}

fn outbox(shop: &Shop, service: ServiceName) -> BTreeMap<i64, Outbox> {
    let db = match service {
        ServiceName::User => &shop.user.db,
        ServiceName::Product => &shop.product.db,
        ServiceName::Order => &shop.order.db,
        ServiceName::Payment => &shop.payment.db,
        ServiceName::Promotion => &shop.promotion.db,
    };
    let rows = db.all::<Outbox>().expect("a store in memory can be read");
    rows.into_iter().map(|row| (row.id.seq(), row)).collect()
}

/// I17 and I19: a start finds every open deadline, and no stale writer ever commits. No input may
/// break a transaction by itself.
pub fn counted(shop: &mut Shop) -> Vec<Found> {
    let mut found = Vec::new();
    for &service in ServiceName::ALL {
        let counted = shop.counted(service);
        if let Some(why) = shop.broken(service) {
            let witness = format!("{service}: a transaction failed for good: {why}");
            found.push(Found::new("broken", witness));
        }
        if counted.stale_commits > 0 {
            let commits = counted.stale_commits;
            let witness =
                format!("{service}: {commits} commits of a writer that was taken over from");
            found.push(Found::new("I19", witness));
        }
        if counted.timers_lost > 0 {
            let lost = counted.timers_lost;
            let witness = format!("{service}: {lost} open timers were not found at a start");
            found.push(Found::new("I17", witness));
        }
    }
    found
}

/// I1 and I11: what clients were told stands, and nothing stands twice or unasked.
pub fn clients(shop: &Shop, clients: &Clients) -> Vec<Found> {
    let mut found: Vec<Found> = clients
        .complaints
        .iter()
        .map(|complaint| Found::new(complaint.invariant, complaint.witness.clone()))
        .collect();
    let standing = Standing::read(shop);
    for (index, asked) in clients.asked.iter().enumerate() {
        if let Some((invariant, why)) = standing.at_odds(asked) {
            found.push(Found::new(invariant, format!("wish {index}, {why}")));
        }
    }
    for order in standing.orders.values() {
        if order.status == Status::Pending {
            let witness = format!("order {} is still PENDING", order.order_id);
            found.push(Found::new("I1", witness));
        }
        let id = order.order_id.get();
        if !clients
            .asked
            .iter()
            .any(|asked| asked.offered.contains(&id))
        {
            let witness = format!("nobody asked for order {}", order.order_id);
            found.push(Found::new("I1", witness));
        }
    }
    for refund in standing.refunds.values() {
        let id = refund.refund_id.get();
        let asked = clients.asked.iter();
        if !asked.into_iter().any(|asked| asked.offered.contains(&id)) {
            let witness = format!("nobody asked for refund {}", refund.refund_id);
            found.push(Found::new("I1", witness));
        }
    }
    found
}

/// What the clients' wishes left in the rows.
struct Standing {
    orders: BTreeMap<i64, OrderRow>,
    refunds: BTreeMap<i64, Refund>,
    charges: BTreeSet<i64>,
    coupons: BTreeSet<i64>,
    adjustments: BTreeSet<i64>,
    closed: BTreeSet<i64>,
}

impl Standing {
    fn read(shop: &Shop) -> Self {
        let why = "a store in memory can be read";
        let orders = shop.order.db.all::<OrderRow>().expect(why);
        let points = shop.payment.db.all::<payment::store::PointHistory>();
        let points = points.expect(why).into_iter();
        let charge = payment::store::Direction::Charge;
        let held = shop.promotion.db.all::<promotion::store::UserCoupon>();
        let ledger = shop.product.db.all::<product::store::Ledger>();
        let users = shop.user.db.all::<user::store::User>().expect(why);
        let closed = user::store::Status::Deactivated;
        let refunds = shop.order.db.all::<Refund>().expect(why);
        Self {
            refunds: refunds
                .into_iter()
                .map(|row| (row.refund_id.get(), row))
                .collect(),
            orders: orders
                .into_iter()
                .map(|row| (row.order_id.get(), row))
                .collect(),
            charges: points
                .filter(|row| row.direction == charge)
                .map(|row| row.saga_id.get())
                .collect(),
            coupons: held
                .expect(why)
                .iter()
                .map(|row| row.user_coupon_id.get())
                .collect(),
            adjustments: ledger
                .expect(why)
                .iter()
                .map(|row| row.saga_id.get())
                .collect(),
            closed: users
                .iter()
                .filter(|row| row.status == closed)
                .map(|row| row.user_id.get())
                .collect(),
        }
    }

    /// Why a wish and what stands of it do not fit, if they do not.
    fn at_odds(&self, asked: &Asked) -> Option<(&'static str, String)> {
        let stands = |id: &&i64| match asked.wish {
            Wish::Place { .. } | Wish::Cancel { .. } => self.orders.contains_key(id),
            Wish::Refund { .. } => self.refunds.contains_key(id),
            Wish::Charge { .. } => self.charges.contains(id),
            Wish::Issue { .. } => self.coupons.contains(id),
            Wish::Adjust { .. } => self.adjustments.contains(id),
            Wish::Deactivate { .. } => self.closed.contains(id),
            Wish::Change { .. } => true,
        };
        let standing: Vec<i64> = asked.offered.iter().filter(stands).copied().collect();
        if standing.len() > 1 {
            return Some((
                "I11",
                format!("asked under one key, stands as {standing:?}"),
            ));
        }
        match (asked.answer, &asked.wish) {
            (Some(Answer::Accepted(id)), Wish::Place { .. }) => {
                self.misplaced(id, &asked.wish).map(|why| ("I1", why))
            }
            (Some(Answer::Accepted(id)), Wish::Cancel { .. }) => {
                let status = self.orders.get(&id).map(|order| order.status);
                (status != Some(Status::Cancelled))
                    .then(|| ("I1", format!("answered CANCELLED, is {status:?}")))
            }
            (
                Some(Answer::Accepted(_)),
                Wish::Refund { .. }
                | Wish::Charge { .. }
                | Wish::Issue { .. }
                | Wish::Adjust { .. }
                | Wish::Deactivate { .. }
                | Wish::Change { .. },
            ) => standing
                .is_empty()
                .then(|| ("I1", "accepted, and nothing of it stands".to_owned())),
            (
                Some(Answer::Refused),
                Wish::Cancel { .. } | Wish::Deactivate { .. } | Wish::Change { .. },
            ) => None,
            (Some(Answer::Refused), _) => (!standing.is_empty())
                .then(|| ("I11", format!("refused, and stands as {standing:?}"))),
            // Of an order that was never accepted, or not completed, nobody can ask it.
            (None, Wish::Cancel { .. } | Wish::Refund { .. }) => None,
            (None, _) => Some(("I16", "nobody answers it".to_owned())),
        }
    }

    fn misplaced(&self, id: i64, wish: &Wish) -> Option<String> {
        let Wish::Place {
            user,
            lines,
            coupon,
            ..
        } = wish
        else {
            return None;
        };
        let Some(order) = self.orders.get(&id) else {
            return Some("its order was accepted and is not there".to_owned());
        };
        let kept = order
            .lines
            .0
            .iter()
            .map(|line| (line.product_id, line.quantity));
        let same = kept.eq(lines.iter().map(|line| (line.product_id, line.quantity)))
            && order.user_id == *user
            && order.user_coupon_id == *coupon;
        (!same).then(|| format!("order {} is not what was asked for", order.order_id))
    }
}

pub fn tally(shop: &Shop) -> Tally {
    let mut tally = Tally::default();
    let orders = shop.order.db.all::<OrderRow>();
    for order in orders.expect("a store in memory can be read") {
        let end = match (order.status, &order.failure) {
            (Status::Pending, _) => "PENDING".to_owned(),
            (Status::Completed, _) => "COMPLETED".to_owned(),
            (Status::Cancelled, Some(failure)) => format!("{:?}", failure.0.code),
            (Status::Cancelled, None) => "CANCELLED".to_owned(),
        };
        *tally.orders.entry(end).or_default() += 1;
    }
    let refunds = shop.order.db.all::<Refund>();
    for refund in refunds.expect("a store in memory can be read") {
        let kind = match refund.whole_order {
            true => "refunded whole",
            false => "refunded in part",
        };
        *tally.refunds.entry(kind.to_owned()).or_default() += 1;
    }
    tally
}
