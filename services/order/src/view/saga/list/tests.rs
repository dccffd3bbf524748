use std::time::Duration;

use contracts::http::saga::SagaKind;
use db::Sqlite;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::MIGRATIONS;

/// 2026-11-23 00:00 UTC; an order a second.
const BEGAN: Timestamp = Timestamp::from_millis(1_795_392_000_000);

fn id(second: u64) -> i64 {
    SagaId::first_at(BEGAN.plus(Duration::from_secs(second))).get()
}

struct Shop {
    _folder: TempDir,
    file: Connection,
    reader: Reader,
}

impl Shop {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("order.db");
        drop(Sqlite::open(&path, MIGRATIONS).unwrap());
        Self {
            file: Connection::open(&path).unwrap(),
            reader: Reader::open(&path).unwrap(),
            _folder: folder,
        }
    }

    /// One order at each of these seconds, written in the state it has.
    fn orders(&self, seconds: impl IntoIterator<Item = u64>, state: SagaState) {
        let insert = "
            INSERT INTO orders (order_id, user_id, status, lines, failure, total_price, discount,
                paid_price, owed, acknowledged, version, created_at, expires_at, ended_at,
                compensated_at)
            VALUES (?1, 1, ?2, '[]', ?3, 0, 0, 0, ?4, 0, 1, 0, 0, ?5, ?6)";
        let failure = r#"{"code":"EXPIRED"}"#;
        let owed = contracts::saga::Steps::of(&[Step::DeductStock]).mask();
        let (status, failure, owed, ended, undone) = match state {
            SagaState::Running => (0, None, 0, None, None),
            SagaState::Completed => (1, None, 0, Some(0), None),
            SagaState::Compensating => (2, Some(failure), owed, Some(0), None),
            SagaState::Compensated => (2, Some(failure), 0, Some(0), Some(0)),
        };
        self.file.execute_batch("BEGIN").unwrap();
        let mut insert = self.file.prepare(insert).unwrap();
        for second in seconds {
            let row = (id(second), status, failure, owed, ended, undone);
            insert.execute(row).unwrap();
        }
        self.file.execute_batch("COMMIT").unwrap();
    }

    fn refund(&self, order: u64, second: u64, done: bool) {
        let insert = "
            INSERT INTO refund VALUES (?, ?, '[]', 1, 0, 'broken', ?, ?, 0, ?)";
        let owed = contracts::saga::Steps::of(&[Step::ReturnStock]).mask();
        let (acknowledged, done) = if done { (owed, Some(0)) } else { (0, None) };
        let row = (id(order), id(second), owed, acknowledged, done);
        self.file.execute(insert, row).unwrap();
    }

    /// As the loop does: no order below is open.
    fn oldest_open(&self, second: u64) {
        let insert = "INSERT OR REPLACE INTO writer VALUES (3, 1, 0, 1, 1, 0, 0, ?)";
        self.file.execute(insert, [id(second)]).unwrap();
    }

    fn page(&self, wanted: &WantedSagas) -> FoundSagas {
        sagas(&self.reader, wanted).unwrap()
    }

    /// The seconds of all sagas wanted, page by page, and how many pages that took.
    fn all(&self, wanted: &WantedSagas) -> (Vec<u64>, usize) {
        let mut wanted = wanted.clone();
        let (mut all, mut pages) = (Vec::new(), 0);
        loop {
            let FoundSagas { views, stopped_at } = self.page(&wanted);
            pages += 1;
            let full = views.len() == wanted.rows;
            let last = views.last().map(|view| view.saga_id).filter(|_| full);
            all.extend(views.iter().map(second));
            match last.or(stopped_at) {
                Some(last) => wanted.after = Some(last),
                None => return (all, pages),
            }
        }
    }
}

fn second(view: &SagaView) -> u64 {
    view.saga_id.at().since(BEGAN).as_secs()
}

fn wanted() -> WantedSagas {
    WantedSagas {
        state: None,
        step: None,
        before: None,
        after: None,
        rows: 5,
    }
}

fn of(state: SagaState) -> WantedSagas {
    WantedSagas {
        state: Some(state),
        ..wanted()
    }
}

#[test]
fn orders_and_refunds_are_one_list_the_newest_first() {
    let shop = Shop::open();
    shop.orders([1, 3, 5, 7], SagaState::Completed);
    shop.orders([2], SagaState::Compensated);
    shop.orders([8], SagaState::Running);
    shop.orders([9], SagaState::Compensating);
    shop.refund(1, 4, true);
    shop.refund(1, 6, false);
    shop.refund(3, 10, false);
    for rows in [1, 2, 3, 20] {
        let everything = WantedSagas { rows, ..wanted() };
        let (all, _) = shop.all(&everything);
        assert_eq!(all, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], "{rows} a page");
        for (state, seconds) in [
            (SagaState::Running, &[10, 8, 6][..]),
            (SagaState::Completed, &[7, 5, 4, 3, 1]),
            (SagaState::Compensating, &[9]),
            (SagaState::Compensated, &[2]),
        ] {
            let (all, _) = shop.all(&WantedSagas { rows, ..of(state) });
            assert_eq!(all, seconds, "{state}, {rows} a page");
        }
    }
    let page = shop.page(&of(SagaState::Running));
    let refund = &page.views[0];
    assert_eq!(
        (refund.kind, refund.order_id.get()),
        (SagaKind::Refund, id(3))
    );
    assert!(refund.waits_for.contains(Step::ReturnStock));
}

#[test]
fn sagas_are_found_by_age_and_by_what_they_wait_for() {
    let shop = Shop::open();
    shop.orders([1, 2, 3], SagaState::Compensating);
    shop.orders([4], SagaState::Running);
    shop.orders([5], SagaState::Completed);
    shop.refund(5, 6, false);
    let before = Some(BEGAN.plus(Duration::from_secs(3)));
    let old = WantedSagas { before, ..wanted() };
    assert_eq!(shop.all(&old).0, [2, 1]);
    let old = WantedSagas {
        before,
        ..of(SagaState::Compensating)
    };
    assert_eq!(shop.all(&old).0, [2, 1]);
    for (step, seconds) in [
        (Step::DeductStock, &[3, 2, 1][..]),
        (Step::ReturnStock, &[6]),
        (Step::PayPoints, &[]),
    ] {
        for rows in [1, 2, 20] {
            let step = Some(step);
            let waiting = WantedSagas {
                step,
                rows,
                ..wanted()
            };
            assert_eq!(shop.all(&waiting).0, seconds, "{step:?}, {rows} a page");
            let ended = WantedSagas {
                step,
                ..of(SagaState::Completed)
            };
            assert_eq!(shop.all(&ended).0, [0; 0]);
        }
    }
}

/// More orders came since than one page looks at.
#[test]
fn an_old_saga_that_waits_is_on_the_first_page() {
    let shop = Shop::open();
    let many = u64::try_from(MOST_SCANNED).unwrap() + 500;
    shop.orders([1], SagaState::Compensating);
    shop.orders([2], SagaState::Compensated);
    shop.orders(3..many, SagaState::Completed);
    shop.orders([many], SagaState::Running);
    shop.refund(3, many + 1, true);
    shop.refund(2, 2_000_000, false);
    shop.oldest_open(many);
    for (state, seconds) in [(SagaState::Compensating, 1), (SagaState::Running, many)] {
        let page = shop.page(&of(state));
        assert_eq!(page.views.last().map(second), Some(seconds), "{state}");
        assert_eq!(page.stopped_at, None, "{state}: that was all");
    }
    let step = Some(Step::DeductStock);
    let waiting = WantedSagas { step, ..wanted() };
    assert_eq!(shop.all(&waiting), (vec![1], 1));
    // Nothing helps to find this one, and the list says that it did not look everywhere.
    let page = shop.page(&of(SagaState::Compensated));
    assert!(page.views.is_empty() && page.stopped_at.is_some());
    assert_eq!(shop.all(&of(SagaState::Compensated)), (vec![2], 2));
    let refunds = shop.page(&wanted()).views;
    assert_eq!(second(&refunds[1]), many + 1);
}

#[test]
fn waiting_orders_are_read_from_their_index_in_its_order() {
    let shop = Shop::open();
    for (sql, index) in [
        (COMPENSATING, "orders_compensating"),
        (OPEN_REFUNDS, "refund_open"),
        (REFUNDS, "refund_saga"),
    ] {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let mut plan = shop.file.prepare(&explain).unwrap();
        let plan: Vec<String> = plan
            .query_map((9, 9), |row| row.get("detail"))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let plan = plan.join("; ");
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "sorted: {plan}");
    }
}
