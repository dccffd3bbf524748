//! Lines added up by product and sorted by it, so that two lines of one product are judged as one
//! and stock rows are always met in the same order.

use std::collections::BTreeMap;

use contracts::events::order::OrderLine;
use contracts::ids::ProductId;
use contracts::money::{Money, Quantity};

/// Pieces of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    pub product_id: ProductId,
    pub quantity: Quantity,
}

/// What an order wants of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    pub product_id: ProductId,
    /// None when the lines add up past what can be counted: no shelf holds that.
    pub pieces: Option<Quantity>,
    /// The unit prices that the lines were placed at, where they say one.
    pub expected: Vec<Money>,
}

/// More than can be counted is counted as this.
const MOST: Quantity = Quantity::new(u32::MAX);

impl Pieces {
    /// Added up by product, in the order of product ids. Used where goods come back or are
    /// counted: a sum past the range stops at its end, since nothing can be refused there.
    pub fn of(lines: impl Iterator<Item = (ProductId, Quantity)>) -> Vec<Self> {
        let mut sums: BTreeMap<ProductId, Quantity> = BTreeMap::new();
        for (product_id, quantity) in lines {
            let sum = sums.entry(product_id).or_default();
            *sum = sum.checked_add(quantity).unwrap_or(MOST);
        }
        let pieces = sums.into_iter().map(|(product_id, quantity)| Self {
            product_id,
            quantity,
        });
        pieces.collect()
    }
}

impl Demand {
    /// An order's lines added up by product, in the order of product ids.
    pub fn of(lines: &[OrderLine]) -> Vec<Self> {
        let mut demands: BTreeMap<ProductId, Self> = BTreeMap::new();
        for line in lines {
            let demand = demands.entry(line.product_id).or_insert_with(|| Self {
                product_id: line.product_id,
                pieces: Some(Quantity::default()),
                expected: Vec::new(),
            });
            demand.pieces = demand.pieces.and_then(|sum| sum.checked_add(line.quantity));
            demand.expected.extend(line.expected_unit_price);
        }
        demands.into_values().collect()
    }

    /// The sum as it is told, cut where counting ends.
    pub fn wanted(&self) -> Quantity {
        self.pieces.unwrap_or(MOST)
    }
}
