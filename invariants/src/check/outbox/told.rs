//! What each service's rows say must have been said, and what was said against the rows.

use contracts::envelope::ServiceName;
use contracts::events::Kind;
use contracts::ids::{OrderId, SagaId};
use contracts::saga::{self, Direction, Step};
use db::{Fence, Standing};
use order::store::Status;
use payment::store as points;
use product::store as stock;
use promotion::store::State;

use super::super::Findings;
use crate::facts::{Facts, Platform, Said, status_name};

pub(super) fn user(facts: &Facts, findings: &mut Findings) {
    let platform = &facts.user.platform;
    for account in &facts.user.accounts {
        let id = account.user_id;
        let subject = format_args!("user {id}");
        let kept = platform.keeps(account.created_at);
        if kept && !platform.tells(Kind::UserRegistered, id.get()) {
            findings.add(subject, "no UserRegistered tells of it");
        }
        let closed = platform.tells(Kind::UserDeactivated, id.get());
        if account.closed && !closed && platform.is_whole() {
            findings.add(subject, "it is closed, and no UserDeactivated tells of it");
        }
        if closed && !account.closed {
            findings.add(subject, "UserDeactivated was said, and it is not closed");
        }
    }
}

pub(super) fn product(facts: &Facts, findings: &mut Findings) {
    let platform = &facts.product.platform;
    for row in &facts.product.ledger {
        let (saga, product_id) = (row.saga_id, row.product_id);
        let told = match row.direction {
            stock::Direction::Deduct => platform.tells(Kind::StockDeducted, saga.get()),
            stock::Direction::Restore => platform.tells(Kind::StockRestored, saga.get()),
            stock::Direction::Return => platform.tells(Kind::StockReturned, saga.get()),
            stock::Direction::Adjust => {
                // The event counts changes of product and stock together.
                let most = facts.product.version(product_id).unwrap_or(1);
                let versions = row.stock_version + 1..=row.stock_version + most;
                let mut told = platform.told(Kind::ProductChanged, product_id.get());
                told.any(|said| versions.contains(&said.sequence))
            }
        };
        if !told && platform.keeps(row.at) {
            findings.add(
                format_args!("product {product_id}"),
                format_args!(
                    "no event tells of ledger row {saga} (version {})",
                    row.stock_version
                ),
            );
        }
    }
}

pub(super) fn order(facts: &Facts, findings: &mut Findings) {
    let platform = &facts.order.platform;
    for order in &facts.order.orders {
        let id = order.order_id;
        let status = status_name(order.status);
        let told = |kind| platform.tells(kind, id.get());
        let subject = format_args!("order {id}");
        if platform.keeps(order.created_at) && !told(Kind::OrderCreated) {
            findings.add(subject, "no OrderCreated tells of it");
        }
        let kept = order.ended_at.is_some_and(|at| platform.keeps(at));
        let ends = [
            (Kind::OrderConfirmed, Status::Completed),
            (Kind::OrderCancelled, Status::Cancelled),
        ];
        for (kind, end) in ends {
            let ended = order.status == end;
            if ended && kept && !told(kind) {
                findings.add(
                    subject,
                    format_args!("it is {status}, and no {kind} tells of it"),
                );
            }
            if !ended && told(kind) {
                findings.add(subject, format_args!("{kind} was said, and it is {status}"));
            }
        }
    }
    for said in platform.of_kind(Kind::OrderCreated) {
        let saga = SagaId::new(said.subject());
        if facts.order.of_saga(saga).is_none() {
            findings.add(
                format_args!("order {saga}"),
                format_args!(
                    "OrderCreated was said ({}), and there is no such order",
                    said.seq
                ),
            );
        }
    }
}

pub(super) fn payment(facts: &Facts, findings: &mut Findings) {
    let platform = &facts.payment.platform;
    for row in &facts.payment.ledger {
        let (saga, user) = (row.saga_id, row.user_id.get());
        let own = row.order_id.is_some_and(|order_id| saga == order_id.into());
        let (kind, told) = match row.direction {
            points::Direction::Charge => {
                let mut told = platform.told(Kind::PointCharged, user);
                let told = told.any(|said| said.sequence == row.point_version);
                (Kind::PointCharged, told)
            }
            points::Direction::Use => {
                let kind = Kind::PaymentCompleted;
                (kind, platform.tells(kind, saga.get()))
            }
            points::Direction::Refund => {
                let kind = if own {
                    Kind::PaymentRefunded
                } else {
                    Kind::PointsReturned
                };
                (kind, platform.tells(kind, saga.get()))
            }
        };
        if !told && platform.keeps(row.at) {
            findings.add(
                format_args!("user {}", row.user_id),
                format_args!(
                    "no {kind} tells of ledger row {saga} (version {})",
                    row.point_version
                ),
            );
        }
    }
}

pub(super) fn promotion(facts: &Facts, findings: &mut Findings) {
    let platform = &facts.promotion.platform;
    for issue in &facts.promotion.issued {
        let id = issue.user_coupon_id;
        if platform.keeps(issue.at) && !platform.tells(Kind::CouponIssued, id.get()) {
            findings.add(
                format_args!("user's coupon {id}"),
                "no CouponIssued tells of it",
            );
        }
    }
    for held in &facts.promotion.held {
        let (Some(order_id), Some(used_at)) = (held.order_id, held.used_at) else {
            continue;
        };
        let told = platform.tells(Kind::CouponApplied, order_id.get());
        if held.state == State::Used && platform.keeps(used_at) && !told {
            findings.add(
                format_args!("user's coupon {}", held.user_coupon_id),
                format_args!("USED by order {order_id}, and no CouponApplied tells of it"),
            );
        }
    }
}

const STEPPING: &[(ServiceName, Step)] = &[
    (ServiceName::Product, Step::DeductStock),
    (ServiceName::Product, Step::ReturnStock),
    (ServiceName::Promotion, Step::ApplyCoupon),
    (ServiceName::Promotion, Step::ReturnCoupon),
    (ServiceName::Payment, Step::PayPoints),
    (ServiceName::Payment, Step::ReturnPoints),
];

/// A fence row is a step that was answered; an answer is remembered by a fence or a ledger.
pub(super) fn fences(facts: &Facts, findings: &mut Findings) {
    for &(service, step) in STEPPING {
        let platform = facts.platform(service);
        let code = i64::from(step.code());
        for fence in platform.fences.iter().filter(|fence| fence.step == code) {
            if let Some(kind) = untold(facts, platform, step, fence)
                && platform.keeps(fence.at)
            {
                findings.add(
                    format_args!("saga {}", fence.saga_id),
                    format_args!("\"{step}\" is {:?}, and no {kind} tells of it", fence.state),
                );
            }
        }
        for (kind, direction) in answers(service, step) {
            for said in platform.of_kind(kind) {
                if !is_remembered(facts, said, step, direction) {
                    let saga = SagaId::new(said.subject());
                    findings.add(
                        format_args!("saga {saga}"),
                        format_args!("{kind} was said ({}), and no row shows it", said.seq),
                    );
                }
            }
        }
    }
}

/// The event that a fence row stands for and that is not in the outbox.
fn untold(facts: &Facts, platform: &Platform, step: Step, fence: &Fence) -> Option<Kind> {
    let saga = fence.saga_id;
    let wanted = match fence.state {
        Standing::Applied => saga::done_by(step)?,
        Standing::Undone | Standing::Void => saga::undone_by(step)?,
        Standing::Refused => saga::failures().iter().find(|kind| is_do_of(*kind, step))?,
    };
    let returned = fence.state == Standing::Undone
        && step == Step::ApplyCoupon
        && is_coupon_returned(facts, platform, saga);
    (!returned && !platform.tells(wanted, saga.get())).then_some(wanted)
}

fn is_do_of(kind: Kind, step: Step) -> bool {
    saga::fact_step(kind) == Some((step, Direction::Do))
}

/// Whether a refund of the whole order gave its coupon back, under a saga of its own. Order may
/// have been read before it knew of the refund; then every return is looked at.
fn is_coupon_returned(facts: &Facts, platform: &Platform, saga: SagaId) -> bool {
    let kind = Kind::CouponReturned;
    let mut audit = facts.order.audit(saga.cast()).iter();
    audit.any(|row| platform.tells(kind, row.saga_id.get()))
        || platform.of_kind(kind).any(|said| said.key == saga.get())
}

fn answers(service: ServiceName, step: Step) -> impl Iterator<Item = (Kind, Direction)> {
    let said = saga::says(service);
    let kinds = Kind::ALL.iter().filter(move |kind| said.contains(**kind));
    kinds.filter_map(move |&kind| match saga::fact_step(kind) {
        Some((of, direction)) if of == step => Some((kind, direction)),
        Some(_) | None => None,
    })
}

fn is_remembered(facts: &Facts, said: &Said, step: Step, direction: Direction) -> bool {
    let Some(kind) = said.kind else { return true };
    let platform = facts.platform(kind.publisher());
    let fence = platform.fence(SagaId::new(said.subject()), step);
    let failed = saga::failures().contains(kind);
    match (fence, direction) {
        (Some(Standing::Applied | Standing::Undone), Direction::Do) => !failed,
        (Some(Standing::Refused | Standing::Void), Direction::Do) => failed,
        (Some(Standing::Undone | Standing::Void), Direction::Undo) => true,
        (Some(Standing::Applied | Standing::Refused), Direction::Undo) => false,
        (None, _) => {
            let shown = !failed && has_row(facts, said, step, direction);
            shown || platform.may_have_forgotten(said.at)
        }
    }
}

/// Whether a ledger row or a coupon is the memory of this answer.
fn has_row(facts: &Facts, said: &Said, step: Step, direction: Direction) -> bool {
    let saga = SagaId::new(said.subject());
    let moved = |wanted| {
        let mut rows = facts.product.moved(saga).iter();
        rows.any(|row| row.direction == wanted)
    };
    let paid = |wanted| {
        let mut rows = facts.payment.of_order(OrderId::new(said.key)).iter();
        rows.any(|row| row.saga_id == saga && row.direction == wanted)
    };
    match (step, direction) {
        (Step::DeductStock, Direction::Do) => moved(stock::Direction::Deduct),
        (Step::DeductStock, Direction::Undo) => moved(stock::Direction::Restore),
        (Step::ReturnStock, Direction::Do | Direction::Undo) => moved(stock::Direction::Return),
        (Step::ApplyCoupon, Direction::Do | Direction::Undo) => {
            direction == Direction::Do && facts.promotion.is_any_used_by(saga.cast())
        }
        (Step::PayPoints, Direction::Do) => paid(points::Direction::Use),
        (Step::PayPoints, Direction::Undo)
        | (Step::ReturnPoints, Direction::Do | Direction::Undo) => paid(points::Direction::Refund),
        (
            Step::ReturnCoupon
            | Step::ConfirmOrder
            | Step::RecordStep
            | Step::CancelOrder
            | Step::RecordUndo
            | Step::FinishRefund
            | Step::CloseUser
            | Step::Rank
            | Step::RememberStock,
            Direction::Do | Direction::Undo,
        ) => false,
    }
}
