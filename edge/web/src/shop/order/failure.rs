//! Why an order failed, in words of people; what was put back; and the way on.

use contracts::events::product::{BadItem, StockCode};
use contracts::http::order::{FailureView, OrderView};
use contracts::money::Money;
use contracts::problem::Code;
use maud::{Markup, html};

use super::progress::Progress;
use crate::cart::Cart;
use crate::format;
use crate::pieces::address;
use crate::visit::Visitor;

pub(super) fn show(
    visitor: &Visitor,
    order: &OrderView,
    failure: &FailureView,
    progress: &Progress<'_>,
) -> Markup {
    let words = &visitor.texts().order;
    let again = again(order);
    html! {
        section.failure aria-labelledby="why" {
            h2 id="why" { (reason(visitor, failure)) }
            @if !failure.items.is_empty() {
                ul {
                    @for item in &failure.items { li { (bad_item(visitor, order, item)) } }
                }
            }
            @let mut undone = progress.undone().peekable();
            @if undone.peek().is_some() {
                h3 { (words.put_back) }
                ul.put-back {
                    @for (step, is_done) in undone {
                        li class=(if is_done { "done" } else { "now" }) {
                            ((words.undone)(step))
                            @if !is_done { " " span.fine { (words.stage_undoing) } }
                        }
                    }
                }
            } @else {
                p.fine { (words.nothing_taken) }
            }
            p.actions {
                @if failure.code == Code::InsufficientPoint {
                    a.button href=(charge(failure, &again)) { (words.charge) }
                    a.button.quiet href=(again) { (words.try_again) }
                } @else {
                    a.button href=(again) { (words.try_again) }
                }
                a.button.quiet href="/products" { (words.look_around) }
            }
        }
    }
}

fn reason(visitor: &Visitor, failure: &FailureView) -> String {
    let words = &visitor.texts().order;
    match (failure.code, short(failure)) {
        (Code::InsufficientPoint, Some(short)) => {
            (words.points_short)(&format::won(short, visitor.language))
        }
        (_, _) => failure.detail.clone(),
    }
}

fn short(failure: &FailureView) -> Option<Money> {
    failure.wanted?.checked_sub(failure.balance?)
}

fn bad_item(visitor: &Visitor, order: &OrderView, item: &BadItem) -> String {
    let words = &visitor.texts().order;
    let line = order
        .items
        .iter()
        .find(|line| line.product_id == item.product_id);
    let name = line
        .and_then(|line| line.name.as_deref())
        .unwrap_or(words.unnamed);
    match (item.code, item.left, item.unit_price) {
        (StockCode::OutOfStock, Some(left), _) => {
            (words.out_of_stock)(name, left, i64::from(item.wanted.get()))
        }
        (StockCode::PriceChanged, _, Some(price)) => {
            (words.price_changed)(name, &format::won(price, visitor.language))
        }
        (StockCode::ProductNotFound, _, _) => (words.not_found)(name),
        (StockCode::ProductNotOnSale | StockCode::OutOfStock | StockCode::PriceChanged, _, _) => {
            (words.not_on_sale)(name)
        }
    }
}

/// The same lines once more.
fn again(order: &OrderView) -> String {
    let mut cart = Cart::default();
    for item in &order.items {
        // An order has no more lines than a cart.
        let _fits = cart.add(item.product_id, item.quantity.get());
    }
    address("/checkout", &[("lines", &cart.to_string())])
}

/// The points page, with what is missing filled in, and back to the same order.
fn charge(failure: &FailureView, again: &str) -> String {
    let amount = short(failure)
        .map(|short| short.to_string())
        .unwrap_or_default();
    address("/points", &[("amount", &amount), ("back", again)])
}
