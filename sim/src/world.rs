//! One schedule: a shop, its clients and its faults, step by step from one seed; then everything
//! heals, what is open ends under a bound, and the checkers judge.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use contracts::envelope::ServiceName;
use contracts::time::Timestamp;

use crate::check::{self, Found};
use crate::clients::{self, Asked, Clients, Way};
use crate::coverage::{self, Coverage};
use crate::faults::Faults;
use crate::node::Counted;
use crate::planted::{Bug, LoopBug};
use crate::rng::choices::Choices;
use crate::rng::{Kept, Rng};
use crate::shop::{Backend, Cut, Relay, Shop};
use crate::topology::Topology;
use crate::trace::Trace;
use crate::workload;

use broken::Broken;

mod broken;
mod drain;
mod mishaps;
mod outage;
mod turns;

/// 2026-11-22 00:00 UTC: any instant would do.
const START: Timestamp = Timestamp::from_millis(1_795_305_600_000);
/// How often the invariants that always hold are checked while the schedule runs.
const STEPS_A_CHECK: usize = 96;
/// The fewest and the most steps before everything heals.
const STEPS: (i64, i64) = (60, 200);

/// In percent of the tries: a client that still knows the instance before, where one runs.
const CLIENTS_LATE: u32 = 20;

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub backend: Backend,
    pub bug: Option<Bug>,
    /// Keep the timeline in words.
    pub words: bool,
    /// Hash what stands in the end, which costs as much as some of the steps.
    pub hash: bool,
    /// Keep the choices, so that they can be made again.
    pub keep: bool,
}

/// What a schedule came to.
#[derive(Debug, Default)]
pub struct Outcome {
    pub found: Vec<Found>,
    pub trace_hash: u64,
    /// 0 where none was asked for.
    pub state_hash: u64,
    pub steps: u64,
    pub timeline: Vec<String>,
    pub tally: check::Tally,
    pub counted: Counted,
    /// How often the shop went back to a backup.
    pub restores: u64,
    pub coverage: Coverage,
    /// None where they were not to be kept.
    pub choices: Choices,
}

pub(crate) struct World {
    rng: Rng,
    now: Timestamp,
    shop: Shop,
    clients: Clients,
    faults: Faults,
    trace: Trace,
    plan: Plan,
    found: Vec<Found>,
    backup: Option<Backup>,
    restores: u64,
    /// What stays broken when the rest heals.
    broken: Option<Broken>,
    /// How long the whole shop stands still before the rest heals.
    outage: Option<Duration>,
    /// Whether it comes back from that: then no deadline may pass yet.
    recovers: bool,
}

/// A backup of the shop, and what its clients knew when it was taken.
struct Backup {
    cut: Cut,
    asked: Vec<Asked>,
}

/// Runs one schedule from its seed to the verdict. A panic is something found, too.
pub fn run(plan: Plan) -> Outcome {
    let rng = Rng::new(plan.seed);
    if !plan.keep {
        return through(plan, rng);
    }
    let kept = Kept::default();
    let outcome = through(plan, rng.keeping(Rc::clone(&kept)));
    Outcome {
        choices: kept.take(),
        ..outcome
    }
}

/// Runs a schedule on the choices of another, whose seed only names it.
pub fn replay(plan: Plan, choices: &Choices) -> Outcome {
    through(plan, Rng::again(choices.clone()))
}

fn through(plan: Plan, rng: Rng) -> Outcome {
    let whole = move || {
        let mut world = World::open(plan, rng);
        world.misbehave();
        if let Some(outage) = world.outage {
            world.stand_still(outage);
        }
        if let Some(broken) = world.broken {
            world.live_without(broken);
        }
        world.drain();
        world.judge()
    };
    std::panic::catch_unwind(AssertUnwindSafe(whole)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let witness = text.unwrap_or("no message").to_owned();
        Outcome {
            found: vec![Found::new("panic", witness)],
            ..Outcome::default()
        }
    })
}

impl World {
    fn open(plan: Plan, mut rng: Rng) -> Self {
        let mut shop = Shop::open(plan.backend, plan.bug);
        // What a schedule before met that ended with a panic.
        coverage::take();
        rng.section(1);
        rng.part();
        let faults = Faults::draw(&mut rng);
        let topology = Topology::draw(&mut rng, faults.skew);
        shop.arrange(&topology);
        let broken = Broken::draw(&mut rng);
        let outage = outage::draw(&mut rng);
        rng.section(1);
        rng.part();
        let stocked = shop.stock_up(&mut rng, START);
        let clients = Clients::new(workload::draw(&mut rng, &stocked));
        let mut world = Self {
            rng,
            now: START,
            shop,
            clients,
            faults,
            trace: Trace::new(plan.words),
            plan,
            found: Vec::new(),
            backup: None,
            restores: 0,
            broken,
            outage,
            recovers: false,
        };
        let (counts, partitions) = (topology.counts(), topology.partitions());
        world.note(&[0, partitions], || {
            format!(
                "seed {}: {counts:?} instances, {partitions} partitions, {faults:?}",
                plan.seed
            )
        });
        for (index, asked) in world.clients.asked.iter().enumerate() {
            let now = world.now;
            world
                .trace
                .note(now, &[], || format!("wish {index}: {:?}", asked.wish));
        }
        world
    }

    fn note(&mut self, facts: &[i64], words: impl FnOnce() -> String) {
        self.trace.note(self.now, facts, words);
    }

    fn misbehave(&mut self) {
        let steps = self.rng.between(STEPS.0, STEPS.1);
        let steps = usize::try_from(steps).expect("counts from 0");
        for step in 0..self.rng.section(steps) {
            self.rng.part();
            self.step();
            self.clients.collect(&mut self.shop);
            if step % STEPS_A_CHECK == STEPS_A_CHECK - 1 {
                self.check_always();
            }
        }
    }

    fn step(&mut self) {
        match self.rng.below(35) {
            0..=5 => self.client(),
            6..=18 => self.service(),
            19..=23 => self.relays(),
            24 | 25 => self.pass_time(),
            26 | 27 => self.restart(),
            28 => self.echo(),
            29 => self.rewind(),
            30 | 31 => self.back_up(),
            32 => self.jump(),
            _ => self.disturb(),
        }
    }

    fn client(&mut self) {
        let open = clients::any(&mut self.rng, self.clients.open());
        let again = clients::any(&mut self.rng, self.clients.answered());
        let repeat = self.rng.percent(20);
        let other = self.rng.percent(30);
        let chosen = match (open, again) {
            (Some(open), _) if !repeat => Some((open, false)),
            (_, Some(again)) if repeat => Some((again, other)),
            (Some(open), _) => Some((open, false)),
            (None, _) => None,
        };
        let Some((index, other)) = chosen else { return };
        let late = self.rng.percent(CLIENTS_LATE);
        let sent = self
            .clients
            .send(&mut self.shop, index, Way { other, late }, self.now);
        self.note(&[1], || {
            let body = if other { " with another body" } else { "" };
            let whom = if late {
                ", of whoever was there before"
            } else {
                ""
            };
            let went = if sent { "" } else { ", which nobody takes" };
            format!("a client asks for wish {index}{body}{whom}{went}")
        });
    }

    fn relays(&mut self) {
        for &service in ServiceName::ALL {
            if self.rng.percent(60) {
                self.relay(service);
            }
        }
    }

    fn relay(&mut self, service: ServiceName) {
        if self.rng.odds(self.faults.relay_late) {
            return;
        }
        let most = self.rng.pick(&[1, 2, 100]);
        let unmarked = self.rng.odds(self.faults.publish_unmarked);
        let relay = match (unmarked, self.plan.bug) {
            (true, Some(Bug::Loop(LoopBug::RelayMarksFirst))) => Relay::MarksOnly,
            (true, _) => Relay::Unmarked,
            (false, Some(Bug::Loop(LoopBug::CursorSkips))) => Relay::Skips,
            (false, _) => Relay::Marked,
        };
        let published = self.shop.relay(service, most, relay);
        if published > 0 {
            self.note(&[2, service as i64], || {
                let end = if unmarked {
                    ", and dies before it marks them"
                } else {
                    ""
                };
                format!("{service}'s relay publishes {published} events{end}")
            });
        }
    }

    fn pass_time(&mut self) {
        let millis = self.rng.pick(&[1, 20, 500, 2_000, 20_000]);
        let passed = Duration::from_millis(1 + self.rng.below(millis) as u64);
        self.now = self.now.plus(passed);
        self.note(&[3], || format!("{passed:?} pass"));
    }

    fn any_service(&mut self) -> ServiceName {
        // User hears nothing and is asked for little: it gets fewer turns.
        let order = ServiceName::Order;
        let product = ServiceName::Product;
        let (payment, promotion) = (ServiceName::Payment, ServiceName::Promotion);
        let all = [
            order,
            order,
            order,
            product,
            product,
            payment,
            payment,
            promotion,
            promotion,
            ServiceName::User,
        ];
        self.rng.pick(&all)
    }

    fn any_partition(&mut self) -> i64 {
        self.rng.between(0, self.shop.topics.partitions() - 1)
    }

    fn check_always(&mut self) {
        let found = check::always(&self.shop);
        self.found.extend(found);
    }
}
