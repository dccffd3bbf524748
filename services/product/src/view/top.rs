//! What sold best within a window. Products that are not sold any more are passed over; ties go to
//! the older product.

use contracts::http::product::RankedView;
use contracts::ids::ProductId;
use contracts::problem::Language;
use db::{Failed, Reader};

use super::{shown, standing};
use crate::domain::ranking::{Hour, Window};
use crate::store::day_number;

pub fn read(
    reader: &Reader,
    window: Window,
    limit: usize,
    language: Language,
) -> Result<Vec<RankedView>, Failed> {
    reader.at_one_moment(|reader| {
        let mut views = Vec::new();
        for (rank, (id, sold)) in (1..).zip(best(reader, window, limit)?) {
            if let Some((product, level)) = standing(reader, id)? {
                views.push(RankedView {
                    rank,
                    sold,
                    product: shown(&product, level, language),
                });
            }
        }
        Ok(views)
    })
}

fn best(reader: &Reader, window: Window, limit: usize) -> Result<Vec<(ProductId, i64)>, Failed> {
    // No day has a number below another's, so an empty range of days is one that ends before it
    // begins.
    let (hours, days) = match window {
        Window::Hours { first, last } => ((first.number(), last.number()), (0, -1)),
        Window::Days { first, last } => (
            (
                Hour::of(first.start()).number(),
                Hour::of(last.next().start()).number() - 1,
            ),
            (day_number(first), day_number(last)),
        ),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let given = (hours.0, hours.1, days.0, days.1, limit);
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(BEST)?;
        let best =
            statement.query_map(given, |row| Ok((ProductId::new(row.get(0)?), row.get(1)?)))?;
        best.collect()
    })
}

// A day that is being folded has some of its counts here and some there. Sums are made before
// products are looked at, which are fewer.
const BEST: &str = "
    SELECT sums.product_id, sums.sold
    FROM (SELECT product_id, sum(quantity) AS sold
          FROM (SELECT product_id, quantity FROM product_rank WHERE hour BETWEEN ?1 AND ?2
                UNION ALL
                SELECT product_id, quantity FROM product_rank_day WHERE day BETWEEN ?3 AND ?4)
          GROUP BY product_id HAVING sum(quantity) > 0) AS sums
    JOIN product AS p ON p.product_id = sums.product_id
    WHERE p.status = 1
    ORDER BY sums.sold DESC, sums.product_id
    LIMIT ?5";

#[cfg(test)]
mod tests;
