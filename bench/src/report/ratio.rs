//! What is compared: the median over rounds of what one made of what the other did, both in the
//! same round.

use super::{Figures, Values, median, pass, spread};

/// A side whose rounds lie further apart than this many times did not have the machine to itself in
/// all of them: what its median is compared with tells nothing.
const MOST_APART: f64 = 2.0;

/// One pass of one contestant.
type Side = (&'static str, &'static str);

/// A ratio and what is aimed at.
pub(super) struct Ratio {
    pub name: &'static str,
    pub says: &'static str,
    pub aim: &'static str,
    above: Side,
    below: Side,
    of: fn(&Values) -> Option<f64>,
}

const fn rate(values: &Values) -> Option<f64> {
    values.rate
}

pub(super) const fn cpu(values: &Values) -> Option<f64> {
    values.cpu
}

pub(super) const fn bytes(values: &Values) -> Option<f64> {
    values.bytes
}

const SHOP: Side = (pass::UNIFORM, "shop");
const MONOLITH: Side = (pass::UNIFORM, "monolith");
const SATURATED: Side = (pass::UNIFORM_SATURATED, "shop");

pub(super) const RATIOS: [Ratio; 12] = [
    Ratio {
        name: "R1",
        says: "shop, saturated / floor of five databases, as many transactions an order",
        aim: ">= 0.5",
        above: SATURATED,
        below: (pass::FLOOR_SQLITE, "floor"),
        of: rate,
    },
    Ratio {
        name: "R2",
        says: "shop / monolith, uniform, every shopper waits",
        aim: ">= 6",
        above: SHOP,
        below: MONOLITH,
        of: rate,
    },
    Ratio {
        name: "R2",
        says: "shop / monolith, hot product, every shopper waits",
        aim: ">= 6",
        above: (pass::HOT, "shop"),
        below: (pass::HOT, "monolith"),
        of: rate,
    },
    Ratio {
        name: "R2",
        says: "shop, saturated / monolith, uniform",
        aim: ">= 6",
        above: SATURATED,
        below: MONOLITH,
        of: rate,
    },
    Ratio {
        name: "R2",
        says: "shop, saturated / monolith, hot product",
        aim: ">= 6",
        above: (pass::HOT_SATURATED, "shop"),
        below: (pass::HOT, "monolith"),
        of: rate,
    },
    Ratio {
        name: "R3",
        says: "hot / uniform, shop, saturated",
        aim: ">= 0.95",
        above: (pass::HOT_SATURATED, "shop"),
        below: SATURATED,
        of: rate,
    },
    Ratio {
        name: "R3",
        says: "hot / uniform, monolith",
        aim: "",
        above: (pass::HOT, "monolith"),
        below: MONOLITH,
        of: rate,
    },
    Ratio {
        name: "R4",
        says: "CPU an order, monolith / shop, uniform, every shopper waits",
        aim: ">= 2.5",
        above: MONOLITH,
        below: SHOP,
        of: cpu,
    },
    Ratio {
        name: "R4",
        says: "CPU an order, monolith / shop, saturated",
        aim: ">= 2.5",
        above: MONOLITH,
        below: SATURATED,
        of: cpu,
    },
    Ratio {
        name: "R5",
        says: "bytes an order, shop, saturated / log floor",
        aim: "",
        above: SATURATED,
        below: (pass::FLOOR_LOG, "floor"),
        of: bytes,
    },
    Ratio {
        name: "R8",
        says: "answers a second, failing / happy, shop",
        aim: ">= 0.85",
        above: (pass::FAILING, "shop"),
        below: (pass::HAPPY, "shop"),
        of: rate,
    },
    Ratio {
        name: "",
        says: "`orders:batch` / single orders, shop, saturated",
        aim: ">= 3",
        above: (pass::BATCHES, "shop"),
        below: SATURATED,
        of: rate,
    },
];

/// What a ratio came to.
#[derive(Debug, PartialEq)]
pub(super) struct Measured {
    pub median: f64,
    /// Over the rounds.
    pub least: f64,
    pub most: f64,
    /// Whether the rounds of each side were alike enough to compare.
    pub is_steady: bool,
}

impl Ratio {
    /// None when a side was not measured.
    pub fn measured(&self, figures: &Figures) -> Option<Measured> {
        let below = figures.of(self.below.0, self.below.1);
        let above = figures.of(self.above.0, self.above.1);
        let paired = above.iter().filter_map(|row| {
            let other = below.iter().find(|other| other.round == row.round)?;
            Some(((self.of)(&row.values)?, (self.of)(&other.values)?))
        });
        Measured::of(&paired.collect::<Vec<_>>())
    }
}

impl Measured {
    /// Of two sides that were measured together so many times; none when they never were.
    pub(super) fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let (above, below): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let ratios: Vec<f64> = pairs.iter().map(|(above, below)| above / below).collect();
        let (least, most) = spread(&ratios);
        Some(Self {
            least,
            most,
            median: median(ratios)?,
            is_steady: is_steady(&above) && is_steady(&below),
        })
    }

    /// What is said behind its rounds.
    pub fn mark(&self) -> &'static str {
        match self.is_steady {
            true => "",
            false => ", **unsteady**",
        }
    }
}

fn is_steady(side: &[f64]) -> bool {
    let (least, most) = spread(side);
    most <= MOST_APART * least
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;

    fn row((pass, contestant): Side, round: usize, rate: f64) -> Row {
        Row {
            pass,
            contestant,
            round,
            dirty: false,
            values: Values {
                rate: Some(rate),
                ..Values::default()
            },
            noise: String::new(),
            fsync_p99_ms: None,
        }
    }

    fn figures(rounds: &[(f64, f64)]) -> Figures {
        let mut figures = Figures::default();
        for (round, (shop, monolith)) in rounds.iter().enumerate() {
            figures.rows.push(row(SHOP, round, *shop));
            figures.rows.push(row(MONOLITH, round, *monolith));
        }
        figures
    }

    #[test]
    fn a_ratio_is_the_median_over_rounds_of_two_passes_of_the_same_round() {
        let figures = figures(&[(900.0, 100.0), (800.0, 100.0), (510.0, 60.0)]);
        let measured = Measured {
            median: 8.5,
            least: 8.0,
            most: 9.0,
            is_steady: true,
        };
        assert_eq!(RATIOS[1].measured(&figures), Some(measured));
        assert_eq!(RATIOS[0].measured(&figures), None, "it was not measured");
    }

    #[test]
    fn a_side_whose_rounds_lie_far_apart_makes_a_ratio_unsteady() {
        for (rounds, is_steady) in [
            ([(900.0, 100.0), (800.0, 100.0), (850.0, 199.0)], true),
            ([(900.0, 100.0), (800.0, 100.0), (850.0, 201.0)], false),
            ([(900.0, 100.0), (800.0, 100.0), (390.0, 100.0)], false),
            // Both ran at a tenth of their speed: what else did they meet?
            ([(900.0, 100.0), (800.0, 100.0), (85.0, 10.0)], false),
        ] {
            let measured = RATIOS[1].measured(&figures(&rounds));
            let measured = measured.expect("both sides were measured");
            assert_eq!(measured.is_steady, is_steady, "{rounds:?}");
        }
    }

    #[test]
    fn every_pass_of_a_ratio_is_reported() {
        for ratio in RATIOS {
            for (pass, _) in [ratio.above, ratio.below] {
                assert!(super::pass::ALL.contains(&pass), "{pass}");
            }
        }
    }
}
