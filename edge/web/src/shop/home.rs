//! The first page: what sells best now, something of every category, and where to look.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use contracts::http::Page as Piece;
use contracts::http::product::{CategoryView, ProductView, TopView};
use futures::future::try_join_all;
use futures::try_join;
use maud::{Markup, html};

use crate::api::Refused;
use crate::layout::{self, Page};
use crate::pieces::{self, address};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};
use crate::{format, shop::products};

/// Whole rows of two, three and four.
const SHOWN: usize = 12;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/", get(show))
}

async fn show(visit: Visit) -> Result<Html<String>, Trouble> {
    let words = &visit.texts().home;
    let (top, categories) = try_join!(
        visit
            .api
            .get::<TopView>("/api/v1/products/top?days=7&limit=8"),
        visit
            .api
            .get::<Piece<CategoryView>>("/api/v1/categories?limit=100"),
    )?;
    let new = new(&visit, &categories.items).await?;
    let page = Page::new(words.title).body(html! {
        section.hero {
            h1 { (words.greeting) }
            p { (words.lead) }
        }
        (products::categories(&visit, &categories.items, None))
        @if !top.items.is_empty() { (best(&visit, &top)) }
        section aria-labelledby="new" {
            div.heading {
                h2 id="new" { (words.new) }
                a href="/products" { (words.all) }
            }
            ul.cards { @for product in &new { (pieces::card(&visit, product, None)) } }
        }
    });
    Ok(layout::shop(&visit, page))
}

/// The newest of each category in turn, so that no category fills the page.
async fn new(visitor: &Visitor, categories: &[CategoryView]) -> Result<Vec<ProductView>, Refused> {
    let shelves = categories.iter().take(SHOWN).map(|shelf| {
        let category = ("category", shelf.category.as_str());
        let few = [category, ("status", "ON_SALE"), ("limit", "3")];
        let path = address("/api/v1/products", &few);
        async move { visitor.api.get::<Piece<ProductView>>(&path).await }
    });
    let shelves = try_join_all(shelves).await?;
    let deepest = shelves.iter().map(|shelf| shelf.items.len()).max();
    let turns = 0..deepest.unwrap_or(0);
    let in_turn = turns.flat_map(|turn| shelves.iter().filter_map(move |it| it.items.get(turn)));
    Ok(in_turn.take(SHOWN).cloned().collect())
}

/// The ranking says from when it is: it follows the sales, and is never far behind.
fn best(visitor: &Visitor, top: &TopView) -> Markup {
    let words = &visitor.texts().home;
    html! {
        section aria-labelledby="best" {
            div.heading {
                h2 id="best" { (words.best) }
                p.fine { ((words.as_of)(&format::hour_minute(visitor.now))) }
            }
            ul.cards {
                @for ranked in &top.items {
                    (pieces::card(visitor, &ranked.product, Some(ranked.rank)))
                }
            }
        }
    }
}
