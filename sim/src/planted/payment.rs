//! What could be wrong in Payment.

use contracts::events::Fact;
use contracts::ids::SagaId;
use contracts::money::Money;
use contracts::saga::Step;
use payment::Payment;
use payment::decide::Reply;
use payment::input::{Input, RefundPayment};
use payment::store::{Direction, Rows};
use runtime::{Decision, Moment, Service};

use super::{Bug, PaymentBug, Plant};

impl Plant for Payment {
    fn spoil(bug: Bug, rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
        let Bug::Payment(bug) = bug else {
            return Self::decide(rows, input, at);
        };
        match (bug, input) {
            (PaymentBug::SkipsUndo, Input::RefundPayment(undo)) => skip_undo(rows, undo, at),
            (PaymentBug::RoundsRefund, Input::RefundPayment(undo)) => round_refund(rows, undo, at),
            (PaymentBug::ForgetsDiscount, Input::Pay(order)) => {
                let mut order = order.clone();
                order.paid = order.total;
                Self::decide(rows, &Input::Pay(order), at)
            }
            (PaymentBug::ForgetsVoid, Input::RefundPayment(undo)) => {
                let decision = Self::decide(rows, input, at);
                if let Some(Fact::PaymentRefunded(refunded)) = fact(&decision)
                    && refunded.amount.is_zero()
                {
                    let step = i64::from(Step::PayPoints.code());
                    rows.fence.remove(&(undo.order_id.into(), step));
                }
                decision
            }
            (PaymentBug::LosesLedgerRow, Input::Charge(command)) => {
                let decision = Self::decide(rows, input, at);
                if !decision.says.is_empty() {
                    lose_row(rows, command);
                }
                decision
            }
            (PaymentBug::ForgetsKey, Input::Charge(command)) => {
                let decision = Self::decide(rows, input, at);
                rows.idempotency.remove(&command.key.scope);
                decision
            }
            (PaymentBug::LosesReturn, Input::ReturnPoints(refund)) => {
                let decision = Self::decide(rows, input, at);
                if !decision.says.is_empty() {
                    let saga = refund.refund_id.into();
                    rows.ledger.remove(&(saga, Direction::Refund));
                }
                decision
            }
            (_, _) => Self::decide(rows, input, at),
        }
    }
}

fn fact(decision: &Decision<Reply>) -> Option<&Fact> {
    decision.says.first().map(|said| &said.fact)
}

/// The row goes; the balance stays.
fn lose_row(rows: &mut Rows, command: &payment::input::Charge) {
    let key = (command.id, Direction::Charge);
    rows.ledger.ask(key);
    rows.ledger.remove(&key);
}

/// Says that it gave back, and leaves balance and ledger as they were.
fn skip_undo(rows: &mut Rows, undo: &RefundPayment, at: &Moment) -> Decision<Reply> {
    let before = rows.point.get(&undo.user_id).cloned();
    let decision = Payment::decide(rows, &Input::RefundPayment(*undo), at);
    if let (false, Some(before)) = (decision.says.is_empty(), before) {
        rows.point.put(before);
        let saga = SagaId::from(undo.order_id);
        rows.ledger.remove(&(saga, Direction::Refund));
    }
    decision
}

fn round_refund(rows: &mut Rows, undo: &RefundPayment, at: &Moment) -> Decision<Reply> {
    let decision = Payment::decide(rows, &Input::RefundPayment(*undo), at);
    if decision.says.is_empty() {
        return decision;
    }
    let key = (SagaId::from(undo.order_id), Direction::Refund);
    let Some(row) = rows.ledger.get_mut(&key) else {
        return decision;
    };
    let lost = row.amount.won() % 100;
    row.amount = Money::new(row.amount.won() - lost);
    row.balance_after = Money::new(row.balance_after.won() - lost);
    if let Some(point) = rows.point.get_mut(&undo.user_id) {
        point.balance = Money::new(point.balance.won() - lost);
    }
    decision
}
