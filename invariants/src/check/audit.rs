//! I12: the audit of an order has every fact about it once, in one unbroken numbering, and is
//! sealed batch by batch in one unbroken chain.

use std::collections::{BTreeMap, BTreeSet};

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::OrderId;
use order::seal::{Hash, Unsealed};
use order::store::AuditSeal;

use super::Findings;
use crate::Violation;
use crate::facts::{Audited, Facts, Platform};

/// Whether a fact belongs into the audit of its order.
pub(super) const fn is_audited(kind: Kind) -> bool {
    match kind {
        Kind::OrderCreated
        | Kind::OrderConfirmed
        | Kind::OrderCancelled
        | Kind::RefundRequested
        | Kind::OrderRefunded
        | Kind::StockDeducted
        | Kind::StockDeductionFailed
        | Kind::StockRestored
        | Kind::StockReturned
        | Kind::CouponApplied
        | Kind::CouponRejected
        | Kind::CouponRestored
        | Kind::CouponReturned
        | Kind::PaymentCompleted
        | Kind::PaymentFailed
        | Kind::PaymentRefunded
        | Kind::PointsReturned => true,
        Kind::UserRegistered
        | Kind::UserDeactivated
        | Kind::ProductChanged
        | Kind::PointCharged
        | Kind::CouponIssued => false,
    }
}

pub(super) fn i12_numbering(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I12");
    let mut numbers = Vec::new();
    let same_order = |one: &Audited, other: &Audited| one.order_id == other.order_id;
    for audit in facts.order.audit.chunk_by(same_order) {
        let order_id = audit[0].order_id;
        let subject = format_args!("order {order_id}");
        if facts.order.get(order_id).is_none() {
            let kind = audit[0].kind.name();
            findings.add(
                subject,
                format_args!("its audit has {kind}, there is no such order"),
            );
            continue;
        }
        numbers.clear();
        numbers.extend(audit.iter().map(|row| (row.no, row.kind)));
        numbers.sort_unstable();
        let odd = (1..)
            .zip(&numbers)
            .find(|(expected, (no, _))| expected != no);
        if let Some((expected, (no, kind))) = odd {
            findings.add(
                subject,
                format_args!("{} is its audit row {no}, not {expected}", kind.name()),
            );
        }
    }
    for order in &facts.order.orders {
        if !facts.order.knows(order.order_id, Kind::OrderCreated) {
            let subject = format_args!("order {}", order.order_id);
            findings.add(subject, "its audit has no OrderCreated");
        }
    }
    // What Order itself says is in its audit by the same commit; an order's end is I2's.
    for kind in [Kind::RefundRequested, Kind::OrderRefunded] {
        unheard(facts, &facts.order.platform, kind, &mut findings);
    }
    findings.found
}

pub(super) fn i12_seals(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I12");
    let same_writer = |one: &AuditSeal, other: &AuditSeal| one.writer == other.writer;
    let mut chains: BTreeMap<i64, &[AuditSeal]> = BTreeMap::new();
    for chain in facts.order.seals.chunk_by(same_writer) {
        chains.insert(chain[0].writer, chain);
    }
    let sealing = facts.order.batches.keys().map(|(writer, _)| *writer);
    let headed = facts.order.heads.iter().map(|head| head.writer);
    let writers = chains.keys().copied().chain(sealing).chain(headed);
    for writer in writers.collect::<BTreeSet<_>>() {
        let chain = chains.get(&writer).copied().unwrap_or_default();
        let batches = facts
            .order
            .batches
            .range((writer, i64::MIN)..=(writer, i64::MAX));
        let mut batches = batches
            .map(|((_, batch_no), rows)| (*batch_no, rows))
            .collect();
        let broken = link_at_odds(chain, &mut batches)
            .or_else(|| loose_batch(&batches))
            .or_else(|| head_at_odds(facts, writer, chain.last()));
        if let Some(witness) = broken {
            findings.add(format_args!("writer {writer}"), witness);
        }
    }
    findings.found
}

/// Follows a writer's seals and takes the batches that they are over from `batches`.
fn link_at_odds(chain: &[AuditSeal], batches: &mut BTreeMap<i64, &Unsealed>) -> Option<String> {
    let mut previous = Hash::NONE;
    for (at, seal) in chain.iter().enumerate() {
        let batch_no = seal.batch_no;
        if seal.previous != previous {
            return Some(format!(
                "the seal of batch {batch_no} stands on {}, the one before it is {previous}",
                seal.previous
            ));
        }
        // What was written before there were seals.
        if at == 0 && seal.hash == Hash::NONE {
            *batches = batches.split_off(&batch_no.saturating_add(1));
            continue;
        }
        let Some(rows) = batches.remove(&batch_no) else {
            return Some(format!("the seal of batch {batch_no} is over no row"));
        };
        if rows.seal(previous) != seal.hash {
            return Some(format!(
                "the audit of batch {batch_no} is not what was sealed, {}",
                seal.hash
            ));
        }
        previous = seal.hash;
    }
    None
}

/// A batch that no seal is over.
fn loose_batch(batches: &BTreeMap<i64, &Unsealed>) -> Option<String> {
    let (batch_no, _) = batches.first_key_value()?;
    Some(format!("the audit of batch {batch_no} has no seal"))
}

fn head_at_odds(facts: &Facts, writer: i64, last: Option<&AuditSeal>) -> Option<String> {
    let mut heads = facts.order.heads.iter();
    let head = heads.find(|head| head.writer == writer);
    let head = head.map(|head| (head.batch_no, head.hash));
    let last = last.map(|seal| (seal.batch_no, seal.hash));
    if head == last {
        return None;
    }
    let told = |seal: Option<(i64, Hash)>| match seal {
        Some((batch_no, hash)) => format!("{hash} of batch {batch_no}"),
        None => "none".to_owned(),
    };
    Some(format!(
        "its head is the seal {}, its last is {}",
        told(head),
        told(last)
    ))
}

pub(super) fn i12_heard(facts: &Facts) -> Vec<Violation> {
    let mut findings = Findings::of("I12");
    for kind in Kind::ALL.iter().filter(|kind| is_audited(**kind)) {
        if kind.publisher() != ServiceName::Order {
            unheard(
                facts,
                facts.platform(kind.publisher()),
                *kind,
                &mut findings,
            );
        }
    }
    findings.found
}

/// Events that no audit row tells of. An order that is not there is I10's.
fn unheard(facts: &Facts, platform: &Platform, kind: Kind, findings: &mut Findings) {
    for said in platform.of_kind(kind) {
        let order_id = OrderId::new(said.key);
        let Some(saga) = said.saga.filter(|_| facts.order.get(order_id).is_some()) else {
            continue;
        };
        if facts.order.audited(order_id, saga, kind).is_none() {
            findings.add(
                format_args!("order {order_id}"),
                format_args!(
                    "{kind} was said ({}), and its audit has no row of it",
                    said.seq
                ),
            );
        }
    }
}
