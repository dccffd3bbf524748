//! What is not at rest, and what a pruned outbox and a running shop excuse.

use std::time::Duration;

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::events::order::FailureCode;
use db::{Consumed, Fence, Outbox, Parked, Writer};
use order::store::{OrderRow, Status};
use product::store::Ledger;

use super::plants::{edit, edit_each, estrange};
use super::world::*;
use crate::{check_always, facts::first_misplaced};

#[test]
fn unread_events_are_unrest() {
    let mut rows = healthy();
    let order = |place: &Consumed| place.topic == ServiceName::Order.topic();
    edit_each(&mut rows.product, order, |place: &mut Consumed| {
        place.next -= 1
    });
    edit_each(&mut rows.order_view, order, |place: &mut Consumed| {
        place.next -= 2
    });
    assert_eq!(
        rows.unrest(),
        [
            "product has 1 events of jangteo.order.events.v1 unread: it is at 28, the end is 29",
            "order_view has 2 events of jangteo.order.events.v1 unread: it is at 27, the end is 29"
        ]
    );
}

/// Positions over events that nobody here hears are written only now and then.
#[test]
fn unread_events_of_no_interest_are_no_unrest() {
    let mut rows = healthy();
    let user = |place: &Consumed| place.topic == ServiceName::User.topic();
    edit_each(&mut rows.order, user, |place: &mut Consumed| place.next = 4);
    assert_eq!(rows.unrest().len(), 1);
    rows = healthy();
    let payment = |place: &Consumed| place.topic == ServiceName::Payment.topic();
    edit_each(&mut rows.product, payment, |place: &mut Consumed| {
        place.next -= 1
    });
    let last = rows
        .payment
        .table_mut::<Outbox>()
        .values()
        .next_back()
        .unwrap();
    assert_eq!(last.kind, Kind::PaymentRefunded.name());
    assert_eq!(rows.unrest(), [""; 0]);
}

#[test]
fn open_orders_parked_events_and_unsent_ones_are_unrest() {
    let mut rows = healthy();
    edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
        order.status = Status::Pending
    });
    edit(&mut rows.payment, &1, |writer: &mut Writer| {
        writer.sent_seq -= 3
    });
    for no in [1, 2] {
        let at = rows.facts().order.orders[0].created_at;
        put(
            &mut rows.promotion,
            Parked {
                topic: ServiceName::Order.topic().to_owned(),
                part: 0,
                key: PLAIN.get(),
                no,
                kind: Kind::OrderCancelled.name().to_owned(),
                version: 1,
                sequence: 2,
                seq: 9,
                event_at: at,
                body: "{".to_owned(),
                why: "malformed".to_owned(),
                waits: false,
                attempts: 0,
                retry_at: at,
            },
        );
    }
    assert_eq!(
        rows.unrest(),
        [
            "writer 1 of payment has 3 events not published",
            "promotion has 2 events of key 00000000000FP set aside, \
             the first is OrderCancelled: malformed",
            "1 orders are PENDING, the first is 00000000000FP"
        ]
    );
}

#[test]
fn events_that_were_pruned_are_not_missed_and_later_ones_are() {
    let mut rows = healthy();
    let start = rows.facts().order.orders[0].created_at;
    for service in ServiceName::ALL {
        let table = rows.maps(*service).table_mut::<Outbox>();
        table.retain(|_, row| row.at > start);
        assert!(table.len() == 1, "{service}: {table:?}");
    }
    assert_eq!(rows.violations(), []);
    // Ended later than the room that pruning leaves for clocks, it must be told of.
    edit(&mut rows.order, &OVERDUE, |order: &mut OrderRow| {
        let ended_at = order.ended_at.unwrap();
        order.ended_at = Some(ended_at.plus(Duration::from_secs(2 * 24 * 3600)));
    });
    estrange(&mut rows.order, Kind::OrderCancelled, OVERDUE.get());
    let told: Vec<_> = rows.violations().iter().map(ToString::to_string).collect();
    let missed = "I9 order 00000000000FX: it is CANCELLED, and no OrderCancelled tells of it";
    assert!(told.iter().any(|line| line == missed), "{told:#?}");
}

/// A shop that was idle for weeks: the last event of each outbox, and no fence.
#[test]
fn fences_that_were_pruned_are_not_missed() {
    let mut rows = healthy();
    for service in ServiceName::ALL {
        let maps = rows.maps(*service);
        let last = maps.table_mut::<Outbox>().keys().next_back().copied();
        maps.table_mut::<Outbox>()
            .retain(|key, _| Some(*key) == last);
        maps.table_mut::<Fence>().clear();
    }
    assert_eq!(rows.violations(), []);
}

/// While the shop runs, one database may show the consequence of what another does not show yet.
#[test]
fn databases_read_one_after_the_other_are_not_compared() {
    let mut rows = healthy();
    edit_each(
        &mut rows.promotion,
        |_| true,
        |place: &mut Consumed| place.next += 5,
    );
    assert_ne!(check_always(&rows.facts()), []);
    assert_eq!(check_always(&rows.facts_running()), []);
}

/// After an outage a start lets what it finds wait ten seconds, and an order placed then may have
/// fewer.
#[test]
fn a_short_deadline_may_pass_before_one_that_a_start_found() {
    let finds_forgotten = |allowed: Duration| {
        let mut rows = healthy();
        edit(&mut rows.order, &AT_ONCE, |order: &mut OrderRow| {
            order.failure.as_mut().unwrap().0.code = FailureCode::Expired;
            order.expires_at = order.expires_at.plus(Duration::from_secs(31 * 60));
            order.created_at = order.expires_at.minus(allowed);
        });
        edit(&mut rows.order, &PLAIN, |order: &mut OrderRow| {
            order.status = Status::Pending;
        });
        let found = check_always(&rows.facts());
        found.iter().any(|found| found.invariant == "I17")
    };
    assert!(finds_forgotten(Duration::from_secs(10)));
    assert!(!finds_forgotten(Duration::from_secs(5)));
}

/// No store gives two rows of one key, but a file that something else wrote may.
#[test]
fn rows_of_one_key_are_seen() {
    let mut facts = healthy().facts();
    let key = |row: &Ledger| (row.saga_id, row.product_id, row.direction);
    assert_eq!(first_misplaced(&facts.product.ledger, key), None);
    let row = facts.product.ledger[3].clone();
    facts.product.ledger.insert(3, row);
    let found = check_always(&facts);
    let doubled = |line: &String| line.starts_with("I8 stock ledger");
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(doubled), "{told:#?}");
}
