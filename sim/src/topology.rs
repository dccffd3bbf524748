//! How many instances each service has, and how far their clocks are off. One instance holds the
//! writer; the others wait and take over from one that died, or that only seems to have.
//!
//! Every topic is one sequence: the embedded log numbers a publisher's events once, and a consumer
//! keeps one position in it. So events of different keys reach a service out of order only as far
//! as they do in production: across publishers, behind a parked key, and when they come again.
//! Partitions wait for a log that has them.

use contracts::envelope::ServiceName;

use crate::rng::Rng;

/// The most instances of one service.
pub const MOST_INSTANCES: usize = 3;
const SKEW_MAX_MICROS: i64 = 600 * 1_000_000;

/// The instances of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instances {
    pub count: usize,
    /// How far the clock of each is off.
    pub skew_micros: [i64; MOST_INSTANCES],
}

/// Those of all five services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topology([Instances; 5]);

impl Instances {
    pub const ONE: Self = Self {
        count: 1,
        skew_micros: [0; MOST_INSTANCES],
    };
}

impl Topology {
    /// With `skew`, each clock is up to ten minutes off.
    pub fn draw(rng: &mut Rng, skew: bool) -> Self {
        Self(std::array::from_fn(|_| {
            let mut instances = Instances {
                count: 1 + rng.below(MOST_INSTANCES),
                ..Instances::ONE
            };
            let clocks = instances.skew_micros.iter_mut();
            for clock in clocks.take(if skew { instances.count } else { 0 }) {
                let off = rng.between(0, SKEW_MAX_MICROS);
                *clock = if rng.percent(50) { -off } else { off };
            }
            instances
        }))
    }

    pub fn of(&self, service: ServiceName) -> Instances {
        self.0[service as usize]
    }

    /// How many instances each service has.
    pub fn counts(&self) -> [usize; 5] {
        self.0.map(|instances| instances.count)
    }
}
