use contracts::saga;
use db::Sqlite;
use rusqlite::Connection;

use super::*;

/// A new file of Order's with a writer that has sent its first five events.
fn file(folder: &tempfile::TempDir) -> Connection {
    let path = folder.path().join("order.db");
    drop(Sqlite::open(&path, MIGRATIONS).unwrap());
    let connection = Connection::open(&path).unwrap();
    let writer = "INSERT INTO writer VALUES (1, 1, 0, 9, 9, 5, 0, 0)";
    connection.execute(writer, []).unwrap();
    connection
}

fn audit(connection: &Connection, saga: i64, no: usize, code: u8, at: i64) {
    let row =
        "INSERT INTO order_event VALUES (?1, ?1, ?2, ?3, ?4, 'system', NULL, NULL, 1, 1, NULL)";
    let no = i64::try_from(no).unwrap();
    connection.execute(row, (saga, code, no, at)).unwrap();
}

fn say(connection: &Connection, seq: i64, saga: Option<i64>, kind: Kind, at: i64) {
    let row = "INSERT INTO outbox VALUES ((1 << 40) | ?1, ?2, 700, ?3, 1, 1, ?4, '{}')";
    connection
        .execute(row, (seq, saga, kind.name(), at))
        .unwrap();
}

#[derive(Debug, PartialEq)]
struct Logged {
    id: Option<i64>,
    saga_id: i64,
    service_name: String,
    event_type: String,
    status: String,
    created_at: String,
}

fn log(connection: &Connection) -> Vec<Logged> {
    let columns = "SELECT id, saga_id, service_name, event_type, status, created_at
                   FROM saga_event_log ORDER BY id, created_at, saga_id, event_type";
    let mut log = connection.prepare(columns).unwrap();
    let rows = log.query_map([], |row| {
        Ok(Logged {
            id: row.get(0)?,
            saga_id: row.get(1)?,
            service_name: row.get(2)?,
            event_type: row.get(3)?,
            status: row.get(4)?,
            created_at: row.get(5)?,
        })
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// What a fact is to a saga, by the saga table.
fn status(kind: Kind, is_undone: bool) -> &'static str {
    let undo = saga::fact_step(kind);
    let undo = undo.is_some_and(|(_, direction)| direction == saga::Direction::Undo);
    match saga::failures().contains(kind) {
        true => "FAILED",
        false if undo || is_undone => "COMPENSATED",
        false => "COMPLETED",
    }
}

fn undone_by(kind: Kind) -> Option<Kind> {
    let (step, _) = saga::fact_step(kind).filter(|(step, _)| saga::done_by(*step) == Some(kind))?;
    saga::undone_by(step)
}

#[test]
fn older_sagas_answer_from_the_audit_as_the_saga_table_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let connection = file(&folder);
    let of_sagas = |kind: &&Kind| {
        let outside = [
            Kind::UserRegistered,
            Kind::UserDeactivated,
            Kind::ProductChanged,
            Kind::PointCharged,
            Kind::CouponIssued,
        ];
        !outside.contains(kind)
    };
    let kinds: Vec<Kind> = Kind::ALL.iter().filter(of_sagas).copied().collect();
    let undone = |kind: &Kind| undone_by(*kind).is_some();
    assert_eq!(kinds.iter().filter(|kind| undone(kind)).count(), 3);
    // One saga knows everything, the other only what was done.
    for (no, kind) in kinds.iter().enumerate() {
        audit(&connection, 700, no + 1, kind.code(), 1_000_000);
        if undone(kind) {
            audit(&connection, 701, no + 1, kind.code(), 2_000_000);
        }
    }
    audit(&connection, 702, 1, u8::MAX, 3_000_000);
    let found = log(&connection);
    let logged = |saga_id, kind: Kind, is_undone| Logged {
        id: None,
        saga_id,
        service_name: kind.publisher().as_str().to_owned(),
        event_type: kind.name().to_owned(),
        status: status(kind, is_undone).to_owned(),
        created_at: format!("1970-01-01 00:00:0{}", saga_id - 699),
    };
    let mut expected: Vec<_> = kinds
        .iter()
        .map(|kind| logged(700, *kind, undone(kind)))
        .collect();
    let done = kinds.iter().filter(|kind| undone(kind));
    expected.extend(done.map(|kind| logged(701, *kind, false)));
    expected.push(Logged {
        event_type: "SagaResolved".to_owned(),
        ..logged(702, Kind::OrderCreated, false)
    });
    expected.sort_by_key(|row| (row.saga_id, row.event_type.clone()));
    assert_eq!(found, expected);
}

#[test]
fn while_the_outbox_has_a_saga_it_answers_and_the_audit_does_not_repeat_it() {
    let folder = tempfile::tempdir().unwrap();
    let connection = file(&folder);
    audit(&connection, 700, 1, Kind::OrderCreated.code(), 4_999_999);
    audit(&connection, 701, 1, Kind::OrderCreated.code(), 5_000_000);
    audit(&connection, 701, 2, Kind::StockDeducted.code(), 6_000_000);
    say(&connection, 5, Some(701), Kind::OrderCreated, 5_000_000);
    say(&connection, 6, Some(701), Kind::OrderCancelled, 7_000_000);
    say(&connection, 7, None, Kind::ProductChanged, 7_000_000);
    let found = log(&connection);
    let told: Vec<_> = found
        .iter()
        .map(|row| {
            let id = row.id.map(|id| (id >> 40, id & 0xff));
            (
                id,
                row.saga_id,
                row.event_type.as_str(),
                row.status.as_str(),
            )
        })
        .collect();
    let expected = [
        (None, 700, "OrderCreated", "COMPLETED"),
        (Some((1, 5)), 701, "OrderCreated", "COMPLETED"),
        (Some((1, 6)), 701, "OrderCancelled", "PENDING"),
    ];
    assert_eq!(told, expected);
}
