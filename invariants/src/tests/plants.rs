//! Corruptions, each with the invariants it trips and a part of what is then said.

use std::collections::BTreeMap;

use contracts::events::Kind;
use contracts::ids::{OrderId, SagaId};
use contracts::saga::Step;
use db::{Fence, Idempotency, Maps, Outbox, OutboxId, Row, Standing, Writer};
use order::seal::{Hash, Unsealed};
use order::store::{AuditHead, AuditKind, AuditSeal, OrderEvent};

use super::world::*;

mod coupons;
mod ledgers;
mod orders;
mod refunds;
mod sagas;
mod seals;

pub struct Plant {
    pub says: &'static str,
    pub trips: &'static [&'static str],
    pub spoil: fn(&mut Rows),
}

pub fn all() -> impl Iterator<Item = &'static Plant> {
    [
        orders::PLANTS,
        ledgers::PLANTS,
        coupons::PLANTS,
        refunds::PLANTS,
        sagas::PLANTS,
        seals::PLANTS,
    ]
    .into_iter()
    .flatten()
}

/// Changes a committed row.
pub fn edit<R: Row>(maps: &mut Maps, key: &R::Key, change: impl FnOnce(&mut R)) {
    change(maps.table_mut::<R>().get_mut(key).unwrap());
}

/// Changes every row that `wanted` picks, which may be none only by mistake.
pub fn edit_each<R: Row>(
    maps: &mut Maps,
    wanted: impl Fn(&R) -> bool,
    mut change: impl FnMut(&mut R),
) {
    let rows = maps.table_mut::<R>().values_mut();
    let mut count = 0;
    for row in rows.filter(|row| wanted(row)) {
        change(row);
        count += 1;
    }
    assert!(count > 0, "nothing to change");
}

pub fn remove<R: Row>(maps: &mut Maps, key: &R::Key) -> R {
    maps.table_mut::<R>().remove(key).unwrap()
}

/// An answered idempotency key.
pub fn answered(maps: &mut Maps, reference: i64, status: i64) {
    let row = Idempotency {
        scope: format!("somebody {reference}"),
        fingerprint: vec![1],
        reference,
        status,
        at: contracts::time::Timestamp::from_micros(0),
    };
    put(maps, row);
}

/// One more row at the end of an order's audit.
pub fn audit(maps: &mut Maps, order_id: OrderId, saga_id: SagaId, kind: Kind) {
    let table = maps.table_mut::<OrderEvent>();
    let own = table.values().filter(|row| row.order_id == order_id);
    let last = own.max_by_key(|row| row.no).unwrap().clone();
    put(
        maps,
        OrderEvent {
            saga_id,
            kind: AuditKind::Fact(kind),
            no: last.no + 1,
            ..last
        },
    );
    reseal(maps);
}

/// Takes a row out of an order's audit and closes the gap.
pub fn unaudit(maps: &mut Maps, order_id: OrderId, kind: Kind) {
    let key = (order_id, order_id.into(), AuditKind::Fact(kind));
    let removed = remove::<OrderEvent>(maps, &key);
    for row in maps.table_mut::<OrderEvent>().values_mut() {
        if row.order_id == order_id && row.no > removed.no {
            row.no -= 1;
        }
    }
    reseal(maps);
}

/// One more event at the end of an outbox.
pub fn say(maps: &mut Maps, kind: Kind, saga: SagaId, sequence: i64) {
    let last = maps
        .table_mut::<Outbox>()
        .values()
        .next_back()
        .unwrap()
        .clone();
    put(
        maps,
        Outbox {
            id: OutboxId::new(last.id.writer(), last.id.seq() + 1),
            saga_id: Some(saga),
            key: saga.get(),
            kind: kind.name().to_owned(),
            sequence,
            ..last
        },
    );
    for writer in maps.table_mut::<Writer>().values_mut() {
        writer.next_seq += 1;
        writer.sent_seq += 1;
    }
}

/// The event of a kind about a saga, or about an aggregate, becomes another's.
pub fn estrange(maps: &mut Maps, kind: Kind, subject: i64) {
    let about = |row: &Outbox| row.saga_id.map_or(row.key, SagaId::get) == subject;
    let wanted = |row: &Outbox| row.kind == kind.name() && about(row);
    edit_each::<Outbox>(maps, wanted, |row| {
        row.key = 999;
        row.saga_id = row.saga_id.map(|_| SagaId::new(999));
    });
}

pub fn fence(maps: &mut Maps, saga: impl Into<SagaId>, step: Step, state: Standing) {
    let fence = Fence {
        saga_id: saga.into(),
        step: i64::from(step.code()),
        state,
        at: contracts::time::Timestamp::from_micros(0),
    };
    put(maps, fence);
}

pub fn fence_key(saga: impl Into<SagaId>, step: Step) -> (SagaId, i64) {
    (saga.into(), i64::from(step.code()))
}

/// The seals as they would be, had the audit been written as it now is: what is planted in rows
/// before this is the deed of who decided, after it of who got at the file.
pub fn reseal(maps: &mut Maps) {
    let mut batches: BTreeMap<(i64, i64), Unsealed> = BTreeMap::new();
    for row in maps.table_mut::<OrderEvent>().values() {
        let batch = batches.entry((row.writer, row.batch_no)).or_default();
        batch.add(row);
    }
    maps.table_mut::<AuditSeal>().clear();
    maps.table_mut::<AuditHead>().clear();
    for ((writer, batch_no), rows) in batches {
        let heads = maps.table_mut::<AuditHead>();
        let previous = heads.get(&writer).map_or(Hash::NONE, |head| head.hash);
        let hash = rows.seal(previous);
        let seal = AuditSeal {
            writer,
            batch_no,
            hash,
            previous,
        };
        let head = AuditHead {
            writer,
            batch_no,
            hash,
        };
        put(maps, seal);
        put(maps, head);
    }
}
