//! What a coupon would take off an order, so that a member can choose. It follows the rules of
//! the shop's Promotion service and is told as expected: the order is decided there.

use contracts::events::promotion::UserCouponStatus;
use contracts::http::Page;
use contracts::http::promotion::{CouponView, DiscountKind, ScopeView, UserCouponView};
use contracts::money::Money;
use futures::future::try_join_all;

use super::basket::{Basket, Line};
use crate::api::Refused;
use crate::visit::Visitor;

/// A coupon of the member beside an order.
pub(super) struct Choice {
    pub(super) held: UserCouponView,
    pub(super) saves: Saving,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Saving {
    Off(Money),
    /// The order's total is below what the coupon asks for, by so much.
    Short(Money),
    /// No line is within its scope.
    Elsewhere,
}

impl Choice {
    pub(super) fn off(&self) -> Option<Money> {
        match self.saves {
            Saving::Off(off) => Some(off),
            Saving::Short(_) | Saving::Elsewhere => None,
        }
    }
}

/// The member's available coupons, the best first.
pub(super) async fn choices(visitor: &Visitor, basket: &Basket) -> Result<Vec<Choice>, Refused> {
    let path = "/api/v1/users/me/coupons?status=AVAILABLE&limit=50";
    let held: Page<UserCouponView> = visitor.api.get(path).await?;
    let available = held.items.into_iter();
    let available = available.filter(|held| held.status == UserCouponStatus::Available);
    // Only the coupon itself says what it covers.
    let with_terms = available.map(|held| async move {
        let path = format!("/api/v1/coupons/{}", held.coupon_id);
        let terms: CouponView = visitor.api.get(&path).await?;
        Ok::<_, Refused>((held, terms))
    });
    let mut choices: Vec<Choice> = try_join_all(with_terms)
        .await?
        .into_iter()
        .map(|(held, terms)| Choice {
            saves: saving(&terms, basket),
            held,
        })
        .collect();
    choices.sort_by_key(|choice| std::cmp::Reverse(choice.off()));
    Ok(choices)
}

fn saving(terms: &CouponView, basket: &Basket) -> Saving {
    let total = basket.total();
    let least = terms.min_order_amount.unwrap_or_default();
    if total < least {
        return Saving::Short(least.checked_sub(total).unwrap_or_default());
    }
    let covered = basket
        .lines
        .iter()
        .filter(|line| covers(terms.scope.as_ref(), line));
    let base = Money::checked_sum(covered.filter_map(Line::total)).unwrap_or(total);
    if base <= Money::ZERO {
        return Saving::Elsewhere;
    }
    Saving::Off(match terms.discount {
        DiscountKind::Fixed => Money::new(terms.value).min(base),
        DiscountKind::Rate => {
            let off = i128::from(base.won()) * i128::from(terms.value) / 100;
            let off = i64::try_from(off).map_or(base, Money::new);
            terms
                .max_discount
                .map_or(off, |most| off.min(most))
                .min(base)
        }
    })
}

fn covers(scope: Option<&ScopeView>, line: &Line) -> bool {
    let Some(ScopeView {
        product_ids,
        categories,
    }) = scope
    else {
        return true;
    };
    (product_ids.is_empty() && categories.is_empty())
        || product_ids.contains(&line.product.id)
        || categories.contains(&line.product.category)
}

#[cfg(test)]
mod tests {
    use contracts::http::product::{ProductStatus, ProductView};
    use contracts::http::promotion::CouponStatus;
    use contracts::ids::{CouponId, ProductId};
    use contracts::time::Timestamp;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn basket(lines: &[(i64, &str, i64, u32)]) -> Basket {
        let line = |&(id, category, price, quantity): &(i64, &str, i64, u32)| Line {
            product: ProductView {
                id: ProductId::new(id),
                name: String::new(),
                category: category.to_owned(),
                price: Money::new(price),
                status: ProductStatus::OnSale,
                available_quantity: 5,
                version: 1,
            },
            quantity,
        };
        Basket {
            lines: lines.iter().map(line).collect(),
            gone: Vec::new(),
        }
    }

    fn coupon(discount: DiscountKind, value: i64) -> CouponView {
        CouponView {
            id: CouponId::new(1),
            name: String::new(),
            discount,
            value,
            max_discount: None,
            min_order_amount: None,
            scope: None,
            status: CouponStatus::Active,
            total_quantity: 1,
            remaining: 1,
            issue_from: NOW,
            issue_to: NOW,
            valid_from: None,
            valid_to: Some(NOW),
            valid_days: None,
        }
    }

    #[test]
    fn a_saving_follows_the_rules_of_promotion() {
        let two = basket(&[(1, "a", 999, 1), (2, "b", 10_000, 2)]);
        let only = |categories: &[&str], ids: &[i64]| ScopeView {
            product_ids: ids.iter().map(|id| ProductId::new(*id)).collect(),
            categories: categories.iter().map(|name| (*name).to_owned()).collect(),
        };
        let fixed = |value| coupon(DiscountKind::Fixed, value);
        let rate = |value| coupon(DiscountKind::Rate, value);
        let off = |won| Saving::Off(Money::new(won));
        let scoped = |terms: CouponView, scope| CouponView {
            scope: Some(scope),
            ..terms
        };
        let at_least = |terms: CouponView, won| CouponView {
            min_order_amount: Some(Money::new(won)),
            ..terms
        };
        let capped = CouponView {
            max_discount: Some(Money::new(1_500)),
            ..rate(10)
        };
        for (terms, saves) in [
            (fixed(3_000), off(3_000)),
            (fixed(90_000), off(20_999)),
            // A fraction of a won is not taken off.
            (rate(10), off(2_099)),
            (capped, off(1_500)),
            (scoped(fixed(3_000), only(&["a"], &[])), off(999)),
            (scoped(rate(50), only(&[], &[2])), off(10_000)),
            (scoped(rate(50), only(&[], &[])), off(10_499)),
            (scoped(rate(50), only(&["c"], &[7])), Saving::Elsewhere),
            (at_least(fixed(1), 20_999), off(1)),
            (at_least(fixed(1), 21_000), Saving::Short(Money::new(1))),
        ] {
            assert_eq!(saving(&terms, &two), saves, "{terms:?}");
        }
    }
}
