//! The figures of a run: kept by pass and round, compared within rounds, written for people.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for people answers on standard output and talks on standard error"
)]

mod batches;
mod drawing;
mod growth;
mod markdown;
pub mod pass;
mod ratio;

pub use drawing::drawing;
pub use growth::YOUNG;
pub use markdown::{About, markdown};

use crate::floor::{self, Took};
use crate::load::Sizes;
use crate::machine::Noise;
use crate::measure::Sample;

/// Everything that was measured.
#[derive(Default)]
pub struct Figures {
    rows: Vec<Row>,
    /// Batches of the saturated passes by their sizes, over all rounds.
    sizes: Sizes,
    facts: Vec<String>,
}

/// A floor in one round.
pub struct Floored {
    pub took: Took,
    pub batch: u64,
    pub noise: [Noise; 2],
}

/// One contestant in one pass of one round.
#[derive(Clone, Debug)]
struct Row {
    pass: &'static str,
    contestant: &'static str,
    round: usize,
    dirty: bool,
    values: Values,
    /// Load and pressure before, and the slowest fsync of the probes around it.
    noise: String,
    fsync_p99_ms: Option<f64>,
}

/// What a pass comes down to; none where it has no such figure.
#[derive(Clone, Copy, Debug, Default)]
struct Values {
    rate: Option<f64>,
    cpu: Option<f64>,
    p50: Option<f64>,
    p99: Option<f64>,
    p999: Option<f64>,
    bytes: Option<f64>,
    transactions: Option<f64>,
    memory_mb: Option<f64>,
    generator: Option<f64>,
}

impl Figures {
    pub fn add(
        &mut self,
        pass: &'static str,
        contestant: &'static str,
        round: usize,
        sample: &Sample,
    ) {
        // Where orders are refused or pages looked at, what counts is that there is an end.
        let count = match pass::counts_ends(pass) {
            true => sample.tally.ended(),
            false => sample.tally.completed,
        };
        let quantile = |at| pass::has_latency(pass).then(|| sample.tally.millis(at));
        let transactions = match contestant {
            "monolith" => Some(sample.tally.completed as f64),
            _ => sample.transactions,
        };
        let slowest = sample.noise.iter().map(|noise| noise.fsync_p99).max();
        self.rows.push(Row {
            pass,
            contestant,
            round,
            dirty: sample.is_dirty(),
            values: Values {
                rate: Some(count as f64 / sample.seconds),
                cpu: Some(sample.cpu_per_1000(count)),
                p50: quantile(0.5),
                p99: quantile(0.99),
                p999: quantile(0.999),
                bytes: Some(sample.bytes_per(count)),
                transactions: transactions.map(|it| it / count as f64),
                memory_mb: Some(sample.used.peak_memory as f64 / 1e6),
                generator: Some(sample.generator_cpu * 1e3 / count as f64),
            },
            noise: noise(sample.noise),
            fsync_p99_ms: slowest.map(|it| it.as_secs_f64() * 1e3),
        });
    }

    pub fn add_floor(&mut self, pass: &'static str, round: usize, floored: &Floored) {
        let (took, batch) = (&floored.took, floored.batch);
        let orders = took.orders as f64;
        let transactions = match pass {
            pass::FLOOR_SQLITE => floor::STAGES / batch as f64,
            _ => 1.0 / batch as f64,
        };
        self.rows.push(Row {
            pass,
            contestant: "floor",
            round,
            dirty: floored.noise.iter().any(Noise::is_dirty),
            values: Values {
                rate: Some(orders / took.seconds),
                cpu: Some(took.cpu_seconds * 1e3 / orders),
                bytes: Some(took.bytes as f64 / orders),
                transactions: Some(transactions),
                ..Values::default()
            },
            noise: format!("batches of {batch}; {}", noise(floored.noise)),
            fsync_p99_ms: None,
        });
    }

    pub fn add_sizes(&mut self, sizes: &Sizes) {
        self.sizes = self.sizes.with(sizes, 1.0);
    }

    pub fn fact(&mut self, says: String) {
        say(&format!("        {says}"));
        self.facts.push(says);
    }

    fn of(&self, pass: &str, contestant: &str) -> Vec<&Row> {
        let rows = self.rows.iter();
        rows.filter(|row| row.pass == pass && row.contestant == contestant)
            .collect()
    }
}

fn noise([before, after]: [Noise; 2]) -> String {
    format!(
        "load {:.1}, pressure cpu {:.0} io {:.0}, fsync {:.2}/{:.2} ms then {:.2}/{:.2} ms",
        before.load,
        before.cpu_pressure,
        before.io_pressure,
        before.fsync_p50.as_secs_f64() * 1e3,
        before.fsync_p99.as_secs_f64() * 1e3,
        after.fsync_p50.as_secs_f64() * 1e3,
        after.fsync_p99.as_secs_f64() * 1e3,
    )
}

/// The middle one; of two, the lower.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// The least and the most of them.
fn spread(values: &[f64]) -> (f64, f64) {
    let values = values.iter().copied();
    values.fold((f64::INFINITY, 0.0), |(least, most), value| {
        (least.min(value), most.max(value))
    })
}

/// Talk, beside the data.
pub fn say(line: &str) {
    eprintln!("{line}");
}

pub fn complain(line: &str) {
    eprintln!("{line}");
}

pub fn print(text: &str) {
    println!("{text}");
}
