//! Liveness: one part stays broken for long, a service that does not start or an order that some
//! service fails on, and all that does not depend on it must come to its end meanwhile.

use contracts::envelope::ServiceName;
use contracts::saga::{self, Steps};
use db::Store;
use order::store::{OrderRow, Refund, Status};

use super::World;
use super::drain::{LONG, MOST_ROUNDS};
use crate::check::Found;
use crate::clients::Way;
use crate::faults::Faults;
use crate::node::{Timers, Turn};
use crate::rng::Rng;

/// In percent of the schedules.
const CHANCE: u32 = 15;
/// In so many rounds parked keys are taken up again; that of a broken order fails every time.
const ROUNDS_OF_REDRIVES: usize = 3;

/// What does not heal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// It does not start.
    Service(ServiceName),
    /// It fails on every event of the order that was said last.
    LastOrder(ServiceName),
}

impl Broken {
    pub(super) fn draw(rng: &mut Rng) -> Option<Self> {
        let happens = rng.percent(CHANCE);
        let service = rng.pick(ServiceName::ALL);
        let whole = rng.percent(50);
        let broken = match whole {
            true => Self::Service(service),
            false => Self::LastOrder(service),
        };
        happens.then_some(broken)
    }

    const fn service(self) -> ServiceName {
        match self {
            Self::Service(service) | Self::LastOrder(service) => service,
        }
    }
}

impl World {
    pub(super) fn live_without(&mut self, broken: Broken) {
        self.faults = Faults::NONE;
        self.note(&[16], || format!("everything heals but {broken:?}"));
        self.heal(|service| broken != Broken::Service(service));
        self.clients.collect(&mut self.shop);
        let key = self.fail_on_last_order(broken);
        self.rounds(broken, Timers::Wait);
        let open: Vec<usize> = self.clients.open().collect();
        for index in open {
            self.clients
                .send(&mut self.shop, index, Way::PLAIN, self.now);
        }
        self.rounds(broken, Timers::Wait);
        self.now = self.now.plus(LONG);
        self.note(&[17], || "three hours pass".to_owned());
        self.rounds(broken, Timers::Due);
        for witness in self.still_open(broken, key) {
            let witness = format!("only {broken:?}, and {witness}");
            self.found.push(Found::new("I16", witness));
        }
    }

    fn fail_on_last_order(&mut self, broken: Broken) -> Option<i64> {
        let Broken::LastOrder(service) = broken else {
            return None;
        };
        let orders = self.shop.topics.of(ServiceName::Order);
        let key = orders.at(orders.end() - 1)?.key();
        self.shop.poison(service, key);
        Some(key)
    }

    /// Until nobody has anything to do; how long that takes is judged in the drain.
    fn rounds(&mut self, broken: Broken, timers: Timers) {
        let mut turn = Turn {
            timers,
            tick: false,
            ..Turn::whole()
        };
        for round in 0..MOST_ROUNDS {
            turn.redrive = round < ROUNDS_OF_REDRIVES;
            let busy = self.round(&turn, |service| broken != Broken::Service(service));
            if !busy && turn.tick {
                return;
            }
            turn.tick = !busy;
        }
    }

    /// What is open and does not wait for the broken part.
    fn still_open(&mut self, broken: Broken, key: Option<i64>) -> Vec<String> {
        let mut open = Vec::new();
        for &service in ServiceName::ALL {
            if service != broken.service() && !self.shop.is_quiet(service) {
                open.push(format!("{service} has not read all"));
            }
        }
        let mut asked = self.clients.asked.iter();
        if let Some(index) = asked.position(|asked| asked.waiting) {
            open.push(format!("wish {index} was taken and is not answered"));
        }
        if broken == Broken::Service(ServiceName::Order) {
            return open;
        }
        let excused = |order_id: i64, missing: Steps| match broken {
            Broken::Service(service) => missing.iter().all(|step| {
                let done = saga::done_by(step);
                done.is_some_and(|kind| kind.publisher() == service)
            }),
            Broken::LastOrder(_) => missing.is_empty() || key == Some(order_id),
        };
        let why = "a store in memory can be read";
        for order in self.shop.order.db.all::<OrderRow>().expect(why) {
            let (id, missing) = (order.order_id, order.progress().missing());
            if order.status == Status::Pending {
                open.push(format!("order {id} is PENDING past its deadline"));
            } else if !excused(id.get(), missing) {
                open.push(format!("order {id} waits for {missing:?}"));
            }
        }
        for refund in self.shop.order.db.all::<Refund>().expect(why) {
            let missing = refund.missing();
            if !excused(refund.order_id.get(), missing) {
                let id = refund.refund_id;
                open.push(format!("refund {id} waits for {missing:?}"));
            }
        }
        open
    }
}
