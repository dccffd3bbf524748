//! One service hosted alone over a shop's folder, as its own binary hosts it. Tests stop the
//! others to hold a saga at one step, and give each service the clock they like.

use std::path::Path;
use std::time::Duration;

use boot::{Folder, Host, Hosted, Place, Running};
use contracts::envelope::{Actor, Trace};
use contracts::events::Kind;
use contracts::events::order::{OrderLine, OrderStatus};
use contracts::ids::{OrderId, ProductId, SagaId, UserCouponId, UserId};
use contracts::money::Quantity;
use contracts::time::Timestamp;
use order::Order;
use order::decide::Reply;
use order::input::{Cancel, Input, PlaceOrder, Requester};
use runtime::idempotency::KeyUse;

use crate::state::has_said;
use crate::until::until;

/// As the API gives it.
const DEADLINE: Duration = Duration::from_secs(60);

/// A service that runs.
pub struct Alone<S: Hosted> {
    pub place: Place<S>,
    running: Running,
}

impl<S: Hosted> Alone<S> {
    pub async fn start(folder: &Path, clock: fn() -> Timestamp) -> Self {
        let folder = Folder::open(folder).expect("a shop's folder");
        let mut host = Host::new(folder, clock).expect("the folder has a key");
        let opened = host.open::<S>(S::MIGRATIONS).await.expect("a database");
        host.follow_elsewhere();
        let place = host.place(opened).await.expect("the loop opens");
        let running = host.run().expect("the loop starts");
        Self { place, running }
    }

    pub async fn stop(self) {
        self.place.handle.stop();
        self.running.stop().await.expect("the loop ends");
    }

    /// Returns once the service has said such an event of each of these orders.
    pub async fn has_said(&self, kind: Kind, orders: &[OrderId]) {
        let sagas: Vec<SagaId> = orders.iter().map(|id| SagaId::from(*id)).collect();
        let all = || has_said(&self.place.readers, kind, &sagas) == sagas.len();
        until(kind.name(), all).await;
    }
}

impl Alone<Order> {
    /// Places an order of one piece of each product.
    pub async fn order(
        &self,
        user_id: UserId,
        products: &[ProductId],
        coupon: Option<UserCouponId>,
    ) -> OrderId {
        let order_id: OrderId = self.place.handle.next_id();
        let placed = self.send_order(order_id, user_id, products, coupon).await;
        let expected = Reply::Placed {
            order_id,
            replayed: false,
        };
        assert_eq!(placed, expected);
        order_id
    }

    /// Sends an order under a key that its first id makes, so that sending it again repeats it.
    pub async fn send_order(
        &self,
        key: OrderId,
        user_id: UserId,
        products: &[ProductId],
        user_coupon_id: Option<UserCouponId>,
    ) -> Reply {
        let line = |(line, product_id): (u16, &ProductId)| OrderLine {
            line,
            product_id: *product_id,
            quantity: Quantity::new(1),
            expected_unit_price: None,
        };
        let input = Input::PlaceOrder(PlaceOrder {
            order_id: key,
            user_id,
            lines: (1..).zip(products).map(line).collect(),
            user_coupon_id,
            key: key_use("order", key),
            deadline: DEADLINE,
        });
        let sent = self
            .place
            .handle
            .send(input, Actor::User(user_id), Trace::NONE);
        sent.await.expect("is decided")
    }

    pub async fn cancel(&self, order_id: OrderId, user_id: UserId) -> Reply {
        let by = Requester::Customer(user_id);
        let key = key_use("cancel", order_id);
        let input = Input::Cancel(Cancel { order_id, by, key });
        let sent = self
            .place
            .handle
            .send(input, Actor::User(user_id), Trace::NONE);
        sent.await.expect("is decided")
    }

    pub fn status(&self, order_id: OrderId) -> OrderStatus {
        let readers = &self.place.readers;
        let order = readers.with(|reader| order::view::order(reader, order_id));
        order
            .expect("the order can be read")
            .expect("there is one")
            .status
    }

    /// Returns once every one of these orders has this status.
    pub async fn all_are(&self, status: OrderStatus, orders: &[OrderId]) {
        let what = format!("{status:?}");
        until(&what, || orders.iter().all(|id| self.status(*id) == status)).await;
    }
}

fn key_use(what: &str, id: OrderId) -> KeyUse {
    KeyUse {
        scope: format!("test:{what}:{id}"),
        fingerprint: b"test".to_vec(),
    }
}
