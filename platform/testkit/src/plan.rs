//! How a store goes about a query, for tests that a page is searched for and not scanned.

use db::Reader;

/// The steps of SQLite's plan for a query of one statement, a line each.
///
/// # Panics
/// When the query is none that the file of the reader understands.
pub fn plan(reader: &Reader, query: &str) -> Vec<String> {
    let explained = format!("EXPLAIN QUERY PLAN {query}");
    let lines = reader.query(|connection| {
        let mut statement = connection.prepare(&explained)?;
        let mut rows = statement.raw_query();
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(row.get("detail")?);
        }
        Ok(lines)
    });
    lines.expect("the query is understood")
}
