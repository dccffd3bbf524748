//! What goes wrong between two batches: services that stop and start, events and positions that
//! come back, keys that fail, a backup that is restored.

use contracts::envelope::ServiceName;

use super::{Backup, World};
use crate::shop::Shop;
use crate::topics::Partition;

/// In percent of the rewinds: all topics, to their beginning.
const WHOLE_LOG: u32 = 25;
const HOUR_MICROS: i64 = 3_600 * 1_000_000;

/// In percent of the steps that could take one.
const CHANCE_OF_BACKUP: u32 = 30;

impl World {
    /// Starts what is down; a node that is up may be stopped in between two batches.
    pub(super) fn restart(&mut self) {
        let service = self.any_service();
        if self.shop.is_up(service) {
            if self.rng.odds(self.faults.crash_after_commit) {
                self.shop.crash(service);
                self.note(&[4, service as i64], || format!("{service} is killed"));
            }
            return;
        }
        let instances = self.shop.instances(service);
        let instance = self.rng.below(instances);
        self.shop.start(service, instance, self.now);
        self.note(&[5, service as i64, numbered(instance)], || {
            format!("instance {instance} of {service} starts")
        });
    }

    /// An instance that waits believes the one that runs dead, and is wrong.
    fn take_over(&mut self, service: ServiceName) {
        let Some((active, other)) = self.any_waiting(service) else {
            return;
        };
        self.shop.start(service, other, self.now);
        self.note(&[8, service as i64, numbered(other)], || {
            format!("instance {other} of {service} takes over from {active}, which runs on")
        });
    }

    /// The instance that runs, and one of those that wait, if both are there.
    pub(super) fn any_waiting(&mut self, service: ServiceName) -> Option<(usize, usize)> {
        let active = self.shop.active(service)?;
        let waiting = self.shop.instances(service) - 1;
        let other = 1 + self.rng.below(waiting);
        (waiting > 0).then_some((active, (active + other) % (waiting + 1)))
    }

    /// An old event comes again, to everyone who hears its kind.
    pub(super) fn echo(&mut self) {
        let topic = self.any_service();
        let shown = self.shop.topics.of(topic).end() - 1;
        if shown == 0 || !self.rng.odds(self.faults.echo) {
            return;
        }
        let offset = self.rng.between(1, shown);
        let Some(event) = self.shop.topics.of(topic).at(offset).cloned() else {
            return;
        };
        let id = event.id();
        self.shop.topics.of_mut(topic).repeat(event);
        self.note(&[6, topic as i64, offset], || {
            format!("{id} is shown again")
        });
    }

    pub(super) fn rewind(&mut self) {
        let service = self.any_service();
        let heard = Shop::heard(service);
        if heard.is_empty() || !self.rng.odds(self.faults.rewind) {
            return;
        }
        let topic = self.rng.pick(heard);
        let part = self.any_partition();
        let next = self.rng.between(1, self.shop.topics.of(topic).end());
        if self.rng.percent(WHOLE_LOG) {
            let topics = heard.iter().copied();
            let all = topics.flat_map(|topic| self.shop.topics.partitions_of(topic));
            for partition in all.collect::<Vec<_>>() {
                self.set_back(service, partition, 1);
            }
        } else {
            self.set_back(service, Partition { topic, part }, next);
        }
    }

    fn set_back(&mut self, service: ServiceName, partition: Partition, next: i64) {
        if self.shop.rewind(service, partition, next) {
            let Partition { topic, part } = partition;
            self.note(&[7, service as i64, topic as i64, part, next], || {
                format!("{service}'s position in {partition} is set back to {next}")
            });
        }
    }

    pub(super) fn disturb(&mut self) {
        let service = self.any_service();
        if self.rng.odds(self.faults.lease_lost) {
            self.take_over(service);
        }
        if self.rng.odds(self.faults.poison) {
            self.poison(service);
        }
        if self.rng.percent(10) {
            self.shop.mend(service);
            self.note(&[9, service as i64], || {
                format!("whatever made batches of {service} fail is mended")
            });
        }
    }

    /// Some order that is about now makes every batch fail that hears of it.
    fn poison(&mut self, service: ServiceName) {
        let end = self.shop.topics.of(ServiceName::Order).end();
        let offset = self.rng.between((end - 6).max(1), end);
        let Some(event) = self.shop.topics.of(ServiceName::Order).at(offset) else {
            return;
        };
        let key = event.key();
        self.shop.poison(service, key);
        self.note(&[10, service as i64, key], || {
            let key = contracts::ids::SagaId::new(key);
            format!("from now on {service} fails on {key}")
        });
    }

    /// A clock is set: by an hour, or right again. It goes back only with the next start, since
    /// a writer's time never does.
    pub(super) fn jump(&mut self) {
        let service = self.any_service();
        if !self.rng.odds(self.faults.jump) {
            return;
        }
        let micros = self.rng.pick(&[0, HOUR_MICROS, -HOUR_MICROS]);
        self.shop.set_clock(service, micros);
        self.note(&[15, service as i64, micros], || {
            format!("{service}'s clock is set {} s off", micros / 1_000_000)
        });
    }

    /// Takes a backup, or goes back to the one that was taken.
    pub(super) fn back_up(&mut self) {
        if self.faults.restore == 0 {
            return;
        }
        if let Some(backup) = &self.backup {
            if self.rng.odds(self.faults.restore) {
                self.shop.restore(&backup.cut);
                self.clients.collect(&mut self.shop);
                self.clients.void_after(&backup.asked);
                for service in ServiceName::ALL {
                    self.shop.start(*service, 0, self.now);
                }
                self.restores += 1;
                self.note(&[13], || "the shop goes back to its backup".to_owned());
            }
        } else if self.rng.percent(CHANCE_OF_BACKUP) {
            self.backup = Some(Backup {
                cut: self.shop.cut(),
                asked: self.clients.asked.clone(),
            });
            self.note(&[14], || "a backup is taken".to_owned());
        }
    }
}

fn numbered(instance: usize) -> i64 {
    i64::try_from(instance).expect("there are few instances")
}
