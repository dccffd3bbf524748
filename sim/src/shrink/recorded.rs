//! Choices written down, to be made again by the same simulator on the same store, and by no other.

use std::fmt;
use std::str::FromStr;

use db::Digest;

use crate::rng::choices::Choices;
use crate::shop::Backend;
use crate::world::{self, Outcome, Plan};

/// Everything that draws: another text of it gives another meaning to the same seed and to the same
/// choices.
const DRAWS: [(&str, &str); 11] = [
    ("clients.rs", include_str!("../clients.rs")),
    ("faults.rs", include_str!("../faults.rs")),
    ("rng.rs", include_str!("../rng.rs")),
    ("shop/stocked.rs", include_str!("../shop/stocked.rs")),
    ("topology.rs", include_str!("../topology.rs")),
    ("workload.rs", include_str!("../workload.rs")),
    ("world.rs", include_str!("../world.rs")),
    ("world/broken.rs", include_str!("../world/broken.rs")),
    ("world/mishaps.rs", include_str!("../world/mishaps.rs")),
    ("world/outage.rs", include_str!("../world/outage.rs")),
    ("world/turns.rs", include_str!("../world/turns.rs")),
];

/// A simulator, as far as seeds and choices go, and where its source is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulator {
    /// The hash of all that draws.
    pub format: u64,
    /// Empty where nobody said it.
    pub commit: String,
}

/// Choices, with the simulator and the store that they were made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    by: Simulator,
    store: Backend,
    choices: Choices,
}

/// Why a seed or recorded choices cannot be run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplayable {
    /// It is not what a simulator prints.
    Unreadable,
    /// Another simulator recorded it, to which it means something else.
    OtherSimulator {
        recorded: Simulator,
        here: Simulator,
    },
    /// It was recorded on another store than it is to run on.
    OtherStore { recorded: Backend, here: Backend },
}

impl Simulator {
    pub fn here(commit: &str) -> Self {
        Self {
            format: format(),
            commit: commit.to_owned(),
        }
    }

    /// Whether a seed or choices of it mean the same here.
    ///
    /// # Errors
    /// When they do not; both simulators are named.
    pub fn is_here(&self, commit: &str) -> Result<(), Unplayable> {
        let here = Self::here(commit);
        match self.format == here.format {
            true => Ok(()),
            false => Err(Unplayable::OtherSimulator {
                recorded: self.clone(),
                here,
            }),
        }
    }
}

impl Recorded {
    pub fn new(by: Simulator, store: Backend, choices: Choices) -> Self {
        Self { by, store, choices }
    }

    /// Reads what `Display` wrote, to be run on `store` by the simulator of `commit`.
    ///
    /// # Errors
    /// When it is of another simulator or another store: its choices would mean something else.
    pub fn parse(text: &str, store: Backend, commit: &str) -> Result<Self, Unplayable> {
        let (origin, choices) = text.split_once(':').ok_or(Unplayable::Unreadable)?;
        let (by, on) = origin.rsplit_once('/').ok_or(Unplayable::Unreadable)?;
        let by: Simulator = by.parse()?;
        by.is_here(commit)?;
        let recorded = on.parse().map_err(|_| Unplayable::Unreadable)?;
        if recorded != store {
            let here = store;
            return Err(Unplayable::OtherStore { recorded, here });
        }
        let choices = choices.parse().map_err(|_| Unplayable::Unreadable)?;
        Ok(Self { by, store, choices })
    }

    pub fn replay(&self, plan: Plan) -> Outcome {
        let backend = self.store;
        world::replay(Plan { backend, ..plan }, &self.choices)
    }
}

/// Makes recorded choices again.
///
/// # Errors
/// As `Recorded::parse`.
pub fn replay(plan: Plan, recorded: &str) -> Result<Outcome, Unplayable> {
    Ok(Recorded::parse(recorded, plan.backend, "")?.replay(plan))
}

/// Which simulator this is, as far as seeds and choices go.
pub fn format() -> u64 {
    let mut digest = Digest::default();
    for (_, text) in DRAWS {
        digest.bytes(text.as_bytes());
    }
    digest.value()
}

/// The files that `format` is made of, from the folder of the sources.
pub fn drawing() -> impl Iterator<Item = &'static str> {
    DRAWS.iter().map(|(name, _)| *name)
}

/// Its format, and behind an @ its commit where that is known.
impl fmt::Display for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.format)?;
        match self.commit.as_str() {
            "" => Ok(()),
            commit => write!(f, "@{commit}"),
        }
    }
}

impl FromStr for Simulator {
    type Err = Unplayable;

    fn from_str(text: &str) -> Result<Self, Unplayable> {
        let (format, commit) = text.split_once('@').unwrap_or((text, ""));
        let format = u64::from_str_radix(format, 16).map_err(|_| Unplayable::Unreadable)?;
        let commit = commit.to_owned();
        Ok(Self { format, commit })
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, store, choices } = self;
        write!(f, "{by}/{store}:{choices}")
    }
}

impl fmt::Display for Unplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("this is not what a simulator prints"),
            Self::OtherSimulator { recorded, here } => write!(
                f,
                "this was recorded by simulator {recorded}, and this is {here}: run it at the \
                 commit of the other, or hunt the bug anew"
            ),
            Self::OtherStore { recorded, here } => write!(
                f,
                "this was recorded on {recorded}, and is to run on {here}: run it with \
                 `--store {recorded}`"
            ),
        }
    }
}

impl std::error::Error for Unplayable {}
