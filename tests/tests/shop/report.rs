//! The columns that the report this shop is made after asks for, selected from every service's
//! file after orders that were completed, that failed and that were given back.

use std::collections::BTreeSet;

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::{OrderId, ProductId};
use contracts::saga::{self, Direction};
use rusqlite::Connection;
use serde_json::{Value, json};
use shop_tests::{Member, Offer, TestShop};

const LOG: &str = "SELECT id, saga_id, service_name, event_type, event_data, status, created_at
                   FROM saga_event_log";
const HISTORY: &str = "SELECT product_id, quantity, unit_price, discount, status
                       FROM order_product_history WHERE order_id = ? ORDER BY line";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Logged {
    saga_id: i64,
    service: String,
    kind: Kind,
    status: String,
}

/// Reads the view, and holds what does not depend on the saga to its columns' meaning.
fn read(connection: &Connection) -> rusqlite::Result<Vec<(Option<i64>, Logged)>> {
    let mut log = connection.prepare(LOG)?;
    let rows = log.query_map([], |row| {
        let data: Option<String> = row.get(4)?;
        let data = data.map(|data| serde_json::from_str::<Value>(&data).expect("JSON"));
        assert!(data.is_none_or(|data| data.is_object()));
        let created_at: String = row.get(6)?;
        assert_eq!(
            created_at.len(),
            "2026-11-22 00:00:00".len(),
            "{created_at}"
        );
        let kind: String = row.get(3)?;
        let logged = Logged {
            saga_id: row.get(1)?,
            service: row.get(2)?,
            kind: Kind::from_name(&kind).expect("a kind"),
            status: row.get(5)?,
        };
        Ok((row.get(0)?, logged))
    })?;
    rows.collect()
}

/// What a service's own view says, each row under an id of its own.
fn log(shop: &TestShop, service: ServiceName) -> BTreeSet<Logged> {
    let readers = shop.places.readers(service);
    let rows = readers.with(|reader| reader.query(read));
    let rows = rows.expect("the view can be read");
    let ids: BTreeSet<i64> = rows.iter().map(|(id, _)| id.expect("an id")).collect();
    assert_eq!(ids.len(), rows.len());
    rows.into_iter().map(|(_, logged)| logged).collect()
}

/// What the status of a fact must be, by the saga table and by what else its saga says.
fn expected(of: &Logged, all: &BTreeSet<Logged>) -> &'static str {
    let step = saga::fact_step(of.kind);
    if saga::failures().contains(of.kind) {
        return "FAILED";
    }
    let undo = match step {
        Some((_, Direction::Undo)) => return "COMPENSATED",
        Some((step, Direction::Do)) => saga::undone_by(step),
        None => None,
    };
    let is_undone = |other: &Logged| other.saga_id == of.saga_id && Some(other.kind) == undo;
    match all.iter().any(is_undone) {
        true => "COMPENSATED",
        false => "COMPLETED",
    }
}

struct Told {
    completed: OrderId,
    unpaid: OrderId,
    short: OrderId,
    product: ProductId,
}

/// An order that is completed and given back, one that cannot be paid and one without stock.
async fn tell(shop: &TestShop, buyer: &Member) -> Told {
    let product = shop.product(1_000, 5).await;
    let dear = shop.product(1_000_000, 1).await;
    let coupons = [
        shop.hand(Offer::fixed(500), buyer.id).await,
        shop.hand(Offer::fixed(500), buyer.id).await,
    ];
    let place = async |items: &[(ProductId, i64)], coupon| {
        let placed = shop.place_with(buyer, items, coupon, &[]).await;
        let order_id = placed.is(202).order_id();
        shop.rest().await;
        order_id
    };
    let completed = place(&[(product, 3)], Some(coupons[0])).await;
    let unpaid = place(&[(dear, 1)], Some(coupons[1])).await;
    let short = place(&[(product, 9)], None).await;
    let path = format!("/api/v1/orders/{completed}/refunds");
    let body = json!({ "reason": "변심" });
    let key = shop.fresh_key();
    shop.post(&path, buyer, &key, &body).await.is(202);
    shop.rest().await;
    Told {
        completed,
        unpaid,
        short,
        product,
    }
}

#[tokio::test]
async fn every_services_file_answers_with_the_reports_columns() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let told = tell(&shop, &buyer).await;

    let mut all = BTreeSet::new();
    for service in ServiceName::ALL {
        let log = log(&shop, *service);
        assert!(log.iter().all(|row| row.service == service.as_str()));
        assert_eq!(log.is_empty(), *service == ServiceName::User);
        all.extend(log);
    }
    for row in &all {
        assert_eq!(row.status, expected(row, &all), "{row:?}");
    }
    let statuses = |order_id: OrderId| -> BTreeSet<(&str, &str)> {
        let own = all.iter().filter(|row| row.saga_id == order_id.get());
        own.map(|row| (row.kind.name(), row.status.as_str()))
            .collect()
    };
    let completed = [
        ("OrderCreated", "COMPLETED"),
        ("StockDeducted", "COMPLETED"),
        ("CouponApplied", "COMPLETED"),
        ("PaymentCompleted", "COMPLETED"),
        ("OrderConfirmed", "COMPLETED"),
    ];
    assert_eq!(statuses(told.completed), completed.into());
    let unpaid = [
        ("OrderCreated", "COMPLETED"),
        ("StockDeducted", "COMPENSATED"),
        ("CouponApplied", "COMPENSATED"),
        ("PaymentFailed", "FAILED"),
        ("OrderCancelled", "COMPLETED"),
        ("StockRestored", "COMPENSATED"),
        ("CouponRestored", "COMPENSATED"),
    ];
    assert_eq!(statuses(told.unpaid), unpaid.into());
    let short = statuses(told.short);
    assert!(
        short.contains(&("StockDeductionFailed", "FAILED")),
        "{short:?}"
    );

    let path = shop.places.order.readers.path().to_owned();
    let folder = shop.end().await;
    let order = Connection::open(path).expect("the file opens");
    // As a relay would leave it that was cut off before it published anything.
    order.execute("UPDATE writer SET sent_seq = 0", []).unwrap();
    let rows = read(&order).unwrap();
    assert!(
        rows.iter().all(|(_, row)| row.status == "PENDING"),
        "{rows:?}"
    );
    // Once the outbox is pruned, the audit tells what all five said, the same.
    order.execute("DELETE FROM outbox", []).unwrap();
    let rows = read(&order).unwrap();
    assert!(rows.iter().all(|(id, _)| id.is_none()));
    let older: BTreeSet<Logged> = rows.into_iter().map(|(_, row)| row).collect();
    assert_eq!(older, all);
    drop(folder);
}

#[tokio::test]
async fn what_was_ordered_is_told_by_product() {
    let shop = TestShop::start().await;
    let buyer = shop.shopper().await;
    shop.charge(buyer.id, 10_000).await;
    let told = tell(&shop, &buyer).await;
    let history = |order_id: OrderId| -> Vec<(i64, i64, i64, Option<i64>, String)> {
        let readers = &shop.places.order.readers;
        let rows = readers.with(|reader| {
            reader.query(|connection| {
                let mut lines = connection.prepare(HISTORY)?;
                let rows = lines.query_map([order_id.get()], |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                    ))
                })?;
                rows.collect()
            })
        });
        rows.expect("the view can be read")
    };
    let line = (
        told.product.get(),
        3,
        1_000,
        Some(500),
        "COMPLETED".to_owned(),
    );
    assert_eq!(history(told.completed), [line]);
    let unpaid = history(told.unpaid);
    assert_eq!(unpaid.len(), 1);
    assert_eq!(unpaid[0].4, "CANCELLED");
    assert_eq!(history(told.short), [], "never priced");
    shop.end().await;
}
