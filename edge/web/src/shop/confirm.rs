//! What is about to be ordered, once more and with its price, and ordering it. The form carries
//! all of the order, and the key that makes a second click the same order.

use axum::Router;
use axum::extract::{Form, Query};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use contracts::http::order::{AcceptedView, PlaceItem, PlaceOrder};
use contracts::http::payment::BalanceView;
use contracts::ids::UserCouponId;
use contracts::money::Money;
use futures::try_join;
use maud::{Markup, html};
use serde::Deserialize;

use super::basket::Basket;
use super::checkout::{Wanted, steps};
use super::saving::{self, Choice};
use crate::api::Refused;
use crate::format;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Go, address};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/checkout/confirm", get(show).post(place))
}

/// What the page shows.
struct Order {
    basket: Basket,
    coupon: Option<Choice>,
    total: Money,
    discount: Money,
    paid: Money,
    balance: Money,
}

async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Trouble> {
    visit.member()?;
    let Some(cart) = wanted.cart(&visit) else {
        return Ok(Go::to("/cart").say(Notice::NothingToOrder).into_response());
    };
    let basket = Basket::read(&visit, &cart).await?;
    if !basket.can_be_ordered() {
        return Ok(Go::to("/cart").say(Notice::NothingToOrder).into_response());
    }
    let (choices, balance) = try_join!(
        saving::choices(&visit, &basket),
        visit.api.get::<BalanceView>("/api/v1/points/me"),
    )?;
    let mut choices = choices.into_iter();
    let coupon = choices.find(|choice| choice.held.user_coupon_id.to_string() == wanted.coupon);
    let coupon = coupon.filter(|choice| choice.off().is_some());
    let total = basket.total();
    let discount = coupon.as_ref().and_then(Choice::off).unwrap_or_default();
    let order = Order {
        basket,
        coupon,
        total,
        discount,
        paid: total.checked_sub(discount).unwrap_or(total),
        balance: balance.balance,
    };
    Ok(page(&visit, &wanted, &order).into_response())
}

fn page(visitor: &Visitor, wanted: &Wanted, order: &Order) -> Html<String> {
    let words = &visitor.texts().checkout;
    let correct = address(
        "/checkout",
        &[("lines", &wanted.lines), ("coupon", &wanted.coupon)],
    );
    let page = Page::new(words.confirm_title).under("cart").body(html! {
        (steps(visitor, 3))
        h1 { (words.confirm_title) }
        p.lead { (words.confirm_lead) }
        div.columns {
            section aria-labelledby="lines" {
                h2 id="lines" { (words.lines) }
                (order.basket.show(visitor))
            }
            aside.sum {
                (sums(visitor, order))
                form method="post" action="/checkout/confirm" {
                    (pieces::key_field())
                    input type="hidden" name="lines" value=(written(&order.basket));
                    @if let Some(choice) = &order.coupon {
                        input type="hidden" name="coupon" value=(choice.held.user_coupon_id);
                    }
                    @if wanted.lines.is_empty() { input type="hidden" name="cart" value="1"; }
                    button.whole { ((words.pay)(&format::won(order.paid, visitor.language))) }
                }
                a.button.quiet.whole href=(correct) { (words.correct) }
                p.fine { (words.once) }
            }
        }
    });
    layout::shop(visitor, page)
}

fn sums(visitor: &Visitor, order: &Order) -> Markup {
    let words = &visitor.texts().checkout;
    let after = order.balance.checked_sub(order.paid).unwrap_or_default();
    let won = |amount| pieces::won(visitor, amount);
    html! {
        dl.sums {
            dt { (words.total) } dd { (won(order.total)) }
            @if let Some(choice) = &order.coupon {
                dt { (words.coupon) ": " span lang="ko" { (choice.held.name) } }
                dd { "-" (won(order.discount)) }
            }
            dt.grand { (words.to_pay) } dd.grand { (won(order.paid)) }
            dt { (words.balance) } dd { (won(order.balance)) }
            @if !after.is_negative() { dt { (words.after) } dd { (won(after)) } }
        }
        @if after.is_negative() {
            @let short = after.checked_neg().unwrap_or_default();
            p.said.bad {
                ((words.points_short)(&format::won(short, visitor.language))) " "
                a href=(address("/points", &[
                    ("amount", &short.won().to_string()),
                    ("back", &visitor.address),
                ])) { (words.charge) }
            }
        }
    }
}

/// The order as the form carries it: each line with the price that was shown.
fn written(basket: &Basket) -> String {
    let lines = basket.lines.iter();
    let lines = lines.map(|line| {
        let price = line.product.price;
        format!("{}.{}.{price}", line.product.id, line.quantity)
    });
    lines.collect::<Vec<_>>().join("-")
}

#[derive(Deserialize)]
struct Placed {
    key: String,
    lines: String,
    coupon: Option<UserCouponId>,
    /// The lines came from the cart, which is empty afterwards.
    cart: Option<String>,
}

impl Placed {
    fn order(&self) -> Option<PlaceOrder> {
        let items = self.lines.split('-').map(|line| {
            let mut parts = line.split('.');
            let item = PlaceItem {
                product_id: parts.next()?.parse().ok()?,
                quantity: parts.next()?.parse().ok()?,
                expected_unit_price: Some(parts.next()?.parse().ok()?),
            };
            parts.next().is_none().then_some(item)
        });
        Some(PlaceOrder {
            items: items.collect::<Option<_>>()?,
            user_coupon_id: self.coupon,
        })
    }
}

async fn place(visit: Visit, Form(placed): Form<Placed>) -> Result<Response, Trouble> {
    visit.member()?;
    let Some(order) = placed.order() else {
        return Ok(Go::to("/cart").say(Notice::NothingToOrder).into_response());
    };
    let accepted = visit
        .api
        .command("/api/v1/orders", &order, &placed.key)
        .await;
    let accepted: AcceptedView = match accepted {
        Ok(accepted) => accepted,
        // The product page and the cart show what changed.
        Err(Refused::Problem(problem)) if problem.status == 409 => {
            let back = Go::to("/cart").say(Notice::Refused(problem.code));
            return Ok(back.into_response());
        }
        Err(refused) => return Err(refused.into()),
    };
    let go = Go::to(&format!("/orders/{}", accepted.order_id));
    let mut cart = visit.cart.clone();
    if placed.cart.is_some() {
        for item in &order.items {
            cart.put(item.product_id, 0);
        }
    }
    Ok(go.cookie(cart.cookie()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(lines: &str) -> Placed {
        Placed {
            key: String::new(),
            lines: lines.to_owned(),
            coupon: None,
            cart: None,
        }
    }

    #[test]
    fn the_form_carries_lines_with_the_prices_that_were_shown() {
        let order = placed("0000000000007.2.12500-0000000000008.1.0")
            .order()
            .unwrap();
        let items = order.items.iter();
        let items: Vec<_> = items
            .map(|item| {
                (
                    item.product_id.get(),
                    item.quantity,
                    item.expected_unit_price,
                )
            })
            .collect();
        assert_eq!(items, [(7, 2, Some(12_500)), (8, 1, Some(0))]);
    }

    #[test]
    fn what_is_no_order_is_none() {
        for lines in [
            "",
            "x",
            "0000000000007.2",
            "0000000000007.2.3.4",
            "0000000000007.2.x",
        ] {
            assert_eq!(placed(lines).order(), None, "{lines}");
        }
    }
}
