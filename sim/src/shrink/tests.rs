use super::*;
use crate::planted;
use crate::shop::Backend;
use crate::world::Outcome;

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
        let recorded = recorded(shrunk.choices.clone());
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
    let recorded = recorded(Choices::default());
    let (_, rest) = recorded.split_once('@').unwrap();
    let foreign = Simulator {
        format: format() ^ 1,
        commit: "their-commit".to_owned(),
    };
    let of_theirs = format!("{:016x}@{rest}", foreign.format);
    let refused = Recorded::parse(&of_theirs, Backend::Maps, "our-commit").unwrap_err();
    assert_eq!(
        refused,
        Unplayable::OtherSimulator {
            recorded: foreign.clone(),
            here: Simulator::here("our-commit"),
        }
    );
    let words = refused.to_string();
    for name in [&foreign, &Simulator::here("our-commit")] {
        assert!(words.contains(&name.to_string()), "{words}");
    }
    let here = format!("{:016x}", format());
    let no_choice = format!("{here}/maps:1 x;");
    let no_store = format!("{here}/shelves:1;");
    for unreadable in [
        "",
        "no colon",
        "xyz/maps:1 2;",
        "1 2;:",
        &no_choice,
        &no_store,
    ] {
        let refused = replay(plan(1, "none"), unreadable).unwrap_err();
        assert_eq!(refused, Unplayable::Unreadable, "{unreadable:?}");
    }
}

#[test]
fn choices_of_another_store_are_refused_and_both_are_named() {
    let on_maps = recorded(Choices::default());
    let on_sqlite = Plan {
        backend: Backend::Sqlite,
        ..plan(1, "none")
    };
    let refused = replay(on_sqlite, &on_maps).unwrap_err();
    let words = refused.to_string();
    assert!(
        words.contains("maps") && words.contains("sqlite"),
        "{words}"
    );
    assert!(replay(plan(1, "none"), &on_maps).is_ok());
}

#[test]
fn a_seed_says_whose_it_is() {
    let here = Simulator::here("our-commit");
    let printed: Simulator = here.to_string().parse().unwrap();
    assert_eq!((&printed, printed.is_here("")), (&here, Ok(())));
    let other = Simulator {
        format: here.format + 1,
        ..here
    };
    assert!(other.is_here("our-commit").is_err());
    assert_eq!("seven".parse::<Simulator>(), Err(Unplayable::Unreadable));
}

fn recorded(choices: Choices) -> String {
    let here = Simulator::here("their-commit");
    Recorded::new(here, Backend::Maps, choices).to_string()
}
