//! What Product shows: the catalogue with what is left of it, and the ledger behind one stock,
//! read from committed rows.

use contracts::http::product::{ListProducts, ProductStatus, ProductView, RankedView};
use contracts::ids::ProductId;
use contracts::money::Money;
use contracts::problem::Language;
use contracts::time::Timestamp;
use db::{Cell, Column, Failed, Reader, Store};
use rusqlite::Row;

use crate::domain::ranking::Hour;
use crate::domain::stock::Level;
use crate::store::{Product, Status, Stock};

/// The history of one stock.
pub mod ledger;

/// One product, with its stock of the same moment.
pub fn product(
    reader: &Reader,
    id: ProductId,
    language: Language,
) -> Result<Option<ProductView>, Failed> {
    reader.at_one_moment(|reader| {
        let Some(product) = reader.under::<Product, _>(id)?.into_iter().next() else {
            return Ok(None);
        };
        let stock = reader.get::<Stock>(&id)?;
        let level = stock.map_or(Level::NEW, |stock| stock.level());
        Ok(Some(shown(&product, level, language)))
    })
}

/// Which part of the catalogue is wanted.
pub struct Wanted {
    pub filter: ListProducts,
    /// The last product seen; the first page begins before all.
    pub after: Option<ProductId>,
    pub rows: usize,
    pub language: Language,
}

/// Which of these products there are, each once, in the order asked for; and which are not.
pub fn batch(
    reader: &Reader,
    ids: &[ProductId],
    language: Language,
) -> Result<(Vec<ProductView>, Vec<ProductId>), Failed> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        if ids[..place].contains(id) {
            continue;
        }
        match product(reader, *id, language)? {
            Some(view) => found.push(view),
            None => missing.push(*id),
        }
    }
    Ok((found, missing))
}

/// What sold best from one hour to another, without what is not sold any more. Ties go to the
/// older product.
pub fn top(
    reader: &Reader,
    (first, last): (Hour, Hour),
    limit: usize,
    language: Language,
) -> Result<Vec<RankedView>, Failed> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let best: Vec<(i64, i64)> = reader.query(|connection| {
        let mut statement = connection.prepare_cached(TOP)?;
        let window = (first.number(), last.number(), limit);
        let best = statement.query_map(window, |row| Ok((row.get(0)?, row.get(1)?)))?;
        best.collect()
    })?;
    let mut views = Vec::with_capacity(best.len());
    for (rank, (id, sold)) in (1..).zip(best) {
        if let Some(product) = product(reader, ProductId::new(id), language)? {
            views.push(RankedView {
                rank,
                sold,
                product,
            });
        }
    }
    Ok(views)
}

const TOP: &str = "
    SELECT r.product_id, sum(r.quantity) AS sold
    FROM product_rank AS r JOIN product AS p ON p.product_id = r.product_id
    WHERE r.hour >= ?1 AND r.hour <= ?2 AND p.status = 1
    GROUP BY r.product_id HAVING sold > 0
    ORDER BY sold DESC, r.product_id
    LIMIT ?3";

/// The catalogue in the order of product ids, oldest first.
pub fn list(reader: &Reader, wanted: &Wanted) -> Result<Vec<ProductView>, Failed> {
    let ListProducts {
        category,
        status,
        q,
    } = &wanted.filter;
    let after = wanted.after.map_or(0, ProductId::get);
    let rows = i64::try_from(wanted.rows).unwrap_or(i64::MAX);
    let text = match category {
        Some(_) => LIST_OF_CATEGORY,
        None => LIST,
    };
    let given = (after, category, status.map(code), q, rows);
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(text)?;
        let found = statement.query_map(given, |row| {
            let (product, level) = read(row)?;
            Ok(shown(&product, level, wanted.language))
        })?;
        found.collect()
    })
}

/// A product as readers of one language see it.
pub fn shown(product: &Product, level: Level, language: Language) -> ProductView {
    let name = match language {
        Language::Ko => &product.name,
        Language::En => &product.name_en,
    };
    let status = match product.status {
        Status::OnSale if level.quantity == 0 => ProductStatus::SoldOut,
        Status::OnSale => ProductStatus::OnSale,
        Status::Discontinued => ProductStatus::Discontinued,
    };
    ProductView {
        id: product.product_id,
        name: name.clone(),
        category: product.category.clone(),
        price: product.price,
        status,
        available_quantity: level.quantity,
        version: product.version_with(level),
    }
}

// Two texts, so that a category is read through its index: with `?2 IS NULL OR ..` it is not.
const LIST: &str = "
    SELECT p.product_id, p.category, p.name, p.name_en, p.price, p.status, p.version,
           p.created_at, s.quantity, s.version
    FROM product AS p JOIN product_stock AS s ON s.product_id = p.product_id
    WHERE p.product_id > ?1 AND ?2 IS NULL
      AND (?3 IS NULL OR CASE WHEN p.status = 1 AND s.quantity = 0 THEN 3 ELSE p.status END = ?3)
      AND (?4 IS NULL OR instr(p.name, ?4) > 0 OR instr(lower(p.name_en), lower(?4)) > 0)
    ORDER BY p.product_id
    LIMIT ?5";

const LIST_OF_CATEGORY: &str = "
    SELECT p.product_id, p.category, p.name, p.name_en, p.price, p.status, p.version,
           p.created_at, s.quantity, s.version
    FROM product AS p JOIN product_stock AS s ON s.product_id = p.product_id
    WHERE p.product_id > ?1 AND p.category = ?2
      AND (?3 IS NULL OR CASE WHEN p.status = 1 AND s.quantity = 0 THEN 3 ELSE p.status END = ?3)
      AND (?4 IS NULL OR instr(p.name, ?4) > 0 OR instr(lower(p.name_en), lower(?4)) > 0)
    ORDER BY p.product_id
    LIMIT ?5";

/// A status as the queries derive it from product and stock.
const fn code(status: ProductStatus) -> i64 {
    match status {
        ProductStatus::OnSale => 1,
        ProductStatus::Discontinued => 2,
        ProductStatus::SoldOut => 3,
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(Product, Level)> {
    let product = Product {
        product_id: ProductId::new(row.get(0)?),
        category: row.get(1)?,
        name: row.get(2)?,
        name_en: row.get(3)?,
        price: Money::new(row.get(4)?),
        status: coded(row, 5)?,
        version: row.get(6)?,
        created_at: Timestamp::from_micros(row.get(7)?),
    };
    let level = Level {
        quantity: row.get(8)?,
        version: row.get(9)?,
    };
    Ok((product, level))
}

/// A column that holds the code of an enum.
fn coded<C: Column>(row: &Row<'_>, column: usize) -> rusqlite::Result<C> {
    let code: i64 = row.get(column)?;
    C::read(Cell::Int(code)).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, code))
}
