//! What sold best within a window. Products that are not sold any more are passed over; ties go to
//! the older product. A ranking adds up all that was sold within its window, for everybody who
//! looks at it within a second; the products in it are as they are now.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contracts::http::product::RankedView;
use contracts::ids::ProductId;
use contracts::problem::Language;
use contracts::time::Timestamp;
use db::{Failed, Reader};

use super::{shown, standing};
use crate::domain::ranking::{Hour, Window};
use crate::store::day_number;

/// How long a ranking is shown before it is added up anew.
const SHOWN: Duration = Duration::from_secs(1);
/// Rankings kept; the oldest goes first.
const MOST_KEPT: usize = 32;

/// A product, and how many pieces of it were sold.
type Sold = (ProductId, i64);

/// The rankings of the last second.
#[derive(Debug, Default)]
pub struct Rankings(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    window: Window,
    limit: usize,
    at: Timestamp,
    best: Arc<[Sold]>,
}

impl Rankings {
    pub fn read(
        &self,
        reader: &Reader,
        (window, limit): (Window, usize),
        language: Language,
        now: Timestamp,
    ) -> Result<Vec<RankedView>, Failed> {
        let best = self.best(reader, (window, limit), now)?;
        reader.at_one_moment(|reader| {
            let mut views = Vec::new();
            for (rank, (id, sold)) in (1..).zip(&*best) {
                if let Some((product, level)) = standing(reader, *id)? {
                    views.push(RankedView {
                        rank,
                        sold: *sold,
                        product: shown(&product, level, language),
                    });
                }
            }
            Ok(views)
        })
    }

    /// Whoever comes while a ranking is added up waits for it instead of adding it up again.
    fn best(
        &self,
        reader: &Reader,
        (window, limit): (Window, usize),
        now: Timestamp,
    ) -> Result<Arc<[Sold]>, Failed> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One of a later time was kept before the clock was set back.
        all.retain(|kept| kept.at <= now && now.since(kept.at) < SHOWN);
        let wanted = |kept: &&Kept| kept.window == window && kept.limit == limit;
        if let Some(kept) = all.iter().find(wanted) {
            return Ok(Arc::clone(&kept.best));
        }
        let best: Arc<[Sold]> = best(reader, window, limit)?.into();
        if all.len() == MOST_KEPT {
            all.pop_front();
        }
        all.push_back(Kept {
            window,
            limit,
            at: now,
            best: Arc::clone(&best),
        });
        Ok(best)
    }
}

fn best(reader: &Reader, window: Window, limit: usize) -> Result<Vec<Sold>, Failed> {
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
