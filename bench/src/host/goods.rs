//! Products and coupons of the shop under test.

use std::time::Duration;

use anyhow::bail;
use contracts::envelope::{Actor, Trace};
use contracts::http::promotion::{CouponTerms, Discount, ScopeView, Validity};
use contracts::ids::{CouponId, ProductId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use futures::future::try_join_all;
use jangteo::shop::Places;
use promotion::decide::Reply;
use promotion::input::{CreateCoupon, Input, IssueCoupon};

use super::people::{AT_ONCE, key};
use crate::population::{DISCOUNT, PRICE, Spec};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) async fn create_products(
    places: &Places,
    spec: &Spec,
) -> anyhow::Result<Vec<ProductId>> {
    let handle = &places.product.handle;
    let products: Vec<ProductId> = (0..spec.products).map(|_| handle.next_id()).collect();
    let numbered: Vec<_> = products.iter().enumerate().collect();
    for some in numbered.chunks(AT_ONCE) {
        let sent = some.iter().map(|(place, id)| {
            let command = product::input::CreateProduct {
                id: **id,
                name: "머그컵".to_owned(),
                name_en: "mug".to_owned(),
                category: "주방".to_owned(),
                price: Money::new(PRICE),
                stock: Quantity::new(spec.stock(*place)),
                key: key("product", id.get()),
            };
            let input = product::input::Input::CreateProduct(command);
            handle.send(input, Actor::System, Trace::NONE)
        });
        for reply in try_join_all(sent).await? {
            if let product::decide::Reply::Refused(refusal) = reply {
                bail!("could not add a product: {refusal}");
            }
        }
    }
    Ok(products)
}

pub(super) async fn create_coupon(places: &Places, cap: i64) -> anyhow::Result<CouponId> {
    let handle = &places.promotion.handle;
    let (id, now): (CouponId, _) = (handle.next_id(), handle.now());
    let terms = CouponTerms {
        name: "쿠폰".to_owned(),
        discount: Discount::Fixed(Money::new(DISCOUNT)),
        min_order_amount: Money::new(0),
        scope: ScopeView::default(),
        total_quantity: cap,
        issue_from: now.minus(DAY),
        issue_to: now.plus(DAY),
        validity: Validity::Days(30),
    };
    let key = key("coupon", id.get());
    let input = Input::CreateCoupon(Box::new(CreateCoupon { id, terms, key }));
    match handle.send(input, Actor::System, Trace::NONE).await? {
        Reply::Created { .. } => Ok(id),
        other @ (Reply::Issued { .. } | Reply::Changed(_) | Reply::Refused(_)) => {
            bail!("could not offer a coupon: {other:?}")
        }
    }
}

/// One to each of them.
pub(super) async fn issue(
    places: &Places,
    coupon_id: CouponId,
    to: &[UserId],
) -> anyhow::Result<Vec<UserCouponId>> {
    let handle = &places.promotion.handle;
    let mut issued = Vec::with_capacity(to.len());
    for some in to.chunks(AT_ONCE) {
        let sent = some.iter().map(|user_id| {
            let user_coupon_id: UserCouponId = handle.next_id();
            let command = IssueCoupon {
                user_coupon_id,
                coupon_id,
                user_id: *user_id,
                key: key("issue", user_coupon_id.get()),
            };
            handle.send(Input::IssueCoupon(command), Actor::System, Trace::NONE)
        });
        for reply in try_join_all(sent).await? {
            match reply {
                Reply::Issued { issued: one, .. } => issued.push(one.user_coupon_id),
                other @ (Reply::Created { .. } | Reply::Changed(_) | Reply::Refused(_)) => {
                    bail!("could not issue a coupon: {other:?}")
                }
            }
        }
    }
    Ok(issued)
}
