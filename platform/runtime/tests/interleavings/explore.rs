//! Trying a scenario in many orders, half of them chosen evenly at every step, half with few
//! changes of turn at places chosen by chance: some mistakes need one kind, some the other.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use shuttle::scheduler::{
    PctScheduler, RandomScheduler, ReplayScheduler, Schedule, Scheduler, Task, TaskId,
};
use shuttle::{Config, Runner};

/// How many orders of each scenario.
const COUNT: &str = "INTERLEAVINGS";
/// Which one, as shuttle printed it, instead.
const AGAIN: &str = "INTERLEAVING";
/// Enough to see that a scenario runs at all.
const FEWEST: usize = 1_000;
/// Changes of turn in the second half: most mistakes need two or three.
const CHANGES: usize = 3;
/// `run_batch` and what it calls, without optimization.
const STACK_BYTES: usize = 512 * 1024;

/// Runs `scenario` in as many orders as are asked for.
///
/// # Panics
/// When one of them fails: shuttle prints its schedule before.
pub fn explore(name: &str, scenario: fn()) {
    let mut config = Config::new();
    config.stack_size = STACK_BYTES;
    config.silence_warnings = true;
    if let Some(order) = variable(AGAIN) {
        let again = ReplayScheduler::new_from_encoded(&order);
        Runner::new(again, config).run(scenario);
        return;
    }
    let count = variable(COUNT).map_or(FEWEST, |count| count.parse().expect("a number"));
    let seen = Arc::default();
    let random = Seen::new(RandomScheduler::new(count - count / 2), &seen);
    let few = Seen::new(PctScheduler::new(CHANGES, count / 2), &seen);
    let mut ran = Runner::new(random, config.clone()).run(scenario);
    ran += Runner::new(few, config).run(scenario);
    let different = seen.lock().expect("nobody panicked with it").len();
    tell(&format!(
        "interleavings: {ran}, different: {different}, of: {name}"
    ));
}

#[expect(clippy::print_stdout, reason = "xtask reads it")]
fn tell(line: &str) {
    println!("{line}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test program takes no arguments of its own, and xtask is to say how long it runs"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Remembers which orders were tried, by their hashes.
struct Seen<S> {
    scheduler: S,
    order: u64,
    orders: Arc<Mutex<HashSet<u64>>>,
}

impl<S> Seen<S> {
    fn new(scheduler: S, orders: &Arc<Mutex<HashSet<u64>>>) -> Self {
        let orders = Arc::clone(orders);
        Self {
            scheduler,
            order: 0,
            orders,
        }
    }

    fn note(&mut self, step: u64) {
        self.order = (self.order ^ (step + 1)).wrapping_mul(0x0000_0100_0000_01b3);
        self.order ^= self.order >> 29;
    }
}

impl<S: Scheduler> Scheduler for Seen<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.order != 0 {
            let mut orders = self.orders.lock().expect("nobody panicked with it");
            orders.insert(self.order);
        }
        self.order = 0;
        self.scheduler.new_execution()
    }

    fn next_task(
        &mut self,
        ready: &[&Task],
        current: Option<TaskId>,
        yields: bool,
    ) -> Option<TaskId> {
        let next = self.scheduler.next_task(ready, current, yields)?;
        // Where only one could go, nothing was chosen.
        if ready.len() > 1 {
            self.note(usize::from(next) as u64);
        }
        Some(next)
    }

    fn next_u64(&mut self) -> u64 {
        let drawn = self.scheduler.next_u64();
        self.note(drawn);
        drawn
    }
}
