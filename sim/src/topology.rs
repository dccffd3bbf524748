//! How many instances each service has, how far their clocks are off, and how many partitions the
//! topics have. One instance holds the writer and reads all partitions; the others wait and take
//! over from one that died, or that only seems to have.
//!
//! With one partition a topic is the embedded log: events of different keys reach a service out of
//! order across publishers, behind a parked key, and when they come again. With several they
//! overtake each other within a topic, and a consumer stands at a place of its own in each.

use contracts::envelope::ServiceName;

use crate::rng::Rng;

/// The most instances of one service.
pub const MOST_INSTANCES: usize = 3;
/// Half of the schedules have the embedded log's one; the first choice is it, so that a schedule
/// shrinks to it.
const PARTITIONS: [i64; 6] = [1, 1, 1, 2, 3, 4];
const SKEW_MAX_MICROS: i64 = 600 * 1_000_000;

/// The instances of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instances {
    pub count: usize,
    /// How far the clock of each is off.
    pub skew_micros: [i64; MOST_INSTANCES],
}

/// Those of all five services, and the partitions of each topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topology {
    instances: [Instances; 5],
    partitions: i64,
}

impl Instances {
    pub const ONE: Self = Self {
        count: 1,
        skew_micros: [0; MOST_INSTANCES],
    };
}

impl Topology {
    /// With `skew`, each clock is up to ten minutes off.
    pub fn draw(rng: &mut Rng, skew: bool) -> Self {
        let instances = std::array::from_fn(|_| {
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
        });
        Self {
            instances,
            partitions: rng.pick(&PARTITIONS),
        }
    }

    pub fn of(&self, service: ServiceName) -> Instances {
        self.instances[service as usize]
    }

    /// How many instances each service has.
    pub fn counts(&self) -> [usize; 5] {
        self.instances.map(|instances| instances.count)
    }

    pub fn partitions(&self) -> i64 {
        self.partitions
    }
}
