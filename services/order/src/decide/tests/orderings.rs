//! Topics overtake each other, so every order in which a saga's events can be heard must end in
//! the same state. All of them are tried.

use contracts::http::saga::SagaState;

use super::*;

/// Something that reaches Order.
#[derive(Clone)]
enum Arrival {
    Event(Box<Fact>),
    Cancel,
}

fn event(fact: Fact) -> Arrival {
    Arrival::Event(Box::new(fact))
}

/// What must not depend on the order of arrival.
#[derive(Debug, PartialEq)]
struct End {
    state: SagaState,
    owed: Steps,
    acknowledged: Steps,
    compensated: bool,
    code: Option<FailureCode>,
    audit: usize,
}

fn run(coupon: Option<UserCouponId>, arrivals: &[Arrival]) -> End {
    let mut world = placed_with(coupon);
    let mut ends = 0;
    for arrival in arrivals {
        let decision = match arrival {
            Arrival::Event(fact) => world.hear(Fact::clone(fact)),
            Arrival::Cancel => world.send(by_customer()),
        };
        ends += decision.says.len();
    }
    assert_eq!(ends, 1, "an order ends once");
    let settled = world.digest();
    for arrival in arrivals {
        if let Arrival::Event(fact) = arrival {
            assert!(world.hear(Fact::clone(fact)).is_repeat());
        }
    }
    assert_eq!(world.digest(), settled, "heard again, nothing changes");
    let row = row(&world);
    let progress = row.progress();
    End {
        state: progress.state(),
        owed: progress.owed,
        acknowledged: progress.acknowledged,
        compensated: row.compensated_at.is_some(),
        code: row.failure.map(|failure| failure.0.code),
        audit: audit(&world).len(),
    }
}

/// Every permutation, by exchanging each item into the first place in turn.
fn permute<T: Clone>(items: &mut Vec<T>, from: usize, visit: &mut impl FnMut(&[T])) {
    if from == items.len() {
        visit(items);
        return;
    }
    for other in from..items.len() {
        items.swap(from, other);
        permute(items, from + 1, visit);
        items.swap(from, other);
    }
}

fn check(coupon: Option<UserCouponId>, events: &[Fact], state: SagaState) {
    let mut arrivals: Vec<_> = events.iter().cloned().map(event).collect();
    let expected = run(coupon, &arrivals);
    assert_eq!(expected.state, state);
    assert_eq!(expected.compensated, state == SagaState::Compensated);
    let mut tried = 0;
    permute(&mut arrivals, 0, &mut |arrivals| {
        assert_eq!(run(coupon, arrivals), expected);
        tried += 1;
    });
    assert_eq!(tried, (1..=events.len()).product::<usize>());
}

#[test]
fn a_completed_order_ends_the_same_in_every_order_of_arrival() {
    for coupon in [None, Some(COUPON)] {
        let world = placed_with(coupon);
        let events = [
            Fact::from(deducted(&world)),
            applied(&world).into(),
            paid(&world).into(),
        ];
        check(coupon, &events, SagaState::Completed);
    }
}

#[test]
fn a_failed_order_ends_the_same_in_every_order_of_arrival() {
    let world = placed();
    let stock = Fact::from(deducted(&world));
    let coupon = Fact::from(applied(&world));
    let compensated = SagaState::Compensated;
    check(Some(COUPON), &[sold_out()], compensated);
    check(
        Some(COUPON),
        &[stock.clone(), rejected(), restored()],
        compensated,
    );
    let unpaid_with = [stock, coupon, unpaid(Some(COUPON)), restored(), freed()];
    check(Some(COUPON), &unpaid_with, compensated);
    let world = placed_with(None);
    let (stock, coupon) = (deducted(&world).into(), applied(&world).into());
    check(
        None,
        &[stock, coupon, unpaid(None), restored()],
        compensated,
    );
}

#[test]
fn an_order_that_lacks_an_undo_is_not_compensated_in_any_order_of_arrival() {
    let world = placed();
    let (stock, coupon) = (deducted(&world).into(), applied(&world).into());
    let events = [stock, coupon, unpaid(Some(COUPON)), freed()];
    check(Some(COUPON), &events, SagaState::Compensating);
}

/// The cancel comes at any moment before the payment, and everything else at any moment.
#[test]
fn a_cancelled_order_ends_the_same_in_every_order_of_arrival() {
    let world = placed();
    let payment = Fact::from(paid(&world));
    let events = [deducted(&world).into(), applied(&world).into(), payment];
    let mut arrivals = vec![Arrival::Cancel];
    arrivals.extend(events.into_iter().map(event));
    arrivals.extend([restored(), freed(), refunded()].map(event));
    let expected = run(Some(COUPON), &arrivals);
    assert_eq!(expected.state, SagaState::Compensated);
    assert_eq!(expected.code, Some(FailureCode::UserCancelled));
    let place = |arrivals: &[Arrival], wanted: fn(&Arrival) -> bool| {
        arrivals.iter().position(wanted).unwrap()
    };
    let mut tried = 0;
    permute(&mut arrivals, 0, &mut |arrivals| {
        let cancel = place(arrivals, |arrival| matches!(arrival, Arrival::Cancel));
        let payment = place(arrivals, |arrival| match arrival {
            Arrival::Event(fact) => matches!(**fact, Fact::PaymentCompleted(_)),
            Arrival::Cancel => false,
        });
        if cancel < payment {
            assert_eq!(run(Some(COUPON), arrivals), expected);
            tried += 1;
        }
    });
    assert_eq!(tried, 2_520, "half of 7 factorial");
}
