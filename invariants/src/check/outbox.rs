//! I9: what is said is numbered without gaps and said once, and every committed transition is
//! told of. Transitions whose events were pruned are left alone.

mod told;

use contracts::envelope::{EventId, ServiceName};
use contracts::events::Kind;
use contracts::ids::SagaId;

use super::Findings;
use crate::Violation;
use crate::facts::{Facts, Platform, Said};

pub(super) fn i9_completeness(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I9");
    for service in ServiceName::ALL {
        let platform = facts.platform(*service);
        numbered(*service, platform, &mut findings);
        known(*service, platform, &mut findings);
        once(*service, platform, &mut findings);
    }
    told::user(facts, &mut findings);
    told::product(facts, &mut findings);
    told::order(facts, &mut findings);
    told::payment(facts, &mut findings);
    told::promotion(facts, &mut findings);
    told::fences(facts, &mut findings);
    findings.found
}

/// Dense from the first row still there up to the writer's next number.
fn numbered(service: ServiceName, platform: &Platform, findings: &mut Findings) {
    let mut left = platform.said.as_slice();
    for writer in &platform.writers {
        let subject = format_args!("writer {} of {service}", writer.id);
        let before = left.partition_point(|said| said.writer < writer.id);
        let count = left.partition_point(|said| said.writer <= writer.id);
        if let Some(stray) = left[..before].first() {
            findings.add(
                subject,
                format_args!("writer {} is not known", stray.writer),
            );
        }
        let own = &left[before..count];
        left = &left[count..];
        let (next, sent) = (writer.next_seq, writer.sent_seq);
        if sent >= next {
            findings.add(
                subject,
                format_args!("{sent} is sent, the next number is {next}"),
            );
        }
        let gap = own.windows(2).find(|pair| pair[1].seq != pair[0].seq + 1);
        if let Some(pair) = gap {
            let (one, other) = (pair[0].seq, pair[1].seq);
            findings.add(subject, format_args!("event {other} follows event {one}"));
        } else if let Some(last) = own.last()
            && last.seq + 1 != next
        {
            let last = last.seq;
            findings.add(
                subject,
                format_args!("event {last} is the last, next is {next}"),
            );
        }
    }
    if let Some(stray) = left.first() {
        findings.add(
            format_args!("outbox of {service}"),
            format_args!(
                "event {} is of writer {}, not known",
                stray.seq, stray.writer
            ),
        );
    }
}

/// Every event is of a kind that its service says, and of a saga where its kind has one.
fn known(service: ServiceName, platform: &Platform, findings: &mut Findings) {
    for said in &platform.said {
        let subject = format_args!("event {} of {service}", said.seq);
        match said.kind {
            None => findings.add(subject, "its kind or version is not known"),
            Some(kind) if kind.publisher() != service => {
                findings.add(
                    subject,
                    format_args!("{kind} is {}'s to say", kind.publisher()),
                );
            }
            Some(kind) if said.saga.is_some() != is_of_saga(kind) => {
                let has = if is_of_saga(kind) { "no" } else { "a" };
                findings.add(subject, format_args!("{kind} with {has} saga"));
            }
            Some(_) => {}
        }
    }
}

const fn is_of_saga(kind: Kind) -> bool {
    match kind {
        Kind::UserRegistered
        | Kind::UserDeactivated
        | Kind::ProductChanged
        | Kind::PointCharged
        | Kind::CouponIssued => false,
        Kind::StockDeducted
        | Kind::StockDeductionFailed
        | Kind::StockRestored
        | Kind::StockReturned
        | Kind::OrderCreated
        | Kind::OrderConfirmed
        | Kind::OrderCancelled
        | Kind::RefundRequested
        | Kind::OrderRefunded
        | Kind::PaymentCompleted
        | Kind::PaymentFailed
        | Kind::PaymentRefunded
        | Kind::PointsReturned
        | Kind::CouponApplied
        | Kind::CouponRejected
        | Kind::CouponRestored
        | Kind::CouponReturned => true,
    }
}

/// A step answers once, whatever it answers: its success and its failures share an id.
fn once(service: ServiceName, platform: &Platform, findings: &mut Findings) {
    let said = platform.said.iter();
    let mut ids: Vec<(EventId, &Said)> = said.filter_map(|said| Some((said.id()?, said))).collect();
    ids.sort_unstable_by_key(|(id, said)| (*id, said.writer, said.seq));
    for pair in ids.windows(2) {
        let [(id, first), (other, again)] = [pair[0], pair[1]];
        if id == other {
            let (first, again) = (first.seq, again.seq);
            findings.add(
                format_args!("saga {}", SagaId::new(pair[0].1.subject())),
                format_args!("{service} said {id} as events {first} and {again}"),
            );
        }
    }
}
