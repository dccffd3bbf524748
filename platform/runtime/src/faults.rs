//! Named points at which a loop can be made to end as if it had been killed there. None is set
//! unless somebody asks for it, and each strikes once.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

/// Where a loop can be struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultPoint {
    /// Decided and written, not committed: nothing of the batch stands.
    BeforeCommit,
    /// Committed; its events are not published, nobody was answered.
    AfterCommit,
    /// Published; nobody was answered.
    AfterPublish,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no fault point: before-commit, after-commit or after-publish")]
pub struct UnknownFaultPoint;

impl FaultPoint {
    pub const ALL: [Self; 3] = [Self::BeforeCommit, Self::AfterCommit, Self::AfterPublish];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeCommit => "before-commit",
            Self::AfterCommit => "after-commit",
            Self::AfterPublish => "after-publish",
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::BeforeCommit => 1,
            Self::AfterCommit => 2,
            Self::AfterPublish => 3,
        }
    }
}

impl fmt::Display for FaultPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for FaultPoint {
    type Err = UnknownFaultPoint;

    fn from_str(text: &str) -> Result<Self, UnknownFaultPoint> {
        let known = Self::ALL.into_iter().find(|point| point.as_str() == text);
        known.ok_or(UnknownFaultPoint)
    }
}

/// The point that is set, if any.
#[derive(Debug, Default)]
pub(crate) struct Faults(AtomicU8);

const NONE: u8 = 0;

impl Faults {
    pub fn set(&self, point: FaultPoint) {
        self.0.store(point.code(), Ordering::Release);
    }

    /// Whether it strikes here, and now no more.
    pub fn strikes(&self, point: FaultPoint) -> bool {
        let here = self.0.load(Ordering::Relaxed) == point.code();
        here && self.0.swap(NONE, Ordering::AcqRel) == point.code()
    }
}
