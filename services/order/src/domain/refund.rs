//! What a refund gives back: pieces of lines and their share of what was paid. The shares of all
//! refunds of a line add up to exactly what was paid for it.

use std::collections::BTreeMap;

use contracts::events::order::{OrderDocumentLine, RefundLine};
use contracts::money::{Money, Quantity};

use super::Refusal;

/// A refund's content, worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Refunded {
    pub lines: Vec<RefundLine>,
    pub amount: Money,
    /// This one refund takes back all that was bought.
    pub whole_order: bool,
}

/// The pieces given back so far, by line.
pub fn given_back<'l>(refunds: impl Iterator<Item = &'l RefundLine>) -> BTreeMap<u16, u32> {
    let mut pieces = BTreeMap::new();
    for line in refunds {
        let sum: &mut u32 = pieces.entry(line.line).or_default();
        *sum = sum.saturating_add(line.quantity.get());
    }
    pieces
}

/// What giving back these pieces means, or all that is left when none are named.
pub fn refund(
    bought: &[OrderDocumentLine],
    before: &BTreeMap<u16, u32>,
    wanted: Option<&BTreeMap<u16, Quantity>>,
) -> Result<Refunded, Refusal> {
    if let Some(wanted) = wanted
        && wanted
            .keys()
            .any(|number| !bought.iter().any(|line| line.line == *number))
    {
        return Err(Refusal::RefundExceeds);
    }
    let mut lines = Vec::new();
    let mut amount = Money::ZERO;
    let mut whole_order = before.values().all(|pieces| *pieces == 0);
    for line in bought {
        let gone = before.get(&line.line).copied().unwrap_or(0);
        let left = line.quantity.get().saturating_sub(gone);
        let pieces = match wanted {
            None => left,
            Some(wanted) => wanted.get(&line.line).map_or(0, |pieces| pieces.get()),
        };
        if pieces > left {
            return Err(Refusal::RefundExceeds);
        }
        whole_order &= pieces == line.quantity.get();
        if pieces == 0 {
            continue;
        }
        let share = share(line, gone, pieces).ok_or(Refusal::OrderNotRefundable)?;
        amount = amount
            .checked_add(share)
            .ok_or(Refusal::OrderNotRefundable)?;
        lines.push(RefundLine {
            line: line.line,
            product_id: line.product_id,
            quantity: Quantity::new(pieces),
            amount: share,
        });
    }
    match lines.is_empty() {
        true => Err(Refusal::RefundExceeds),
        false => Ok(Refunded {
            lines,
            amount,
            whole_order,
        }),
    }
}

/// What `pieces` more of a line are worth after `gone` went before them: the difference of two
/// sums rounded down, so that no won is lost or made over the parts. None without a price.
fn share(line: &OrderDocumentLine, gone: u32, pieces: u32) -> Option<Money> {
    let paid = line
        .unit_price?
        .checked_mul(line.quantity)?
        .checked_sub(line.discount?)?;
    let bought = i128::from(line.quantity.get());
    let up_to = |pieces: u32| -> Option<i64> {
        let won = i128::from(paid.won()) * i128::from(pieces) / bought;
        i64::try_from(won).ok()
    };
    let after = up_to(gone.checked_add(pieces)?)?;
    Some(Money::new(after.checked_sub(up_to(gone)?)?))
}

#[cfg(test)]
mod tests {
    use contracts::ids::ProductId;

    use super::*;

    fn line(number: u16, quantity: u32, unit: i64, discount: i64) -> OrderDocumentLine {
        OrderDocumentLine {
            line: number,
            product_id: ProductId::new(i64::from(number)),
            quantity: Quantity::new(quantity),
            expected_unit_price: None,
            name: None,
            category: None,
            unit_price: Some(Money::new(unit)),
            discount: Some(Money::new(discount)),
        }
    }

    fn wanted(lines: &[(u16, u32)]) -> BTreeMap<u16, Quantity> {
        let pieces = |&(line, pieces): &(u16, u32)| (line, Quantity::new(pieces));
        lines.iter().map(pieces).collect()
    }

    #[test]
    fn the_parts_of_a_line_add_up_to_what_was_paid_for_it() {
        // 3 x 1,000 - 1 = 2,999 won over three pieces: 999, 1,000, 1,000.
        let bought = [line(1, 3, 1_000, 1)];
        let mut before = BTreeMap::new();
        let mut amounts = Vec::new();
        for _ in 0..3 {
            let part = refund(&bought, &before, Some(&wanted(&[(1, 1)]))).unwrap();
            assert!(!part.whole_order);
            amounts.push(part.amount.won());
            *before.entry(1).or_default() += 1;
        }
        assert_eq!(amounts, [999, 1_000, 1_000]);
    }

    #[test]
    fn any_way_to_split_a_line_gives_back_all_of_it() {
        for quantity in 1..=6_u32 {
            for discount in [0, 1, 7, 99, 100] {
                let bought = [line(1, quantity, 100, discount)];
                for first in 1..=quantity {
                    let part = refund(&bought, &BTreeMap::new(), Some(&wanted(&[(1, first)])));
                    let mut sum = part.unwrap().amount.won();
                    if first < quantity {
                        let rest = refund(&bought, &BTreeMap::from([(1, first)]), None).unwrap();
                        sum += rest.amount.won();
                    }
                    assert_eq!(sum, i64::from(quantity) * 100 - discount);
                }
            }
        }
    }

    #[test]
    fn only_one_refund_of_everything_is_of_the_whole_order() {
        let bought = [line(1, 2, 5_000, 0), line(2, 1, 300, 300)];
        let nothing = BTreeMap::new();
        let whole = refund(&bought, &nothing, None).unwrap();
        assert!(whole.whole_order);
        assert_eq!(whole.amount, Money::new(10_000));
        let named = refund(&bought, &nothing, Some(&wanted(&[(1, 2), (2, 1)]))).unwrap();
        assert_eq!(named, whole);
        let part = refund(&bought, &nothing, Some(&wanted(&[(1, 2)]))).unwrap();
        assert!(!part.whole_order);
        let rest = refund(&bought, &BTreeMap::from([(1, 2)]), None).unwrap();
        assert!(!rest.whole_order, "a part went before it");
        assert_eq!(rest.lines.len(), 1);
        assert_eq!(rest.amount, Money::ZERO);
    }

    #[test]
    fn no_more_comes_back_than_was_bought() {
        let bought = [line(1, 2, 5_000, 0)];
        type Pieces<'p> = &'p [(u16, u32)];
        let cases: [(Pieces<'_>, Option<Pieces<'_>>); 5] = [
            (&[], Some(&[(1, 3)])),
            (&[(1, 1)], Some(&[(1, 2)])),
            (&[(1, 2)], Some(&[(1, 1)])),
            (&[(1, 2)], None),
            (&[], Some(&[(2, 1)])),
        ];
        for (before, asked) in cases {
            let before = before.iter().copied().collect();
            let asked = asked.map(wanted);
            let refused = refund(&bought, &before, asked.as_ref());
            assert_eq!(refused, Err(Refusal::RefundExceeds), "{before:?} {asked:?}");
        }
    }
}
