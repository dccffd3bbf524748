use super::Outcome::{Answered, Failed, Unknown};
use super::*;

const RULES: Rules = Rules {
    failure_rate: 50,
    window: 10,
    least: 4,
    open_ms: 30_000,
    probes: 3,
};

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Lets one request through and hears of it at once.
fn after(breaker: Breaker, outcome: Outcome, now: Duration) -> Breaker {
    let (breaker, admitted) = breaker.admit(now, &RULES);
    breaker.hear(admitted.unwrap(), outcome, now, &RULES)
}

fn all(breaker: Breaker, outcomes: &[Outcome], now: Duration) -> Breaker {
    let each = outcomes.iter();
    each.fold(breaker, |breaker, outcome| after(breaker, *outcome, now))
}

fn opened(now: Duration) -> Breaker {
    let breaker = all(Breaker::new(), &[Failed; 4], now);
    let until = now + RULES.open();
    assert_eq!(breaker.state, State::Open { until });
    breaker
}

#[test]
fn it_opens_when_half_of_the_window_failed() {
    let (a, f) = (Answered, Failed);
    for (outcomes, opens) in [
        (&[][..], false),
        // Too few to say.
        (&[f, f, f], false),
        (&[f, f, f, f], true),
        (&[a, a, f, f], true),
        (&[a, a, a, f, f], false),
        (&[a, a, a, f, f, f], true),
        (&[a; 40], false),
        // The latest ten are looked at: old failures go as new ones come.
        (
            &[a, a, a, a, f, f, f, a, a, a, a, a, a, a, f, f, f, f],
            false,
        ),
        (
            &[a, a, a, a, f, f, f, a, a, a, a, a, a, a, f, f, f, f, f],
            true,
        ),
        // Whoever went away says nothing.
        (&[Unknown, Unknown, Unknown, Unknown, f, f, f], false),
    ] {
        let mut breaker = Breaker::new();
        let mut is_open = false;
        for outcome in outcomes {
            let (next, admitted) = breaker.admit(at(1), &RULES);
            let Ok(admitted) = admitted else {
                break;
            };
            breaker = next.hear(admitted, *outcome, at(1), &RULES);
            is_open = matches!(breaker.state, State::Open { .. });
        }
        assert_eq!(is_open, opens, "{outcomes:?}");
    }
}

#[test]
fn an_open_one_refuses_until_its_time_and_then_probes() {
    let breaker = opened(at(100));
    for (now, left) in [(100, 30), (101, 29), (129, 1)] {
        let (same, refused) = breaker.admit(at(now), &RULES);
        assert_eq!(refused, Err(at(left)));
        assert_eq!(same, breaker);
    }
    let mut probing = breaker;
    for _ in 0..RULES.probes {
        let (next, admitted) = probing.admit(at(130), &RULES);
        assert!(admitted.is_ok());
        probing = next;
    }
    assert_eq!(probing.admit(at(131), &RULES).1, Err(at(29)));
}

#[test]
fn probes_decide() {
    for (probes, closes) in [
        (&[Answered, Answered, Answered][..], true),
        // One of three is less than half.
        (&[Answered, Failed, Answered], true),
        (&[Failed, Failed], false),
        (&[Answered, Failed, Failed], false),
        // One that went away leaves its place to another.
        (
            &[Unknown, Unknown, Answered, Unknown, Answered, Answered],
            true,
        ),
    ] {
        let breaker = all(opened(at(0)), probes, at(30));
        let closed = breaker.state == State::Closed(Window::default());
        assert_eq!(closed, closes, "{probes:?} {breaker:?}");
        if !closes {
            assert_eq!(breaker.state, State::Open { until: at(60) });
        }
    }
}

#[test]
fn probes_that_never_end_are_given_up() {
    let mut breaker = opened(at(0));
    let mut first = None;
    for _ in 0..RULES.probes {
        let (next, admitted) = breaker.admit(at(30), &RULES);
        first = first.or(admitted.ok());
        breaker = next;
    }
    let (again, admitted) = breaker.admit(at(60), &RULES);
    assert!(admitted.is_ok());
    // What the ones given up say in the end is nothing to the new ones.
    let same = again.hear(first.unwrap(), Failed, at(61), &RULES);
    assert_eq!(same, again);
}

/// Requests that were under way when it opened end long after, in another era.
#[test]
fn what_was_let_through_before_says_nothing_after() {
    let (breaker, before) = Breaker::new().admit(at(0), &RULES);
    let opened = all(breaker, &[Failed; 4], at(1));
    for outcome in [Answered, Failed, Unknown] {
        let before = before.unwrap();
        assert_eq!(opened.hear(before, outcome, at(2), &RULES), opened);
        let (probing, _) = opened.admit(at(31), &RULES);
        assert_eq!(probing.hear(before, outcome, at(32), &RULES), probing);
        let closed = all(opened, &[Answered; 3], at(31));
        assert_eq!(closed.hear(before, outcome, at(33), &RULES), closed);
    }
}

#[test]
fn a_window_of_every_bit_is_one() {
    let rules = Rules {
        window: 128,
        least: 128,
        ..RULES
    };
    let mut breaker = Breaker::new();
    for nth in 0..1_000u32 {
        let outcome = if nth % 3 == 0 { Failed } else { Answered };
        let (next, admitted) = breaker.admit(at(0), &rules);
        breaker = next.hear(admitted.unwrap(), outcome, at(0), &rules);
        assert_eq!(breaker.state.number(), 0, "{nth}");
    }
}
