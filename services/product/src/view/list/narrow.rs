//! Filters that have an index of their own, each a list of products from the newest on. The
//! products that stand in all of them are found by leaping: whichever list is furthest back says
//! where the others go on, so that the shortest one decides how much is read.

use contracts::http::product::{ProductFilter, ProductStatus};
use contracts::ids::ProductId;
use db::{Failed, Reader};
use rusqlite::Connection;

use super::{FEW, Found, Looks, Place, Test, Wanted};
use crate::domain::name::Search;

/// The lists that a filter names.
pub(super) struct Sources(Vec<Source>);

#[derive(Debug)]
enum Source {
    Gram(String),
    Category(String),
    SoldOut,
    Discontinued,
}

/// The next product that stands in all lists.
enum Next {
    At(i64),
    End,
    /// Nothing stands above this product; there was enough looking.
    Stopped(i64),
}

impl Sources {
    pub fn of(filter: &ProductFilter, search: Option<&Search>) -> Self {
        let grams = search.map(Search::grams).unwrap_or_default();
        let mut sources: Vec<Source> = grams.into_iter().map(Source::Gram).collect();
        sources.extend(match filter.status {
            Some(ProductStatus::SoldOut) => Some(Source::SoldOut),
            Some(ProductStatus::Discontinued) => Some(Source::Discontinued),
            // Most are: the product itself is asked.
            Some(ProductStatus::OnSale) | None => None,
        });
        sources.extend(filter.category.clone().map(Source::Category));
        Self(sources)
    }

    /// The newest product older than `below` that stands in all lists.
    fn next(
        &self,
        connection: &Connection,
        below: i64,
        looks: &mut Looks,
    ) -> rusqlite::Result<Next> {
        let mut below = below;
        loop {
            let Some(candidate) = newest_of_all(connection, self.0.first(), below)? else {
                return Ok(Next::End);
            };
            if !looks.one_more() {
                return Ok(Next::Stopped(candidate));
            }
            let mut found = candidate;
            for source in self.0.iter().skip(1) {
                match source.newest(connection, found.saturating_add(1))? {
                    None => return Ok(Next::End),
                    Some(older) => found = older,
                }
                if !looks.one_more() {
                    return Ok(Next::Stopped(found));
                }
            }
            if found == candidate {
                return Ok(Next::At(candidate));
            }
            below = found.saturating_add(1);
        }
    }
}

/// A page of the newest, in the order of the lists themselves.
pub(super) fn newest(
    reader: &Reader,
    sources: &Sources,
    wanted: &Wanted,
    test: &Test,
    looks: &mut Looks,
) -> Result<Found, Failed> {
    let after = wanted.after.as_ref();
    let mut below = after.map_or(i64::MAX, |place| place.id().get());
    let mut views = Vec::new();
    while views.len() < wanted.rows {
        match reader.query(|connection| sources.next(connection, below, looks))? {
            Next::End => break,
            Next::Stopped(at) => {
                let last = ProductId::new(at.saturating_add(1));
                let stopped = Some(Place::Id(last));
                return Ok(Found { views, stopped });
            }
            Next::At(id) => {
                views.extend(test.read(reader, ProductId::new(id), wanted.language)?);
                below = id;
            }
        }
    }
    let stopped = None;
    Ok(Found { views, stopped })
}

/// All that stand in the lists, when these are few.
pub(super) fn few(
    reader: &Reader,
    sources: &Sources,
    looks: &mut Looks,
) -> Result<Option<Vec<ProductId>>, Failed> {
    // A category alone has the list's order in its own index.
    let narrows = |source: &Source| !matches!(source, Source::Category(_));
    if !sources.0.iter().any(narrows) {
        return Ok(None);
    }
    // Whoever finds too many goes on in another order and needs what is left.
    let mut own = Looks(looks.0 / 2);
    looks.0 -= own.0;
    let (mut few, mut below) = (Vec::new(), i64::MAX);
    while few.len() < FEW {
        match reader.query(|connection| sources.next(connection, below, &mut own))? {
            Next::End => return Ok(Some(few)),
            Next::Stopped(_) => return Ok(None),
            Next::At(id) => {
                few.push(ProductId::new(id));
                below = id;
            }
        }
    }
    Ok(None)
}

fn newest_of_all(
    connection: &Connection,
    first: Option<&Source>,
    below: i64,
) -> rusqlite::Result<Option<i64>> {
    match first {
        Some(source) => source.newest(connection, below),
        None => found(&mut connection.prepare_cached(ALL)?.query((below,))?),
    }
}

impl Source {
    /// The newest product of the list that is older than `below`.
    fn newest(&self, connection: &Connection, below: i64) -> rusqlite::Result<Option<i64>> {
        match self {
            Self::Gram(gram) => found(&mut connection.prepare_cached(GRAM)?.query((below, gram))?),
            Self::Category(category) => found(
                &mut connection
                    .prepare_cached(CATEGORY)?
                    .query((below, category))?,
            ),
            Self::SoldOut => found(&mut connection.prepare_cached(SOLD_OUT)?.query((below,))?),
            Self::Discontinued => {
                found(&mut connection.prepare_cached(DISCONTINUED)?.query((below,))?)
            }
        }
    }
}

fn found(rows: &mut rusqlite::Rows<'_>) -> rusqlite::Result<Option<i64>> {
    rows.next()?.map(|row| row.get(0)).transpose()
}

const ALL: &str = "
    SELECT product_id FROM product
    WHERE product_id < ?1 ORDER BY product_id DESC LIMIT 1";

const GRAM: &str = "
    SELECT product_id FROM product_gram
    WHERE gram = ?2 AND product_id < ?1 ORDER BY product_id DESC LIMIT 1";

const CATEGORY: &str = "
    SELECT product_id FROM product INDEXED BY product_by_category
    WHERE category = ?2 AND product_id < ?1 ORDER BY product_id DESC LIMIT 1";

const SOLD_OUT: &str = "
    SELECT product_id FROM product_stock INDEXED BY product_stock_empty
    WHERE quantity = 0 AND product_id < ?1 ORDER BY product_id DESC LIMIT 1";

const DISCONTINUED: &str = "
    SELECT product_id FROM product INDEXED BY product_discontinued
    WHERE status = 2 AND product_id < ?1 ORDER BY product_id DESC LIMIT 1";

/// Every statement, for the test that looks at their plans.
#[cfg(test)]
pub(super) const STATEMENTS: [&str; 5] = [ALL, GRAM, CATEGORY, SOLD_OUT, DISCONTINUED];
