//! A shop in which everything is there that the examples of the API's document name.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contracts::envelope::{Actor, Trace};
use contracts::events::order::OrderLine;
use contracts::http::Role;
use contracts::http::user::Password;
use contracts::ids::{Id, Named, OrderId, ProductId, RefundId};
use contracts::money::Quantity;
use order::input::{Cancel, Input, PlaceOrder, Refund, Requester};
use rusqlite::Connection;
use user::passwords::hash;

use crate::goods::key;
use crate::people::register_as;
use crate::{Member, Offer, TestShop, until};

const DAY: Duration = Duration::from_secs(86_400);
const CUP: &str = "04973M8900802";
/// Cancelled by the shopper, completed and half refunded, cancelled by an operator.
const CANCELLED: &str = "049824T900C01";
const REFUNDED: &str = "049824T900C02";
const TAKEN_BACK: &str = "049824T900C03";
/// Another shopper, whom an admin may do things to.
const OTHER: &str = "048XRHY900408";

/// The shop, and who may do what in it.
pub struct Documented {
    pub shop: TestShop,
    pub shopper: Member,
    pub operator: Member,
    pub admin: Member,
    /// Refuses the stock of a refund, so that its key stays parked.
    refusing: Option<Connection>,
}

impl Documented {
    /// With the key of a refund parked: what operators do for such is shown too.
    pub async fn start() -> Self {
        let mut documented = Self::at_rest().await;
        documented.refusing = Some(refuse_returns(&documented.shop));
        documented.refund(id(REFUNDED)).await;
        let status = documented.shop.places.product.handle.status();
        let is_parked = || status.parked_keys.load(Ordering::Relaxed) > 0;
        until("the refund's key is parked", is_parked).await;
        documented
    }

    /// With nothing under way.
    pub async fn at_rest() -> Self {
        let shop = TestShop::start().await;
        let password = hash(&Password::new("demo1234")).expect("argon2id runs");
        let place = &shop.places.user;
        let register = async |id, email: &str| {
            let (email, hash) = (email.to_owned(), password.clone());
            register_as(place, id, email, hash, Role::Shopper).await
        };
        let shopper = register(named(), "shopper@demo").await;
        register(id(OTHER), "other@demo").await;
        let (operator, admin) = (shop.operator().await, shop.admin().await);
        shop.charge(shopper.id, 1_000_000).await;
        shop.product_as(named(), 12_500, 1_000).await;
        shop.product_as(id(CUP), 12_500, 1_000).await;
        shop.coupon_as(named(), Offer::fixed(1_000)).await;
        let held = shop.coupon(Offer::fixed(1_000)).await;
        shop.issue_as(named(), held, shopper.id).await;
        let documented = Self {
            shop,
            shopper,
            operator,
            admin,
            refusing: None,
        };
        documented.orders().await;
        documented.shop.rest().await;
        documented
    }

    async fn orders(&self) {
        let (tea, cup): (ProductId, ProductId) = (named(), id(CUP));
        let customer = Requester::Customer(self.shopper.id);
        self.complete(named(), &[(tea, 2), (cup, 1)]).await;
        self.complete(id(REFUNDED), &[(tea, 1)]).await;
        self.cancel(id(CANCELLED), customer).await;
        self.cancel(id(TAKEN_BACK), Requester::Operator).await;
    }

    /// Ends the shop; whatever was parked may flow.
    pub async fn end(self) {
        if let Some(file) = &self.refusing {
            file.execute_batch("DROP TRIGGER refused")
                .expect("no trigger");
        }
        self.shop.end_as_it_is().await;
    }

    async fn complete(&self, order_id: OrderId, lines: &[(ProductId, u32)]) {
        self.send(self.place(order_id, lines)).await;
        let mut look = tokio::time::interval(Duration::from_millis(5));
        while self.shop.order(&self.shopper, order_id).await["status"] == "PENDING" {
            look.tick().await;
        }
        let order = self.shop.order(&self.shopper, order_id).await;
        assert_eq!(order["status"], "COMPLETED", "{order}");
    }

    /// Placed and cancelled in one batch, before anybody hears of it.
    async fn cancel(&self, order_id: OrderId, by: Requester) {
        let cancel = Input::Cancel(Cancel {
            order_id,
            by,
            key: key("cancel", order_id.get()),
        });
        let place = self.place(order_id, &[(named(), 1)]);
        tokio::join!(self.send(place), self.send(cancel));
    }

    async fn refund(&self, order_id: OrderId) {
        let refund_id: RefundId = named();
        self.send(Input::Refund(Refund {
            refund_id,
            order_id,
            by: Requester::Customer(self.shopper.id),
            lines: Some(BTreeMap::from([(1, Quantity::new(1))])),
            reason: "단순 변심".to_owned(),
            key: key("refund", refund_id.get()),
        }))
        .await;
    }

    fn place(&self, order_id: OrderId, lines: &[(ProductId, u32)]) -> Input {
        let numbered = (1..).zip(lines);
        let lines = numbered.map(|(line, &(product_id, quantity))| OrderLine {
            line,
            product_id,
            quantity: Quantity::new(quantity),
            expected_unit_price: None,
        });
        Input::PlaceOrder(PlaceOrder {
            order_id,
            user_id: self.shopper.id,
            lines: lines.collect(),
            user_coupon_id: None,
            key: key("order", order_id.get()),
            deadline: DAY,
        })
    }

    async fn send(&self, input: Input) {
        let handle = &self.shop.places.order.handle;
        let reply = handle
            .send(input, Actor::User(self.shopper.id), Trace::NONE)
            .await;
        let refused = matches!(reply, Ok(order::decide::Reply::Refused(_)) | Err(_));
        assert!(!refused, "{reply:?}");
    }
}

/// Makes Product's step of the refund fail until the trigger is dropped.
fn refuse_returns(shop: &TestShop) -> Connection {
    let refund_id: RefundId = named();
    let file = Connection::open(shop.folder.path().join("product.db")).expect("the file opens");
    let trigger = format!(
        "CREATE TRIGGER refused BEFORE INSERT ON stock_ledger WHEN NEW.saga_id = {}
         BEGIN SELECT RAISE(ABORT, 'refused by a test'); END",
        refund_id.get()
    );
    file.execute_batch(&trigger).expect("a trigger");
    file
}

/// The id that the document shows of such a thing.
fn named<Of: Named>() -> Id<Of> {
    id(Of::EXAMPLE)
}

fn id<Of>(text: &str) -> Id<Of> {
    text.parse().expect("an id")
}
