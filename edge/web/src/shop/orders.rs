//! All orders of a member, the newest first.

use axum::Router;
use axum::extract::Query;
use axum::response::Html;
use axum::routing::get;
use contracts::events::order::OrderStatus;
use contracts::http::Page as Piece;
use contracts::http::order::OrderSummaryView;
use maud::{Markup, html};
use serde::Deserialize;

use super::order::name;
use crate::layout::{self, Page};
use crate::pieces::{self, address, badge};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/orders", get(show))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    status: String,
    cursor: String,
}

async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let words = &visit.texts().orders;
    let status = ("status", wanted.status.as_str());
    let list = address("/api/v1/orders", &[status, ("cursor", &wanted.cursor)]);
    let found: Piece<OrderSummaryView> = visit.api.get(&list).await?;
    let next = found.next_cursor.as_deref();
    let tabs = [
        ("", words.all),
        ("PENDING", words.pending),
        ("COMPLETED", words.completed),
        ("CANCELLED", words.cancelled),
    ];
    let tabs = tabs.map(|(value, word)| {
        let to = address("/orders", &[("status", value)]);
        (word.to_owned(), to, wanted.status == value)
    });
    let page = Page::new(words.title).under("orders").body(html! {
        h1 { (words.title) }
        (pieces::tabs(words.title, &tabs))
        @if found.items.is_empty() {
            div.empty {
                p { (words.empty) }
                p { a.button href="/products" { (visit.texts().cart.look_around) } }
            }
        } @else {
            ul.rows { @for order in &found.items { (row(&visit, order)) } }
        }
        (pieces::more(&visit, next, |cursor| {
            address("/orders", &[status, ("cursor", cursor)])
        }))
    });
    Ok(layout::shop(&visit, page))
}

fn row(visitor: &Visitor, order: &OrderSummaryView) -> Markup {
    let words = &visitor.texts().orders;
    let others = i64::from(order.line_count) - 1;
    let shown = order
        .paid_price
        .filter(|_| order.status != OrderStatus::Cancelled);
    html! {
        li {
            div.what {
                a href={ "/orders/" (order.order_id) } {
                    (name(visitor, order.first_item_name.as_deref()))
                    @if others > 0 { " " ((words.and_others)(others)) }
                }
                p.fine { (pieces::moment(visitor, order.created_at)) }
                p.fine { code { (order.order_number) } }
                @if let Some(code) = order.failure_code {
                    p.fine { (code.title(visitor.language)) }
                }
            }
            (status(visitor, order))
            p.amount {
                @match shown { Some(paid) => (pieces::won(visitor, paid)), None => "–" }
            }
        }
    }
}

fn status(visitor: &Visitor, order: &OrderSummaryView) -> Markup {
    let words = &visitor.texts().orders;
    match (order.status, order.refunded_price) {
        (OrderStatus::Pending, _) => badge("now", words.pending),
        (OrderStatus::Completed, None) => badge("good", words.completed),
        (OrderStatus::Completed, Some(_)) => badge("off", words.refunded),
        (OrderStatus::Cancelled, _) => badge("off", words.cancelled),
    }
}
