//! The categories that have something to sell, by name. Their counts are kept as rows, so nothing
//! is counted here.

use contracts::http::product::CategoryView;
use db::{Failed, Reader};

/// Those after `after`, at most so many.
pub fn read(
    reader: &Reader,
    after: Option<&str>,
    rows: usize,
) -> Result<Vec<CategoryView>, Failed> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(AFTER)?;
        // No category is empty, so all come after the empty text.
        let found = statement.query_map((after.unwrap_or_default(), rows), |row| {
            Ok(CategoryView {
                category: row.get(0)?,
                products: row.get(1)?,
            })
        })?;
        found.collect()
    })
}

const AFTER: &str = "
    SELECT category, products FROM product_category
    WHERE category > ?1 ORDER BY category LIMIT ?2";
