//! Selling an order: every line is had at its price, or none is and each bad product is named.

use contracts::events::order::{Frozen, OrderLine};
use contracts::events::product::{BadItem, ProductStatus, StockCode};
use contracts::ids::ProductId;
use contracts::money::{Money, Quantity};

use super::demand::Demand;
use super::stock::Level;

/// What the shop has of one product, and for how much.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'p> {
    pub name: &'p str,
    pub category: &'p str,
    pub price: Money,
    pub status: ProductStatus,
    pub level: Level,
}

/// An order that can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// One for each product, in the order of product ids.
    pub taken: Vec<Taken>,
    pub total: Money,
}

/// Pieces of one product, with its price and what is left after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub product_id: ProductId,
    pub pieces: Quantity,
    pub frozen: Frozen,
}

/// Sells the lines from what is offered, or says what is wrong with every product that is.
pub fn sell<'p>(
    lines: &[OrderLine],
    offer: impl Fn(ProductId) -> Option<Offer<'p>>,
) -> Result<Sale, Vec<BadItem>> {
    let mut sale = Sale {
        taken: Vec::new(),
        total: Money::ZERO,
    };
    let mut bad = Vec::new();
    for demand in Demand::of(lines) {
        let offer = offer(demand.product_id);
        match take(&demand, offer, sale.total) {
            Ok((taken, total)) => {
                sale.taken.push(taken);
                sale.total = total;
            }
            Err(code) => bad.push(item(&demand, offer, code)),
        }
    }
    if bad.is_empty() { Ok(sale) } else { Err(bad) }
}

impl Sale {
    /// What was taken of a product of the order.
    pub fn of(&self, product_id: ProductId) -> Option<&Taken> {
        let found = self
            .taken
            .binary_search_by_key(&product_id, |taken| taken.product_id);
        found.ok().map(|at| &self.taken[at])
    }
}

/// Takes one product and adds its price to the total. The first thing that is wrong counts.
fn take(
    demand: &Demand,
    offer: Option<Offer<'_>>,
    total: Money,
) -> Result<(Taken, Money), StockCode> {
    let offer = offer.ok_or(StockCode::ProductNotFound)?;
    match offer.status {
        ProductStatus::OnSale => {}
        ProductStatus::Discontinued => return Err(StockCode::ProductNotOnSale),
    }
    if demand.expected.iter().any(|&price| price != offer.price) {
        return Err(StockCode::PriceChanged);
    }
    let pieces = demand.pieces.ok_or(StockCode::OutOfStock)?;
    let left = offer.level.take(pieces).ok_or(StockCode::OutOfStock)?;
    // At a price that no total can hold, nobody can be sold these.
    let price = offer.price.checked_mul(pieces);
    let total = price.and_then(|price| total.checked_add(price));
    let total = total.ok_or(StockCode::ProductNotOnSale)?;
    let frozen = Frozen {
        name: offer.name.into(),
        category: offer.category.into(),
        unit_price: offer.price,
        left: left.quantity,
        stock_version: left.version,
    };
    let taken = Taken {
        product_id: demand.product_id,
        pieces,
        frozen,
    };
    Ok((taken, total))
}

fn item(demand: &Demand, offer: Option<Offer<'_>>, code: StockCode) -> BadItem {
    BadItem {
        product_id: demand.product_id,
        code,
        wanted: demand.wanted(),
        left: offer.map(|offer| offer.level.quantity),
        stock_version: offer.map(|offer| offer.level.version),
        unit_price: offer.map(|offer| offer.price),
    }
}
