//! I8: a step of a saga has one effect, and a position and the effects behind it commit together.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::{OrderId, SagaId};
use contracts::saga::{self, Step};
use db::{Consumed, Row};
use payment::store as points;
use product::store as stock;

use super::Findings;
use super::audit::is_audited;
use crate::Violation;
use crate::facts::{Audited, Facts, Ordered, Platform, Said, first_misplaced, is_used_by};

pub(super) fn i8_one_effect(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I8");
    doubled(&facts.product.ledger, "stock ledger", &mut findings);
    doubled(&facts.payment.ledger, "points ledger", &mut findings);
    let place = |row: &Audited| (row.order_id, row.saga_id, row.kind);
    if let Some(row) = first_misplaced(&facts.order.audit, place) {
        let (saga, kind) = (row.saga_id, row.kind.name());
        findings.add(
            format_args!("order {}", row.order_id),
            format_args!("{kind} of saga {saga} stands twice in its audit"),
        );
    }
    for service in ServiceName::ALL {
        doubled(&facts.platform(*service).fences, "fence", &mut findings);
    }
    remembered_twice(facts, &mut findings);
    findings.found
}

/// A row under a key that another row has. Stores refuse it; a file may have been written by
/// something else.
fn doubled<R: Row>(rows: &[R], table: &str, findings: &mut Findings) {
    if let Some(row) = first_misplaced(rows, Row::key) {
        let key = row.key();
        findings.add(
            format_args!("{table} {key:?}"),
            "stands twice, or out of the order of its keys",
        );
    }
}

/// Where a ledger row or a coupon is a step's memory, the fence is not asked and must be silent.
fn remembered_twice(facts: &Facts, findings: &mut Findings) {
    let mut add = |service: ServiceName, step: Step, saga: SagaId, by: &str| {
        if let Some(fence) = facts.platform(service).fence(saga, step) {
            findings.add(
                format_args!("saga {saga}"),
                format_args!("\"{step}\" has {by}, and a fence says {fence:?}"),
            );
        }
    };
    for row in &facts.product.ledger {
        match row.direction {
            stock::Direction::Deduct => {
                add(
                    ServiceName::Product,
                    Step::DeductStock,
                    row.saga_id,
                    "a ledger row",
                );
            }
            stock::Direction::Return => {
                add(
                    ServiceName::Product,
                    Step::ReturnStock,
                    row.saga_id,
                    "a ledger row",
                );
            }
            stock::Direction::Restore | stock::Direction::Adjust => {}
        }
    }
    for row in &facts.payment.ledger {
        match row.direction {
            points::Direction::Use => {
                add(
                    ServiceName::Payment,
                    Step::PayPoints,
                    row.saga_id,
                    "a ledger row",
                );
            }
            points::Direction::Refund => {
                add(
                    ServiceName::Payment,
                    Step::ReturnPoints,
                    row.saga_id,
                    "a ledger row",
                );
            }
            points::Direction::Charge => {}
        }
    }
    for held in &facts.promotion.held {
        if let Some(order_id) = held.order_id.filter(|order_id| is_used_by(held, *order_id)) {
            add(
                ServiceName::Promotion,
                Step::ApplyCoupon,
                order_id.into(),
                "its coupon",
            );
        }
    }
}

pub(super) fn i8_positions(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I8");
    for service in ServiceName::ALL {
        beyond_the_end(facts, facts.platform(*service), &mut findings);
    }
    if let Some(view) = &facts.order_view {
        beyond_the_end(facts, &view.platform, &mut findings);
    }
    lost_effects(facts, &mut findings);
    findings.found
}

fn beyond_the_end(facts: &Facts, platform: &Platform, findings: &mut Findings) {
    for consumed in &platform.consumed {
        let Some(publisher) = publisher(consumed) else {
            findings.add(
                format_args!("consumer {}", consumed.consumer),
                format_args!("it reads {}, which nobody publishes", consumed.topic),
            );
            continue;
        };
        let end = facts.platform(publisher).end();
        if consumed.next > end {
            let (topic, next) = (&consumed.topic, consumed.next);
            findings.add(
                format_args!("consumer {}", consumed.consumer),
                format_args!("it is at {next} of {topic}, whose next event is {end}"),
            );
        }
    }
}

fn publisher(consumed: &Consumed) -> Option<ServiceName> {
    let publishes = |service: &&ServiceName| service.topic() == consumed.topic;
    ServiceName::ALL.iter().find(publishes).copied()
}

/// A consumer that has passed an event of a saga without a trace of it has lost it.
fn lost_effects(facts: &Facts, findings: &mut Findings) {
    let steps = [
        (ServiceName::Product, Kind::OrderCreated, Step::DeductStock),
        (
            ServiceName::Promotion,
            Kind::StockDeducted,
            Step::ApplyCoupon,
        ),
        (ServiceName::Payment, Kind::CouponApplied, Step::PayPoints),
    ];
    for (service, kind, step) in steps {
        let left_no_trace = |said: &&Said| {
            let order = said.saga.and_then(|saga| facts.order.of_saga(saga));
            order.is_some_and(|order| facts.standing(order, step).is_none())
                && !facts.platform(service).may_have_forgotten(said.at)
        };
        for said in passed(facts, service, kind).filter(left_no_trace) {
            lost(service, kind, said, findings);
        }
    }
    let order = ServiceName::Order;
    let heard = saga::hears(order);
    for kind in heard.iter().filter(|kind| is_audited(*kind)) {
        let unknown = |said: &&Said| {
            let order = said
                .saga
                .and_then(|_| facts.order.get(OrderId::new(said.key)));
            let row = |order: &Ordered| facts.order.audited(order.order_id, said.saga?, kind);
            order.is_some_and(|order| row(order).is_none())
        };
        for said in passed(facts, order, kind).filter(unknown) {
            lost(order, kind, said, findings);
        }
    }
}

fn lost(service: ServiceName, kind: Kind, said: &Said, findings: &mut Findings) {
    let seq = said.seq;
    findings.add(
        format_args!("saga {}", SagaId::new(said.subject())),
        format_args!("{service} is past {kind} ({seq}), and has no trace of it"),
    );
}

/// The events of a kind that a service's position is past, without those of parked keys.
fn passed(facts: &Facts, service: ServiceName, kind: Kind) -> impl Iterator<Item = &Said> {
    let topic = kind.publisher().topic();
    let platform = facts.platform(service);
    let read = facts.read_up_to(platform, service.as_str(), topic);
    let said = facts.platform(kind.publisher()).of_kind(kind);
    said.filter(move |said| read.is_past(said) && !platform.parks(topic, said.key))
}
