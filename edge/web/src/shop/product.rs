//! One product: what it costs, whether it can be had, and putting it into the cart.

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use contracts::http::product::ProductView;
use contracts::ids::ProductId;
use contracts::money::Quantity;
use maud::{Markup, html};

use crate::layout::{self, Page};
use crate::pieces::{self, address};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/products/{id}", get(show))
}

async fn show(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, Trouble> {
    let id: ProductId = id.parse().map_err(|_| Trouble::NoSuchPage)?;
    let product: ProductView = visit.api.get(&format!("/api/v1/products/{id}")).await?;
    let words = &visit.texts().product;
    let shelf = address("/products", &[("category", &product.category)]);
    let page = Page::new(&product.name).body(html! {
        nav.crumbs aria-label=(words.place) {
            a href="/" { (visit.texts().frame.home) }
            a href=(shelf) { (pieces::category(&visit, &product.category)) }
        }
        article.product {
            div.picture.large { (pieces::picture(&product, 480)) }
            div.facts {
                h1 { (product.name) }
                p.price { (pieces::won(&visit, product.price)) }
                p { (pieces::stock(&visit, &product)) }
                @if pieces::can_be_bought(&product) {
                    (buy(&visit, &product))
                } @else {
                    p.fine { (words.cannot_be_bought) }
                }
                ul.notes {
                    li { (words.note_points) }
                    li { (words.note_coupon) " " a href="/coupons" { (words.coupons) } }
                    li { (words.note_undo) }
                }
            }
        }
    });
    Ok(layout::shop(&visit, page))
}

fn buy(visitor: &Visitor, product: &ProductView) -> Markup {
    let words = &visitor.texts().product;
    let most = product
        .available_quantity
        .min(i64::from(Quantity::MAX_PER_LINE));
    html! {
        form.buy method="post" action="/cart" {
            input type="hidden" name="product" value=(product.id);
            div.field.short {
                label for="quantity" { (words.quantity) }
                input id="quantity" name="quantity" type="number" inputmode="numeric" value="1"
                    min="1" max=(most) required;
            }
            div.actions {
                button.quiet name="then" value="cart" { (words.add) }
                button name="then" value="buy" { (words.buy) }
            }
        }
    }
}
