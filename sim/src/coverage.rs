//! Which cells the schedules reach: what came to a service, what stood there, and what failed.
//! Noted where a service decides, so that a cell is one that the shipped logic has answered.

use std::cell::{Cell as Slot, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use contracts::envelope::ServiceName;
use db::Standing;
use runtime::Service;

mod services;

/// One state of one service, met by one input under one fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub service: ServiceName,
    pub came: &'static str,
    /// An order's status, a fence's standing, or whether a command's key was known.
    pub stood: &'static str,
    /// What became of the batch.
    pub fault: &'static str,
}

/// How often each cell was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(pub BTreeMap<Cell, u64>);

impl Coverage {
    pub fn add(&mut self, other: &Self) {
        for (cell, count) in &other.0 {
            *self.0.entry(*cell).or_default() += count;
        }
    }

    /// How many cells there would be if everything could come anywhere under every fault.
    pub fn conceivable(&self) -> usize {
        let distinct = |service, of: fn(&Cell) -> &'static str| {
            let own = self.0.keys().filter(|cell| cell.service == service);
            let names: BTreeSet<_> = own.map(of).collect();
            names.len()
        };
        let cells = ServiceName::ALL.iter().map(|service| {
            distinct(*service, |cell| cell.came)
                * distinct(*service, |cell| cell.stood)
                * distinct(*service, |cell| cell.fault)
        });
        cells.sum()
    }
}

/// What the cells of a service are made of.
pub trait Seen: Service {
    fn came(input: &Self::Input) -> &'static str;
    fn stood(rows: &Self::Rows, input: &Self::Input) -> &'static str;
}

thread_local! {
    /// `Service` has no instances that could hold these; a schedule stays on one thread.
    static MET: RefCell<Coverage> = RefCell::default();
    static FAULT: Slot<&'static str> = const { Slot::new(NO_FAULT) };
}

pub const NO_FAULT: &str = "none";

/// What the batches from now on, on this thread, come to.
pub fn under(fault: &'static str) {
    FAULT.set(fault);
}

/// A service is about to decide this.
pub fn meet<S: Seen>(rows: &S::Rows, input: &S::Input) {
    let cell = Cell {
        service: S::NAME,
        came: S::came(input),
        stood: S::stood(rows, input),
        fault: FAULT.get(),
    };
    MET.with_borrow_mut(|met| *met.0.entry(cell).or_default() += 1);
}

/// What was met since this was last asked.
pub fn take() -> Coverage {
    MET.take()
}

const fn fence(standing: Option<Standing>) -> &'static str {
    match standing {
        None => "NONE",
        Some(Standing::Applied) => "APPLIED",
        Some(Standing::Undone) => "UNDONE",
        Some(Standing::Refused) => "REFUSED",
        Some(Standing::Void) => "VOID",
    }
}

const fn known(is: bool) -> &'static str {
    match is {
        true => "known",
        false => "new",
    }
}
