use std::collections::BTreeMap;

use contracts::envelope::{Actor, EventId};
use contracts::events::Kind;
use contracts::ids::OrderId;
use contracts::saga::{Direction, Step};
use contracts::time::Timestamp;
use db::{Db, Migrations, Reader, Sqlite, Store, Table, rows};
use futures::FutureExt;

use super::*;
use crate::MIGRATIONS;
use crate::decide::tests::{ORDER, USER, World, by_customer, key, paid, place_with, placed};
use crate::input::{Input, PlaceOrder};
use crate::store::{AuditKind, Shown};

rows! {
    /// The audit as it was before it had seals.
    struct Before {
        order_event: Table<OrderEvent>,
    }
}

fn row() -> OrderEvent {
    OrderEvent {
        order_id: ORDER,
        saga_id: ORDER.into(),
        kind: AuditKind::Fact(Kind::StockDeducted),
        no: 2,
        at: Timestamp::from_micros(3),
        actor: Shown(Actor::Operator(USER)),
        cause: Some(Shown(EventId::Step {
            saga: ORDER.into(),
            step: Step::DeductStock,
            direction: Direction::Do,
        })),
        trace: Some("00-0".to_owned()),
        writer: 1,
        batch_no: 7,
        content: Some("{}".to_owned()),
    }
}

fn sealed(rows: &[OrderEvent]) -> Hash {
    let mut unsealed = Unsealed::default();
    rows.iter().for_each(|row| unsealed.add(row));
    unsealed.seal(Hash::NONE)
}

fn place(number: i64) -> Input {
    Input::PlaceOrder(PlaceOrder {
        order_id: OrderId::new(number),
        key: key(&format!("place {number}")),
        ..place_with(None)
    })
}

/// The seals of a store, each held to the rows of its batch and to the seal before it.
fn chain(store: &impl Store) -> Vec<AuditSeal> {
    let mut batches: BTreeMap<(i64, i64), Unsealed> = BTreeMap::new();
    for row in store.all::<OrderEvent>().unwrap() {
        let batch = batches.entry((row.writer, row.batch_no)).or_default();
        batch.add(&row);
    }
    let seals = store.all::<AuditSeal>().unwrap();
    let places = seals.iter().map(|seal| (seal.writer, seal.batch_no));
    assert!(places.eq(batches.keys().copied()), "a seal for each batch");
    let mut previous = Hash::NONE;
    for (seal, batch) in seals.iter().zip(batches.values()) {
        assert_eq!(seal.previous, previous);
        assert_eq!(seal.hash, batch.seal(previous));
        previous = seal.hash;
    }
    let heads = store.all::<AuditHead>().unwrap();
    let last = seals.last().unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!(
        (heads[0].batch_no, heads[0].hash),
        (last.batch_no, last.hash)
    );
    seals
}

#[test]
fn each_batch_seals_what_it_adds_onto_the_seal_before() {
    let mut world = placed();
    assert_eq!(chain(world.maps_mut()).len(), 1);
    let fact = paid(&world).into();
    world.hear(fact);
    // Too late: it adds nothing to the audit, and so has no seal.
    world.send_as(Actor::User(USER), by_customer());
    assert_eq!(chain(world.maps_mut()).len(), 2);
    let three = [801, 802, 803].map(|number| testkit::command(place(number)));
    world.batch(three.into());
    let seals = chain(world.maps_mut());
    assert_eq!(seals.len(), 3, "three orders of one batch share its seal");
}

#[test]
fn a_repeat_has_no_seal() {
    let mut world = placed();
    let fact = paid(&world);
    world.hear(fact.clone().into());
    let seals = chain(world.maps_mut());
    world.hear(fact.into());
    assert_eq!(chain(world.maps_mut()), seals);
}

/// Seals that stand must be found good by every later version of this code.
#[test]
fn a_seal_never_changes_its_meaning() {
    assert_eq!(
        sealed(&[row()]).to_string(),
        "8aa37b44c9b994b58698d946a5b3ee444a93ac3dcc4c5ecb8603aec2aa307255"
    );
}

#[test]
fn every_column_is_under_the_seal() {
    let edits: [fn(&mut OrderEvent); 13] = [
        |row| row.order_id = OrderId::new(701),
        |row| row.saga_id = OrderId::new(701).into(),
        |row| row.kind = AuditKind::Resolved,
        |row| row.no = 3,
        |row| row.at = Timestamp::from_micros(4),
        |row| row.actor = Shown(Actor::System),
        |row| row.cause = None,
        |row| row.trace = None,
        |row| row.writer = 2,
        |row| row.batch_no = 8,
        |row| row.content = Some(String::new()),
        |row| row.content = None,
        // What one column loses, the next does not gain.
        |row| (row.trace, row.content) = (Some("00-".to_owned()), Some("0{}".to_owned())),
    ];
    let mut hashes = vec![sealed(&[row()])];
    for edit in edits {
        let mut edited = row();
        edit(&mut edited);
        hashes.push(sealed(&[edited]));
    }
    let other = OrderEvent { no: 3, ..row() };
    hashes.push(sealed(&[]));
    hashes.push(sealed(&[row(), other.clone()]));
    hashes.push(sealed(&[other, row()]));
    hashes.push(sealed(&[row(), row()]));
    let mut unsealed = Unsealed::default();
    unsealed.add(&row());
    hashes.push(unsealed.seal(sealed(&[row()])));
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..at].contains(hash), "{at} has the hash of another");
    }
}

#[test]
fn an_audit_from_before_there_were_seals_goes_on_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.db");
    let mut old = Db::Sqlite(Sqlite::open(&path, before()).unwrap());
    let write = async {
        let mut rows = Before::default();
        rows.order_event.add(row());
        let mut tx = old.begin().await?;
        tx.flush(&mut rows).await?;
        tx.commit().await
    };
    write.now_or_never().expect("no wait").unwrap();
    drop(old);

    let mut world = World::over(Db::Sqlite(Sqlite::open(&path, MIGRATIONS).unwrap()));
    world.send_as(Actor::User(USER), place(801));
    let reader = Reader::open(&path).unwrap();
    let seals = reader.all::<AuditSeal>().unwrap();
    let beginning = AuditSeal {
        writer: 1,
        batch_no: 7,
        hash: Hash::NONE,
        previous: Hash::NONE,
    };
    assert_eq!(seals.len(), 2, "{seals:?}");
    assert!(seals.contains(&beginning), "{seals:?}");
    let new = seals.iter().find(|seal| seal.batch_no != 7).unwrap();
    let rows = reader.all::<OrderEvent>().unwrap();
    let own: Vec<_> = rows.into_iter().filter(|it| it.order_id != ORDER).collect();
    assert_eq!(own.len(), 1);
    assert_eq!((new.previous, new.hash), (Hash::NONE, sealed(&own)));
    let head = reader.get::<AuditHead>(&1).unwrap().unwrap();
    assert_eq!((head.batch_no, head.hash), (new.batch_no, new.hash));
}

/// Whoever wants to may drop the triggers; nobody does it by mistake.
#[test]
fn the_audit_and_its_seals_are_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.db");
    let mut world = World::over(Db::Sqlite(Sqlite::open(&path, MIGRATIONS).unwrap()));
    world.send_as(Actor::User(USER), place(801));
    let connection = rusqlite::Connection::open(&path).unwrap();
    for statement in [
        "UPDATE order_event SET actor = 'system'",
        "DELETE FROM order_event",
        "UPDATE audit_seal SET hash = zeroblob(32)",
        "DELETE FROM audit_seal",
    ] {
        let refused = connection.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains("is not changed"), "{statement}: {refused}");
    }
    chain(&Reader::open(&path).unwrap());
}

/// The steps up to the one that added the seals.
fn before() -> Migrations {
    let at = MIGRATIONS
        .iter()
        .position(|step| step.name == "V3__audit_seal");
    &MIGRATIONS[..at.expect("it is one of them")]
}
