use super::*;
use crate::planted;
use crate::shop::Backend;

fn plan(seed: u64, bug: &str) -> Plan {
    Plan {
        seed,
        backend: Backend::Maps,
        bug: planted::named(bug).map(|entry| entry.bug),
        words: false,
        hash: false,
        keep: true,
    }
}

fn breaks(outcome: &Outcome, invariant: &str) -> bool {
    let mut found = outcome.found.iter();
    found.any(|found| found.invariant == invariant)
}

/// The first schedule from seed 1 on in which a planted bug shows.
fn seen(bug: &str, invariant: &str) -> (Plan, Choices) {
    let found = (1..2_000).find_map(|seed| {
        let outcome = world::run(plan(seed, bug));
        breaks(&outcome, invariant).then_some((plan(seed, bug), outcome.choices))
    });
    found.expect("the bug is seen in one of these schedules")
}

#[test]
fn the_choices_of_a_schedule_make_it_again() {
    for seed in 1..=20 {
        let plan = Plan {
            hash: true,
            ..plan(seed, "none")
        };
        let first = world::run(plan);
        let again = world::replay(plan, &first.choices);
        assert_eq!(again.trace_hash, first.trace_hash, "SEED={seed}");
        assert_eq!(again.state_hash, first.state_hash, "SEED={seed}");
    }
}

#[test]
fn a_failing_schedule_shrinks_and_still_breaks_the_same_invariant() {
    for (bug, invariant) in [("skips-refund", "I5"), ("coupon-forgets-void", "I7")] {
        let (plan, choices) = seen(bug, invariant);
        let before = choices.len();
        let shrunk = shrink(plan, invariant, choices);
        let recorded = Recorded::new(shrunk.choices.clone()).to_string();
        let outcome = replay(plan, &recorded).unwrap();
        assert!(breaks(&outcome, invariant), "{bug}: {:?}", outcome.found);
        let after = shrunk.choices.len();
        assert!(
            after * 5 < before,
            "{bug}: {before} choices, and {after} left"
        );
        // Without the bug the same choices break nothing: it is the bug that was kept.
        let well = replay(Plan { bug: None, ..plan }, &recorded).unwrap();
        assert_eq!(well.found, []);
    }
}

#[test]
fn choices_of_another_simulator_are_refused_and_both_are_named() {
    let recorded = Recorded::new(Choices::default()).to_string();
    let here = format();
    let (_, choices) = recorded.split_once(':').unwrap();
    let foreign = format!("{:016x}:{choices}", here ^ 1);
    let refused = replay(plan(1, "none"), &foreign).unwrap_err();
    assert_eq!(
        refused,
        Unplayable::Other {
            recorded: here ^ 1,
            here
        }
    );
    let words = refused.to_string();
    assert!(words.contains(&format!("{:016x}", here ^ 1)), "{words}");
    assert!(words.contains(&format!("{here:016x}")), "{words}");
    for unreadable in ["", "no colon", "xyz:1 2;", &format!("{here:016x}:1 x;")] {
        let refused = replay(plan(1, "none"), unreadable).unwrap_err();
        assert_eq!(refused, Unplayable::Unreadable, "{unreadable:?}");
    }
}
