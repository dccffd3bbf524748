//! A healthy shop passes; each planted corruption trips exactly the invariants it names and is
//! told in one readable line; and no check is without a corruption that trips it.

mod plants;
mod rest;
mod world;

use std::collections::BTreeSet;

use crate::{ALWAYS, AT_REST, LIVENESS, ONE_MOMENT, check_always};
use order::seal::Hash;
use order::store::{AuditHead, AuditSeal};
use plants::Plant;
use product::store::{RANKING, Rank, RankDay, Ranking};
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

/// Not here: I14 and I15 are about what is not built, a cache and an external partner.
#[test]
fn the_invariants_of_rows_are_all_checked() {
    let checked = ALWAYS.iter().chain(ONE_MOMENT).chain(AT_REST);
    let names: BTreeSet<&str> = checked
        .map(|invariant| invariant.name)
        .chain([LIVENESS.0])
        .collect();
    let wanted = (1..=13).chain(16..=18).map(|number| format!("I{number}"));
    let wanted: BTreeSet<String> = wanted.collect();
    assert_eq!(names, wanted.iter().map(String::as_str).collect());
}

/// A file from before there were seals says up to which batch it is without.
#[test]
fn an_audit_from_before_its_seals_is_none_the_worse() {
    let mut rows = healthy();
    let seals = rows.order.table_mut::<AuditSeal>();
    let (writer, batch_no) = *seals.keys().next_back().unwrap();
    let (hash, previous) = (Hash::NONE, Hash::NONE);
    let mut begin_behind = |batch_no| {
        let seals = rows.order.table_mut::<AuditSeal>();
        seals.clear();
        let seal = AuditSeal {
            writer,
            batch_no,
            hash,
            previous,
        };
        put(&mut rows.order, seal);
        let head = AuditHead {
            writer,
            batch_no,
            hash,
        };
        put(&mut rows.order, head);
        rows.violations()
    };
    assert_eq!(begin_behind(batch_no), []);
    let one_less = begin_behind(batch_no - 1);
    assert_eq!(one_less.len(), 1, "{one_less:?}");
    assert!(one_less[0].to_string().contains("has no seal"));
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

/// Hours that became their day say the same, also while some of them wait.
#[test]
fn a_folded_ranking_is_none_the_worse() {
    let mut rows = healthy();
    let ranks = rows.product.table_mut::<Rank>();
    let all: Vec<Rank> = std::mem::take(ranks).into_values().collect();
    let day = |rank: &Rank| (rank.hour + 9).div_euclid(24);
    let last = all.iter().map(day).max().unwrap();
    for (place, rank) in all.into_iter().enumerate() {
        let (day, product_id) = (day(&rank), rank.product_id);
        if place == 0 {
            put(&mut rows.product, rank);
            continue;
        }
        let days = rows.product.table_mut::<RankDay>();
        let quantity = 0;
        let folded = days.entry((day, product_id)).or_insert(RankDay {
            day,
            product_id,
            quantity,
        });
        folded.quantity += rank.quantity;
    }
    let (id, hours_from) = (RANKING, last);
    put(&mut rows.product, Ranking { id, hours_from });
    assert_eq!(rows.violations(), []);
}
