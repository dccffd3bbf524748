//! What `decide` is given beside rows and input, and what it gives back.

use contracts::envelope::{Actor, EventId, Trace};
use contracts::events::Fact;
use contracts::time::Timestamp;

use crate::timers::TimerChange;

/// When an input is decided, on whose behalf and because of what. Time is data.
#[derive(Clone, Debug)]
pub struct Moment {
    /// One instant for the whole batch, never before the batch before it.
    pub now: Timestamp,
    pub actor: Actor,
    pub trace: Trace,
    /// The event that led here; `None` for a command or a timer.
    pub cause: Option<EventId>,
    /// Which transaction this is: the writer and its count of batches.
    pub writer: i64,
    pub batch_no: i64,
}

/// One fact, with the version of the aggregate it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub sequence: i64,
    pub fact: Fact,
}

/// What became of one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision<R> {
    pub says: Vec<Said>,
    pub reply: Option<R>,
    pub timer: Option<TimerChange>,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Decided,
    /// Heard before; its first answer is in the outbox.
    Repeat,
    /// About something not known here yet: set aside and tried again.
    NotYet,
}

impl<R> Decision<R> {
    /// Rows may have changed; nobody is told.
    pub fn quiet() -> Self {
        Self {
            says: Vec::new(),
            reply: None,
            timer: None,
            outcome: Outcome::Decided,
        }
    }

    /// Heard before: says nothing, since its first answer will be delivered.
    pub fn repeat() -> Self {
        Self {
            outcome: Outcome::Repeat,
            ..Self::quiet()
        }
    }

    /// The event is about an aggregate not known here yet; it waits and comes again.
    /// `decide` must not have changed a row for it.
    pub fn not_yet() -> Self {
        Self {
            outcome: Outcome::NotYet,
            ..Self::quiet()
        }
    }

    pub fn say(sequence: i64, fact: Fact) -> Self {
        Self {
            says: vec![Said { sequence, fact }],
            ..Self::quiet()
        }
    }

    pub fn reply(reply: R) -> Self {
        Self {
            reply: Some(reply),
            ..Self::quiet()
        }
    }

    pub fn and_say(mut self, sequence: i64, fact: Fact) -> Self {
        self.says.push(Said { sequence, fact });
        self
    }

    pub fn and_reply(mut self, reply: R) -> Self {
        self.reply = Some(reply);
        self
    }

    pub fn and_timer(mut self, change: TimerChange) -> Self {
        self.timer = Some(change);
        self
    }

    /// Decided now and for good: neither a repeat nor put off.
    pub fn is_effect(&self) -> bool {
        self.outcome == Outcome::Decided
    }

    pub fn is_repeat(&self) -> bool {
        self.outcome == Outcome::Repeat
    }

    pub fn is_not_yet(&self) -> bool {
        self.outcome == Outcome::NotYet
    }
}
