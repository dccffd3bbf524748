//! The form before the order: what is bought, with which coupon, from which balance. Nothing is
//! ordered here; the next page shows all of it once more.

use axum::Router;
use axum::extract::Query;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use contracts::http::payment::BalanceView;
use contracts::money::Money;
use futures::try_join;
use maud::{Markup, html};
use serde::Deserialize;

use super::basket::Basket;
use super::saving::{self, Choice, Saving};
use crate::cart::Cart;
use crate::format;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Go};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/checkout", get(show))
}

/// What is about to be ordered, and how it is paid.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    /// As a cart writes itself; without it, it is the cart.
    pub(super) lines: String,
    /// The member's coupon; none is said by `none`, so that it can be told from no choice yet.
    pub(super) coupon: String,
}

impl Wanted {
    /// The lines; none when there is nothing to order.
    pub(super) fn cart(&self, visitor: &Visitor) -> Option<Cart> {
        let cart = match self.lines.as_str() {
            "" => visitor.cart.clone(),
            lines => lines.parse().ok()?,
        };
        (!cart.is_empty()).then_some(cart)
    }
}

async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Trouble> {
    visit.member()?;
    let Some(cart) = wanted.cart(&visit) else {
        return Ok(Go::to("/cart").say(Notice::NothingToOrder).into_response());
    };
    let basket = Basket::read(&visit, &cart).await?;
    let (choices, balance) = try_join!(
        saving::choices(&visit, &basket),
        visit.api.get::<BalanceView>("/api/v1/points/me"),
    )?;
    Ok(form(&visit, &wanted, &basket, &choices, balance.balance).into_response())
}

fn form(
    visitor: &Visitor,
    wanted: &Wanted,
    basket: &Basket,
    choices: &[Choice],
    balance: Money,
) -> Html<String> {
    let words = &visitor.texts().checkout;
    let page = Page::new(words.title).under("cart").body(html! {
        (steps(visitor, 2))
        h1 { (words.title) }
        form.columns action="/checkout/confirm" {
            @if !wanted.lines.is_empty() {
                input type="hidden" name="lines" value=(wanted.lines);
            }
            div {
                section aria-labelledby="lines" {
                    h2 id="lines" { (words.lines) }
                    (basket.show(visitor))
                }
                fieldset.coupons {
                    legend { (words.coupon) }
                    (coupons(visitor, &wanted.coupon, choices))
                }
            }
            aside.sum {
                dl.sums {
                    dt { (words.total) } dd { (pieces::won(visitor, basket.total())) }
                    dt { (words.balance) } dd { (pieces::won(visitor, balance)) }
                }
                @if basket.can_be_ordered() {
                    button.whole { (words.next) }
                    p.fine { (words.not_yet) }
                } @else {
                    p.fine.bad { (words.cannot_be_ordered) }
                    a.button.quiet.whole href="/cart" { (words.to_cart) }
                }
            }
        }
    });
    layout::shop(visitor, page)
}

/// The best coupon is chosen beforehand.
fn coupons(visitor: &Visitor, chosen: &str, choices: &[Choice]) -> Markup {
    let words = &visitor.texts().checkout;
    let usable = choices.iter().find(|choice| choice.off().is_some());
    let best = usable.map(|choice| choice.held.user_coupon_id.to_string());
    let chosen = match chosen {
        "" => best.unwrap_or_default(),
        chosen => chosen.to_owned(),
    };
    let none = !choices
        .iter()
        .any(|choice| choice.held.user_coupon_id.to_string() == chosen);
    html! {
        @for choice in choices {
            @let id = choice.held.user_coupon_id.to_string();
            label.choice {
                input type="radio" name="coupon" value=(id) checked[id == chosen]
                    disabled[choice.off().is_none()];
                span {
                    strong lang="ko" { (choice.held.name) }
                    span.fine {
                        ((words.until)(&format::day(choice.held.expires_at, visitor.language)))
                    }
                }
                span.number {
                    @match choice.saves {
                        Saving::Off(off) => {
                            strong.saves { "-" (pieces::won(visitor, off)) }
                        }
                        Saving::Short(by) => {
                            span.fine { ((words.short_by)(&format::won(by, visitor.language))) }
                        }
                        Saving::Elsewhere => { span.fine { (words.elsewhere) } }
                    }
                }
            }
        }
        label.choice {
            input type="radio" name="coupon" value="none" checked[none];
            span { (words.no_coupon) }
        }
    }
}

/// Where one is on the way to an order.
pub(super) fn steps(visitor: &Visitor, now: usize) -> Markup {
    let words = &visitor.texts().checkout;
    let steps = [words.step_cart, words.step_form, words.step_confirm];
    html! {
        ol.way aria-label=(words.way) {
            @for (at, step) in (1..).zip(steps) {
                li aria-current=[(at == now).then_some("step")] { (step) }
            }
        }
    }
}
