//! Products by category, search and price. A search may be initials: ㅁㄱㅋ finds 머그컵.

use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::get;
use contracts::http::Page as Piece;
use contracts::http::product::{CategoryView, ProductView};
use futures::try_join;
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{self, Page};
use crate::pieces::{self, address};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

/// As many as fill whole rows of two, three and four.
const LIMIT: &str = "24";

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/products", get(show))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    category: String,
    q: String,
    sort: String,
    cursor: String,
}

impl Wanted {
    fn parameters(&self) -> [(&'static str, &str); 3] {
        [
            ("category", &self.category),
            ("q", &self.q),
            ("sort", &self.sort),
        ]
    }

    fn at(&self, cursor: &str) -> String {
        let [category, q, sort] = self.parameters();
        address("/products", &[category, q, sort, ("cursor", cursor)])
    }
}

async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Html<String>, Trouble> {
    let words = &visit.texts().products;
    let [category, q, sort] = wanted.parameters();
    let cursor = ("cursor", wanted.cursor.as_str());
    let list = address(
        "/api/v1/products",
        &[category, q, sort, cursor, ("limit", LIMIT)],
    );
    let (found, categories) = try_join!(
        visit.api.get::<Piece<ProductView>>(&list),
        visit
            .api
            .get::<Piece<CategoryView>>("/api/v1/categories?limit=100"),
    )?;
    let title = match (wanted.q.trim(), wanted.category.as_str()) {
        ("", "") => words.all.to_owned(),
        ("", category) => match (words.category)(category) {
            Some(word) => word.to_owned(),
            None => category.to_owned(),
        },
        (q, _) => (words.results)(q),
    };
    let next = found.next_cursor.as_deref();
    let page = Page::new(&title).of_search(&wanted.q).body(html! {
        (self::categories(&visit, &categories.items, Some(&wanted.category)))
        div.heading { h1 { (title) } (order(&visit, &wanted)) }
        @if found.items.is_empty() {
            div.empty {
                p { (words.nothing) }
                @if !wanted.q.is_empty() { p.fine { (words.hint) } }
                p { a.button.quiet href="/products" { (words.all) } }
            }
        } @else {
            h2.unseen { (words.list) }
            ul.cards { @for product in &found.items { (pieces::card(&visit, product, None)) } }
        }
        (pieces::more(&visit, next, |cursor| wanted.at(cursor)))
    });
    Ok(layout::shop(&visit, page))
}

/// The categories as a row of links.
pub(super) fn categories(
    visitor: &Visitor,
    categories: &[CategoryView],
    chosen: Option<&str>,
) -> Markup {
    let words = &visitor.texts().products;
    let current = |category: &str| (chosen == Some(category)).then_some("page");
    html! {
        nav.chips aria-label=(words.categories) {
            ul {
                li { a href="/products" aria-current=[current("")] { (words.all) } }
                @for CategoryView { category, .. } in categories {
                    li {
                        a href=(address("/products", &[("category", category)]))
                            aria-current=[current(category)] {
                                (pieces::category(visitor, category))
                            }
                    }
                }
            }
        }
    }
}

fn order(visitor: &Visitor, wanted: &Wanted) -> Markup {
    let words = &visitor.texts().products;
    let sorts = [
        ("", words.newest),
        ("PRICE_ASC", words.cheapest),
        ("PRICE_DESC", words.dearest),
        ("NAME", words.by_name),
    ];
    html! {
        form.inline action="/products" data-submits {
            @if !wanted.q.is_empty() { input type="hidden" name="q" value=(wanted.q); }
            @if !wanted.category.is_empty() {
                input type="hidden" name="category" value=(wanted.category);
            }
            label.unseen for="sort" { (words.sort) }
            select id="sort" name="sort" {
                @for (value, word) in sorts {
                    option value=(value) selected[wanted.sort == value] { (word) }
                }
            }
            button.quiet.plain { (words.apply) }
        }
    }
}
