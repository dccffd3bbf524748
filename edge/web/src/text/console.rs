//! The texts of the console, a struct a page.

use contracts::http::saga::SagaState;
use contracts::saga::Step;

use super::{About, Words};

pub(crate) struct Console {
    pub(crate) frame: ConsoleFrame,
    pub(crate) overview: Overview,
    pub(crate) sagas: Sagas,
    pub(crate) saga: Saga,
    pub(crate) parked: Parked,
    pub(crate) loops: Loops,
    pub(crate) invariants: Invariants,
}

pub(crate) struct ConsoleFrame {
    pub(crate) name: Words,
    pub(crate) navigation: Words,
    pub(crate) overview: Words,
    pub(crate) sagas: Words,
    pub(crate) parked: Words,
    pub(crate) loops: Words,
    pub(crate) invariants: Words,
    pub(crate) to_shop: Words,
    /// What the keyboard does, which needs the script.
    pub(crate) keys: Words,
    pub(crate) keys_off: Words,
    pub(crate) keys_on: Words,
    pub(crate) live: Words,
    pub(crate) pause: Words,
    pub(crate) resume: Words,
    pub(crate) command: Words,
    pub(crate) copy: Words,
    pub(crate) copied: Words,
}

pub(crate) struct Overview {
    pub(crate) title: Words,
    pub(crate) newest: Words,
    pub(crate) all: Words,
    pub(crate) open: Words,
    /// How many run, how many are taken back.
    pub(crate) open_note: fn(&str, &str) -> String,
    pub(crate) oldest: Words,
    pub(crate) none_open: Words,
    pub(crate) throughput: Words,
    pub(crate) throughput_note: Words,
    pub(crate) lag: Words,
    /// Who is behind, and by how many events.
    pub(crate) lag_note: fn(&str, &str) -> String,
    pub(crate) no_lag: Words,
    pub(crate) parked: Words,
    pub(crate) parked_note: Words,
    pub(crate) none_parked: Words,
    pub(crate) invariants: Words,
    pub(crate) violations: fn(usize) -> String,
    pub(crate) checked_at: About,
    pub(crate) never_checked: Words,
}

pub(crate) struct Sagas {
    pub(crate) title: Words,
    pub(crate) nothing: Words,
    pub(crate) by_state: Words,
    pub(crate) by_step: Words,
    pub(crate) by_age: Words,
    pub(crate) find: Words,
    pub(crate) find_hint: Words,
    pub(crate) any: Words,
    pub(crate) apply: Words,
    pub(crate) order: Words,
    pub(crate) refund: Words,
    pub(crate) waits_for: Words,
    pub(crate) reason: Words,
    pub(crate) began: Words,
    pub(crate) took: Words,
    pub(crate) parked: Words,
    pub(crate) state: fn(SagaState) -> Words,
    pub(crate) step: fn(Step) -> Words,
    pub(crate) undo: Words,
    pub(crate) to_come: Words,
}

pub(crate) struct Saga {
    pub(crate) title: About,
    pub(crate) as_customer: Words,
    pub(crate) kind: Words,
    pub(crate) order: Words,
    pub(crate) id: Words,
    pub(crate) remaining: Words,
    pub(crate) none: Words,
    pub(crate) deadline: Words,
    pub(crate) left: About,
    pub(crate) drawing: Words,
    pub(crate) described: fn(usize) -> String,
    pub(crate) events: Words,
    pub(crate) pruned: Words,
    pub(crate) at: Words,
    pub(crate) after: Words,
    pub(crate) service: Words,
    pub(crate) event: Words,
    pub(crate) code: Words,
}

pub(crate) struct Parked {
    pub(crate) title: Words,
    pub(crate) lead: Words,
    pub(crate) nothing: Words,
    pub(crate) key: Words,
    pub(crate) event: Words,
    pub(crate) events: Words,
    pub(crate) why: Words,
    pub(crate) attempts: Words,
    pub(crate) next: Words,
    pub(crate) waits: Words,
    pub(crate) undo: Words,
    pub(crate) discarded: Words,
}

pub(crate) struct Loops {
    pub(crate) title: Words,
    pub(crate) lead: Words,
    pub(crate) name: Words,
    pub(crate) rate: Words,
    pub(crate) lag: Words,
    pub(crate) unread: Words,
    pub(crate) inputs: Words,
    pub(crate) batches: Words,
    pub(crate) repeats: Words,
    pub(crate) rollbacks: Words,
    pub(crate) reopened: Words,
    pub(crate) log: Words,
    pub(crate) topic: Words,
    pub(crate) written: Words,
    pub(crate) readers: Words,
    pub(crate) behind: About,
}

pub(crate) struct Invariants {
    pub(crate) title: Words,
    pub(crate) lead: Words,
    pub(crate) check: Words,
    pub(crate) never: Words,
    pub(crate) checked_at: Words,
    pub(crate) holds: Words,
    pub(crate) unrest: Words,
    pub(crate) exception: Words,
    pub(crate) kept: Words,
    pub(crate) broken: Words,
}
