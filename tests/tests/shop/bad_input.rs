//! Requests that must change nothing: every route in one table, every kind of bad request over
//! it. The answer is a problem with a stable code, never a fault of the shop's, and the rows of
//! all five databases are the same afterwards.

/// Bodies that say something else than they should.
mod bodies;

/// Who may not call.
mod callers;

/// What is wrong before a body is read as anything.
mod framing;

/// Addresses and queries.
mod paths;

/// The table.
mod routes;

use serde_json::Value;
use shop_tests::{Answer, Member, Offer, TestShop};

use routes::{Access, Route};

/// A shop with one of everything, and who there is to call.
struct Fixture {
    shop: TestShop,
    buyer: Member,
    other: Member,
    operator: Member,
    admin: Member,
    product: String,
    /// The buyer's, and completed.
    order: String,
    coupon: String,
    /// The other's: the buyer's own id must not come back to anybody else.
    account: String,
    state: u64,
}

impl Fixture {
    async fn start() -> Self {
        let shop = TestShop::start().await;
        let (buyer, other) = (shop.shopper().await, shop.shopper().await);
        let (operator, admin) = (shop.operator().await, shop.admin().await);
        shop.charge(buyer.id, 100_000).await;
        let product = shop.product(1_000, 100).await;
        let coupon = shop.coupon(Offer::fixed(100)).await.to_string();
        let order = shop
            .place_and_wait(&buyer, &[(product, 1)], None)
            .await
            .is(201);
        let order = order.order_id().to_string();
        shop.rest().await;
        let (product, state) = (product.to_string(), shop.digest());
        let account = other.id.to_string();
        Self {
            shop,
            buyer,
            other,
            operator,
            admin,
            product,
            order,
            coupon,
            account,
            state,
        }
    }

    /// Who may call this route, with the least role.
    fn caller(&self, route: &Route) -> Option<&Member> {
        match route.access {
            Access::Anybody => None,
            Access::Member => Some(&self.buyer),
            Access::Operator => Some(&self.operator),
            Access::Admin => Some(&self.admin),
        }
    }

    /// The route's address, with ids that are there.
    fn path(&self, route: &Route) -> String {
        let id = match route.path.split('/').nth(3) {
            Some("products") => &self.product,
            Some("coupons") => &self.coupon,
            Some("users") => &self.account,
            _ => &self.order,
        };
        route.path.replace("{id}", id)
    }

    /// A body that this route would take.
    fn body(&self, route: &Route) -> Option<Value> {
        let text = route.body?.text.replace("{product}", &self.product);
        Some(serde_json::from_str(&text).expect("JSON"))
    }

    /// A request with all that the route asks for but the body.
    fn request(&self, route: &Route, by: Option<&Member>) -> reqwest::RequestBuilder {
        let mut request = self.shop.request(route.method.clone(), &self.path(route));
        if let Some(member) = by {
            request = request.bearer_auth(&member.token);
        }
        if route.keyed {
            request = request.header("Idempotency-Key", self.shop.fresh_key());
        }
        request
    }

    /// The same with a JSON body as it is written.
    async fn send(&self, route: &Route, by: Option<&Member>, body: Vec<u8>) -> Answer {
        let request = self
            .request(route, by)
            .header("Content-Type", "application/json");
        self.shop.send(request.body(body)).await
    }

    /// A refusal with this status and code, after which everything is as it was.
    #[track_caller]
    fn refused(&self, answer: Answer, status: u16, code: &str, what: &str) {
        let kind = answer.header("content-type");
        assert_eq!(kind, "application/problem+json", "{what}: {answer:?}");
        let found = (answer.status.as_u16(), answer.code());
        assert_eq!(found, (status, code), "{what}: {answer:?}");
        assert_eq!(answer.body["status"], status, "{what}");
        assert!(answer.body["traceId"].is_string(), "{what}: {answer:?}");
        assert_eq!(self.shop.digest(), self.state, "{what} changed something");
    }

    async fn end(self) {
        self.shop.end().await;
    }
}
