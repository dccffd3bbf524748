//! A healthy shop passes; each planted corruption trips exactly the invariants it names and is
//! told in one readable line; and no check is without a corruption that trips it.

mod plants;
mod rest;
mod world;

use std::collections::BTreeSet;

use crate::{ALWAYS, AT_REST, ONE_MOMENT, check_always};
use plants::Plant;
use world::*;

#[test]
fn a_healthy_shop_at_rest_violates_nothing() {
    let rows = healthy();
    assert_eq!(rows.unrest(), [""; 0]);
    assert_eq!(rows.violations(), []);
    assert_eq!(check_always(&rows.facts_running()), []);
}

#[test]
fn each_corruption_trips_what_it_names_and_says_why() {
    let healthy = healthy();
    let mut wrong = Vec::new();
    for Plant { says, trips, spoil } in plants::all() {
        let mut rows = healthy.clone();
        spoil(&mut rows);
        let found = rows.violations();
        let names: BTreeSet<_> = found.iter().map(|violation| violation.invariant).collect();
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        let said = told.iter().any(|line| line.contains(says));
        let in_one_line = told.iter().all(|line| !line.contains('\n'));
        if names != trips.iter().copied().collect() || !said || !in_one_line {
            wrong.push(format!("{says:?} {trips:?} and not {told:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An invariant that nothing can trip does not count, nor one that only trips beside others.
#[test]
fn every_check_is_tripped_and_every_invariant_alone() {
    let healthy = healthy();
    for invariant in ALWAYS.iter().chain(ONE_MOMENT).chain(AT_REST) {
        let trips = |plant: &&Plant| {
            let mut rows = healthy.clone();
            (plant.spoil)(&mut rows);
            !(invariant.check)(&rows.facts()).is_empty()
        };
        let (name, meaning) = (invariant.name, invariant.meaning);
        assert!(
            plants::all().any(|plant| trips(&plant)),
            "nothing trips {name}: {meaning}"
        );
        let alone = |plant: &Plant| plant.trips == [name];
        assert!(plants::all().any(alone), "nothing trips {name} alone");
    }
}

#[test]
fn a_violation_is_told_up_to_a_bound() {
    let mut rows = healthy();
    for reference in 0..1_000 {
        plants::answered(&mut rows.order, reference, 200);
    }
    let found = rows.violations();
    assert_eq!(found.len(), crate::MOST_TOLD);
}
