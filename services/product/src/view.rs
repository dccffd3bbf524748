//! What Product shows, read from committed rows: products with what is left of them, and beside
//! that lists, rankings, categories and the ledger behind one stock.

use contracts::http::product::{ProductStatus, ProductView};
use contracts::ids::ProductId;
use contracts::problem::Language;
use db::{Cell, Column, Failed, Reader, Store};
use rusqlite::Row;

use crate::domain::stock::Level;
use crate::store::{Product, Status, Stock};

/// The categories that have something to sell.
pub mod categories;

/// The history of one stock.
pub mod ledger;

/// The catalogue, filtered, searched and sorted.
pub mod list;

/// What sold best.
pub mod top;

/// One product, with its stock of the same moment.
pub fn product(
    reader: &Reader,
    id: ProductId,
    language: Language,
) -> Result<Option<ProductView>, Failed> {
    reader.at_one_moment(|reader| {
        let found = standing(reader, id)?;
        Ok(found.map(|(product, level)| shown(&product, level, language)))
    })
}

/// Which of these products there are, each once, in the order asked for; and which are not.
pub fn batch(
    reader: &Reader,
    ids: &[ProductId],
    language: Language,
) -> Result<(Vec<ProductView>, Vec<ProductId>), Failed> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    reader.at_one_moment(|reader| {
        for (place, id) in ids.iter().enumerate() {
            if ids[..place].contains(id) {
                continue;
            }
            match standing(reader, *id)? {
                Some((product, level)) => found.push(shown(&product, level, language)),
                None => missing.push(*id),
            }
        }
        Ok(())
    })?;
    Ok((found, missing))
}

/// A product as readers of one language see it.
pub fn shown(product: &Product, level: Level, language: Language) -> ProductView {
    let name = match language {
        Language::Ko => &product.name,
        Language::En => &product.name_en,
    };
    ProductView {
        id: product.product_id,
        name: name.clone(),
        category: product.category.clone(),
        price: product.price,
        status: status(product, level),
        available_quantity: level.quantity,
        version: product.version_with(level),
    }
}

/// What the product's and the stock's rows make together.
const fn status(product: &Product, level: Level) -> ProductStatus {
    match product.status {
        Status::OnSale if level.quantity == 0 => ProductStatus::SoldOut,
        Status::OnSale => ProductStatus::OnSale,
        Status::Discontinued => ProductStatus::Discontinued,
    }
}

fn standing(reader: &Reader, id: ProductId) -> Result<Option<(Product, Level)>, Failed> {
    let Some(product) = reader.under::<Product, _>(id)?.into_iter().next() else {
        return Ok(None);
    };
    let stock = reader.get::<Stock>(&id)?;
    let level = stock.map_or(Level::NEW, |stock| stock.level());
    Ok(Some((product, level)))
}

/// A column that holds the code of an enum.
fn coded<C: Column>(row: &Row<'_>, column: usize) -> rusqlite::Result<C> {
    let code: i64 = row.get(column)?;
    C::read(Cell::Int(code)).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, code))
}
