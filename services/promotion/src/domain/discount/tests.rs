use std::sync::Arc;

use contracts::ids::{OrderId, ProductId, UserId};
use contracts::money::Quantity;
use contracts::time::Timestamp;
use proptest::prelude::*;

use super::*;

const MUG: ProductId = ProductId::new(1);
const BAG: ProductId = ProductId::new(2);

fn line(line: u16, product_id: ProductId, category: &str, price: i64, pieces: u32) -> PricedLine {
    PricedLine {
        line,
        product_id,
        quantity: Quantity::new(pieces),
        expected_unit_price: None,
        name: Arc::from("name"),
        category: Arc::from(category),
        unit_price: Money::new(price),
        left: 9,
        stock_version: 1,
    }
}

/// Two mugs of 5,000 and a bag of 20,000 won.
fn order() -> StockDeducted {
    of(vec![
        line(1, MUG, "kitchen", 5_000, 2),
        line(2, BAG, "travel", 20_000, 1),
    ])
}

fn of(lines: Vec<PricedLine>) -> StockDeducted {
    let amounts = lines
        .iter()
        .map(|line| line.unit_price.checked_mul(line.quantity).unwrap());
    StockDeducted {
        order_id: OrderId::new(1),
        user_id: UserId::new(1),
        created_at: Timestamp::from_micros(0),
        user_coupon_id: None,
        total: Money::checked_sum(amounts).unwrap(),
        lines,
    }
}

fn fixed(won: i64) -> Discount {
    Discount::Fixed(Money::new(won))
}

fn rate(percent: i64, max: Option<i64>) -> Discount {
    Discount::Rate {
        percent,
        max: max.map(Money::new),
    }
}

fn won(shares: Option<Vec<Money>>) -> Option<Vec<i64>> {
    shares.map(|shares| shares.iter().map(|share| share.won()).collect())
}

fn everything() -> ScopeView {
    ScopeView::default()
}

fn products(product_ids: &[ProductId]) -> ScopeView {
    ScopeView {
        product_ids: product_ids.to_vec(),
        categories: Vec::new(),
    }
}

fn categories(categories: &[&str]) -> ScopeView {
    let categories = categories.iter().map(ToString::to_string).collect();
    ScopeView {
        product_ids: Vec::new(),
        categories,
    }
}

#[test]
fn a_discount_takes_what_its_terms_say_off_the_lines_in_scope() {
    for (discount, least, scope, shares) in [
        (fixed(3_000), 0, everything(), Some([1_000, 2_000])),
        (fixed(30_000), 0, everything(), Some([10_000, 20_000])),
        // FIXED takes at most the base.
        (fixed(30_001), 0, everything(), Some([10_000, 20_000])),
        (fixed(30_000), 0, products(&[MUG]), Some([10_000, 0])),
        (fixed(3_000), 0, products(&[BAG]), Some([0, 3_000])),
        (fixed(3_000), 0, categories(&["kitchen"]), Some([3_000, 0])),
        (
            fixed(3_000),
            0,
            categories(&["kitchen", "travel"]),
            Some([1_000, 2_000]),
        ),
        // Outside its scope it has nothing to take from.
        (fixed(3_000), 0, categories(&["food"]), None),
        (fixed(3_000), 0, products(&[ProductId::new(3)]), None),
        // The minimum is tested against the order's total, not against the base.
        (fixed(3_000), 30_000, products(&[MUG]), Some([3_000, 0])),
        (fixed(3_000), 30_001, everything(), None),
        (rate(10, None), 0, everything(), Some([1_000, 2_000])),
        (rate(100, None), 0, everything(), Some([10_000, 20_000])),
        (rate(10, None), 0, products(&[BAG]), Some([0, 2_000])),
        (rate(10, Some(1_500)), 0, everything(), Some([500, 1_000])),
        (rate(10, Some(3_000)), 0, everything(), Some([1_000, 2_000])),
    ] {
        let min_order_amount = Money::new(least);
        let offer = Offer {
            discount,
            min_order_amount,
            scope: &scope,
        };
        let shares = shares.map(Vec::from);
        assert_eq!(
            won(offer.shares(&order())),
            shares,
            "{discount:?} {least} {scope:?}"
        );
    }
}

#[test]
fn either_list_of_a_scope_is_enough() {
    let scope = ScopeView {
        product_ids: vec![MUG],
        categories: vec!["travel".into()],
    };
    let offer = Offer {
        discount: fixed(3_000),
        min_order_amount: Money::ZERO,
        scope: &scope,
    };
    assert_eq!(won(offer.shares(&order())), Some(vec![1_000, 2_000]));
}

#[test]
fn a_rate_floors_to_one_won() {
    let scope = everything();
    for (percent, price, off) in [(33, 100, 33), (33, 101, 33), (1, 99, 0), (99, 199, 197)] {
        let discount = rate(percent, None);
        let offer = Offer {
            discount,
            min_order_amount: Money::ZERO,
            scope: &scope,
        };
        let order = of(vec![line(1, MUG, "kitchen", price, 1)]);
        assert_eq!(
            won(offer.shares(&order)),
            Some(vec![off]),
            "{percent}% of {price}"
        );
    }
}

#[test]
fn an_order_of_nothing_takes_no_coupon() {
    let scope = everything();
    let offer = Offer {
        discount: fixed(1),
        min_order_amount: Money::ZERO,
        scope: &scope,
    };
    assert_eq!(offer.shares(&of(vec![line(1, MUG, "kitchen", 0, 3)])), None);
    assert_eq!(offer.shares(&of(Vec::new())), None);
}

#[test]
fn the_odd_won_goes_to_the_larger_remainder_and_then_to_the_lower_line() {
    for (discount, parts, shares) in [
        (10, vec![(1, 1), (2, 1), (3, 1)], vec![1, 1, 1]),
        (1, vec![(1, 1), (2, 1), (3, 1)], vec![1, 0, 0]),
        (2, vec![(1, 1), (2, 1), (3, 1)], vec![1, 1, 0]),
        // Ties go by the line's number, not by where it stands.
        (1, vec![(3, 1), (1, 1), (2, 1)], vec![0, 1, 0]),
        // Exactly 1.43, 2.86 and 5.71: the two odd won go to the second and the third.
        (10, vec![(1, 10), (2, 20), (3, 40)], vec![1, 3, 6]),
        (5, vec![(1, 3), (2, 0), (3, 4)], vec![2, 0, 3]),
    ] {
        let amount = |won| Money::new(won);
        let parts: Vec<Part> = parts
            .into_iter()
            .map(|(line, won)| Part {
                line,
                amount: amount(won),
            })
            .collect();
        let base = Money::checked_sum(parts.iter().map(|part| part.amount)).unwrap();
        let discount = Money::new(discount).min(base);
        assert_eq!(
            won(Some(spread(discount, base, &parts))),
            Some(shares),
            "{parts:?}"
        );
    }
}

fn some_parts() -> impl Strategy<Value = Vec<Part>> {
    let most = i64::MAX / 50;
    let amount = prop_oneof![4 => 0..200_000_i64, 1 => 0..=most, 1 => Just(most), 1 => Just(0)];
    proptest::collection::vec(amount, 1..=50).prop_map(|amounts| {
        let part = |(at, won)| Part {
            line: at as u16 + 1,
            amount: Money::new(won),
        };
        amounts.into_iter().enumerate().map(part).collect()
    })
}

fn base_of(parts: &[Part]) -> Money {
    Money::checked_sum(parts.iter().map(|part| part.amount)).unwrap()
}

proptest! {
    #[test]
    fn shares_sum_exactly_and_stay_within_their_parts(parts in some_parts(), of in 0..=1_000_i64) {
        let base = base_of(&parts);
        prop_assume!(base > Money::ZERO);
        let off = i128::from(base.won()) * i128::from(of) / 1_000;
        let discount = Money::new(i64::try_from(off).unwrap());
        let shares = spread(discount, base, &parts);
        prop_assert_eq!(Money::checked_sum(shares.iter().copied()), Some(discount));
        for (share, part) in shares.iter().zip(&parts) {
            prop_assert!(*share >= Money::ZERO && *share <= part.amount, "{share} of {part:?}");
        }
    }

    /// Told apart from how it is reckoned: each share is its exact value rounded one way or the
    /// other, and whoever was rounded up had no smaller remainder than whoever was not.
    #[test]
    fn whoever_is_rounded_up_had_the_larger_remainder(parts in some_parts(), of in 0..=1_000_i64) {
        let base = base_of(&parts);
        prop_assume!(base > Money::ZERO);
        let off = i128::from(base.won()) * i128::from(of) / 1_000;
        let shares = spread(Money::new(i64::try_from(off).unwrap()), base, &parts);
        let whole = i128::from(base.won());
        let exact = |part: &Part| off * i128::from(part.amount.won());
        let mut up = Vec::new();
        let mut down = Vec::new();
        for (share, part) in shares.iter().zip(&parts) {
            let rest = exact(part) - i128::from(share.won()) * whole;
            prop_assert!(-whole < rest && rest < whole, "{share} of {part:?}");
            if rest < 0 {
                up.push((rest + whole, part.line));
            } else {
                down.push((rest, part.line));
            }
        }
        for (more, above) in &up {
            for (less, below) in &down {
                prop_assert!(more > less || (more == less && above < below), "{above} {below}");
            }
        }
    }

    #[test]
    fn no_discount_exceeds_its_base(
        base in 1..=i64::MAX,
        value in 1..=i64::MAX,
        percent in 1..=100_i64,
    ) {
        let scope = everything();
        for discount in [fixed(value), rate(percent, None), rate(percent, Some(value))] {
            let offer = Offer { discount, min_order_amount: Money::ZERO, scope: &scope };
            let off = offer.discount_on(Money::new(base));
            prop_assert!(Money::ZERO <= off && off <= Money::new(base), "{off}");
        }
    }
}
