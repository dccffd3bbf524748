//! The steps of an order as its audit tells them: done, under way, refused, ahead, taken back.

use contracts::events::Kind;
use contracts::events::order::OrderStatus;
use contracts::http::order::{AuditEventView, OrderView, RefundStatus};
use contracts::saga::Step;
use contracts::time::Timestamp;
use maud::{Markup, html};

use crate::format;
use crate::visit::Visitor;

pub(super) struct Progress<'o> {
    events: &'o [AuditEventView],
    stages: [Stage; 5],
    /// Something is under way that no stage tells.
    open: bool,
}

/// One step on the way to a confirmed order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stage {
    /// The order's acceptance has none.
    step: Option<Step>,
    mark: Mark,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark {
    Done(Timestamp),
    Now,
    Ahead,
    Refused(Timestamp),
    /// It stood, and will be taken back.
    Undoing,
    Undone(Timestamp),
    /// The order ended before it.
    Never,
}

/// Each step that an order is told by, in its order: done by this event, refused by that one,
/// taken back by the last.
const STEPS: [(Step, Kind, Option<Kind>, Option<Kind>); 4] = [
    (
        Step::DeductStock,
        Kind::StockDeducted,
        Some(Kind::StockDeductionFailed),
        Some(Kind::StockRestored),
    ),
    (
        Step::ApplyCoupon,
        Kind::CouponApplied,
        Some(Kind::CouponRejected),
        Some(Kind::CouponRestored),
    ),
    (
        Step::PayPoints,
        Kind::PaymentCompleted,
        Some(Kind::PaymentFailed),
        Some(Kind::PaymentRefunded),
    ),
    (Step::ConfirmOrder, Kind::OrderConfirmed, None, None),
];

impl<'o> Progress<'o> {
    pub(super) fn of(order: &OrderView, events: &'o [AuditEventView]) -> Self {
        let at = |kind: Kind| {
            let found = events
                .iter()
                .find(|event| kind_of(&event.kind) == Some(kind));
            found.map(|event| event.at)
        };
        // Without a coupon there is none to give back.
        let has_coupon = order.discount.is_some_and(|discount| !discount.is_zero());
        let mut first_open = true;
        let mut mark = |(step, done, refused, undone): (Step, Kind, Option<Kind>, Option<Kind>)| {
            let stands = step != Step::ApplyCoupon || has_coupon;
            let done = at(done);
            if let Some(when) = refused.and_then(at) {
                return Mark::Refused(when);
            }
            match (order.status, done) {
                (OrderStatus::Cancelled, Some(when)) if !stands => Mark::Done(when),
                (OrderStatus::Cancelled, Some(_)) => match undone.and_then(at) {
                    Some(when) => Mark::Undone(when),
                    None => Mark::Undoing,
                },
                (OrderStatus::Cancelled, None) => Mark::Never,
                (OrderStatus::Pending | OrderStatus::Completed, Some(when)) => Mark::Done(when),
                (OrderStatus::Pending | OrderStatus::Completed, None) => {
                    match std::mem::take(&mut first_open) {
                        true => Mark::Now,
                        false => Mark::Ahead,
                    }
                }
            }
        };
        let stage = |step, mark| Stage { step, mark };
        let placed = stage(None, Mark::Done(order.created_at));
        let [stock, coupon, points, end] = STEPS.map(|step| stage(Some(step.0), mark(step)));
        let refunding = order
            .refunds
            .iter()
            .any(|it| it.status == RefundStatus::Requested);
        Self {
            events,
            stages: [placed, stock, coupon, points, end],
            open: refunding || order.status == OrderStatus::Pending,
        }
    }

    /// Whether anything of the order is still to come.
    pub(super) fn is_moving(&self) -> bool {
        let moves = |stage: &Stage| matches!(stage.mark, Mark::Now | Mark::Undoing);
        self.open || self.stages.iter().any(moves)
    }

    /// What stood and is taken back, or will be.
    pub(super) fn undone(&self) -> impl Iterator<Item = (Step, bool)> + '_ {
        self.stages.iter().filter_map(|stage| match stage.mark {
            Mark::Undone(_) => Some((stage.step?, true)),
            Mark::Undoing => Some((stage.step?, false)),
            Mark::Done(_) | Mark::Now | Mark::Ahead | Mark::Refused(_) | Mark::Never => None,
        })
    }

    pub(super) fn show(&self, visitor: &Visitor) -> Markup {
        let words = &visitor.texts().order;
        html! {
            ol.progress aria-label=(words.progress) {
                @for stage in &self.stages {
                    @let (class, said) = told(visitor, stage.mark);
                    li class=(class) {
                        span.dot aria-hidden="true" {}
                        strong { ((words.stage)(stage.step)) }
                        span.fine { (said) }
                    }
                }
            }
        }
    }

    /// Everything that was said of the order, with its time.
    pub(super) fn timeline(&self, visitor: &Visitor) -> Markup {
        let words = &visitor.texts().order;
        html! {
            section aria-labelledby="timeline" {
                h2 id="timeline" { (words.timeline) }
                ol.timeline {
                    @for event in self.events {
                        li {
                            time datetime=(event.at) { (format::second(event.at)) }
                            span { ((visitor.texts().event)(kind_of(&event.kind))) }
                        }
                    }
                }
            }
        }
    }
}

fn told(visitor: &Visitor, mark: Mark) -> (&'static str, String) {
    let words = &visitor.texts().order;
    match mark {
        Mark::Done(at) => ("done", format::second(at)),
        Mark::Now => ("now", words.stage_now.to_owned()),
        Mark::Ahead => ("ahead", words.stage_ahead.to_owned()),
        Mark::Refused(_) => ("refused", words.stage_refused.to_owned()),
        Mark::Undoing => ("undoing", words.stage_undoing.to_owned()),
        Mark::Undone(_) => ("undone", words.stage_undone.to_owned()),
        Mark::Never => ("never", words.stage_never.to_owned()),
    }
}

/// `STOCK_DEDUCTED` as the kind it tells of; none for what no event tells.
pub(super) fn kind_of(audit: &str) -> Option<Kind> {
    let mut name = String::with_capacity(audit.len());
    for word in audit.split('_') {
        let (first, rest) = word.split_at_checked(1)?;
        name.push_str(first);
        name.push_str(&rest.to_ascii_lowercase());
    }
    Kind::from_name(&name)
}

/// Every name that an event of the stream can have.
pub(super) fn stream_kinds() -> &'static str {
    "STOCK_DEDUCTED STOCK_DEDUCTION_FAILED COUPON_APPLIED COUPON_REJECTED PAYMENT_COMPLETED \
     PAYMENT_FAILED ORDER_CONFIRMED ORDER_CANCELLED STOCK_RESTORED COUPON_RESTORED \
     PAYMENT_REFUNDED REFUND_REQUESTED STOCK_RETURNED COUPON_RETURNED POINTS_RETURNED \
     ORDER_REFUNDED SAGA_RESOLVED"
}

#[cfg(test)]
mod tests;
