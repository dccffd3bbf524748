//! An outage: the whole shop stands still, longer than its deadlines are, and comes back. What was
//! under way must go on, for nothing stands in its way.

use std::time::Duration;

use contracts::envelope::ServiceName;

use super::World;
use crate::faults::Faults;
use crate::node::Timers;
use crate::rng::Rng;

/// In percent of the schedules.
const CHANCE: u32 = 20;
const LONGEST_MINUTES: i64 = 25;

pub(super) fn draw(rng: &mut Rng) -> Option<Duration> {
    let happens = rng.percent(CHANCE);
    let minutes = rng.between(1, LONGEST_MINUTES);
    let minutes = u64::try_from(minutes).expect("counts from 1");
    happens.then(|| Duration::from_secs(60 * minutes))
}

impl World {
    /// Nothing else fails meanwhile. All services stop at one instant and start at another, by
    /// which every open deadline has passed; then they work until none has anything to do, within
    /// no time, and none of those deadlines may cost an order.
    pub(super) fn stand_still(&mut self, outage: Duration) {
        self.faults = Faults::NONE;
        self.heal(|_| true);
        self.clients.collect(&mut self.shop);
        for &service in ServiceName::ALL {
            self.shop.crash(service);
        }
        self.clients.collect(&mut self.shop);
        self.now = self.now.plus(outage);
        for &service in ServiceName::ALL {
            self.shop.start(service, 0, self.now);
        }
        self.note(&[18], || format!("everything stops, for {outage:?}"));
        self.recovers = true;
        self.settle(Timers::Due);
        self.recovers = false;
        self.note(&[19], || "nothing is left to do".to_owned());
    }
}
