//! How SQLite goes about a page, and how far.

use rusqlite::StatementStatus;

use super::*;

/// A page is found by key: neither the rows before it nor those of another kind are read.
#[test]
fn a_page_is_searched_for_and_not_scanned() {
    const ENTRY: &str = "SEARCH entry USING PRIMARY KEY (saga_id=? AND direction=?)";
    let desk = Desk::open();
    for (query, expected) in [
        (
            HISTORY,
            &[
                "SEARCH point USING INTEGER PRIMARY KEY (rowid=?)",
                ENTRY,
                "SEARCH point_history USING PRIMARY KEY (saga_id=? AND direction=?)",
                ENTRY,
                // The one row that the recursion is at.
                "SCAN chain",
                ENTRY,
                "SCAN chain",
            ][..],
        ),
        (
            HISTORY_OF_DIRECTION,
            &[
                "SEARCH point_history USING INDEX point_history_by_direction \
               (user_id=? AND direction=? AND saga_id<?)",
            ],
        ),
        (
            OWNER,
            &[
                "SEARCH point_history USING PRIMARY KEY (saga_id=?)",
                "SEARCH point_history USING INDEX point_history_by_order (order_id=?)",
            ],
        ),
        (
            PAYMENTS,
            &[
                "SEARCH point_history USING PRIMARY KEY (saga_id=?)",
                "SEARCH point_history USING INDEX point_history_by_order \
                 (order_id=? AND (saga_id,direction)>(?,?))",
            ],
        ),
    ] {
        let lines = testkit::plan(&desk.reader, query);
        assert!(
            lines.iter().all(|line| !line.contains("TEMP B-TREE")),
            "{lines:?}"
        );
        let reads = |line: &&String| line.starts_with("SEARCH") || line.starts_with("SCAN");
        let found: Vec<&String> = lines.iter().filter(reads).collect();
        assert_eq!(found, expected, "{query}");
    }
}

/// Neither a full page nor a reader that has enough goes on along the ledger.
#[test]
fn a_history_reads_no_more_than_it_gives() {
    let mut desk = Desk::open();
    let charges = (100..200).map(|id| testkit::command(charge(USER, id)));
    desk.world.batch(charges.collect());
    let whole = desk.steps(1_000, 1_000);
    let (page, taken) = (desk.steps(2, 1_000), desk.steps(1_000, 2));
    assert!(page * 10 < whole, "{page} of {whole}");
    assert!(taken * 10 < whole, "{taken} of {whole}");
}

impl Desk {
    /// How many steps SQLite takes for a history of so many rows, of which so many are looked at.
    fn steps(&self, limit: i64, looked_at: usize) -> i32 {
        let steps = self.reader.query(|connection| {
            let mut statement = connection.prepare(HISTORY)?;
            let (saga, direction) = (None::<i64>, None::<i64>);
            let rows = statement.query_map((USER.get(), saga, direction, limit), ledger)?;
            for view in rows.take(looked_at) {
                view?;
            }
            Ok(statement.get_status(StatementStatus::VmStep))
        });
        steps.unwrap()
    }
}
