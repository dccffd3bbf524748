//! I17, seen from outside the gate that keeps it: which events the log held before a deadline
//! passed, by the clock of the instance that let it pass.

use std::time::Duration;

use contracts::envelope::{Event, ServiceName};
use contracts::events::{Fact, Kind};
use contracts::time::Timestamp;
use db::Store;
use order::store::OrderRow;
use runtime::{Service, Timer};

use super::{Memory, Node, Timers};
use crate::planted::{Bug, LoopBug, Plant};
use crate::topics::{Log, Topics};

/// An order is cancelled this long after its deadline, however far events are behind.
const HARD_LIMIT: Duration = Duration::from_secs(30 * 60);

impl<S: Plant> Node<S> {
    /// Notes how far Payment's log goes, and what the clock says.
    pub(super) fn note_ends(&mut self, topics: &Topics, now: Timestamp) {
        let end = topics.of(ServiceName::Payment).end();
        if let (ServiceName::Order, Some(memory)) = (S::NAME, &mut self.memory)
            && memory.paid_ends.last().is_none_or(|(_, last)| *last < end)
        {
            memory.paid_ends.push((now, end));
        }
    }

    /// The deadline of an order passed while its payment lay in the log unread. One whose key is
    /// parked waits for somebody, and nothing waits for it.
    pub fn passes_over_payment(&self, topics: &Topics, said: &Event) -> Option<String> {
        let memory = self.memory.as_ref()?;
        let Fact::OrderCancelled(cancelled) = &said.fact else {
            return None;
        };
        let order_id = cancelled.order.order_id;
        let order = self.db.get::<OrderRow>(&order_id);
        let due = order.expect("a store in memory can be read")?.expires_at;
        let (topic, key) = (ServiceName::Payment, order_id.get());
        let is_parked = memory.parked.contains_key(&topics.lane(topic, key));
        if is_parked || said.at >= due.plus(HARD_LIMIT) {
            return None;
        }
        let paid = topics.of(topic).entries().iter().position(|entry| {
            let event = entry.as_ref();
            event.is_some_and(|event| event.kind() == Kind::PaymentCompleted && event.key() == key)
        });
        let offset = i64::try_from(paid? + 1).expect("a schedule is short");
        let (shown, _) = memory.paid_ends.iter().find(|(_, end)| offset < *end)?;
        (*shown < due).then(|| {
            format!("order {order_id} expired, and its payment was in the log before {due}")
        })
    }

    pub(super) fn drops_gate(&self) -> bool {
        self.bug == Some(Bug::Loop(LoopBug::DropsGate))
    }
}

impl<S: Service> Memory<S> {
    /// The timers that fire now, behind the gate that production has; without `gate`, as if the
    /// log had always been read to its end.
    pub(super) fn due(
        &mut self,
        timers: Timers,
        topics: &Topics,
        now: Timestamp,
        gate: bool,
    ) -> Vec<Timer> {
        let places = &self.places;
        let ends = || {
            let topics = places.iter().map(|place| topics.of(place.partition.topic));
            topics.map(Log::end).collect()
        };
        let has_passed = |ends: &[i64]| {
            let mut both = places.iter().zip(ends);
            !gate || both.all(|(place, end)| place.committed.min(place.next) >= *end)
        };
        match timers {
            Timers::Wait => Vec::new(),
            Timers::Due => self.deadlines.due(now, usize::MAX, ends, has_passed),
            Timers::Hasty => self.deadlines.open().collect(),
        }
    }
}
