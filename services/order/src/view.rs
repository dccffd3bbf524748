//! What Order shows: an order and its audit, read by key from the committed rows, and sagas as
//! operators see them. Lists come from a read model of their own, in `view/list.rs`.

use contracts::events::Kind;
use contracts::events::order::{OrderDocument, OrderDocumentLine, RefundLine};
use contracts::http::order::{
    AuditEventView, FailureView, OrderItemId, OrderItemView, OrderView as OrderShown,
    RefundItemView, RefundStatus, RefundView,
};
use contracts::ids::OrderId;
use contracts::money::Money;
use contracts::problem::Language;
use db::{Failed, Store};
use serde_json::value::RawValue;

use crate::decide::frozen_by;
use crate::store::{AuditKind, OrderEvent, OrderRow, Refund, Status};

mod list;
mod rebuild;
mod saga;

pub use list::{
    FIRST_GENERATION, OrderSummary, OrderView, STATE, VIEW_MIGRATIONS, ViewInput, ViewReply,
    ViewRows, ViewState, Wanted, list,
};
pub use rebuild::{Checked, NotRebuilt, Rebuild, Rebuilt, Standing};
pub use saga::{FoundSagas, WantedSagas, saga, sagas};

/// The order as it stands. What the steps of an open one have frozen is taken from its audit;
/// one that ended shows what was frozen then, and never anything else.
pub fn order(store: &impl Store, order_id: OrderId) -> Result<Option<OrderDocument>, Failed> {
    let Some(row) = store.get::<OrderRow>(&order_id)? else {
        return Ok(None);
    };
    let mut document = row.document();
    if row.status == Status::Pending {
        let content = |kind| -> Result<Option<String>, Failed> {
            let row =
                store.get::<OrderEvent>(&(order_id, order_id.into(), AuditKind::Fact(kind)))?;
            Ok(row.and_then(|row| row.content))
        };
        let coupon = content(Kind::CouponApplied)?;
        let stock = content(Kind::StockDeducted)?;
        if let Some(frozen) = frozen_by(coupon.as_deref(), stock.as_deref()) {
            let priced = frozen.priced(&document.lines);
            document.lines = priced.lines;
            document.total_price = Some(priced.total);
            document.discount = priced.discount;
            document.paid_price = priced.paid;
        }
    }
    Ok(Some(document))
}

/// The audit rows with a number above `after`, in their order.
pub fn events(
    store: &impl Store,
    order_id: OrderId,
    after: i64,
) -> Result<Vec<AuditEventView>, Failed> {
    let rows = store.under::<OrderEvent, _>(order_id)?;
    let first = rows.iter().find(|row| row.no == 1);
    let begun_in = first.and_then(|row| row.trace.clone());
    let mut views: Vec<_> = rows
        .into_iter()
        .filter(|row| row.no > after)
        .map(|row| audit_event(row, begun_in.as_ref()))
        .collect();
    views.sort_by_key(|view| view.no);
    Ok(views)
}

/// The refunds of an order, in the order in which they were asked for.
pub fn refunds(store: &impl Store, order_id: OrderId) -> Result<Vec<RefundView>, Failed> {
    let refunds = store.under::<Refund, _>(order_id)?;
    Ok(refunds.into_iter().map(refund).collect())
}

/// Whether the audit is whole: the sagas rest, and the steps that a completed order had are all
/// heard of. Topics overtake each other, so the last step may be heard of first.
pub fn is_told(store: &impl Store, order_id: OrderId) -> Result<bool, Failed> {
    let Some(order) = store.get::<OrderRow>(&order_id)? else {
        return Ok(true);
    };
    let heard = |kind| -> Result<bool, Failed> {
        let key = (order_id, order_id.into(), AuditKind::Fact(kind));
        Ok(store.get::<OrderEvent>(&key)?.is_some())
    };
    match order.status {
        Status::Pending => Ok(false),
        Status::Completed => {
            let refunds = store.under::<Refund, _>(order_id)?;
            Ok(heard(Kind::StockDeducted)?
                && heard(Kind::CouponApplied)?
                && refunds.iter().all(|refund| refund.done_at.is_some()))
        }
        Status::Cancelled => Ok(order.compensated_at.is_some()),
    }
}

/// How an order is told to its reader.
pub fn shown(order: OrderDocument, language: Language) -> OrderShown {
    let order_number = order.order_number();
    let order_id = order.order_id;
    let items = order.lines.into_iter().map(|line| item(order_id, line));
    OrderShown {
        order_id,
        order_number,
        status: order.status,
        failure: order
            .failure
            .map(|failure| FailureView::new(&failure, language)),
        items: items.collect(),
        total_price: order.total_price,
        discount: order.discount,
        paid_price: order.paid_price,
        currency: Money::CURRENCY.code.to_owned(),
        created_at: order.created_at,
        ended_at: order.ended_at,
        refunds: Vec::new(),
    }
}

fn refund(row: Refund) -> RefundView {
    let item = |line: RefundLine| RefundItemView {
        order_item_id: OrderItemId {
            order_id: row.order_id,
            line: line.line,
        },
        quantity: line.quantity,
        amount: line.amount,
    };
    RefundView {
        refund_id: row.refund_id,
        status: match row.done_at {
            None => RefundStatus::Requested,
            Some(_) => RefundStatus::Done,
        },
        amount: row.amount,
        reason: row.reason,
        items: row.lines.0.into_iter().map(item).collect(),
        created_at: row.requested_at,
        ended_at: row.done_at,
    }
}

fn item(order_id: OrderId, line: OrderDocumentLine) -> OrderItemView {
    OrderItemView {
        order_item_id: OrderItemId {
            order_id,
            line: line.line,
        },
        product_id: line.product_id,
        name: line.name,
        quantity: line.quantity,
        unit_price: line.unit_price,
        discount: line.discount,
    }
}

fn audit_event(row: OrderEvent, begun_in: Option<&String>) -> AuditEventView {
    AuditEventView {
        no: row.no,
        kind: row.kind.name(),
        saga_id: row.saga_id,
        at: row.at,
        actor: row.actor.0,
        cause: row.cause.map(|cause| cause.0),
        trace: row.trace.or_else(|| begun_in.cloned()),
        // Written by us as JSON; what is not would spoil the whole answer.
        content: row
            .content
            .and_then(|content| RawValue::from_string(content).ok()),
    }
}
