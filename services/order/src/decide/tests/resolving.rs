//! An operator's word for what will not come.

use contracts::http::saga::SagaState;
use contracts::ids::SagaId;

use super::refunding::{REFUND, ask, completed, stock_returned};
use super::*;
use crate::input::Resolve;
use crate::store::Refund;

fn resolve(saga_id: SagaId) -> Input {
    Input::Resolve(Resolve {
        order_id: ORDER,
        saga_id,
        reason: "stock was counted by hand".to_owned(),
    })
}

fn refused(world: &mut World, saga_id: SagaId, refusal: Refusal) {
    let before = world.digest();
    let decision = world.send(resolve(saga_id));
    assert_eq!(decision.reply, Some(Reply::Refused(refusal)));
    assert_eq!(world.digest(), before);
}

#[test]
fn what_is_owed_counts_as_in_and_the_audit_says_why() {
    let mut world = placed();
    world.send(by_customer());
    world.hear(restored());
    assert_eq!(row(&world).progress().state(), SagaState::Compensating);
    let missing = Steps::of(&[Step::ApplyCoupon, Step::PayPoints]);
    let decision = world.send(resolve(ORDER.into()));
    assert_eq!(decision.reply, Some(Reply::Resolved(missing)));
    assert!(decision.says.is_empty());
    let order = row(&world);
    assert_eq!(order.progress().state(), SagaState::Compensated);
    assert_eq!(order.compensated_at, Some(world.now));
    let key = (ORDER, ORDER.into(), AuditKind::Resolved);
    let audited: OrderEvent = world.get(&key).unwrap();
    let content: serde_json::Value = serde_json::from_str(&audited.content.unwrap()).unwrap();
    assert_eq!(content["reason"], "stock was counted by hand");
    let steps: Vec<_> = missing.iter().map(Step::words).collect();
    assert_eq!(content["steps"], serde_json::json!(steps));
    // What comes after all is written down and changes nothing.
    assert!(!world.hear(refunded()).is_repeat());
    assert_eq!(row(&world).compensated_at, order.compensated_at);
}

#[test]
fn a_saga_that_waits_for_no_undo_is_not_resolved() {
    let mut open = placed();
    refused(&mut open, ORDER.into(), Refusal::SagaNotResolvable);
    let mut world = completed();
    refused(&mut world, ORDER.into(), Refusal::SagaNotResolvable);
    refused(&mut world, SagaId::new(99), Refusal::OrderNotFound);
    refused(&mut World::new(), ORDER.into(), Refusal::OrderNotFound);
}

#[test]
fn a_resolved_refund_is_done() {
    let mut world = completed();
    world.send(Input::Refund(ask(REFUND, None)));
    world.hear(stock_returned(REFUND));
    let decision = world.send(resolve(REFUND.into()));
    let missing = Steps::of(&[Step::ReturnCoupon, Step::ReturnPoints]);
    assert_eq!(decision.reply, Some(Reply::Resolved(missing)));
    assert!(matches!(
        decision.says.as_slice(),
        [said] if matches!(said.fact, Fact::OrderRefunded(_))
    ));
    let refund: Refund = world.get(&(ORDER, REFUND)).unwrap();
    assert_eq!(refund.done_at, Some(world.now));
    let audited = audit(&world);
    let last: Vec<_> = audited.iter().rev().take(2).map(String::as_str).collect();
    assert_eq!(last, ["ORDER_REFUNDED", "SAGA_RESOLVED"]);
    refused(&mut world, REFUND.into(), Refusal::SagaNotResolvable);
}
