//! The report as `bench/RESULTS.md` holds it.

use std::fmt::Write;
use std::time::Duration;

use super::ratio::{Measured, RATIOS, Ratio};
use super::{Figures, Row, Values, YOUNG, batches, growth, median, pass, spread};
use crate::machine;
use crate::population::Spec;
use crate::run::Plan;

/// What a run was of.
pub struct About<'r> {
    pub commit: &'r str,
    pub spec: &'r Spec,
    pub plan: &'r Plan,
    pub took: Duration,
}

pub fn markdown(about: &About<'_>, figures: &Figures) -> String {
    let mut text = String::new();
    head(&mut text, about);
    ratios(&mut text, figures);
    grown(&mut text, figures);
    passes(&mut text, figures);
    sizes(&mut text, figures);
    facts(&mut text, figures);
    noise(&mut text, figures);
    text
}

fn head(text: &mut String, about: &About<'_>) {
    let (spec, plan) = (about.spec, about.plan);
    line(text, "# Results\n");
    line(
        text,
        "Written by `cargo xtask bench`; not edited by hand. Read them with bench/README.md.\n",
    );
    line(
        text,
        &format!(
            "- machine: {}, load generator included",
            machine::description()
        ),
    );
    line(text, &format!("- commit: {}", about.commit));
    line(
        text,
        &format!(
            "- {} members, {} of whom order; {} products; {} rounds of {:.0} s a pass, {} \
             connections; {:.0} s in all",
            spec.members,
            spec.buyers,
            spec.products,
            plan.rounds,
            plan.length.as_secs_f64(),
            plan.connections,
            about.took.as_secs_f64()
        ),
    );
    line(
        text,
        "- every invariant held over the data of every workload; a run that breaks one has no \
         figures\n",
    );
}

fn ratios(text: &mut String, figures: &Figures) {
    line(text, "## Ratios\n");
    line(
        text,
        "Medians over the rounds, each of two passes of the same round, and the least and the most \
         of them. Unsteady is a ratio of which a side made more than twice in one round of what it \
         made in another: run it again on a machine that has nothing else to do.\n",
    );
    line(text, "| | | ratio | aim | rounds |");
    line(text, "|---|---|---:|---:|---|");
    for ratio in RATIOS {
        if let Some(measured) = ratio.measured(figures) {
            line(text, &compared(&ratio, &measured));
        }
    }
    if let Some(value) = tail_over_fsync(figures) {
        line(
            text,
            &format!("| R6 | p99 at half of the most / p99 of an fsync, shop | {value:.1} | | |"),
        );
    }
    line(text, "");
}

fn compared(ratio: &Ratio, measured: &Measured) -> String {
    let (name, says, aim) = (ratio.name, ratio.says, ratio.aim);
    let (value, least, most) = (measured.median, measured.least, measured.most);
    let mark = measured.mark();
    format!("| {name} | {says} | {value:.2} | {aim} | {least:.2} to {most:.2}{mark} |")
}

/// R6: how many fsyncs long the tail is.
fn tail_over_fsync(figures: &Figures) -> Option<f64> {
    let half = figures.of(pass::HALF, "shop");
    let row = half.first()?;
    Some(row.values.p99? / row.fsync_p99_ms?)
}

fn grown(text: &mut String, figures: &Figures) {
    for row in growth::lines(figures) {
        line(text, &row);
    }
}

fn passes(text: &mut String, figures: &Figures) {
    line(text, "## Passes\n");
    line(
        text,
        "A second: completed orders, or answers where it says so; minimum, median and maximum of \
         the rounds. All other columns are medians. CPU is of the process under test, in seconds \
         per 1000; the generator's is apart. Latency is in milliseconds, in open loops from the \
         intended moment of sending to COMPLETED.\n",
    );
    line(
        text,
        "| pass | | a second: min | median | max | CPU-s/1000 | p50 | p99 | p99.9 | bytes | \
         transactions | peak MB | generator | dirty |",
    );
    line(
        text,
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    );
    for pass in pass::ALL {
        for contestant in ["shop", YOUNG, "monolith", "floor"] {
            let rows = figures.of(pass, contestant);
            if !rows.is_empty() {
                line(text, &row(pass, contestant, &rows));
            }
        }
    }
    line(text, "");
}

fn row(pass: &str, contestant: &str, rows: &[&Row]) -> String {
    let all = |of: fn(&Values) -> Option<f64>| -> Vec<f64> {
        rows.iter().filter_map(|row| of(&row.values)).collect()
    };
    let cell = |of: fn(&Values) -> Option<f64>, digits: usize| {
        let value = median(all(of));
        value.map_or(String::new(), |value| format!("{value:.digits$}"))
    };
    let (least, most) = spread(&all(|values| values.rate));
    let dirty = rows.iter().filter(|row| row.dirty).count();
    let cells = [
        format!("{least:.0}"),
        cell(|values| values.rate, 0),
        format!("{most:.0}"),
        cell(|values| values.cpu, 3),
        cell(|values| values.p50, 1),
        cell(|values| values.p99, 1),
        cell(|values| values.p999, 1),
        cell(|values| values.bytes, 0),
        cell(|values| values.transactions, 3),
        cell(|values| values.memory_mb, 0),
        cell(|values| values.generator, 3),
        format!("{dirty}/{}", rows.len()),
    ];
    format!("| {pass} | {contestant} | {} |", cells.join(" | "))
}

fn sizes(text: &mut String, figures: &Figures) {
    let lines = batches::lines(figures);
    if lines.is_empty() {
        return;
    }
    line(text, "## Batches\n");
    let says = "how many of a loop's batches had so many inputs, over all rounds";
    line(
        text,
        &format!("Of \"{}\": {says}.\n", pass::UNIFORM_SATURATED),
    );
    for row in lines {
        line(text, &row);
    }
    line(text, "");
}

fn facts(text: &mut String, figures: &Figures) {
    line(text, "## Besides\n");
    for fact in &figures.facts {
        line(text, &format!("- {fact}"));
    }
    line(text, "");
}

fn noise(text: &mut String, figures: &Figures) {
    line(text, "## Noise\n");
    line(
        text,
        "A round is dirty when the median fsync of a probe before or after it took more than \
         1 ms: then it waited for a core. Probes are p50/p99.\n",
    );
    for row in &figures.rows {
        let mark = if row.dirty { " **dirty**" } else { "" };
        let (pass, contestant, round) = (row.pass, row.contestant, row.round + 1);
        line(
            text,
            &format!("- {pass}, {contestant}, round {round}: {}{mark}", row.noise),
        );
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes it");
}
