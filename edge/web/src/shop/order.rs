//! One order: how far it is, what came of it, what it cost, and what can still be done about it.
//! The page follows the order while something of it is under way.

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::{get, post};
use contracts::events::order::OrderStatus;
use contracts::http::Page as Piece;
use contracts::http::order::{AuditEventView, OrderView};
use contracts::ids::{OrderId, OrderNumber};
use contracts::money::Money;
use maud::{Markup, html};

use crate::layout::{self, Page};
use crate::pieces;
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

/// Cancelling, and giving back.
mod change;

/// Why it failed, and what to do about it.
mod failure;

/// Its events as a stream.
mod live;

/// The steps, done, ahead and taken back.
mod progress;

use progress::Progress;

/// Without scripts the page looks again after so many seconds: a saga takes milliseconds.
const LOOK_AGAIN_SECONDS: u32 = 2;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/events", get(live::events))
        .route("/orders/{id}/cancel", post(change::cancel))
        .route("/orders/{id}/refund", post(change::refund))
}

/// An order's id, or its number: people have the number.
fn order_id(text: &str) -> Result<OrderId, Trouble> {
    let number = || text.parse::<OrderNumber>().map(OrderNumber::id);
    text.parse()
        .or_else(|_| number())
        .map_err(|_| Trouble::NoSuchPage)
}

async fn show(visit: Visit, Path(id): Path<String>) -> Result<Html<String>, Trouble> {
    visit.member()?;
    let id = order_id(&id)?;
    let path = format!("/api/v1/orders/{id}");
    let events = format!("{path}/events");
    // The events are read first: they never tell of an end that the order does not show.
    let events: Piece<AuditEventView> = visit.api.get(&events).await?;
    let order: OrderView = visit.api.get(&path).await?;
    let progress = Progress::of(&order, &events.items);
    let words = &visit.texts().order;
    let number = order.order_number.to_string();
    let title = (words.title)(&number);
    let page = Page::new(&title).under("orders");
    let moving = progress.is_moving();
    let page = if moving {
        page.look_again(LOOK_AGAIN_SECONDS)
    } else {
        page
    };
    let live = moving.then(|| format!("/orders/{id}/events"));
    let kinds = progress::stream_kinds();
    let page = page.body(html! {
        div.order id="order" data-live=[live] data-events=[moving.then_some(kinds)] {
            div.heading {
                h1 { (title) }
                p.fine { (pieces::moment(&visit, order.created_at)) }
            }
            (headline(&visit, &order, moving))
            (progress.show(&visit))
            @if let Some(failure) = &order.failure {
                (failure::show(&visit, &order, failure, &progress))
            }
            div.columns {
                div { (lines(&visit, &order)) (progress.timeline(&visit)) }
                aside.sum {
                    (sums(&visit, &order))
                    (change::forms(&visit, &order))
                    @if visit.is_operator() {
                        a.button.quiet.whole href={ "/console/sagas/" (id) } {
                            (words.in_console)
                        }
                    }
                }
            }
        }
    });
    Ok(layout::shop(&visit, page))
}

/// What is to be known at a glance; read aloud when it changes.
fn headline(visitor: &Visitor, order: &OrderView, moving: bool) -> Markup {
    let words = &visitor.texts().order;
    let (kind, said) = match (order.status, moving) {
        (OrderStatus::Pending, _) => ("now", words.pending),
        (OrderStatus::Completed, _) if is_refunded(order) => ("off", words.refunded),
        (OrderStatus::Completed, _) => ("good", words.completed),
        (OrderStatus::Cancelled, true) => ("now", words.undoing),
        (OrderStatus::Cancelled, false) => ("off", words.cancelled),
    };
    html! {
        p class={ "headline " (kind) } role="status" aria-live="polite" { (said) }
    }
}

fn is_refunded(order: &OrderView) -> bool {
    !order.items.is_empty()
        && order
            .items
            .iter()
            .all(|item| change::left(order, item) == 0)
}

fn lines(visitor: &Visitor, order: &OrderView) -> Markup {
    let words = &visitor.texts().order;
    let checkout = &visitor.texts().checkout;
    html! {
        section aria-labelledby="lines" {
            h2 id="lines" { (words.lines) }
            table.lines {
                thead {
                    tr {
                        th scope="col" { (checkout.product) }
                        th.number scope="col" { (checkout.quantity) }
                        th.number scope="col" { (checkout.amount) }
                    }
                }
                tbody {
                    @for item in &order.items {
                        tr {
                            th scope="row" {
                                a href={ "/products/" (item.product_id) } {
                                    (name(visitor, item.name.as_deref()))
                                }
                                @if let Some(price) = item.unit_price {
                                    span.fine { (pieces::won(visitor, price)) }
                                }
                            }
                            td.number { (item.quantity) }
                            @let price = item.unit_price;
                            @let amount = price.and_then(|it| it.checked_mul(item.quantity));
                            td.number {
                                @match amount {
                                    Some(amount) => (pieces::won(visitor, amount)),
                                    None => "–",
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was bought, as it was called when it was: in Korean.
pub(super) fn name(visitor: &Visitor, name: Option<&str>) -> Markup {
    html! {
        @match name {
            Some(name) => { span lang="ko" { (name) } },
            None => { (visitor.texts().order.unnamed) },
        }
    }
}

/// The receipt: what it cost, and what came back.
fn sums(visitor: &Visitor, order: &OrderView) -> Markup {
    let words = &visitor.texts().order;
    let won = |amount: Option<Money>| match amount {
        Some(amount) => pieces::won(visitor, amount),
        None => html! { "–" },
    };
    let discount = order.discount.filter(|discount| !discount.is_zero());
    html! {
        h2 { (words.receipt) }
        dl.sums {
            dt { (words.number) } dd { code { (order.order_number) } }
            dt { (words.total) } dd { (won(order.total_price)) }
            @if let Some(discount) = discount {
                dt { (words.discount) } dd { "-" (pieces::won(visitor, discount)) }
            }
            @if order.status != OrderStatus::Cancelled {
                dt.grand { (words.paid) } dd.grand { (won(order.paid_price)) }
            }
            @for refund in &order.refunds {
                dt { (change::refund_word(visitor, refund)) }
                dd { "-" (pieces::won(visitor, refund.amount)) }
            }
        }
    }
}
