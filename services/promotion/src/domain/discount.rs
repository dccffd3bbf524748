//! What a coupon takes off an order, to the won: the base, the discount, and its share of each
//! line. Whether the coupon may be used at all is not asked here.

use std::cmp::Reverse;

use contracts::events::product::{PricedLine, StockDeducted};
use contracts::http::promotion::{Discount, ScopeView};
use contracts::money::Money;

/// The part of a coupon's terms that says what comes off.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'t> {
    pub discount: Discount,
    pub min_order_amount: Money,
    pub scope: &'t ScopeView,
}

/// An amount that takes its share of a discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The line's number: of two with one remainder the lower is served first.
    pub line: u16,
    pub amount: Money,
}

impl Offer<'_> {
    /// What comes off each line of the order; none when the offer does not fit it.
    pub fn shares(&self, order: &StockDeducted) -> Option<Vec<Money>> {
        if order.total < self.min_order_amount {
            return None;
        }
        let parts: Vec<Part> = order
            .lines
            .iter()
            .map(|line| self.part(line))
            .collect::<Option<_>>()?;
        let base = Money::checked_sum(parts.iter().map(|part| part.amount))?;
        if base <= Money::ZERO {
            return None;
        }
        Some(spread(self.discount_on(base), base, &parts))
    }

    /// What comes off `base` won as a whole: never more than it.
    pub fn discount_on(&self, base: Money) -> Money {
        match self.discount {
            Discount::Fixed(amount) => amount.min(base),
            Discount::Rate { percent, max } => {
                let off = i128::from(base.won()) * i128::from(percent) / 100;
                let off = i64::try_from(off).map_or(base, Money::new);
                max.map_or(off, |max| off.min(max)).min(base)
            }
        }
    }

    /// The line as far as the scope reaches: with nothing where it does not.
    fn part(&self, line: &PricedLine) -> Option<Part> {
        let amount = match self.covers(line) {
            true => line.unit_price.checked_mul(line.quantity)?,
            false => Money::ZERO,
        };
        Some(Part {
            line: line.line,
            amount,
        })
    }

    fn covers(&self, line: &PricedLine) -> bool {
        let ScopeView {
            product_ids,
            categories,
        } = self.scope;
        (product_ids.is_empty() && categories.is_empty())
            || product_ids.contains(&line.product_id)
            || categories
                .iter()
                .any(|category| **category == *line.category)
    }
}

/// Shares `discount` out by largest remainder. The shares sum to it exactly, and none exceeds its
/// part, because `discount` is at most `base` and `base` is the parts' sum.
pub fn spread(discount: Money, base: Money, parts: &[Part]) -> Vec<Money> {
    debug_assert!(Money::ZERO <= discount && discount <= base && Money::ZERO < base);
    let whole = i128::from(base.won());
    // Two 64-bit amounts multiply within 128 bits.
    let exact = |part: &Part| i128::from(discount.won()) * i128::from(part.amount.won());
    let mut shares: Vec<i128> = parts.iter().map(|part| exact(part) / whole).collect();
    let left = i128::from(discount.won()) - shares.iter().sum::<i128>();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|&at| (Reverse(exact(&parts[at]) % whole), parts[at].line));
    // Fewer won are left than parts have a remainder, as each remainder is below one won.
    for at in by_remainder
        .into_iter()
        .take(usize::try_from(left).unwrap_or(0))
    {
        shares[at] += 1;
    }
    let won = |share| Money::new(i64::try_from(share).expect("a share is at most its part"));
    shares.into_iter().map(won).collect()
}

#[cfg(test)]
mod tests;
