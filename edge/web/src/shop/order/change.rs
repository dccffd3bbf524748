//! Cancelling an open order, and giving a completed one back, whole or piece by piece.

use axum::extract::{Form, Path};
use contracts::events::order::OrderStatus;
use contracts::http::NoBody;
use contracts::http::order::{
    OrderItemId, OrderItemView, OrderView, RefundAcceptedView, RefundItem, RefundStatus,
    RefundView, RequestRefund,
};
use contracts::ids::OrderId;
use maud::{Markup, html};
use serde::Deserialize;

use super::{name, order_id};
use crate::api::Refused;
use crate::notice::Notice;
use crate::pieces::{self, Go};
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

/// Names the field of one line's pieces.
const PIECES: &str = "pieces-";

#[derive(Deserialize)]
pub(super) struct Cancel {
    key: String,
}

pub(super) async fn cancel(
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form<Cancel>,
) -> Result<Go, Trouble> {
    visit.member()?;
    let id = order_id(&id)?;
    let path = format!("/api/v1/orders/{id}/cancel");
    let cancelled = visit.api.command::<OrderView>(&path, &NoBody {}, &form.key);
    told(id, cancelled.await.map(drop), Notice::OrderCancelled)
}

pub(super) async fn refund(
    visit: Visit,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Go, Trouble> {
    visit.member()?;
    let id = order_id(&id)?;
    let order: OrderView = visit.api.get(&format!("/api/v1/orders/{id}")).await?;
    let field = |name: &str| fields.iter().find(|(known, _)| known == name);
    let text = |name| field(name).map_or("", |(_, value)| value.as_str());
    let wanted = RequestRefund {
        items: items(&order, &fields),
        reason: match text("reason").trim() {
            "" => visit.texts().order.no_reason.to_owned(),
            reason => reason.to_owned(),
        },
    };
    let path = format!("/api/v1/orders/{id}/refunds");
    let accepted = visit
        .api
        .command::<RefundAcceptedView>(&path, &wanted, text("key"));
    told(id, accepted.await.map(drop), Notice::RefundAccepted)
}

/// Back to the order, with what came of it.
fn told(id: OrderId, done: Result<(), Refused>, notice: Notice) -> Result<Go, Trouble> {
    let back = Go::to(&format!("/orders/{id}"));
    match done {
        Ok(()) => Ok(back.say(notice)),
        Err(Refused::Problem(problem)) if matches!(problem.status, 400 | 409 | 422) => {
            Ok(back.say(Notice::Refused(problem.code)))
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The pieces that the form names; none when they are all that is left, which is the whole order.
fn items(order: &OrderView, fields: &[(String, String)]) -> Option<Vec<RefundItem>> {
    let named = fields.iter().filter_map(|(name, value)| {
        let order_item_id: OrderItemId = name.strip_prefix(PIECES)?.parse().ok()?;
        let quantity = value.trim().parse().ok()?;
        (quantity != 0).then_some(RefundItem {
            order_item_id,
            quantity,
        })
    });
    let named: Vec<RefundItem> = named.collect();
    let asked = |item: &OrderItemView| {
        let found = named
            .iter()
            .find(|it| it.order_item_id == item.order_item_id);
        found.map_or(0, |found| found.quantity)
    };
    let everything = order
        .items
        .iter()
        .all(|item| asked(item) == i64::from(left(order, item)));
    (!everything).then_some(named)
}

/// How many pieces of a line were not given back yet.
pub(super) fn left(order: &OrderView, item: &OrderItemView) -> u32 {
    let returned = order.refunds.iter().flat_map(|refund| &refund.items);
    let returned = returned.filter(|refund| refund.order_item_id == item.order_item_id);
    let returned: u32 = returned.map(|refund| refund.quantity.get()).sum();
    item.quantity.get().saturating_sub(returned)
}

pub(super) fn refund_word(visitor: &Visitor, refund: &RefundView) -> &'static str {
    let words = &visitor.texts().order;
    match refund.status {
        RefundStatus::Requested => words.refund_under_way,
        RefundStatus::Done => words.refund_done,
    }
}

/// What can still be done about the order.
pub(super) fn forms(visitor: &Visitor, order: &OrderView) -> Markup {
    match order.status {
        OrderStatus::Pending => cancel_form(visitor, order),
        OrderStatus::Completed => refund_form(visitor, order),
        OrderStatus::Cancelled => html! {},
    }
}

fn cancel_form(visitor: &Visitor, order: &OrderView) -> Markup {
    let words = &visitor.texts().order;
    html! {
        form method="post" action={ "/orders/" (order.order_id) "/cancel" } {
            (pieces::key_field())
            button.quiet.whole { (words.cancel) }
        }
    }
}

fn refund_form(visitor: &Visitor, order: &OrderView) -> Markup {
    let words = &visitor.texts().order;
    let returnable = order.items.iter().filter(|item| left(order, item) > 0);
    let returnable: Vec<&OrderItemView> = returnable.collect();
    if returnable.is_empty() {
        return html! {};
    }
    html! {
        details.refund {
            summary { (words.refund) }
            form method="post" action={ "/orders/" (order.order_id) "/refund" } {
                (pieces::key_field())
                p.fine { (words.refund_lead) }
                @for item in returnable {
                    @let field = format!("{PIECES}{}", item.order_item_id);
                    @let left = left(order, item);
                    div.field.short {
                        label for=(field) { (name(visitor, item.name.as_deref())) }
                        input id=(field) name=(field) type="number" inputmode="numeric"
                            value=(left) min="0" max=(left) required;
                    }
                }
                div.field {
                    label for="reason" { (words.reason) }
                    input id="reason" name="reason" type="text" maxlength="200"
                        autocomplete="off";
                }
                button.whole { (words.refund_button) }
            }
        }
    }
}
