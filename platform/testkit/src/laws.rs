//! The laws of a saga step: doing twice is doing once, undoing twice is undoing once, an undo that
//! comes first voids the step, and a late do changes nothing.

use contracts::events::Fact;
use runtime::Service;

use crate::world::World;

/// Checks the laws of one step from the rows of `setup`.
///
/// # Panics
/// When a law does not hold; the message names it.
pub fn step_laws<S: Service>(setup: impl Fn() -> World<S>, do_fact: &Fact, undo_fact: &Fact) {
    do_twice_is_once(setup(), do_fact);
    undo_twice_is_once(setup(), do_fact, undo_fact);
    undo_before_do_voids(setup(), do_fact, undo_fact);
}

fn do_twice_is_once<S: Service>(mut world: World<S>, do_fact: &Fact) {
    let first = world.hear(do_fact.clone());
    assert_eq!(first.says.len(), 1, "a step answers once");
    assert_repeats(&mut world, do_fact, "a step heard again");
}

fn undo_twice_is_once<S: Service>(mut world: World<S>, do_fact: &Fact, undo_fact: &Fact) {
    world.hear(do_fact.clone());
    let undone = world.hear(undo_fact.clone());
    assert_eq!(undone.says.len(), 1, "an undo is acknowledged once");
    assert_repeats(&mut world, undo_fact, "an undo heard again");
    assert_repeats(&mut world, do_fact, "a step heard after its undo");
}

fn undo_before_do_voids<S: Service>(mut world: World<S>, do_fact: &Fact, undo_fact: &Fact) {
    let void = world.hear(undo_fact.clone());
    assert_eq!(
        void.says.len(),
        1,
        "an undo of nothing is acknowledged, with empty content"
    );
    assert_repeats(
        &mut world,
        do_fact,
        "a step heard after the undo that came first",
    );
    assert_repeats(&mut world, undo_fact, "an undo of nothing heard again");
}

fn assert_repeats<S: Service>(world: &mut World<S>, fact: &Fact, what: &str) {
    let before = world.digest();
    let again = world.hear(fact.clone());
    assert!(again.says.is_empty(), "{what} says something");
    assert!(again.is_repeat(), "{what} is not counted as a repeat");
    assert_eq!(world.digest(), before, "{what} changes rows");
}
