//! The end of a schedule: nothing fails any more, every client asks until it is answered, and
//! what is open must come to its end within a bound.

use std::collections::BTreeSet;
use std::time::Duration;

use contracts::envelope::ServiceName;

use super::{Outcome, World};
use crate::check::{self, Found};
use crate::clients::Way;
use crate::coverage;
use crate::faults::Faults;
use crate::node::{Counted, Timers, Turn};
use crate::rng::choices::Choices;
use crate::shop::Relay;

/// A saga has at most a dozen hops; the rest is room for what was parked and retried.
pub(super) const MOST_ROUNDS: usize = 64;
/// Past every deadline, on every clock: one may be an hour ahead, and then set back by two.
pub(super) const LONG: Duration = Duration::from_secs(3 * 3600);

impl World {
    pub(super) fn drain(&mut self) {
        self.faults = Faults::NONE;
        self.note(&[11], || "everything heals".to_owned());
        self.heal(|_| true);
        self.settle(Timers::Wait);
        self.ask_what_is_open();
        self.now = self.now.plus(LONG);
        self.note(&[12], || "three hours pass".to_owned());
        self.settle(Timers::Due);
    }

    /// Mends and starts every service that `runs`, and stops the others.
    pub(super) fn heal(&mut self, runs: impl Fn(ServiceName) -> bool) {
        for &service in ServiceName::ALL {
            self.shop.mend(service);
            self.shop.retire(service, self.now);
            if !runs(service) {
                self.shop.crash(service);
                continue;
            }
            if !self.shop.is_up(service) {
                self.shop.start(service, 0, self.now);
            }
            self.shop.restart_rewound(service, self.now);
        }
    }

    /// One turn of each service that `runs`. False when none had anything to do.
    pub(super) fn round(&mut self, turn: &Turn, runs: impl Fn(ServiceName) -> bool) -> bool {
        let mut busy = false;
        for &service in ServiceName::ALL.iter().filter(|service| runs(**service)) {
            let published = self.shop.relay(service, usize::MAX, Relay::Marked);
            busy |= published > 0;
            busy |= self.turn(service, turn);
        }
        self.clients.collect(&mut self.shop);
        busy
    }

    /// Every client learns what became of its wish; a wish nobody sent is sent now.
    fn ask_what_is_open(&mut self) {
        let open: Vec<usize> = self.clients.open().collect();
        for index in open {
            self.clients
                .send(&mut self.shop, index, Way::PLAIN, self.now);
        }
        self.settle(Timers::Wait);
    }

    pub(super) fn settle(&mut self, timers: Timers) {
        let mut turn = Turn {
            timers,
            tick: false,
            ..Turn::whole()
        };
        for _ in 0..MOST_ROUNDS {
            let busy = self.round(&turn, |_| true);
            let quiet = |service: &ServiceName| self.shop.is_quiet(*service);
            if !busy && ServiceName::ALL.iter().all(quiet) {
                return;
            }
            turn.tick = !busy;
        }
        let witness = format!("the shop is not at rest after {MOST_ROUNDS} rounds");
        self.found.push(Found::new("I16", witness));
    }

    pub(super) fn judge(mut self) -> Outcome {
        self.found.extend(check::at_rest(&self.shop));
        self.found.extend(check::published(&mut self.shop));
        self.found.extend(check::counted(&mut self.shop));
        self.found.extend(check::clients(&self.shop, &self.clients));
        // What holds no more is seen again by every later check; once is enough.
        let mut seen = BTreeSet::new();
        self.found
            .retain(|found| seen.insert((found.invariant, found.witness.clone())));
        let mut counted = Counted::default();
        for &service in ServiceName::ALL {
            counted.add(self.shop.counted(service));
        }
        Outcome {
            counted,
            restores: self.restores,
            coverage: coverage::take(),
            choices: Choices::default(),
            found: self.found,
            trace_hash: self.trace.hash(),
            state_hash: if self.plan.hash {
                self.shop.digest()
            } else {
                0
            },
            steps: self.trace.steps(),
            tally: check::tally(&self.shop),
            timeline: self.trace.into_lines(),
        }
    }
}
