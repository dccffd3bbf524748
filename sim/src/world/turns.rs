//! What a service does in a schedule: a turn of the instance that holds the writer, or of one that
//! was taken over from, with the end that the faults want for it.

use contracts::envelope::{Event, ServiceName};
use contracts::events::Fact;
use contracts::events::order::CancelledBy;

use super::World;
use crate::check::Found;
use crate::node::{Ending, Timers, Told, Turn};
use crate::shop::Shop;

/// In percent of the turns of a service in which several instances run.
const TURNS_OF_DEPOSED: u32 = 30;

impl World {
    pub(super) fn service(&mut self) {
        let service = self.any_service();
        let deposed = self.shop.deposed(service);
        if deposed > 0 && self.rng.percent(TURNS_OF_DEPOSED) {
            let which = self.rng.below(deposed);
            let mut turn = self.draw_turn(service);
            if let Ending::Overtaken(_) = turn.ending {
                turn.ending = Ending::Commit;
            }
            let told = self.shop.deposed_turn(service, which, &turn, self.now);
            self.tell(service, &turn, &told, "who was taken over from ");
            return;
        }
        let turn = self.draw_turn(service);
        self.turn(service, &turn);
    }

    fn draw_turn(&mut self, service: ServiceName) -> Turn {
        let ending = if self.rng.odds(self.faults.crash_before_commit) {
            Ending::CrashBefore
        } else if self.rng.odds(self.faults.crash_after_commit) {
            Ending::CrashAfter
        } else if self.rng.odds(self.faults.busy) {
            Ending::Busy(self.rng.pick(&[0, 1, 2, 3, 4, 5, 6, 7]))
        } else if self.rng.odds(self.faults.unknown_commit) {
            self.rng.pick(&[Ending::UnknownStands, Ending::UnknownLost])
        } else if self.rng.odds(self.faults.overtaken)
            && let Some((_, other)) = self.any_waiting(service)
        {
            Ending::Overtaken(other)
        } else {
            Ending::Commit
        };
        let timers = match self.rng.odds(self.faults.hasty_deadline) {
            true => Timers::Hasty,
            false => Timers::Due,
        };
        // Half of the turns read one topic only, so that topics overtake each other.
        let heard = Shop::heard(service);
        let topics = match self.rng.percent(50) && !heard.is_empty() {
            true => 1 << self.rng.pick(heard) as u8,
            false => u8::MAX,
        };
        // And half of one partition only, so that keys of one topic do, where there are several.
        let part = match self.rng.percent(50) && self.shop.topics.partitions() > 1 {
            true => Some(self.any_partition()),
            false => None,
        };
        Turn {
            topics,
            part,
            events: self.rng.pick(&[1, 2, 3, 100]),
            timers,
            commands: self.rng.pick(&[0, 1, 3, 100]),
            newest_first: self.rng.percent(30),
            redrive: self.rng.percent(20),
            tick: self.rng.percent(25),
            ending,
        }
    }

    /// False when there was nothing to do.
    pub(super) fn turn(&mut self, service: ServiceName, turn: &Turn) -> bool {
        let told = self.shop.turn(service, turn, self.now);
        for event in &told.said {
            self.mind_the_deadline(event, turn.timers);
        }
        self.tell(service, turn, &told, "")
    }

    fn tell(&mut self, service: ServiceName, turn: &Turn, told: &Told, who: &str) -> bool {
        if *told == Told::default() {
            return false;
        }
        let facts = [
            service as i64,
            i64::try_from(told.inputs).unwrap_or(i64::MAX),
            i64::try_from(told.said.len()).unwrap_or(i64::MAX),
            i64::from(told.refused),
            told.overtaken
                .map_or(-1, |inputs| i64::try_from(inputs).unwrap_or(i64::MAX)),
        ];
        self.trace.note(self.now, &facts, || {
            let said: Vec<String> = told
                .said
                .iter()
                .map(|event| format!("{} ({})", event.id(), event.kind()))
                .collect();
            let end = match (told.refused, told.crashed, turn.ending) {
                (true, ..) => ", and is refused, for another instance took over",
                (false, true, Ending::CrashAfter) => ", commits and crashes",
                (false, true, _) => " and crashes before the commit",
                (false, false, Ending::Busy(_)) => ", and the store is busy",
                (false, false, Ending::Overtaken(_)) if told.overtaken.is_some() => {
                    ", and another instance takes over and commits first"
                }
                (false, false, Ending::UnknownStands | Ending::UnknownLost) => {
                    ", and does not learn of its commit"
                }
                (false, false, _) => "",
            };
            let parked = match told.parked {
                0 => String::new(),
                parked => format!(", parks {parked}"),
            };
            format!(
                "{who}{service} takes {} inputs{end}{parked}; says {said:?}",
                told.inputs
            )
        });
        told.inputs > 0
    }

    /// I17: an order expires only when what would complete it was not there in time. One that was
    /// made to expire early is passed over.
    fn mind_the_deadline(&mut self, said: &Event, timers: Timers) {
        let expired = match &said.fact {
            Fact::OrderCancelled(cancelled) => cancelled.by == CancelledBy::Deadline,
            _ => false,
        };
        if !expired || timers == Timers::Hasty {
            return;
        }
        let why = match self.recovers {
            true => Some(format!("order {} expired in the outage", said.key())),
            false => self.shop.passes_over_payment(said),
        };
        self.found.extend(why.map(|why| Found::new("I17", why)));
    }
}
