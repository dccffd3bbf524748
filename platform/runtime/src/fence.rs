//! The fence: what a service remembers of a saga's step, so that a step or its undo that comes
//! late, twice or in the wrong order changes nothing. NONE -> APPLIED -> UNDONE,
//! NONE -> REFUSED -> VOID, NONE -> VOID. Where a ledger row tells the same, it is the fence;
//! this table keeps the rest.

use contracts::ids::SagaId;
use contracts::saga::Step;
use contracts::time::Timestamp;
use db::{Fence, Standing, Table};

/// What a *do* may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Do {
    /// Nothing was heard of this step: carry it out.
    Now,
    /// It was applied, refused, undone or voided: say nothing.
    Repeat,
}

/// What an *undo* may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// The step stands: take it back.
    Now,
    /// The step never stood here, and never will: acknowledge with empty content, once.
    Void,
    /// Undone or voided already: say nothing.
    Repeat,
}

/// Names the fence row of a step; `decide` may then call the functions below.
pub fn ask(table: &mut Table<Fence>, saga: SagaId, step: Step) {
    table.ask((saga, i64::from(step.code())));
}

/// What the table remembers of a step; a service puts its ledger's word first.
pub fn standing(table: &Table<Fence>, saga: SagaId, step: Step) -> Option<Standing> {
    table
        .get(&(saga, i64::from(step.code())))
        .map(|fence| fence.state)
}

/// Writes what is to be remembered of a step.
pub fn remember(
    table: &mut Table<Fence>,
    saga: SagaId,
    step: Step,
    state: Standing,
    at: Timestamp,
) {
    table.put(Fence {
        saga_id: saga,
        step: i64::from(step.code()),
        state,
        at,
    });
}

/// May a *do* go ahead, given what is remembered?
pub fn may_do(standing: Option<Standing>) -> Do {
    match standing {
        None => Do::Now,
        Some(Standing::Applied | Standing::Undone | Standing::Refused | Standing::Void) => {
            Do::Repeat
        }
    }
}

/// May an *undo* go ahead, given what is remembered?
pub fn may_undo(standing: Option<Standing>) -> Undo {
    match standing {
        Some(Standing::Applied) => Undo::Now,
        None | Some(Standing::Refused) => Undo::Void,
        Some(Standing::Undone | Standing::Void) => Undo::Repeat,
    }
}
