use contracts::http::product::{Board, TopWindow};
use contracts::money::Money;
use contracts::time::Timestamp;
use db::{Db, Sqlite};

use super::*;
use crate::store::{Product, Rank, RankDay, Rows, Status, Stock};

const MUG: ProductId = ProductId::new(1);
const BAG: ProductId = ProductId::new(2);
const HAT: ProductId = ProductId::new(3);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    // 09:30 on Monday the 23rd in Seoul.
    at("2026-11-23T00:30:00Z")
}

fn product(product_id: ProductId, status: Status) -> Product {
    Product {
        product_id,
        category: "kitchen".to_owned(),
        name: "상품".to_owned(),
        name_en: "Thing".to_owned(),
        price: Money::new(1),
        status,
        version: 1,
        created_at: Timestamp::from_micros(0),
    }
}

/// Rank, product and pieces.
type Place = (u32, ProductId, i64);

struct Sales(Rows);

impl Sales {
    /// Mugs and bags are sold, hats not any more.
    fn new() -> Self {
        let mut rows = Rows::default();
        for (product_id, status) in [
            (MUG, Status::OnSale),
            (BAG, Status::OnSale),
            (HAT, Status::Discontinued),
        ] {
            rows.product.add(product(product_id, status));
            rows.stock.add(Stock {
                product_id,
                quantity: 1,
                version: 1,
            });
        }
        Self(rows)
    }

    fn hour(mut self, hour: &str, product_id: ProductId, quantity: i64) -> Self {
        self.0.rank.add(Rank {
            hour: Hour::of(at(hour)).number(),
            product_id,
            quantity,
        });
        self
    }

    fn day(mut self, day: &str, product_id: ProductId, quantity: i64) -> Self {
        self.0.rank_day.add(RankDay {
            day: day_number(day.parse().unwrap()),
            product_id,
            quantity,
        });
        self
    }

    async fn check(self, rankings: &[(TopWindow, &[Place])]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("product.db");
        let mut db = Db::Sqlite(Sqlite::open(&path, crate::MIGRATIONS).unwrap());
        write(&mut db, self).await;
        let reader = Reader::open(&path).unwrap();
        for (window, expected) in rankings {
            let wanted = (Window::of(*window, now()), 2);
            let found = Rankings::default().read(&reader, wanted, Language::Ko, now());
            let found = found.unwrap();
            let found: Vec<_> = found
                .iter()
                .map(|view| (view.rank, view.product.id, view.sold))
                .collect();
            assert_eq!(found, *expected, "{window:?}");
        }
    }
}

async fn write(db: &mut Db, mut sales: Sales) {
    let mut tx = db.begin().await.unwrap();
    tx.flush(&mut sales.0).await.unwrap();
    tx.commit().await.unwrap();
}

fn board(board: Board, day: &str) -> TopWindow {
    let day = day.parse().unwrap();
    TopWindow::Board { board, day }
}

#[tokio::test]
async fn a_window_has_its_hours_and_no_others() {
    let sales = Sales::new()
        .hour("2026-11-23T00:00:00Z", MUG, 1)
        .hour("2026-11-22T01:00:00Z", MUG, 10)
        .hour("2026-11-22T00:00:00Z", MUG, 100)
        .hour("2026-11-20T01:00:00Z", MUG, 1_000)
        .hour("2026-11-20T00:00:00Z", MUG, 10_000)
        .hour("2026-11-23T01:00:00Z", MUG, 100_000);
    let days = |days| TopWindow::Hours { days };
    sales
        .check(&[
            (days(1), &[(1, MUG, 11)]),
            (days(3), &[(1, MUG, 1_111)]),
            (days(4), &[(1, MUG, 11_111)]),
        ])
        .await;
}

#[tokio::test]
async fn boards_turn_at_midnight_in_seoul() {
    let sales = Sales::new()
        // The last hour of Sunday the 22nd and the first of Monday the 23rd.
        .hour("2026-11-22T14:00:00Z", MUG, 1)
        .hour("2026-11-22T15:00:00Z", MUG, 10)
        // The first hour of Monday the 16th and the last of the Sunday before it.
        .hour("2026-11-15T15:00:00Z", MUG, 100)
        .hour("2026-11-15T14:00:00Z", MUG, 1_000);
    sales
        .check(&[
            (board(Board::Daily, "2026-11-23"), &[(1, MUG, 10)]),
            (board(Board::Daily, "2026-11-22"), &[(1, MUG, 1)]),
            (board(Board::Daily, "2026-11-21"), &[]),
            (board(Board::Weekly, "2026-11-23"), &[(1, MUG, 10)]),
            (board(Board::Weekly, "2026-11-22"), &[(1, MUG, 101)]),
            (board(Board::Weekly, "2026-11-15"), &[(1, MUG, 1_000)]),
        ])
        .await;
}

/// A day that is being folded has counts in both tables.
#[tokio::test]
async fn days_add_up_from_hours_and_days() {
    let sales = Sales::new()
        .day("2026-11-14", MUG, 5)
        .day("2026-11-13", MUG, 50)
        .hour("2026-11-14T05:00:00Z", MUG, 2)
        .hour("2026-11-22T15:00:00Z", MUG, 1)
        .day("2025-10-20", BAG, 7)
        .day("2025-10-19", BAG, 70);
    sales
        .check(&[
            (TopWindow::Days { days: 10 }, &[(1, MUG, 8)]),
            (TopWindow::Days { days: 11 }, &[(1, MUG, 58)]),
            (TopWindow::Days { days: 400 }, &[(1, MUG, 58), (2, BAG, 7)]),
            (board(Board::Daily, "2026-11-14"), &[(1, MUG, 7)]),
            (TopWindow::Hours { days: 7 }, &[(1, MUG, 1)]),
        ])
        .await;
}

#[tokio::test]
async fn nothing_negative_discontinued_or_beyond_the_limit_is_shown() {
    let sales = Sales::new()
        .hour("2026-11-23T00:00:00Z", HAT, 99)
        .hour("2026-11-23T00:00:00Z", BAG, 3)
        .hour("2026-11-22T23:00:00Z", BAG, -3)
        .hour("2026-11-22T23:00:00Z", MUG, 1);
    let days = TopWindow::Hours { days: 1 };
    sales.check(&[(days, &[(1, MUG, 1)])]).await;
    let refunded = Sales::new().hour("2026-11-23T00:00:00Z", MUG, -2);
    refunded.check(&[(days, &[])]).await;
    let ties =
        Sales::new()
            .hour("2026-11-23T00:00:00Z", BAG, 3)
            .hour("2026-11-23T00:00:00Z", MUG, 3);
    ties.check(&[(days, &[(1, MUG, 3), (2, BAG, 3)])]).await;
}

/// Only the window's own buckets are read, and of products only those that sold in it.
#[test]
fn a_window_is_searched_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("product.db");
    let _file = Sqlite::open(&path, crate::MIGRATIONS).unwrap();
    let reader = Reader::open(&path).unwrap();
    let plan = testkit::plan(&reader, BEST);
    for by in [
        "SEARCH product_rank USING PRIMARY KEY (hour>? AND hour<?)",
        "SEARCH product_rank_day USING PRIMARY KEY (day>? AND day<?)",
        "SEARCH p USING PRIMARY KEY (product_id=?)",
    ] {
        assert!(plan.iter().any(|line| line == by), "{by}: {plan:?}");
    }
    for table in ["product_rank", "product_rank_day", "p"] {
        let scan = format!("SCAN {table}");
        assert!(!plan.iter().any(|line| line.starts_with(&scan)), "{plan:?}");
    }
}

#[tokio::test]
async fn a_ranking_is_added_up_once_a_second_and_its_products_are_as_they_are_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("product.db");
    let mut db = Db::Sqlite(Sqlite::open(&path, crate::MIGRATIONS).unwrap());
    write(&mut db, Sales::new().hour("2026-11-23T00:00:00Z", MUG, 5)).await;
    let (reader, rankings) = (Reader::open(&path).unwrap(), Rankings::default());
    let ranked = |limit, now| {
        let wanted = (Window::of(TopWindow::Hours { days: 1 }, now), limit);
        let views = rankings.read(&reader, wanted, Language::Ko, now).unwrap();
        let view = |view: RankedView| (view.product.id, view.product.price);
        views.into_iter().map(view).collect::<Vec<_>>()
    };
    let (cheap, dear) = (Money::new(1), Money::new(2));
    assert_eq!(ranked(2, now()), [(MUG, cheap)]);
    let mut change = Rows::default();
    change.rank.add(Rank {
        hour: Hour::of(now()).number(),
        product_id: BAG,
        quantity: 9,
    });
    change.product.ask((MUG, "kitchen".to_owned()));
    change.product.put(Product {
        price: dear,
        ..product(MUG, Status::OnSale)
    });
    write(&mut db, Sales(change)).await;
    let soon = now().plus(Duration::from_millis(999));
    let (bag, mug) = ((BAG, cheap), (MUG, dear));
    assert_eq!(ranked(2, soon), [mug], "the sums of before");
    assert_eq!(ranked(1, soon), [bag], "another ranking");
    assert_eq!(ranked(2, now().plus(SHOWN)), [bag, mug]);
    let set_back = Timestamp::from_micros(now().micros() - 1);
    assert_eq!(ranked(2, set_back), [bag, mug], "of a clock set back");
}
