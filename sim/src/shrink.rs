//! The smallest schedule that still breaks the same invariant: parts of its choices are taken
//! away and what is left is lowered, as long as it does. What comes out can be made again by the
//! same simulator, and by no other.

use std::fmt;

use db::Digest;

use crate::rng::choices::{Choices, Part};
use crate::world::{self, Outcome, Plan};

/// A try costs a schedule. Most failures are small after a few hundred.
const MOST_TRIES: usize = 4_000;

/// Everything that draws: another text of it gives another meaning to the same choices.
const DRAWS: [&str; 7] = [
    include_str!("rng.rs"),
    include_str!("faults.rs"),
    include_str!("workload.rs"),
    include_str!("clients.rs"),
    include_str!("shop/stocked.rs"),
    include_str!("world.rs"),
    include_str!("world/mishaps.rs"),
];

/// A schedule that was made small.
#[derive(Debug)]
pub struct Shrunk {
    pub choices: Choices,
    pub tries: usize,
}

/// Choices with the simulator that made them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    format: u64,
    choices: Choices,
}

/// Why recorded choices cannot be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unplayable {
    /// It is not a format and choices.
    Unreadable,
    /// Another simulator recorded them.
    Other { recorded: u64, here: u64 },
}

impl Recorded {
    pub fn new(choices: Choices) -> Self {
        Self {
            format: format(),
            choices,
        }
    }

    /// Reads what `Display` wrote.
    ///
    /// # Errors
    /// When it is of another simulator: its choices would mean something else here.
    pub fn parse(text: &str) -> Result<Self, Unplayable> {
        let (recorded, choices) = text.split_once(':').ok_or(Unplayable::Unreadable)?;
        let recorded = u64::from_str_radix(recorded, 16).map_err(|_| Unplayable::Unreadable)?;
        let here = format();
        if recorded != here {
            return Err(Unplayable::Other { recorded, here });
        }
        let choices = choices.parse().map_err(|_| Unplayable::Unreadable)?;
        Ok(Self {
            format: here,
            choices,
        })
    }

    pub fn replay(&self, plan: Plan) -> Outcome {
        world::replay(plan, &self.choices)
    }
}

/// Makes recorded choices again.
///
/// # Errors
/// As `Recorded::parse`.
pub fn replay(plan: Plan, recorded: &str) -> Result<Outcome, Unplayable> {
    Ok(Recorded::parse(recorded)?.replay(plan))
}

/// Which simulator this is, as far as choices go.
pub fn format() -> u64 {
    let mut digest = Digest::default();
    for text in DRAWS {
        digest.bytes(text.as_bytes());
    }
    digest.value()
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

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}:{}", self.format, self.choices)
    }
}

impl fmt::Display for Unplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("these are no recorded choices"),
            Self::Other { recorded, here } => write!(
                f,
                "these choices were recorded by simulator {recorded:016x}, this is {here:016x}: \
                 record them again from their seed, or replay them at the commit of the other"
            ),
        }
    }
}

impl std::error::Error for Unplayable {}

#[cfg(test)]
mod tests;
