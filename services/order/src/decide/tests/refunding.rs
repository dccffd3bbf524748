//! Refunds: what they give back, what they owe, and when they are done.

use std::collections::BTreeMap;

use contracts::events::order::{OrderRefunded, RefundRequested};
use contracts::events::payment::PointsReturned;
use contracts::events::product::StockReturned;
use contracts::events::promotion::CouponReturned;
use contracts::ids::RefundId;

use super::*;
use crate::input;
use crate::store::Refund;

pub(super) const REFUND: RefundId = RefundId::new(800);
const SECOND: RefundId = RefundId::new(801);

/// An order that was paid with a coupon: two mugs for 9,000 won, a bag for 18,000.
pub(super) fn completed() -> World {
    let mut world = placed();
    for fact in [
        Fact::from(deducted(&world)),
        applied(&world).into(),
        paid(&world).into(),
    ] {
        world.hear(fact);
    }
    world
}

pub(super) fn ask(refund_id: RefundId, lines: Option<&[(u16, u32)]>) -> input::Refund {
    let pieces = |&(line, pieces): &(u16, u32)| (line, Quantity::new(pieces));
    input::Refund {
        refund_id,
        order_id: ORDER,
        by: Requester::Customer(USER),
        lines: lines.map(|lines| lines.iter().map(pieces).collect::<BTreeMap<_, _>>()),
        reason: "변심".to_owned(),
        key: key(&format!("refund {refund_id}")),
    }
}

fn send(world: &mut World, refund: input::Refund) -> Decision<Reply> {
    world.send_as(Actor::User(USER), Input::Refund(refund))
}

fn requested(decision: &Decision<Reply>) -> &RefundRequested {
    match decision.says.as_slice() {
        [said] => match &said.fact {
            Fact::RefundRequested(requested) => requested,
            other => panic!("said {other:?}"),
        },
        other => panic!("said {other:?}"),
    }
}

fn done(decision: &Decision<Reply>) -> Option<&OrderRefunded> {
    match decision.says.as_slice() {
        [] => None,
        [said] => match &said.fact {
            Fact::OrderRefunded(refunded) => Some(refunded),
            other => panic!("said {other:?}"),
        },
        other => panic!("said {other:?}"),
    }
}

pub(super) fn stock_returned(refund_id: RefundId) -> Fact {
    StockReturned {
        order_id: ORDER,
        refund_id,
        lines: Vec::new(),
    }
    .into()
}

fn coupon_returned(refund_id: RefundId) -> Fact {
    CouponReturned {
        order_id: ORDER,
        refund_id,
        coupon: None,
    }
    .into()
}

fn points_returned(refund_id: RefundId) -> Fact {
    PointsReturned {
        order_id: ORDER,
        refund_id,
        amount: Money::new(27_000),
    }
    .into()
}

fn steps(steps: &[Step]) -> Steps {
    Steps::of(steps)
}

fn refused(decision: &Decision<Reply>) -> Refusal {
    assert!(decision.says.is_empty());
    match decision.reply {
        Some(Reply::Refused(refusal)) => refusal,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_refund_gives_back_everything_and_owes_three_returns() {
    let mut world = completed();
    let confirmed_at = world.now;
    world.advance(Duration::from_secs(3));
    let decision = send(&mut world, ask(REFUND, None));
    let said = requested(&decision);
    assert_eq!(decision.says[0].sequence, 3);
    assert_eq!(said.order.version, 3);
    assert_eq!(said.order.status, OrderStatus::Completed);
    assert_eq!(said.order.refunded_price, Some(Money::new(27_000)));
    let refund = &said.refund;
    assert!(refund.whole_order);
    assert_eq!((refund.refund_id, refund.amount.won()), (REFUND, 27_000));
    assert_eq!(refund.confirmed_at, confirmed_at);
    assert_eq!(
        refund.owed,
        steps(&[Step::ReturnStock, Step::ReturnCoupon, Step::ReturnPoints])
    );
    let amounts: Vec<_> = refund.lines.iter().map(|line| line.amount.won()).collect();
    assert_eq!(amounts, [9_000, 18_000]);
    assert_eq!(
        decision.reply,
        Some(Reply::RefundAccepted {
            refund_id: REFUND,
            amount: Money::new(27_000),
            replayed: false
        })
    );
    let kept: Refund = world.get(&(ORDER, REFUND)).unwrap();
    assert_eq!(kept.requested_at, world.now);
    assert_eq!(kept.done_at, None);
}

#[test]
fn every_order_of_returns_finishes_the_refund_once() {
    let returns = [
        stock_returned(REFUND),
        coupon_returned(REFUND),
        points_returned(REFUND),
    ];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut world = completed();
        send(&mut world, ask(REFUND, None));
        let mut ends = Vec::new();
        for at in order {
            let decision = world.hear(returns[at].clone());
            ends.extend(done(&decision).cloned());
        }
        let [end] = ends.as_slice() else {
            panic!("{order:?} ended {} times", ends.len())
        };
        assert_eq!(end.order.version, 4);
        let kept: Refund = world.get(&(ORDER, REFUND)).unwrap();
        assert_eq!(kept.done_at, Some(world.now));
        let before = world.digest();
        for fact in &returns {
            assert!(world.hear(fact.clone()).is_repeat());
        }
        assert_eq!(world.digest(), before, "heard again, nothing changes");
        assert_eq!(
            audit(&world).last().map(String::as_str),
            Some("ORDER_REFUNDED")
        );
    }
}

#[test]
fn a_partial_refund_keeps_the_coupon_used() {
    let mut world = completed();
    let decision = send(&mut world, ask(REFUND, Some(&[(1, 1)])));
    let refund = &requested(&decision).refund;
    assert!(!refund.whole_order);
    assert_eq!(refund.amount, Money::new(4_500));
    assert_eq!(refund.owed, steps(&[Step::ReturnStock, Step::ReturnPoints]));
    assert!(done(&world.hear(points_returned(REFUND))).is_none());
    assert!(done(&world.hear(stock_returned(REFUND))).is_some());
}

/// What is under way counts as given back.
#[test]
fn hard_case_22_parts_add_up_and_a_part_too_many_is_refused() {
    let mut world = completed();
    send(&mut world, ask(REFUND, Some(&[(1, 1)])));
    send(&mut world, ask(SECOND, Some(&[(1, 1)])));
    assert_eq!(row(&world).refunded_price, Some(Money::new(9_000)));
    let before = world.digest();
    let third = RefundId::new(802);
    let decision = send(&mut world, ask(third, Some(&[(1, 1)])));
    assert_eq!(refused(&decision), Refusal::RefundExceeds);
    assert_eq!(world.digest(), before);
    let rest = send(&mut world, ask(third, None));
    let rest = &requested(&rest).refund;
    assert_eq!(rest.amount, Money::new(18_000));
    assert!(!rest.whole_order, "no one refund covers the order");
    assert_eq!(row(&world).refunded_price, row(&world).paid_price);
    let nothing = send(&mut world, ask(RefundId::new(803), None));
    assert_eq!(refused(&nothing), Refusal::RefundExceeds);
}

/// Two refunds of the whole order in one batch.
#[test]
fn hard_case_17_of_two_refunds_at_once_one_wins() {
    let mut world = completed();
    let decisions = world.batch(vec![
        testkit::command(Input::Refund(ask(REFUND, None))),
        testkit::command(Input::Refund(ask(SECOND, None))),
    ]);
    assert_eq!(requested(&decisions[0]).refund.refund_id, REFUND);
    assert_eq!(refused(&decisions[1]), Refusal::RefundExceeds);
    let refunds: Vec<Refund> = world.all();
    assert_eq!(refunds.len(), 1);
}

#[test]
fn only_a_completed_order_of_ones_own_is_refunded() {
    let mut open = placed();
    assert_eq!(
        refused(&send(&mut open, ask(REFUND, None))),
        Refusal::OrderNotRefundable
    );
    let mut gone = placed();
    gone.send(by_customer());
    assert_eq!(
        refused(&send(&mut gone, ask(REFUND, None))),
        Refusal::OrderNotRefundable
    );
    let mut world = completed();
    let by_stranger = input::Refund {
        by: Requester::Customer(STRANGER),
        ..ask(REFUND, None)
    };
    assert_eq!(
        refused(&send(&mut world, by_stranger)),
        Refusal::OrderNotFound
    );
    let by_operator = input::Refund {
        by: Requester::Operator,
        ..ask(REFUND, None)
    };
    assert!(requested(&send(&mut world, by_operator)).refund.whole_order);
}

#[test]
fn a_key_seen_again_answers_the_same_refund() {
    let mut world = completed();
    send(&mut world, ask(REFUND, Some(&[(1, 1)])));
    let before = world.digest();
    let again = input::Refund {
        refund_id: SECOND,
        key: key(&format!("refund {REFUND}")),
        ..ask(REFUND, Some(&[(1, 1)]))
    };
    let decision = send(&mut world, again.clone());
    assert_eq!(
        decision.reply,
        Some(Reply::RefundAccepted {
            refund_id: REFUND,
            amount: Money::new(4_500),
            replayed: true
        })
    );
    assert!(decision.says.is_empty());
    let mut other = again;
    other.key.fingerprint = vec![2];
    assert_eq!(
        refused(&send(&mut world, other)),
        Refusal::IdempotencyKeyReused
    );
    assert_eq!(world.digest(), before);
}

#[test]
fn a_return_of_a_refund_not_known_yet_waits() {
    let mut world = completed();
    let before = world.digest();
    assert!(world.hear(stock_returned(SECOND)).is_not_yet());
    assert_eq!(audit(&world).len(), 5);
    assert_eq!(world.digest(), before);
}

#[test]
fn a_free_order_owes_no_points() {
    let mut world = placed_with(None);
    let mut fact = paid(&world);
    for line in &mut fact.lines {
        line.discount = line.unit_price.checked_mul(line.quantity).unwrap();
    }
    fact.discount = fact.total;
    fact.paid = Money::ZERO;
    world.hear(fact.into());
    let decision = send(&mut world, ask(REFUND, None));
    let refund = &requested(&decision).refund;
    assert_eq!((refund.amount, refund.whole_order), (Money::ZERO, true));
    assert_eq!(refund.owed, steps(&[Step::ReturnStock]));
    assert!(done(&world.hear(stock_returned(REFUND))).is_some());
}
