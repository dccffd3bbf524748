//! Whether a shop is at rest: every event read, every saga ended, nothing set aside. Timers need
//! no word of their own: the only one is an open order's.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::Id;
use contracts::saga::{self, Kinds};
use order::store::Status;

use crate::facts::{Aside, Facts, Ordered, Platform, Refunded, Said};

/// The read model's name as a consumer, and what it hears.
const VIEW: &str = "order_view";
const VIEW_HEARS: &[Kind] = &[
    Kind::OrderCreated,
    Kind::OrderConfirmed,
    Kind::OrderCancelled,
    Kind::RefundRequested,
    Kind::OrderRefunded,
];

/// What is still under way, a line each; empty at rest.
pub fn unrest(facts: &Facts) -> Vec<String> {
    let mut unrest = Vec::new();
    for service in ServiceName::ALL {
        let platform = facts.platform(*service);
        let name = service.as_str();
        behind(facts, name, platform, saga::hears(*service), &mut unrest);
        aside(name, platform, &mut unrest);
        unpublished(name, platform, &mut unrest);
    }
    if let Some(view) = &facts.order_view {
        behind(
            facts,
            VIEW,
            &view.platform,
            VIEW_HEARS.iter().collect(),
            &mut unrest,
        );
        aside(VIEW, &view.platform, &mut unrest);
    }
    let pending = |order: &&Ordered| order.status == Status::Pending;
    let mut orders = facts.order.orders.iter().filter(pending);
    if let Some(first) = orders.next() {
        let count = 1 + orders.count();
        unrest.push(format!(
            "{count} orders are PENDING, the first is {}",
            first.order_id
        ));
    }
    let requested = |refund: &&Refunded| refund.done_at.is_none();
    let mut refunds = facts.order.refunds.iter().filter(requested);
    if let Some(first) = refunds.next() {
        let count = 1 + refunds.count();
        unrest.push(format!(
            "{count} refunds are REQUESTED, the first is {} of order {}",
            first.refund_id, first.order_id
        ));
    }
    unrest
}

/// Events of the kinds a consumer hears that it has not read.
fn behind(
    facts: &Facts,
    consumer: &str,
    platform: &Platform,
    hears: Kinds,
    unrest: &mut Vec<String>,
) {
    for publisher in ServiceName::ALL {
        let topic = publisher.topic();
        let read = facts.read_up_to(platform, consumer, topic);
        let published = facts.platform(*publisher);
        let heard = |said: &&Said| said.kind.is_none_or(|kind| hears.contains(kind));
        let said = published.said.iter();
        let mut unread = said.filter(|said| !read.is_past(said)).filter(heard);
        if let Some(first) = unread.next() {
            let unread = 1 + unread.count();
            let (next, end) = (read.next(first.key), published.end());
            let place = format_args!("it is at {next}, the end is {end}");
            unrest.push(format!(
                "{consumer} has {unread} events of {topic} unread: {place}"
            ));
        }
    }
}

fn aside(consumer: &str, platform: &Platform, unrest: &mut Vec<String>) {
    let same_key = |one: &Aside, other: &Aside| (&one.topic, one.key) == (&other.topic, other.key);
    for parked in platform.parked.chunk_by(same_key) {
        let first = &parked[0];
        let key = Id::<()>::new(first.key);
        unrest.push(format!(
            "{consumer} has {} events of key {key} set aside, the first is {}: {}",
            parked.len(),
            first.kind,
            first.why
        ));
    }
}

fn unpublished(service: &str, platform: &Platform, unrest: &mut Vec<String>) {
    for writer in &platform.writers {
        let waiting = writer.next_seq - 1 - writer.sent_seq;
        if waiting > 0 {
            let id = writer.id;
            unrest.push(format!(
                "writer {id} of {service} has {waiting} events not published"
            ));
        }
    }
}
