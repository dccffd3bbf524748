//! docs/planted-bugs.md: every planted bug with the invariant that sees it and how often, over
//! fixed seeds, so that the same program always writes the same table.

use std::fmt::Write as _;
use std::fs;

use sim::planted::BUGS;

use super::many::{Hunt, SAMPLE};
use super::told;

/// The seeds of the table begin here.
pub const FIRST_SEED: u64 = 1;
/// From the root of the repository, where xtask starts the simulator.
const PATH: &str = "docs/planted-bugs.md";

/// Whether the table in the repository says what the hunts found; with `write`, it does then.
pub fn is_fresh(hunts: &[Hunt], write: bool) -> bool {
    let table = table(hunts);
    if write {
        return match fs::write(PATH, table) {
            Ok(()) => {
                told::written(PATH);
                true
            }
            Err(error) => {
                told::stale(PATH, &format!("could not be written ({error})"));
                false
            }
        };
    }
    match fs::read_to_string(PATH) {
        Ok(found) if found == table => true,
        Ok(_) => {
            told::stale(PATH, "is stale");
            false
        }
        Err(error) => {
            told::stale(PATH, &format!("could not be read ({error})"));
            false
        }
    }
}

fn table(hunts: &[Hunt]) -> String {
    let mut table = format!(
        "# Planted bugs\n\n\
         Written by `cargo xtask sim --bugs --write`; CI fails when it is stale.\n\n\
         {} mistakes that somebody could make, planted one at a time into the simulated loop and \
         around the services.\n\
         Each must be seen by the invariant named. *First seen* is how many schedules that took \
         from seed {FIRST_SEED} on,\n*rate* how many of the first {SAMPLE} schedules show it, and \
         *also* what else was broken in them.\n\n\
         | bug | what is wrong | seen by | first seen | rate | also |\n\
         |---|---|---|---:|---:|---|\n",
        hunts.len()
    );
    for (entry, hunt) in BUGS.iter().zip(hunts) {
        let first = match hunt.seed {
            Some(_) => hunt.schedules.to_string(),
            None => "never".to_owned(),
        };
        let rate = hunt.seen as f64 * 100.0 / hunt.ran.max(1) as f64;
        let also: Vec<&str> = hunt.also.keys().copied().collect();
        let row = writeln!(
            table,
            "| `{}` | {} | {} | {first} | {rate:.1} % | {} |",
            entry.name,
            entry.words,
            entry.seen_by,
            also.join(" ")
        );
        row.expect("a string takes everything");
    }
    table
}
