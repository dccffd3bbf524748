//! What an order costs after many others, in times what it costs a young shop in the same minutes:
//! the machine's speed goes up and down by more than a shop's cost grows.

use super::ratio::{Measured, bytes, cpu};
use super::{Figures, Row, Values, median, pass};

/// A shop on fresh data, started beside the grown one in each round.
pub const YOUNG: &str = "young shop";

const AIM: &str = "<= 1.10";

type Of = fn(&Values) -> Option<f64>;

const fn p99(values: &Values) -> Option<f64> {
    values.p99
}

/// The section of growth; nothing where it was not measured.
pub(super) fn lines(figures: &Figures) -> Vec<String> {
    let measured = pass::GROWTH.iter().filter_map(|pass| row(figures, pass));
    let measured: Vec<_> = measured.collect();
    if measured.is_empty() {
        return measured;
    }
    let says = [
        "## Growth\n",
        "Raw: the median CPU of an order, in times that at the first checkpoint, of the grown shop \
         and of the young one. The young one does the same work each time: what it takes more is \
         the machine's doing. Normalised: what the slices of the grown shop in a round took, in \
         times what those of the young one before and after them took; the median of the rounds, \
         the least and the most of them. At the first checkpoint both are young: what is not 1.00 \
         there is the measure's own error.\n",
        "| | raw: CPU, grown | raw: CPU, young | normalised: CPU | aim | normalised: bytes | \
         normalised: p99 |",
        "|---|---:|---:|---|---:|---|---|",
    ];
    let turns = [
        "\nRaw: CPU-seconds per 1000 orders of every slice, in the order they were measured, of \
         the young shop and of the **grown** one.\n",
        "| | round | slices |",
        "|---|---:|---|",
    ];
    let turned = pass::GROWTH.iter().flat_map(|pass| slices(figures, pass));
    let own = |says: &[&str]| says.iter().map(|it| (*it).to_owned()).collect();
    let parts: [Vec<String>; 5] = [
        own(&says),
        measured,
        own(&turns),
        turned.collect(),
        own(&[""]),
    ];
    parts.concat()
}

/// One checkpoint.
fn row(figures: &Figures, pass: &str) -> Option<String> {
    let raw = |contestant| since_the_first(figures, pass, contestant);
    let (grown, young) = (raw("shop")?, raw(YOUNG)?);
    let rounds = rounds(figures, pass);
    let normalised = |of| {
        let measured: Vec<_> = rounds.iter().filter_map(|round| round.sums(of)).collect();
        told(Measured::of(&measured))
    };
    let cells = [
        format!("{grown:.2}"),
        format!("{young:.2}"),
        normalised(cpu),
        AIM.to_owned(),
        normalised(bytes),
        normalised(p99),
    ];
    Some(format!("| {pass} | {} |", cells.join(" | ")))
}

/// The slices of each round of a checkpoint.
fn slices(figures: &Figures, pass: &str) -> Vec<String> {
    let of = |row: &Row| cpu(&row.values).unwrap_or_default();
    let line = |(nth, round): (usize, Round)| {
        let mut cells = vec![format!("{:.3}", of(round.young[0]))];
        for (grown, young) in round.grown.iter().zip(&round.young[1..]) {
            cells.push(format!("**{:.3}** {:.3}", of(grown), of(young)));
        }
        format!("| {pass} | {} | {} |", nth + 1, cells.join(" "))
    };
    let rounds = rounds(figures, pass).into_iter();
    rounds.enumerate().map(line).collect()
}

/// The slices of one round: young, grown, young, and so on.
struct Round<'f> {
    grown: Vec<&'f Row>,
    young: Vec<&'f Row>,
}

fn rounds<'f>(figures: &'f Figures, pass: &str) -> Vec<Round<'f>> {
    let same_round = |one: &&Row, next: &&Row| one.round == next.round;
    let (grown, young) = (figures.of(pass, "shop"), figures.of(pass, YOUNG));
    let pairs = grown.chunk_by(same_round).zip(young.chunk_by(same_round));
    let round = |(grown, young): (&[&'f Row], &[&'f Row])| Round {
        grown: grown.to_vec(),
        young: young.to_vec(),
    };
    pairs.map(round).collect()
}

impl Round<'_> {
    /// What the grown shop took, and what the young one took on average around each of its slices:
    /// a machine that becomes slower meanwhile does so to both. A log that is moved into its file
    /// in one slice was written in others, so that they are added up.
    fn sums(&self, of: Of) -> Option<(f64, f64)> {
        let mut sums = (0.0, 0.0);
        for (grown, around) in self.grown.iter().zip(self.young.windows(2)) {
            sums.0 += of(&grown.values)?;
            sums.1 += (of(&around[0].values)? + of(&around[1].values)?) / 2.0;
        }
        Some(sums)
    }
}

/// CPU an order at a checkpoint, in times that at the first.
fn since_the_first(figures: &Figures, pass: &str, contestant: &str) -> Option<f64> {
    let at = |pass| {
        let rows = figures.of(pass, contestant);
        median(rows.iter().filter_map(|row| cpu(&row.values)).collect())
    };
    Some(at(pass)? / at(pass::GROWTH[0])?)
}

fn told(measured: Option<Measured>) -> String {
    measured.map_or(String::new(), |it| {
        let (median, least, most, mark) = (it.median, it.least, it.most, it.mark());
        format!("{median:.2} ({least:.2} to {most:.2}{mark})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = pass::GROWTH[0];
    const LAST: &str = pass::GROWTH[2];

    /// A round of slices in the order they were measured: young, grown, young, and so on.
    fn add(figures: &mut Figures, pass: &'static str, round: usize, cpus: &[f64]) {
        for (place, cpu) in cpus.iter().enumerate() {
            figures.rows.push(Row {
                pass,
                contestant: if place % 2 == 0 { YOUNG } else { "shop" },
                round,
                dirty: false,
                values: Values {
                    cpu: Some(*cpu),
                    ..Values::default()
                },
                noise: String::new(),
                fsync_p99_ms: None,
            });
        }
    }

    #[test]
    fn a_machine_that_becomes_slower_is_told_apart_from_a_shop_that_does() {
        let mut figures = Figures::default();
        assert!(lines(&figures).is_empty(), "it was not measured");
        add(&mut figures, FIRST, 0, &[1.0; 7]);
        // Slower from slice to slice, and the grown shop takes a tenth more than the young one.
        let slower = [1.4, 1.65, 1.6, 1.87, 1.8, 2.09, 2.0];
        add(&mut figures, LAST, 0, &slower);
        let rows = [
            "| W1 after 10,000 orders | 1.00 | 1.00 | 1.00 (1.00 to 1.00) | <= 1.10 |  |  |",
            "| W1 after 1,000,000 orders | 1.87 | 1.60 | 1.10 (1.10 to 1.10) | <= 1.10 |  |  |",
        ];
        let lines = lines(&figures);
        assert_eq!(lines[4..6], rows);
        let turns = "1.400 **1.650** 1.600 **1.870** 1.800 **2.090** 2.000";
        let slices = format!("| W1 after 1,000,000 orders | 1 | {turns} |");
        assert_eq!(lines[lines.len() - 2..], [slices, String::new()]);
    }

    #[test]
    fn a_slice_is_compared_with_the_two_around_it_in_its_round() {
        let mut figures = Figures::default();
        add(&mut figures, FIRST, 0, &[1.0, 3.0, 2.0, 9.0, 4.0]);
        add(&mut figures, FIRST, 1, &[8.0, 7.0, 6.0]);
        let rounds = rounds(&figures, FIRST);
        let sums: Vec<_> = rounds.iter().map(|round| round.sums(cpu)).collect();
        assert_eq!(sums, [Some((12.0, 4.5)), Some((7.0, 7.0))]);
        assert_eq!(rounds[0].sums(bytes), None, "it was not measured");
    }

    #[test]
    fn the_checkpoints_are_where_their_names_say() {
        let named = pass::GROWTH.map(|pass| pass.replace(',', ""));
        let planned = crate::run::Plan::full().growth;
        assert_eq!(
            named,
            planned.map(|orders| format!("W1 after {orders} orders"))
        );
    }
}
