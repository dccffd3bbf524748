//! The smallest schedule that still breaks the same invariant: parts of its choices are taken
//! away and what is left is lowered, as long as it does.

use crate::rng::choices::{Choices, Part};
use crate::world::{self, Plan};

mod recorded;

pub use recorded::{Recorded, Simulator, Unplayable, drawing, format, replay};

/// A try costs a schedule. Most failures are small after a few hundred.
const MOST_TRIES: usize = 4_000;

/// A schedule that was made small.
#[derive(Debug)]
pub struct Shrunk {
    pub choices: Choices,
    pub tries: usize,
}

/// Makes a schedule small that breaks `invariant` on these choices.
pub fn shrink(plan: Plan, invariant: &str, choices: Choices) -> Shrunk {
    let quiet = Plan {
        words: false,
        hash: false,
        keep: false,
        ..plan
    };
    let breaks = |choices: &Choices| {
        let outcome = world::replay(quiet, choices);
        outcome
            .found
            .iter()
            .any(|found| found.invariant == invariant)
    };
    let mut search = Search {
        breaks: &breaks,
        best: choices,
        tries: 0,
    };
    loop {
        let before = search.best.clone();
        search.drop_parts();
        search.drop_choices();
        search.lower();
        if search.best == before || search.tries >= MOST_TRIES {
            return Shrunk {
                choices: search.best,
                tries: search.tries,
            };
        }
    }
}

struct Search<'s> {
    breaks: &'s dyn Fn(&Choices) -> bool,
    best: Choices,
    tries: usize,
}

impl Search<'_> {
    /// Takes the change if what it leaves breaks the invariant, too.
    fn attempt(&mut self, change: impl FnOnce(&mut Choices)) -> bool {
        if self.tries >= MOST_TRIES {
            return false;
        }
        let mut changed = self.best.clone();
        change(&mut changed);
        if changed == self.best {
            return false;
        }
        self.tries += 1;
        let kept = (self.breaks)(&changed);
        if kept {
            self.best = changed;
        }
        kept
    }

    /// Whole steps, orders and other wishes, many at once first, and the last first.
    fn drop_parts(&mut self) {
        for section in 0..self.best.0.len() {
            let mut width = self.best.0[section].len();
            while width > 0 {
                let mut end = self.best.0[section].len();
                while end > 0 {
                    let start = end.saturating_sub(width);
                    self.attempt(|choices| {
                        choices.0[section].drain(start..end);
                    });
                    end = start;
                }
                width /= 2;
            }
        }
    }

    /// The ends of parts: what is missing is nothing.
    fn drop_choices(&mut self) {
        self.each_part(|search, section, part| {
            let mut width = search.part(section, part).len();
            while width > 0 {
                let left = search.part(section, part).len().saturating_sub(width);
                let dropped = search.attempt(|choices| choices.0[section][part].truncate(left));
                width = if dropped { width.min(left) } else { width / 2 };
            }
        });
    }

    /// Each choice to nothing, or to a half, or by one.
    fn lower(&mut self) {
        self.each_part(|search, section, part| {
            for at in 0..search.part(section, part).len() {
                let mut lowered = true;
                while lowered {
                    let Some(&value) = search.part(section, part).get(at) else {
                        break;
                    };
                    lowered = [0, value / 2, value.saturating_sub(1)].iter().any(|lower| {
                        search.attempt(|choices| choices.0[section][part][at] = *lower)
                    });
                }
            }
        });
    }

    fn part(&self, section: usize, part: usize) -> &Part {
        &self.best.0[section][part]
    }

    fn each_part(&mut self, mut visit: impl FnMut(&mut Self, usize, usize)) {
        for section in 0..self.best.0.len() {
            for part in 0..self.best.0[section].len() {
                visit(self, section, part);
            }
        }
    }
}

#[cfg(test)]
mod tests;
