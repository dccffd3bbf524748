//! Five SQLite databases and five transactions a batch, durable each: the rows that a completed
//! order of two lines cannot do without, and nothing that decides.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{Drawn, Flags, Meter, Took};

const MEMBERS: u64 = 100_000;
const PRODUCTS: u64 = 10_000;
/// A document of two lines, and an event.
const LINES: &str = r#"[{"line":1,"productId":"0D4V5C8JK3M0A","quantity":1},
{"line":2,"productId":"0D4V5C8JK3M0B","quantity":1}]"#;
const EVENT: &[u8] = &[7; 120];

/// One stage of an order, with a database of its own.
struct Stage(Connection);

struct Order {
    id: i64,
    member: i64,
    products: [i64; 2],
    has_coupon: bool,
}

pub fn run(flags: &Flags) -> anyhow::Result<Took> {
    let stages = stages(&flags.folder)?;
    let mut drawn = Drawn(7);
    let meter = Meter::start()?;
    let mut next = 0;
    while next < flags.orders {
        let end = flags.orders.min(next + flags.batch);
        let order = |id: u64| Order {
            id: number(id),
            member: number(drawn.below(MEMBERS)),
            products: [(); 2].map(|()| number(drawn.below(PRODUCTS))),
            has_coupon: id.is_multiple_of(2),
        };
        let batch: Vec<_> = (next..end).map(order).collect();
        let writes = [accept, deliver, discount, pay, complete];
        for (stage, write) in stages.iter().zip(writes) {
            stage.commit(number(end), &batch, write)?;
        }
        next = end;
    }
    meter.end(flags.orders)
}

fn stages(folder: &Path) -> anyhow::Result<Vec<Stage>> {
    let schemas = [
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, member INTEGER, lines TEXT) STRICT;
         CREATE TABLE idempotency (scope TEXT PRIMARY KEY, id INTEGER) STRICT, WITHOUT ROWID;",
        "CREATE TABLE stock (id INTEGER PRIMARY KEY, quantity INTEGER, version INTEGER) STRICT;
         CREATE TABLE ledger (id INTEGER, product INTEGER, delta INTEGER, \
         PRIMARY KEY (id, product)) STRICT, WITHOUT ROWID;",
        "CREATE TABLE coupon (member INTEGER PRIMARY KEY, used_by INTEGER) STRICT;",
        "CREATE TABLE point (member INTEGER PRIMARY KEY, balance INTEGER) STRICT;
         CREATE TABLE history (member INTEGER, id INTEGER, amount INTEGER, balance INTEGER, \
         PRIMARY KEY (member, id)) STRICT, WITHOUT ROWID;",
        "CREATE TABLE done (id INTEGER PRIMARY KEY, member INTEGER, price INTEGER) STRICT;
         CREATE TABLE item (id INTEGER, line INTEGER, product INTEGER, price INTEGER, \
         PRIMARY KEY (id, line)) STRICT, WITHOUT ROWID;",
    ];
    let opened = schemas.iter().enumerate().map(|(nth, schema)| {
        let stage = Stage::open(&folder.join(format!("floor{nth}.db")), schema)?;
        stage.fill(nth)?;
        Ok(stage)
    });
    opened.collect()
}

impl Stage {
    fn open(file: &Path, schema: &str) -> anyhow::Result<Self> {
        let db = Connection::open(file)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        // 16 MiB of log before a checkpoint, and 64 MiB of pages, more than the shop allows itself.
        db.pragma_update(None, "wal_autocheckpoint", 4_096)?;
        db.pragma_update(None, "cache_size", -65_536)?;
        db.execute_batch(schema)?;
        db.execute_batch(
            "CREATE TABLE outbox (seq INTEGER PRIMARY KEY, event BLOB) STRICT;
             CREATE TABLE writer (id INTEGER PRIMARY KEY, next INTEGER) STRICT;
             INSERT INTO writer VALUES (1, 0);",
        )?;
        Ok(Self(db))
    }

    fn fill(&self, nth: usize) -> anyhow::Result<()> {
        let (rows, insert) = match nth {
            1 => (PRODUCTS, "INSERT INTO stock VALUES (?1, 10000000, 0)"),
            2 => (MEMBERS, "INSERT INTO coupon VALUES (?1, NULL)"),
            3 => (MEMBERS, "INSERT INTO point VALUES (?1, 1000000)"),
            _ => return Ok(()),
        };
        let transaction = self.0.unchecked_transaction()?;
        let mut statement = transaction.prepare(insert)?;
        for id in 0..rows {
            statement.execute([number(id)])?;
        }
        drop(statement);
        Ok(transaction.commit()?)
    }

    fn commit(
        &self,
        next: i64,
        batch: &[Order],
        write: fn(&Connection, &[Order]) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let transaction = self.0.unchecked_transaction()?;
        write(&transaction, batch)?;
        let mut outbox = transaction.prepare_cached("INSERT INTO outbox VALUES (?1, ?2)")?;
        for order in batch {
            outbox.execute(params![order.id, EVENT])?;
        }
        drop(outbox);
        let mut writer = transaction.prepare_cached("UPDATE writer SET next = ?1 WHERE id = 1")?;
        writer.execute([next])?;
        drop(writer);
        transaction.commit()
    }
}

fn accept(db: &Connection, batch: &[Order]) -> rusqlite::Result<()> {
    let mut orders = db.prepare_cached("INSERT INTO orders VALUES (?1, ?2, ?3)")?;
    let mut keys = db.prepare_cached("INSERT INTO idempotency VALUES (?1, ?2)")?;
    for order in batch {
        orders.execute(params![order.id, order.member, LINES])?;
        keys.execute(params![
            format!("{}:{:016x}", order.member, order.id),
            order.id
        ])?;
    }
    Ok(())
}

fn deliver(db: &Connection, batch: &[Order]) -> rusqlite::Result<()> {
    let mut stock = db.prepare_cached(
        "UPDATE stock SET quantity = quantity - 1, version = version + 1 WHERE id = ?1",
    )?;
    let mut ledger = db.prepare_cached("INSERT OR IGNORE INTO ledger VALUES (?1, ?2, -1)")?;
    for order in batch {
        for product in order.products {
            stock.execute([product])?;
            ledger.execute([order.id, product])?;
        }
    }
    Ok(())
}

fn discount(db: &Connection, batch: &[Order]) -> rusqlite::Result<()> {
    let mut coupon = db.prepare_cached("UPDATE coupon SET used_by = ?2 WHERE member = ?1")?;
    for order in batch.iter().filter(|order| order.has_coupon) {
        coupon.execute([order.member, order.id])?;
    }
    Ok(())
}

fn pay(db: &Connection, batch: &[Order]) -> rusqlite::Result<()> {
    let mut point =
        db.prepare_cached("UPDATE point SET balance = balance - 200 WHERE member = ?1")?;
    let mut history = db.prepare_cached("INSERT INTO history VALUES (?1, ?2, -200, 0)")?;
    for order in batch {
        point.execute([order.member])?;
        history.execute([order.member, order.id])?;
    }
    Ok(())
}

fn complete(db: &Connection, batch: &[Order]) -> rusqlite::Result<()> {
    let mut done = db.prepare_cached("INSERT INTO done VALUES (?1, ?2, 200)")?;
    let mut item = db.prepare_cached("INSERT INTO item VALUES (?1, ?2, ?3, 100)")?;
    for order in batch {
        done.execute([order.id, order.member])?;
        for (line, product) in (1..).zip(order.products) {
            item.execute([order.id, line, product])?;
        }
    }
    Ok(())
}

fn number(drawn: u64) -> i64 {
    i64::try_from(drawn).expect("small numbers")
}
