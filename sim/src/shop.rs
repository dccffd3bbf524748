//! The five services of one schedule with the logs between them.

use std::sync::LazyLock;

use contracts::envelope::{Event, ServiceName};
use contracts::ids::OrderId;
use contracts::time::Timestamp;
use db::{Db, Digest, Failed, Rows, Store, System};
use order::Order;
use order::store::{OrderRow, Status};
use payment::Payment;
use product::Product;
use promotion::Promotion;
use user::User;

use crate::node::{Counted, Node, Told, Turn, heard_topics};
use crate::planted::Bug;
use crate::topics::{Partition, Topics};
use crate::topology::Topology;

mod backend;
mod cut;
mod stocked;

pub use backend::Backend;
pub use cut::Cut;
pub(crate) use cut::copy;
pub use stocked::Stocked;

pub struct Shop {
    pub user: Node<User>,
    pub product: Node<Product>,
    pub order: Node<Order>,
    pub payment: Node<Payment>,
    pub promotion: Node<Promotion>,
    pub topics: Topics,
}

/// Calls one method on the node of a service: the nodes differ in type.
macro_rules! on_node {
    ($shop:expr, $service:expr, $node:ident => $call:expr) => {
        match $service {
            ServiceName::User => {
                let $node = &mut $shop.user;
                $call
            }
            ServiceName::Product => {
                let $node = &mut $shop.product;
                $call
            }
            ServiceName::Order => {
                let $node = &mut $shop.order;
                $call
            }
            ServiceName::Payment => {
                let $node = &mut $shop.payment;
                $call
            }
            ServiceName::Promotion => {
                let $node = &mut $shop.promotion;
                $call
            }
        }
    };
}

impl Shop {
    pub fn open(backend: Backend, bug: Option<Bug>) -> Self {
        Self {
            user: Node::new(backend.open(user::MIGRATIONS), bug),
            product: Node::new(backend.open(product::MIGRATIONS), bug),
            order: Node::new(backend.open(order::MIGRATIONS), bug),
            payment: Node::new(backend.open(payment::MIGRATIONS), bug),
            promotion: Node::new(backend.open(promotion::MIGRATIONS), bug),
            topics: Topics::new(1),
        }
    }

    /// How many instances and partitions there are, before any starts.
    pub fn arrange(&mut self, topology: &Topology) {
        self.topics = Topics::new(topology.partitions());
        for &service in ServiceName::ALL {
            on_node!(self, service, node => node.instances = topology.of(service));
        }
    }

    /// One of a service's instances starts and takes the writer over.
    pub fn start(&mut self, service: ServiceName, instance: usize, now: Timestamp) {
        let topics = &self.topics;
        on_node!(self, service, node => node.start(topics, instance, now));
    }

    pub fn crash(&mut self, service: ServiceName) {
        on_node!(self, service, node => node.crash());
    }

    pub fn is_up(&mut self, service: ServiceName) -> bool {
        on_node!(self, service, node => node.is_up())
    }

    pub fn instances(&mut self, service: ServiceName) -> usize {
        on_node!(self, service, node => node.instances.count)
    }

    /// The instance that holds a service's writer.
    pub fn active(&mut self, service: ServiceName) -> Option<usize> {
        on_node!(self, service, node => node.active())
    }

    /// How many instances of a service were taken over from and run on.
    pub fn deposed(&mut self, service: ServiceName) -> usize {
        on_node!(self, service, node => node.deposed())
    }

    pub fn set_clock(&mut self, service: ServiceName, micros: i64) {
        on_node!(self, service, node => node.set_clock(micros));
    }

    /// Whether clients reach instances that were taken over from.
    pub fn face_deposed(&mut self, is: bool) {
        for &service in ServiceName::ALL {
            on_node!(self, service, node => node.face_deposed(is));
        }
    }

    pub fn turn(&mut self, service: ServiceName, turn: &Turn, now: Timestamp) -> Told {
        let topics = &mut self.topics;
        on_node!(self, service, node => node.turn(topics, turn, now))
    }

    /// Whether a client that looks at an order sees it completed.
    pub fn is_completed(&self, order: i64) -> bool {
        let order = self.order.db.get::<OrderRow>(&OrderId::new(order));
        let order = order.expect("a store in memory can be read");
        order.is_some_and(|order| order.status == Status::Completed)
    }

    /// How many commands those have taken.
    pub fn late_commands(&self) -> u64 {
        let counted = [
            self.user.counted(),
            self.product.counted(),
            self.order.counted(),
            self.payment.counted(),
            self.promotion.counted(),
        ];
        counted.iter().map(|counted| counted.late_commands).sum()
    }

    /// Why an order that expired should not have; see `Node::passes_over_payment`.
    pub fn passes_over_payment(&self, said: &Event) -> Option<String> {
        self.order.passes_over_payment(&self.topics, said)
    }

    /// A turn of one of those that were taken over from.
    pub fn deposed_turn(
        &mut self,
        service: ServiceName,
        which: usize,
        turn: &Turn,
        now: Timestamp,
    ) -> Told {
        let topics = &mut self.topics;
        on_node!(self, service, node => node.deposed_turn(which, topics, turn, now))
    }

    /// The last turns of all of those.
    pub fn retire(&mut self, service: ServiceName, now: Timestamp) {
        let topics = &mut self.topics;
        on_node!(self, service, node => node.retire(topics, now));
    }

    pub fn poison(&mut self, service: ServiceName, key: i64) {
        on_node!(self, service, node => node.poison(key));
    }

    pub fn mend(&mut self, service: ServiceName) {
        on_node!(self, service, node => node.mend());
    }

    pub fn rewind(&mut self, service: ServiceName, partition: Partition, next: i64) -> bool {
        let topics = &self.topics;
        on_node!(self, service, node => node.rewind(topics, partition, next))
    }

    pub fn is_quiet(&mut self, service: ServiceName) -> bool {
        let topics = &self.topics;
        let sent = topics.of(service).sent;
        on_node!(self, service, node => node.is_quiet(topics) && node.outbox_end() == sent + 1)
    }

    pub fn broken(&mut self, service: ServiceName) -> Option<String> {
        on_node!(self, service, node => node.broken.clone())
    }

    pub fn counted(&mut self, service: ServiceName) -> Counted {
        on_node!(self, service, node => node.counted())
    }

    /// The publishers that a service listens to.
    pub fn heard(service: ServiceName) -> &'static [ServiceName] {
        static HEARD: LazyLock<[Vec<ServiceName>; 5]> = LazyLock::new(|| {
            [
                heard_topics::<User>().collect(),
                heard_topics::<Product>().collect(),
                heard_topics::<Order>().collect(),
                heard_topics::<Payment>().collect(),
                heard_topics::<Promotion>().collect(),
            ]
        });
        &HEARD[service as usize]
    }

    /// Starts anew who would not find out by itself that a position was set back.
    pub fn restart_rewound(&mut self, service: ServiceName, now: Timestamp) {
        let topics = &self.topics;
        on_node!(self, service, node => {
            let active = node.active().filter(|_| node.is_rewound());
            if let Some(instance) = active {
                node.crash();
                node.start(topics, instance, now);
            }
        });
    }

    /// Publishes up to `most` events that the outbox has and the log does not. With `unmarked`
    /// the relay dies before it notes that it has; with `skips` its cursor passes an event.
    pub fn relay(&mut self, service: ServiceName, most: usize, relay: Relay) -> usize {
        let mut published = 0;
        let log = self.topics.of_mut(service);
        let mut seq = log.sent;
        while published < most {
            let found = on_node!(self, service, node => node.outbox(seq + 1));
            let Some(event) = found else { break };
            seq += 1;
            published += 1;
            let shown = match relay {
                Relay::Marked | Relay::Unmarked => true,
                Relay::Skips => published != 2,
                Relay::MarksOnly => false,
            };
            if shown {
                self.topics.of_mut(service).publish(seq, event);
            }
        }
        if relay != Relay::Unmarked {
            self.topics.of_mut(service).sent = seq;
        }
        published
    }

    /// The numbers of a service's outbox: from 1 to before this.
    pub fn outbox_end(&mut self, service: ServiceName) -> i64 {
        on_node!(self, service, node => node.outbox_end())
    }

    /// Hash of all rows of all services: equal when the same stands everywhere.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        hash(
            &self.user.db,
            &mut user::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.product.db,
            &mut product::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.order.db,
            &mut order::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.payment.db,
            &mut payment::store::Rows::default(),
            &mut digest,
        );
        hash(
            &self.promotion.db,
            &mut promotion::store::Rows::default(),
            &mut digest,
        );
        digest.value()
    }
}

/// How a relay ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relay {
    Marked,
    Unmarked,
    Skips,
    MarksOnly,
}

fn hash(db: &Db, rows: &mut impl Rows, digest: &mut Digest) {
    let hashed: Result<(), Failed> = match db {
        Db::Sqlite(sqlite) => sqlite
            .digest(rows, digest)
            .and_then(|()| sqlite.digest(&mut System::default(), digest)),
        Db::MySql(never) => match *never {},
        Db::Maps(maps) => {
            maps.digest(rows, digest);
            maps.digest(&mut System::default(), digest);
            Ok(())
        }
    };
    hashed.expect("a store in memory can be read");
}
