use db::{Db, Sqlite};

use super::*;
use crate::store::{Ledger, Rows};

const MUG: ProductId = ProductId::new(1);
const BAG: ProductId = ProductId::new(2);

/// A ledger where each saga from 1 to 6 took a mug and a bag, and the fourth gave both back.
async fn with_ledger(check: impl Fn(&Reader)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("product.db");
    let mut db = Db::Sqlite(Sqlite::open(&path, crate::MIGRATIONS).unwrap());
    let mut rows = Rows::default();
    for saga in 1..=6 {
        for product_id in [MUG, BAG] {
            rows.ledger
                .add(row(saga, product_id, Direction::Deduct, -1));
        }
    }
    rows.ledger.add(row(4, MUG, Direction::Restore, 1));
    rows.ledger.add(row(4, BAG, Direction::Restore, 1));
    let mut tx = db.begin().await.unwrap();
    tx.flush(&mut rows).await.unwrap();
    tx.commit().await.unwrap();
    check(&Reader::open(&path).unwrap());
}

fn row(saga: i64, product_id: ProductId, direction: Direction, delta: i64) -> Ledger {
    Ledger {
        saga_id: SagaId::new(1_000 + saga),
        product_id,
        direction,
        delta,
        quantity_after: 5,
        stock_version: 1,
        at: Timestamp::from_micros(0),
        reason: None,
    }
}

fn wanted(product_id: ProductId, after: Option<Place>, rows: usize) -> Wanted {
    Wanted {
        product_id,
        after,
        rows,
    }
}

/// The sagas found, with the sign of what moved.
fn sagas(found: &Found) -> Vec<(i64, i64)> {
    found
        .views
        .iter()
        .map(|view| (view.saga_id.get() - 1_000, view.delta))
        .collect()
}

const ALL: [(i64, i64); 7] = [(6, -1), (5, -1), (4, 1), (4, -1), (3, -1), (2, -1), (1, -1)];

#[tokio::test]
async fn the_newest_saga_comes_first_and_a_return_before_what_it_takes_back() {
    with_ledger(|reader| {
        for product_id in [MUG, BAG] {
            let found = read(reader, &wanted(product_id, None, 100)).unwrap();
            assert_eq!((sagas(&found), found.stopped), (ALL.to_vec(), None));
        }
        let none = read(reader, &wanted(ProductId::new(3), None, 100)).unwrap();
        assert_eq!(
            none,
            Found {
                views: Vec::new(),
                stopped: None
            }
        );
    })
    .await;
}

#[tokio::test]
async fn a_full_page_goes_on_after_its_last_row() {
    with_ledger(|reader| {
        let first = read(reader, &wanted(MUG, None, 3)).unwrap();
        assert_eq!((sagas(&first), first.stopped), (ALL[..3].to_vec(), None));
        let after = place(MUG, &first.views[2]);
        let rest = read(reader, &wanted(MUG, Some(after), 100)).unwrap();
        assert_eq!(sagas(&rest), ALL[3..]);
    })
    .await;
}

#[tokio::test]
async fn a_page_stops_after_so_many_rows_and_nothing_is_missed() {
    with_ledger(|reader| {
        for scanned in 1..16 {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let found = read_at_most(reader, &wanted(MUG, after, 100), scanned).unwrap();
                assert!(found.views.len() <= scanned);
                all.extend(sagas(&found));
                after = found.stopped;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(all, ALL, "by {scanned}");
        }
    })
    .await;
}

/// The rows looked at are found by key, in their order: nothing before them is read.
#[tokio::test]
async fn a_page_is_searched_for_and_not_sorted() {
    with_ledger(|reader| {
        let by = "SEARCH stock_ledger USING PRIMARY KEY \
                  ((saga_id,product_id,direction)<(?,?,?))";
        assert_eq!(testkit::plan(reader, BACKWARDS), [by]);
    })
    .await;
}
