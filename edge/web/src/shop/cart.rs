//! The cart: what is in it and what it comes to; more, less, out.

use axum::Router;
use axum::extract::Form;
use axum::response::Html;
use axum::routing::get;
use contracts::ids::ProductId;
use contracts::money::Quantity;
use contracts::problem::Code;
use maud::{Markup, html};
use serde::Deserialize;

use super::basket::{Basket, Line};
use crate::cart::Cart;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Go, address};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/cart", get(show).post(change))
}

#[derive(Deserialize)]
struct Change {
    product: ProductId,
    #[serde(default)]
    quantity: String,
    then: Then,
}

/// What the button says.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Then {
    /// Put in, and look at the cart.
    Cart,
    /// Order this product alone.
    Buy,
    /// So many.
    Set,
    Remove,
}

async fn change(visit: Visit, Form(change): Form<Change>) -> Go {
    let Change {
        product,
        quantity,
        then,
    } = change;
    let mut cart = visit.cart.clone();
    let to_cart = Go::to("/cart");
    let quantity: u32 = match (quantity.trim().parse(), then) {
        (Ok(quantity), _) => quantity,
        (Err(_), Then::Remove) => 0,
        (Err(_), _) => return to_cart.say(Notice::Refused(Code::ValidationFailed)),
    };
    match then {
        Then::Buy => {
            let lines = Cart::of(product, quantity.max(1)).to_string();
            return Go::to(&address("/checkout", &[("lines", &lines)]));
        }
        Then::Cart => match cart.add(product, quantity.max(1)) {
            Ok(()) => to_cart.say(Notice::AddedToCart),
            Err(crate::cart::Full) => to_cart.say(Notice::CartFull),
        },
        Then::Set => {
            cart.put(product, quantity);
            to_cart.say(Notice::CartChanged)
        }
        Then::Remove => {
            cart.put(product, 0);
            to_cart.say(Notice::CartChanged)
        }
    }
    .cookie(cart.cookie())
}

async fn show(visit: Visit) -> Result<Html<String>, Trouble> {
    let words = &visit.texts().cart;
    let basket = Basket::read(&visit, &visit.cart).await?;
    let page = Page::new(words.title).under("cart").body(html! {
        h1 { (words.title) }
        @if visit.cart.is_empty() {
            div.empty {
                p { (words.empty) }
                p { a.button href="/products" { (words.look_around) } }
            }
        } @else {
            ul.basket {
                @for line in &basket.lines { (self::line(&visit, line)) }
                @for product in &basket.gone { (gone(&visit, *product)) }
            }
            (sum(&visit, &basket))
        }
    });
    Ok(layout::shop(&visit, page))
}

fn line(visitor: &Visitor, line: &Line) -> Markup {
    let words = &visitor.texts().cart;
    let product = &line.product;
    let field = format!("quantity-{}", product.id);
    html! {
        li {
            div.picture { (pieces::picture(product, 120)) }
            div.what {
                a href={ "/products/" (product.id) } { (product.name) }
                p.fine { (pieces::won(visitor, product.price)) }
                @if !line.can_be_had() {
                    p { (pieces::stock(visitor, product)) }
                    p.fine.bad { (words.cannot_be_had) }
                }
            }
            form.how-many method="post" action="/cart" {
                input type="hidden" name="product" value=(product.id);
                label.unseen for=(field) { (product.name) " " (words.quantity) }
                input id=(field) name="quantity" type="number" inputmode="numeric"
                    value=(line.quantity) min="0" max=(Quantity::MAX_PER_LINE) required;
                button.quiet name="then" value="set" { (words.change) }
                button.link name="then" value="remove"
                    aria-label={ (words.remove) ": " (product.name) } { (words.remove) }
            }
            p.amount { (pieces::won(visitor, line.total().unwrap_or_default())) }
        }
    }
}

fn gone(visitor: &Visitor, product: ProductId) -> Markup {
    let words = &visitor.texts().cart;
    html! {
        li {
            div.what { p { (words.gone) } }
            form.how-many method="post" action="/cart" {
                input type="hidden" name="product" value=(product);
                button.link name="then" value="remove" { (words.remove) }
            }
        }
    }
}

fn sum(visitor: &Visitor, basket: &Basket) -> Markup {
    let words = &visitor.texts().cart;
    html! {
        div.sum {
            p { (words.total) " " strong.price { (pieces::won(visitor, basket.total())) } }
            @if basket.can_be_ordered() {
                p.fine { (words.coupon_next) }
                p.actions {
                    a.button.quiet href="/products" { (words.look_around) }
                    a.button href="/checkout" { (words.order) }
                }
            } @else {
                p.fine.bad { (words.cannot_be_ordered) }
            }
        }
    }
}
