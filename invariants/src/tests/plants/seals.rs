//! What somebody does to the audit behind Order's back, and to the seals over it.

use contracts::envelope::Actor;
use contracts::events::Kind;
use db::Maps;
use order::seal::Hash;
use order::store::{AuditHead, AuditKind, AuditSeal, OrderEvent, Shown};

use super::{Plant, edit, edit_each, remove};
use crate::tests::world::*;

/// The key of the seal that many places before the last one.
fn nth_last(maps: &mut Maps, back: usize) -> (i64, i64) {
    let keys = maps.table_mut::<AuditSeal>().keys();
    *keys.rev().nth(back).unwrap()
}

/// Changes a row that has its batch for itself.
fn deducted(rows: &mut Rows, change: impl FnOnce(&mut OrderEvent)) {
    let key = (PLAIN, PLAIN.into(), AuditKind::Fact(Kind::StockDeducted));
    edit(&mut rows.order, &key, change);
}

pub const PLANTS: &[Plant] = &[
    Plant {
        says: "is not what was sealed",
        trips: &["I12"],
        spoil: |rows| deducted(rows, |row| row.actor = Shown(Actor::Operator(POOR))),
    },
    Plant {
        says: "is not what was sealed",
        trips: &["I12"],
        spoil: |rows| {
            deducted(rows, |row| {
                let content = row.content.as_mut().unwrap();
                *content = content.replace("10000", "1000");
            });
        },
    },
    Plant {
        says: "is over no row",
        trips: &["I12"],
        spoil: |rows| deducted(rows, |row| row.batch_no += 1_000),
    },
    Plant {
        says: "I12 writer 2: the audit of batch",
        trips: &["I12"],
        spoil: |rows| {
            let mut batch_no = 0;
            deducted(rows, |row| {
                row.writer += 1;
                batch_no = row.batch_no;
            });
            let seal = remove::<AuditSeal>(&mut rows.order, &(1, batch_no));
            edit_each::<AuditSeal>(
                &mut rows.order,
                |next| next.previous == seal.hash,
                |next| next.previous = seal.previous,
            );
        },
    },
    Plant {
        says: "the one before it is",
        trips: &["I12"],
        spoil: |rows| {
            let key = nth_last(&mut rows.order, 1);
            remove::<AuditSeal>(&mut rows.order, &key);
        },
    },
    Plant {
        says: "has no seal",
        trips: &["I12"],
        spoil: |rows| {
            let key = nth_last(&mut rows.order, 0);
            remove::<AuditSeal>(&mut rows.order, &key);
        },
    },
    Plant {
        says: "is not what was sealed",
        trips: &["I12"],
        spoil: |rows| {
            let other = nth_last(&mut rows.order, 2);
            let other = rows.order.table_mut::<AuditSeal>()[&other].hash;
            let key = nth_last(&mut rows.order, 0);
            edit(&mut rows.order, &key, |seal: &mut AuditSeal| {
                seal.hash = other
            });
        },
    },
    // The empty seal is for a beginning only.
    Plant {
        says: "is not what was sealed",
        trips: &["I12"],
        spoil: |rows| {
            let key = nth_last(&mut rows.order, 1);
            edit(&mut rows.order, &key, |seal: &mut AuditSeal| {
                seal.hash = Hash::NONE
            });
        },
    },
    Plant {
        says: "its head is the seal none, its last is",
        trips: &["I12"],
        spoil: |rows| {
            remove::<AuditHead>(&mut rows.order, &1);
        },
    },
    Plant {
        says: "its head is the seal",
        trips: &["I12"],
        spoil: |rows| {
            edit(&mut rows.order, &1, |head: &mut AuditHead| {
                head.batch_no += 1
            });
        },
    },
];
