//! What must hold over the committed rows of the whole shop, one function each: the one checker
//! of the simulator, of `jangteo verify` and of the tests. It reads rows and judges them; it
//! repairs nothing, and what only a client's history can tell is not here.

/// The databases of a shop, and when they were read.
mod shop;

/// Their rows, loaded once and kept small.
mod facts;

/// What is still under way.
mod rest;

/// What operators took upon themselves.
mod exceptions;

/// The invariants.
mod check;

pub use check::{ALWAYS, AT_REST, LIVENESS, ONE_MOMENT};
pub use exceptions::exceptions;
pub use facts::Facts;
pub use rest::unrest;
pub use shop::Shop;

use std::fmt;

use shop::Moment;

/// How many violations of one invariant are told; a broken shop may hold millions.
pub const MOST_TOLD: usize = 100;

/// One thing that must hold.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// As the reliability document counts them; some are checked by several functions.
    pub name: &'static str,
    /// One sentence.
    pub meaning: &'static str,
    pub check: fn(&Facts) -> Vec<Violation>,
}

/// That something does not hold, and the first row that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    /// What it is about: a product, a user, an order.
    pub subject: String,
    /// In words, in one line.
    pub witness: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            invariant,
            subject,
            witness,
        } = self;
        write!(f, "{invariant} {subject}: {witness}")
    }
}

/// The invariants that can be judged at any instant, given when the rows were read.
pub fn always(facts: &Facts) -> impl Iterator<Item = &'static Invariant> {
    let across: &[Invariant] = match facts.read_at() {
        Moment::One => ONE_MOMENT,
        Moment::OnePerDatabase => &[],
    };
    ALWAYS.iter().chain(across)
}

/// What holds at any instant, also after a crash.
pub fn check_always(facts: &Facts) -> Vec<Violation> {
    always(facts)
        .flat_map(|invariant| (invariant.check)(facts))
        .collect()
}

/// What holds in addition once `unrest` has nothing to say; before that it may well not.
pub fn check_at_rest(facts: &Facts) -> Vec<Violation> {
    AT_REST
        .iter()
        .flat_map(|invariant| (invariant.check)(facts))
        .collect()
}

#[cfg(test)]
mod tests;
