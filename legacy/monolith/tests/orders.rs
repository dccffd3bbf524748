//! The monolith over its router: an order and its refusals, and what is left of each.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use monolith::{Pool, Seed, audit, router, seed};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

struct Shop {
    folder: TempDir,
    router: Router,
}

impl Shop {
    /// Member 1 is rich, 2 is not; product 3 is sold out; both members hold a coupon.
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pool = Pool::open(folder.path()).expect("a new database");
        let filled = Seed {
            points: vec![1_000, 150],
            products: vec![(100, 10), (100, 10), (100, 0)],
            coupons: vec![(30, 2), (10, 1)],
            held: vec![(1, 1), (1, 2)],
        };
        seed(&pool, filled).await.expect("an empty one");
        Self {
            router: router(pool),
            folder,
        }
    }

    async fn post(&self, member: i64, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {member}"))
            .header("idempotency-key", key)
            .body(Body::from(body.to_string()))
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("it answers");
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .expect("a whole body")
            .to_bytes();
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    }

    async fn order(&self, member: i64, key: &str, body: &Value) -> (StatusCode, Value) {
        self.post(member, "/api/v1/orders", key, body).await
    }

    #[track_caller]
    fn holds(self, orders: i64) {
        drop(self.router);
        let audit = audit(self.folder.path()).expect("it can be read");
        assert_eq!(audit.breaches, [""; 0]);
        assert_eq!(audit.orders, orders);
    }
}

fn cart(products: &[i64], coupon: Option<i64>) -> Value {
    let item = |id: &i64| json!({ "productId": id.to_string(), "quantity": 1 });
    let items: Vec<_> = products.iter().map(item).collect();
    json!({ "items": items, "userCouponId": coupon.map(|id| id.to_string()) })
}

#[tokio::test]
async fn an_order_takes_stock_coupon_and_points_once() {
    let shop = Shop::open().await;
    let (status, first) = shop.order(1, "a", &cart(&[1, 2], Some(1))).await;
    assert_eq!(
        (status, &first["paidPrice"]),
        (StatusCode::CREATED, &json!(170))
    );
    let (_, again) = shop.order(1, "a", &cart(&[1, 2], Some(1))).await;
    assert_eq!(again, first);
    let (status, problem) = shop.order(1, "a", &cart(&[1], None)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "IDEMPOTENCY_KEY_REUSED");
    shop.holds(1);
}

#[tokio::test]
async fn a_refused_order_leaves_nothing() {
    let shop = Shop::open().await;
    for (key, member, body, code) in [
        ("a", 1, cart(&[1, 3], None), "OUT_OF_STOCK"),
        ("b", 2, cart(&[1, 2], None), "INSUFFICIENT_POINT"),
        ("c", 1, cart(&[1], Some(2)), "COUPON_NOT_OWNED"),
        ("d", 9, cart(&[1], None), "USER_NOT_FOUND"),
        ("e", 1, cart(&[9], None), "PRODUCT_NOT_ON_SALE"),
    ] {
        let (_, problem) = shop.order(member, key, &body).await;
        assert_eq!(problem["code"], code);
    }
    shop.order(1, "f", &cart(&[1], Some(1))).await;
    let (_, problem) = shop.order(1, "g", &cart(&[1], Some(1))).await;
    assert_eq!(problem["code"], "COUPON_ALREADY_USED");
    shop.holds(1);
}

#[tokio::test]
async fn many_at_once_sell_what_there_is() {
    let shop = Shop::open().await;
    let keys: Vec<_> = (0..30).map(|nth| nth.to_string()).collect();
    let body = cart(&[1], None);
    let orders = keys.iter().map(|key| shop.order(1, key, &body));
    let answers = futures::future::join_all(orders).await;
    let sold = answers
        .iter()
        .filter(|(status, _)| *status == StatusCode::CREATED)
        .count();
    assert_eq!(sold, 10);
    shop.holds(10);
}

#[tokio::test]
async fn a_coupon_is_issued_up_to_its_cap_and_once_to_a_member() {
    let shop = Shop::open().await;
    let path = "/api/v1/coupons/2/issue";
    assert_eq!(
        shop.post(1, path, "a", &json!({})).await.0,
        StatusCode::CREATED
    );
    let (_, problem) = shop.post(1, path, "b", &json!({})).await;
    assert_eq!(problem["code"], "COUPON_ALREADY_ISSUED");
    let (_, problem) = shop.post(2, path, "c", &json!({})).await;
    assert_eq!(problem["code"], "COUPON_SOLD_OUT");
    shop.holds(0);
}

/// The audit is worth as much as what it finds.
#[tokio::test]
async fn the_audit_finds_what_is_wrong() {
    for (change, rule) in [
        ("UPDATE product_stock SET quantity = 10", "stock sold"),
        (
            "UPDATE point SET balance = 1 WHERE member_id = 1",
            "a balance is",
        ),
        (
            "UPDATE point_history SET amount = -1",
            "an order is paid once",
        ),
        ("DELETE FROM order_item", "an order costs"),
        ("UPDATE user_coupon SET order_id = NULL", "a coupon is used"),
        (
            "UPDATE coupon SET issued_quantity = 0",
            "a coupon is issued",
        ),
        ("DELETE FROM idempotency", "an order was made"),
        ("DELETE FROM orders", "every payment"),
    ] {
        let shop = Shop::open().await;
        shop.order(1, "a", &cart(&[1, 2], Some(1))).await;
        let file = shop.folder.path().join(monolith::MONOLITH_DATABASE);
        let db = rusqlite::Connection::open(file).unwrap();
        db.execute(change, []).unwrap();
        drop(db);
        let breaches = audit(shop.folder.path()).unwrap().breaches;
        assert!(
            breaches.iter().any(|it| it.contains(rule)),
            "{change}: {breaches:?}"
        );
    }
}
