//! Order's rows without names, prices that were only expected, and audit contents.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use contracts::events::Kind;
use contracts::events::order::{FailureCode, OrderDocumentLine, RefundLine};
use contracts::ids::{OrderId, ProductId, RefundId, SagaId, UserCouponId, UserId};
use contracts::money::{Money, Quantity};
use contracts::saga::Steps;
use contracts::time::Timestamp;
use db::cell::KeyColumn;
use db::{Failed, Store};
use order::seal::Unsealed;
use order::store::{
    AuditHead, AuditKind, AuditSeal, OrderEvent, OrderItem, OrderRow, Refund, Status,
};

use super::{Platform, each, under};

pub(crate) struct Orders {
    pub platform: Platform,
    pub orders: Vec<Ordered>,
    /// The lines of all orders; each order knows its own.
    lines: Vec<Line>,
    pub items: Vec<Item>,
    pub audit: Vec<Audited>,
    /// The audit once more, by writer and batch, as a seal is made from it.
    pub batches: BTreeMap<(i64, i64), Unsealed>,
    pub seals: Vec<AuditSeal>,
    pub heads: Vec<AuditHead>,
    pub refunds: Vec<Refunded>,
    /// What operators said of sagas, as the audit keeps it.
    pub resolved: Vec<Resolved>,
    pub closed: Vec<UserId>,
}

/// An order's row.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    pub order_id: OrderId,
    pub user_id: UserId,
    pub status: Status,
    pub lines: Range<usize>,
    pub first_name: Option<Arc<str>>,
    pub user_coupon_id: Option<UserCouponId>,
    pub failure: Option<FailureCode>,
    pub total: Option<Money>,
    pub discount: Option<Money>,
    pub paid: Option<Money>,
    pub owed: Steps,
    pub acknowledged: Steps,
    pub version: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub compensated_at: Option<Timestamp>,
    /// What its own row says of its refunds.
    pub refunded: Option<Money>,
}

/// A refund's row without its reason.
#[derive(Clone, Debug)]
pub(crate) struct Refunded {
    pub order_id: OrderId,
    pub refund_id: RefundId,
    pub lines: Vec<RefundLine>,
    pub amount: Money,
    pub whole_order: bool,
    pub owed: Steps,
    pub acknowledged: Steps,
    pub done_at: Option<Timestamp>,
}

/// An operator's word that a saga need not be waited for.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub order_id: OrderId,
    pub saga_id: SagaId,
    pub content: String,
}

/// A line of an order, as its document holds it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub line: u16,
    pub product_id: ProductId,
    pub quantity: Quantity,
    pub expected: Option<Money>,
    pub unit_price: Option<Money>,
    pub discount: Option<Money>,
}

/// A line as it was written down at the end.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub order_id: OrderId,
    pub line: i64,
    pub product_id: ProductId,
    pub quantity: Quantity,
    pub unit_price: Money,
    pub discount: Option<Money>,
}

/// A row of the audit.
#[derive(Clone, Debug)]
pub(crate) struct Audited {
    pub order_id: OrderId,
    pub saga_id: SagaId,
    pub kind: AuditKind,
    pub no: i64,
}

impl Orders {
    pub fn load(store: &impl Store) -> Result<Self, Failed> {
        let lowest = OrderId::lowest();
        let mut lines = Vec::new();
        let mut orders = Vec::new();
        store.each_from::<OrderRow>(&lowest, &mut |row| {
            let first = lines.len();
            let first_name = row.lines.0.first().and_then(|line| line.name.clone());
            lines.extend(row.lines.0.iter().map(Line::of));
            orders.push(Ordered::of(row, first..lines.len(), first_name));
        })?;
        let items = each(store, (lowest, i64::MIN), Item::of)?;
        let first = (lowest, SagaId::lowest(), KeyColumn::lowest());
        let mut audit = Vec::new();
        let mut resolved = Vec::new();
        let mut batches: BTreeMap<_, Unsealed> = BTreeMap::new();
        store.each_from::<OrderEvent>(&first, &mut |row| {
            resolved.extend(Resolved::of(&row));
            let batch = batches.entry((row.writer, row.batch_no)).or_default();
            batch.add(&row);
            audit.push(Audited::of(row));
        })?;
        let refunds = each(store, (lowest, RefundId::lowest()), Refunded::of)?;
        let closed = |row: order::store::ClosedUser| row.user_id;
        Ok(Self {
            platform: Platform::load(store)?,
            orders,
            lines,
            items,
            audit,
            batches,
            seals: store.all()?,
            heads: store.all()?,
            refunds,
            resolved,
            closed: each(store, UserId::lowest(), closed)?,
        })
    }

    pub fn get(&self, order_id: OrderId) -> Option<&Ordered> {
        under(&self.orders, |order| order.order_id, order_id).first()
    }

    pub fn of_saga(&self, saga: SagaId) -> Option<&Ordered> {
        self.get(saga.cast())
    }

    pub fn lines(&self, order: &Ordered) -> &[Line] {
        &self.lines[order.lines.clone()]
    }

    pub fn items(&self, order_id: OrderId) -> &[Item] {
        under(&self.items, |item| item.order_id, order_id)
    }

    /// The audit of one order.
    pub fn audit(&self, order_id: OrderId) -> &[Audited] {
        under(&self.audit, |row| row.order_id, order_id)
    }

    pub fn audited(&self, order_id: OrderId, saga_id: SagaId, kind: Kind) -> Option<&Audited> {
        let place = |row: &Audited| (row.order_id, row.saga_id, row.kind);
        let wanted = (order_id, saga_id, AuditKind::Fact(kind));
        under(&self.audit, place, wanted).first()
    }

    /// Whether the audit knows this fact of the order's own saga.
    pub fn knows(&self, order_id: OrderId, kind: Kind) -> bool {
        self.audited(order_id, order_id.into(), kind).is_some()
    }

    /// The refunds of one order.
    pub fn refunds(&self, order_id: OrderId) -> &[Refunded] {
        under(&self.refunds, |refund| refund.order_id, order_id)
    }

    pub fn is_wholly_refunded(&self, order_id: OrderId) -> bool {
        let mut refunds = self.refunds(order_id).iter();
        refunds.any(|refund| refund.whole_order)
    }

    /// Whether an operator took the place of what a saga waited for.
    pub fn is_resolved(&self, order_id: OrderId, saga_id: SagaId) -> bool {
        let place = |resolved: &Resolved| (resolved.order_id, resolved.saga_id);
        !under(&self.resolved, place, (order_id, saga_id)).is_empty()
    }

    /// How many pieces of a product an order has, over all its lines.
    pub fn pieces(&self, order: &Ordered, product_id: ProductId) -> i64 {
        let lines = self.lines(order).iter();
        lines
            .filter(|line| line.product_id == product_id)
            .map(|line| i64::from(line.quantity.get()))
            .sum()
    }
}

impl Ordered {
    fn of(row: OrderRow, lines: Range<usize>, first_name: Option<Arc<str>>) -> Self {
        Self {
            order_id: row.order_id,
            user_id: row.user_id,
            status: row.status,
            lines,
            first_name,
            user_coupon_id: row.user_coupon_id,
            failure: row.failure.map(|failure| failure.0.code),
            total: row.total_price,
            discount: row.discount,
            paid: row.paid_price,
            owed: row.owed.0,
            acknowledged: row.acknowledged.0,
            version: row.version,
            created_at: row.created_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
            compensated_at: row.compensated_at,
            refunded: row.refunded_price,
        }
    }

    /// The steps whose undo is owed and was not heard of.
    pub fn missing(&self) -> Steps {
        self.owed.minus(self.acknowledged)
    }
}

impl Refunded {
    fn of(row: Refund) -> Self {
        Self {
            order_id: row.order_id,
            refund_id: row.refund_id,
            lines: row.lines.0,
            amount: row.amount,
            whole_order: row.whole_order,
            owed: row.owed.0,
            acknowledged: row.acknowledged.0,
            done_at: row.done_at,
        }
    }

    /// The returns that are owed and were not heard of.
    pub fn missing(&self) -> Steps {
        self.owed.minus(self.acknowledged)
    }
}

impl Resolved {
    fn of(row: &OrderEvent) -> Option<Self> {
        let is_word = row.kind == AuditKind::Resolved;
        is_word.then(|| Self {
            order_id: row.order_id,
            saga_id: row.saga_id,
            content: row.content.clone().unwrap_or_default(),
        })
    }
}

impl Line {
    fn of(line: &OrderDocumentLine) -> Self {
        Self {
            line: line.line,
            product_id: line.product_id,
            quantity: line.quantity,
            expected: line.expected_unit_price,
            unit_price: line.unit_price,
            discount: line.discount,
        }
    }
}

impl Item {
    fn of(row: OrderItem) -> Self {
        Self {
            order_id: row.order_id,
            line: row.line,
            product_id: row.product_id,
            quantity: row.quantity,
            unit_price: row.unit_price,
            discount: row.discount,
        }
    }
}

impl Audited {
    fn of(row: OrderEvent) -> Self {
        Self {
            order_id: row.order_id,
            saga_id: row.saga_id,
            kind: row.kind,
            no: row.no,
        }
    }
}

/// A state as the documents write it.
pub(crate) const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Pending => "PENDING",
        Status::Completed => "COMPLETED",
        Status::Cancelled => "CANCELLED",
    }
}
