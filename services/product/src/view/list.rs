//! The catalogue as a list: filtered, searched, sorted, by keyset. A page looks at a bounded number
//! of rows, however many products there are: where a filter leaves few of them it is read from
//! those few, else in the list's order, and it stops early where too much would be passed over.

use contracts::http::product::{ProductFilter, ProductSort, ProductStatus, ProductView};
use contracts::ids::ProductId;
use contracts::money::Money;
use contracts::problem::Language;
use db::{Failed, Reader};
use serde::{Deserialize, Serialize};

use super::{shown, standing, status};
use crate::domain::name::Search;

mod narrow;
mod walk;

use walk::Order;

/// What one page looks at, in places of an index and in products: twenty milliseconds at worst,
/// and well under one where the filter is not against the order.
const MOST_LOOKS: usize = 12_000;
/// Fewer than these are sorted anew for each page, where the filter's index has another order.
const FEW: usize = 2_500;

/// A place in the list, after the product that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    Id(ProductId),
    Price(Money, ProductId),
    Name(String, ProductId),
}

impl Place {
    pub const fn id(&self) -> ProductId {
        match self {
            Self::Id(id) | Self::Price(_, id) | Self::Name(_, id) => *id,
        }
    }

    /// Whether it is a place of a list in this order.
    pub const fn is_of(&self, sort: ProductSort) -> bool {
        match sort {
            ProductSort::Newest => matches!(self, Self::Id(_)),
            ProductSort::PriceAsc | ProductSort::PriceDesc => matches!(self, Self::Price(..)),
            ProductSort::Name => matches!(self, Self::Name(..)),
        }
    }
}

/// Which part of the list is wanted.
#[derive(Debug)]
pub struct Wanted {
    pub filter: ProductFilter,
    /// Where the page before ended.
    pub after: Option<Place>,
    pub rows: usize,
    pub language: Language,
}

/// What was found.
#[derive(Debug, PartialEq)]
pub struct Found {
    pub views: Vec<ProductView>,
    /// Where the reading stopped, when neither the page was full nor the list at its end.
    pub stopped: Option<Place>,
}

/// How much may still be looked at.
#[derive(Debug)]
struct Looks(usize);

pub fn read(reader: &Reader, wanted: &Wanted) -> Result<Found, Failed> {
    read_within(reader, wanted, MOST_LOOKS)
}

fn read_within(reader: &Reader, wanted: &Wanted, looks: usize) -> Result<Found, Failed> {
    let mut looks = Looks(looks);
    let test = Test::of(&wanted.filter);
    let narrow = narrow::Sources::of(&wanted.filter, test.search.as_ref());
    let order = Order::of(wanted.filter.sort, wanted.language);
    reader.at_one_moment(|reader| {
        let Some(order) = order else {
            return narrow::newest(reader, &narrow, wanted, &test, &mut looks);
        };
        match narrow::few(reader, &narrow, &mut looks)? {
            Some(few) => sorted(reader, &few, order, wanted, &test),
            None => walk::read(reader, order, wanted, &test, &mut looks),
        }
    })
}

/// The place of a product in the order of a list.
pub fn place(sort: ProductSort, view: &ProductView) -> Place {
    match sort {
        ProductSort::Newest => Place::Id(view.id),
        ProductSort::PriceAsc | ProductSort::PriceDesc => Place::Price(view.price, view.id),
        ProductSort::Name => Place::Name(view.name.clone(), view.id),
    }
}

fn sorted(
    reader: &Reader,
    few: &[ProductId],
    order: Order,
    wanted: &Wanted,
    test: &Test,
) -> Result<Found, Failed> {
    let mut views = Vec::new();
    for id in few {
        views.extend(test.read(reader, *id, wanted.language)?);
    }
    let place = |view: &ProductView| place(wanted.filter.sort, view);
    views.sort_by(|one, other| order.compare(&place(one), &place(other)));
    if let Some(after) = &wanted.after {
        views.retain(|view| order.compare(after, &place(view)).is_lt());
    }
    views.truncate(wanted.rows);
    let stopped = None;
    Ok(Found { views, stopped })
}

/// What is left to ask of a product that an index named.
struct Test {
    category: Option<String>,
    status: Option<ProductStatus>,
    search: Option<Search>,
}

impl Test {
    fn of(filter: &ProductFilter) -> Self {
        Self {
            category: filter.category.clone(),
            status: filter.status,
            search: filter.q.as_deref().and_then(Search::of),
        }
    }

    /// The product, if it belongs in the list.
    fn read(
        &self,
        reader: &Reader,
        id: ProductId,
        language: Language,
    ) -> Result<Option<ProductView>, Failed> {
        let Some((product, level)) = standing(reader, id)? else {
            return Ok(None);
        };
        let names = [product.name.as_str(), product.name_en.as_str()];
        let fits = self
            .category
            .as_ref()
            .is_none_or(|it| *it == product.category)
            && self.status.is_none_or(|it| it == status(&product, level))
            && self.search.as_ref().is_none_or(|it| it.matches(names));
        Ok(fits.then(|| shown(&product, level, language)))
    }
}

impl Looks {
    /// False when there was enough looking.
    fn one_more(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }
}

#[cfg(test)]
mod tests;
