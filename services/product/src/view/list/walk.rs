//! Reading the catalogue in the order of a list, by the index that has it, and passing over what
//! the filter leaves out.

use std::cmp::Ordering;

use contracts::http::product::ProductSort;
use contracts::ids::ProductId;
use contracts::money::Money;
use contracts::problem::Language;
use db::{Failed, Reader};
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Row, ToSql};

use super::{Found, Looks, Place, Test, Wanted};

/// Places read at once.
const PART: usize = 64;

/// An order that an index of its own has. The newest come first without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    PriceUp,
    PriceDown,
    Name,
    NameEn,
}

impl Order {
    pub fn of(sort: ProductSort, language: Language) -> Option<Self> {
        match (sort, language) {
            (ProductSort::Newest, Language::Ko | Language::En) => None,
            (ProductSort::PriceAsc, Language::Ko | Language::En) => Some(Self::PriceUp),
            (ProductSort::PriceDesc, Language::Ko | Language::En) => Some(Self::PriceDown),
            (ProductSort::Name, Language::Ko) => Some(Self::Name),
            (ProductSort::Name, Language::En) => Some(Self::NameEn),
        }
    }

    /// As the index has it: names without the case of ASCII letters, like NOCASE.
    pub fn compare(self, one: &Place, other: &Place) -> Ordering {
        let key = |place: &Place| match place {
            Place::Id(id) => (Money::ZERO, String::new(), *id),
            Place::Price(price, id) => (*price, String::new(), *id),
            Place::Name(name, id) => (Money::ZERO, name.to_ascii_lowercase(), *id),
        };
        let up = key(one).cmp(&key(other));
        match self {
            Self::PriceUp | Self::Name | Self::NameEn => up,
            Self::PriceDown => up.reverse(),
        }
    }

    /// Before every product.
    fn start(self) -> Place {
        match self {
            Self::PriceUp => Place::Price(Money::new(i64::MIN), ProductId::new(0)),
            Self::PriceDown => Place::Price(Money::new(i64::MAX), ProductId::new(i64::MAX)),
            Self::Name | Self::NameEn => Place::Name(String::new(), ProductId::new(0)),
        }
    }

    /// The statement over all products, and that over one category.
    const fn statements(self) -> [&'static str; 2] {
        match self {
            Self::PriceUp => [PRICE_UP, PRICE_UP_OF_CATEGORY],
            Self::PriceDown => [PRICE_DOWN, PRICE_DOWN_OF_CATEGORY],
            Self::Name => [NAME, NAME_OF_CATEGORY],
            Self::NameEn => [NAME_EN, NAME_EN_OF_CATEGORY],
        }
    }

    fn place(self, row: &Row<'_>) -> rusqlite::Result<Place> {
        let id = ProductId::new(row.get(1)?);
        Ok(match self {
            Self::PriceUp | Self::PriceDown => Place::Price(Money::new(row.get(0)?), id),
            Self::Name | Self::NameEn => Place::Name(row.get(0)?, id),
        })
    }
}

pub(super) fn read(
    reader: &Reader,
    order: Order,
    wanted: &Wanted,
    test: &Test,
    looks: &mut Looks,
) -> Result<Found, Failed> {
    let mut views = Vec::new();
    let mut last = wanted.after.clone().unwrap_or_else(|| order.start());
    loop {
        let places = part(reader, order, wanted.filter.category.as_deref(), &last)?;
        let is_end = places.len() < PART;
        for place in places {
            views.extend(test.read(reader, place.id(), wanted.language)?);
            last = place;
            if views.len() >= wanted.rows {
                let stopped = None;
                return Ok(Found { views, stopped });
            }
            if !looks.one_more() {
                let stopped = Some(last);
                return Ok(Found { views, stopped });
            }
        }
        if is_end {
            let stopped = None;
            return Ok(Found { views, stopped });
        }
    }
}

fn part(
    reader: &Reader,
    order: Order,
    category: Option<&str>,
    after: &Place,
) -> Result<Vec<Place>, Failed> {
    let [of_all, of_category] = order.statements();
    let key = Key(after);
    let limit = i64::try_from(PART).unwrap_or(i64::MAX);
    reader.query(|connection| {
        let read = |row: &Row<'_>| order.place(row);
        match category {
            None => {
                let mut statement = connection.prepare_cached(of_all)?;
                let given = (key, after.id().get(), limit);
                statement.query_map(given, read)?.collect()
            }
            Some(category) => {
                let mut statement = connection.prepare_cached(of_category)?;
                let given = (key, after.id().get(), limit, category);
                statement.query_map(given, read)?.collect()
            }
        }
    })
}

/// What a place is ordered by before the id.
struct Key<'p>(&'p Place);

impl ToSql for Key<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Place::Id(id) => ToSqlOutput::Owned(Value::Integer(id.get())),
            Place::Price(price, _) => ToSqlOutput::Owned(Value::Integer(price.won())),
            Place::Name(name, _) => name.as_str().into(),
        })
    }
}

const PRICE_UP: &str = "
    SELECT price, product_id FROM product INDEXED BY product_by_price
    WHERE (price, product_id) > (?1, ?2)
    ORDER BY price, product_id LIMIT ?3";

const PRICE_UP_OF_CATEGORY: &str = "
    SELECT price, product_id FROM product INDEXED BY product_by_category_and_price
    WHERE category = ?4 AND (price, product_id) > (?1, ?2)
    ORDER BY price, product_id LIMIT ?3";

const PRICE_DOWN: &str = "
    SELECT price, product_id FROM product INDEXED BY product_by_price
    WHERE (price, product_id) < (?1, ?2)
    ORDER BY price DESC, product_id DESC LIMIT ?3";

const PRICE_DOWN_OF_CATEGORY: &str = "
    SELECT price, product_id FROM product INDEXED BY product_by_category_and_price
    WHERE category = ?4 AND (price, product_id) < (?1, ?2)
    ORDER BY price DESC, product_id DESC LIMIT ?3";

// A keyset over a collation is none to the planner: the names that are equal, then those behind.
const NAME: &str = "
    SELECT name, product_id FROM product INDEXED BY product_by_name
    WHERE name COLLATE NOCASE = ?1 AND product_id > ?2
    UNION ALL
    SELECT name, product_id FROM product INDEXED BY product_by_name
    WHERE name COLLATE NOCASE > ?1
    ORDER BY name COLLATE NOCASE, product_id LIMIT ?3";

const NAME_OF_CATEGORY: &str = "
    SELECT name, product_id FROM product INDEXED BY product_by_category_and_name
    WHERE category = ?4 AND name COLLATE NOCASE = ?1 AND product_id > ?2
    UNION ALL
    SELECT name, product_id FROM product INDEXED BY product_by_category_and_name
    WHERE category = ?4 AND name COLLATE NOCASE > ?1
    ORDER BY name COLLATE NOCASE, product_id LIMIT ?3";

const NAME_EN: &str = "
    SELECT name_en, product_id FROM product INDEXED BY product_by_name_en
    WHERE name_en COLLATE NOCASE = ?1 AND product_id > ?2
    UNION ALL
    SELECT name_en, product_id FROM product INDEXED BY product_by_name_en
    WHERE name_en COLLATE NOCASE > ?1
    ORDER BY name_en COLLATE NOCASE, product_id LIMIT ?3";

const NAME_EN_OF_CATEGORY: &str = "
    SELECT name_en, product_id FROM product INDEXED BY product_by_category_and_name_en
    WHERE category = ?4 AND name_en COLLATE NOCASE = ?1 AND product_id > ?2
    UNION ALL
    SELECT name_en, product_id FROM product INDEXED BY product_by_category_and_name_en
    WHERE category = ?4 AND name_en COLLATE NOCASE > ?1
    ORDER BY name_en COLLATE NOCASE, product_id LIMIT ?3";

/// Every statement, for the test that looks at their plans.
#[cfg(test)]
pub(super) const STATEMENTS: [&str; 8] = [
    PRICE_UP,
    PRICE_UP_OF_CATEGORY,
    PRICE_DOWN,
    PRICE_DOWN_OF_CATEGORY,
    NAME,
    NAME_OF_CATEGORY,
    NAME_EN,
    NAME_EN_OF_CATEGORY,
];
